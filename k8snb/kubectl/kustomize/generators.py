"""ConfigMaps and Secrets made from literals, files and env files.

Source: kustomize `api/internal/generators`, `api/kv`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import Json, Resource

#: reads a file of the kustomization by its path there
Read = Callable[[str], bytes]
_BEHAVIORS = ("", "unspecified", "create", "replace", "merge")


def generate(kind: str, entry: Json, options: Json, read: Read) -> Resource:
    """One ConfigMap or Secret of `configMapGenerator` or `secretGenerator`."""
    if not entry.get("name"):
        raise CommandError("configmap must have name" if kind == "ConfigMap" else "secret must have name")
    own = entry.get("options") or {}
    meta: Json = {"name": entry["name"]}
    if entry.get("namespace"):
        meta["namespace"] = entry["namespace"]
    for name in ("labels", "annotations"):
        merged = {**(options.get(name) or {}), **(own.get(name) or {})}
        if merged:
            meta[name] = {key: str(value) for key, value in merged.items()}
    obj: Json = {"apiVersion": "v1", "kind": kind, "metadata": meta}
    if kind == "Secret":
        obj["type"] = entry.get("type") or "Opaque"
    for key, value in _pairs(entry, read):
        _store(obj, kind, key, value)
    if own.get("immutable") or options.get("immutable"):
        obj["immutable"] = True
    plain = own.get("disableNameSuffixHash", options.get("disableNameSuffixHash", False))
    return Resource(obj, hashed=not plain)


def _store(obj: Json, kind: str, key: str, value: bytes) -> None:
    if any(key in (obj.get(field) or {}) for field in ("data", "binaryData")):
        raise CommandError(f"cannot add key {key}, another key by that name already exists")
    if kind == "Secret":
        obj.setdefault("data", {})[key] = base64.b64encode(value).decode()
        return
    try:
        obj.setdefault("data", {})[key] = value.decode("utf-8")
    except UnicodeDecodeError:
        if not obj["data"]:
            del obj["data"]
        obj.setdefault("binaryData", {})[key] = base64.b64encode(value).decode()


def _pairs(entry: Json, read: Read) -> Iterator[tuple[str, bytes]]:
    for name in [*(entry.get("envs") or []), *([entry["env"]] if entry.get("env") else [])]:
        yield from _env(name, read(name).decode("utf-8-sig"))
    for literal in entry.get("literals") or []:
        key, equals, value = str(literal).partition("=")
        if not equals or not key:
            raise CommandError(f"literal source {literal}: invalid literal source {literal}, expected key=value")
        yield key, _unquoted(value).encode()
    for source in entry.get("files") or []:
        key, equals, path = str(source).partition("=")
        path = path if equals else key
        yield (key if equals else path.rpartition("/")[2]), read(path)


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _env(name: str, text: str) -> Iterator[tuple[str, bytes]]:
    for number, raw in enumerate(text.split("\n")):
        line = raw.lstrip().rstrip("\r")
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise CommandError(f"env file {name}, line {number}: no value for {key}")
        yield key, value.encode()


def add(resources: list[Resource], made: Resource, behavior: str) -> None:
    """Put what was generated among the resources: as a new one, instead of one, or merged into one."""
    if behavior not in _BEHAVIORS:
        raise CommandError(f"unknown behavior: {behavior}")
    found = _matching(resources, made)
    if behavior in ("", "unspecified", "create"):
        if found is not None:
            raise CommandError(
                f"merging from generator &{{{made.kind}}}: id {made.id} exists; behavior must be merge or replace"
            )
        resources.append(made)
        return
    if found is None:
        raise CommandError(f"id {made.id} does not exist; cannot merge or replace")
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
