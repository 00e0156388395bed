"""ConfigMaps and Secrets made from literals, files and env files.

Source: kustomize `api/internal/generators`, `api/kv`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import Json, Resource

#: reads a file of the kustomization by its path there
Read = Callable[[str], bytes]


def generate(kind: str, entry: Json, options: Json, read: Read) -> Resource:
    """One ConfigMap or Secret of `configMapGenerator` or `secretGenerator`."""
    if not entry.get("name"):
        raise CommandError("a configmap must have a name")
    own = entry.get("options") or {}
    meta: Json = {"name": entry["name"]}
    if entry.get("namespace"):
        meta["namespace"] = entry["namespace"]
    for name in ("labels", "annotations"):
        merged = {**(options.get(name) or {}), **(own.get(name) or {})}
        if merged:
            meta[name] = merged
    obj: Json = {"apiVersion": "v1", "kind": kind, "metadata": meta}
    if kind == "Secret":
        obj["type"] = entry.get("type") or "Opaque"
    try:
        pairs = list(_pairs(entry, read))
    except CommandError as error:
        raise CommandError(f"loading KV pairs: {error.message}") from None
    for key, value in pairs:
        if any(key in (obj.get(field) or {}) for field in ("data", "binaryData")):
            raise CommandError(f"configmap {entry['name']} illegally repeats the key `{key}`")
        _store(obj, kind, key, value)
    if own.get("immutable") or options.get("immutable"):
        obj["immutable"] = True
    plain = own.get("disableNameSuffixHash", options.get("disableNameSuffixHash", False))
    return Resource(obj, hashed=not plain)


def _store(obj: Json, kind: str, key: str, value: bytes) -> None:
    if kind == "Secret":
        obj.setdefault("data", {})[key] = base64.b64encode(value).decode()
        return
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        obj.setdefault("binaryData", {})[key] = base64.b64encode(value).decode()
    else:
        obj.setdefault("data", {})[key] = text


def _pairs(entry: Json, read: Read) -> Iterator[tuple[str, bytes]]:
    """Keys and values: of env files, then literals, then files."""
    envs = [*(entry.get("envs") or []), *([entry["env"]] if entry.get("env") else [])]
    with _sources("env source files", envs, ":"):
        for name in envs:
            yield from _env(read(name).decode("utf-8-sig"))
    literals = entry.get("literals") or []
    with _sources("literal sources", literals):
        for literal in literals:
            key, equals, value = literal.partition("=")
            if not equals or not key:
                raise CommandError(f"invalid literal source {literal}, expected key=value")
            yield key, _unquoted(value).encode()
    files = entry.get("files") or []
    with _sources("file sources", files, ":"):
        for source in files:
            key, path = _file(source)
            yield key, read(path)


@contextmanager
def _sources(what: str, given: Sequence[str], colon: str = "") -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise CommandError(f"{what}{colon} [{' '.join(given)}]: {error.message}") from None


def _file(source: str) -> tuple[str, str]:
    """The key and the path of `key=path`, or of a path whose last part is the key."""
    key, equals, path = source.partition("=")
    if not equals:
        return key.rpartition("/")[2], key
    if not key:
        raise CommandError(f'missing key name for file path "{path}" in source "{source}"')
    if not path:
        raise CommandError(f'missing file path for key name "{key}" in source "{source}"')
    if "=" in path:
        raise CommandError(f"source \"{source}\" key name or file path contains '='")
    return key, path


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _env(text: str) -> Iterator[tuple[str, bytes]]:
    for raw in text.split("\n"):
        line = raw.lstrip().rstrip("\r")
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")  # a key alone means the caller's environment, which is empty here
            if key:
                yield key, value.encode()


def add(resources: list[Resource], made: Resource, behavior: str) -> None:
    """Put what was generated among the resources: as a new one, instead of one, or merged into one."""
    found = _matching(resources, made)
    merging = f"merging from generator &{{0xc000758dd0 <nil>}}: id {_go_id(made)}"
    if behavior not in ("merge", "replace"):
        if found is not None:
            raise CommandError(f"{merging} exists; behavior must be merge or replace")
        resources.append(made)
        return
    if found is None:
        raise CommandError(f"{merging} does not exist; cannot merge or replace")
    if behavior == "merge":
        for field in ("data", "binaryData"):
            _join(found.object, made.object, field)
        for field in ("labels", "annotations"):
            _join(found.object["metadata"], made.object["metadata"], field)
    else:
        kept = {name: found.object["metadata"].get(name) for name in ("labels", "annotations")}
        meta = {**made.object["metadata"], "name": found.name}
        for name, values in kept.items():
            if values:
                meta[name] = {**values, **(meta.get(name) or {})}
        found.object = {**made.object, "metadata": meta}
    found.hashed = made.hashed


def _go_id(made: Resource) -> str:
    gvk = f'resid.Gvk{{Group:"", Version:"v1", Kind:"{made.kind}", isClusterScoped:false}}'
    return f'resid.ResId{{Gvk:{gvk}, Name:"{made.name}", Namespace:"{made.namespace}"}}'


def _join(into: dict[str, Any], other: dict[str, Any], field: str) -> None:
    merged = {**(into.get(field) or {}), **(other.get(field) or {})}
    if merged:
        into[field] = merged


def _matching(resources: Sequence[Resource], made: Resource) -> Resource | None:
    return next(
        (
            one
            for one in resources
            if one.kind == made.kind and made.name in one.names and made.namespace in ("", one.namespace)
        ),
        None,
    )
