"""`-f` and `-k`: files, folders, patterns, standard input; YAML or JSON; several documents. Each with where it came from.

What cannot be read is yielded as an error in its place, so that the rest is still worked on. Source: cli-runtime
`pkg/resource/{builder,visitor,mapper,metadata_decoder}.go`, kubectl `pkg/validation`.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from k8snb.api import jsontext, yaml
from k8snb.api.decode import DecodeError, decode
from k8snb.api.meta import ObjectMeta
from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, Many, quoted

EXTENSIONS = (".json", ".yaml", ".yml")
#: the name of standard input in errors
STDIN = "STDIN"
_PATIENCE = {"timeout": "32s"}


@dataclass(frozen=True)
class Document:
    """One document of a manifest and the name of its source as errors show it (`STDIN`, `web.yaml`)."""

    value: dict[str, Any]
    source: str


@dataclass(frozen=True)
class Source:
    """A text that is to be read, and its name."""

    name: str
    path: Path | None = None
    text: str = ""
    #: whether the name is a URL to be fetched
    remote: bool = False


def sources(invocation: Invocation, names: Sequence[str], kustomize: str = "", recursive: bool = False) -> list[Source]:
    """The texts that `-f` and `-k` name. Many for paths that do not exist and flags that do not go together."""
    errors: list[Exception] = []
    if names and kustomize:
        errors.append(CommandError("only one of -f or -k can be specified"))
    if kustomize and recursive:
        errors.append(CommandError("the -k flag can't be used with -f or -R"))
    found: list[Source] = []
    for name in names if not errors else ():
        try:
            found += _sources(invocation, name, recursive)
        except CommandError as error:
            errors.append(error)
    if errors:
        raise Many(errors)
    if kustomize:
        from k8snb.kubectl.kustomize import build

        found.append(Source(kustomize, None, build(Path(invocation.session.cwd, kustomize), kustomize)))
    return found


def documents(
    invocation: Invocation, source: Source, *, validate: bool = False
) -> Iterator[Document | CommandError | ConnectionRefused]:
    """The documents of one source; an error ends it, except for a document that has no kind. Empty ones are left out."""
    try:
        text = _text(source)
        for document in yaml.documents(text):
            if validate:
                _check_kind(document.value, source.name)
                _check_server(invocation, source.name)
            yield _decoded(document.value, source.name)
    except yaml.YAMLError as error:
        yield CommandError(f"error parsing {source.name}: {error}")
    except (CommandError, ConnectionRefused) as error:
        yield error


def _text(source: Source) -> str:
    if source.remote:
        from k8snb.client.download import DownloadError, download

        try:
            return _decoded_text(download(source.name, yaml.LIMIT + 1), source.name)
        except DownloadError as error:
            raise CommandError(str(error)) from None
    return source.text if source.path is None else _read(source.path, source.name)


def _check_kind(value: Any, source: str) -> None:
    """What kubectl looks at before it leaves the validation to the server."""
    errors = []
    if not isinstance(value, dict):
        errors.append("invalid object to validate")
    else:
        for name in ("apiVersion", "kind"):
            if value.get(name) is None:
                errors.append(f"{name} not set")
            elif not isinstance(value[name], str):
                errors.append(f"{name} isn't string type")
    if errors:
        raise _not_valid(source, errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")


def _check_server(invocation: Invocation, source: str) -> None:
    """kubectl asks the server whether it validates fields: in the new description of its API, and else in the old one."""
    try:
        invocation.client.request("GET", "/openapi/v3", _PATIENCE)
    except ConnectionRefused:
        try:
            invocation.client.request("GET", "/openapi/v2", _PATIENCE)
        except ConnectionRefused as refused:
            raise _not_valid(source, f"failed to download openapi: {refused.message}") from None


def _not_valid(source: str, text: str) -> CommandError:
    return CommandError(
        f"error validating {quoted(source)}: error validating data: {text}; if you choose to ignore these errors, "
        "turn validation off with --validate=false"
    )


def _decoded(value: Any, source: str) -> Document | CommandError:
    """The document as an object: it must be a map with a kind and metadata of the right types."""
    prefix = f"unable to decode {quoted(source)}: "
    if not isinstance(value, dict):
        return CommandError(
            f"{prefix}json: cannot unmarshal {_json_kind(value)} into Go value of type unstructured.detector"
        )
    if not value.get("kind"):
        return CommandError(f"{prefix}Object 'Kind' is missing in '{jsontext.dumps(value)}'")
    try:
        meta = value.get("metadata")
        if meta is not None:
            _check_metadata(meta)
    except DecodeError as error:
        return CommandError(f"{prefix}{error}")
    return Document(in_alphabetical_order(value), source)


def _check_metadata(meta: Any) -> None:
    if not isinstance(meta, dict):
        raise DecodeError(
            f"json: cannot unmarshal {_json_kind(meta)} into Go struct field metadataOnlyObject.metadata of type "
            "v1.ObjectMeta"
        )
    try:
        decode(ObjectMeta, in_alphabetical_order(meta))
    except DecodeError as error:
        raise DecodeError(
            str(error).replace("struct field ObjectMeta.", "struct field ObjectMeta.metadata.", 1)
        ) from None


def in_alphabetical_order(value: Any) -> Any:
    """The value as it stands in the JSON that kubectl makes of it: keys sorted. The server's complaints come in that order."""
    if isinstance(value, dict):
        return {name: in_alphabetical_order(value[name]) for name in sorted(value)}
    return [in_alphabetical_order(item) for item in value] if isinstance(value, list) else value


def _sources(invocation: Invocation, name: str, recursive: bool) -> Iterator[Source]:
    if name == "-":
        yield Source(STDIN, None, invocation.stdin)
        return
    if name.startswith(("http://", "https://")):
        if invocation.session.dial is not None:
            yield Source(name, remote=True)
            return
        raise CommandError(
            f"unable to read URL {quoted(name)}: the lab has no network; save the manifest to a file, or paste it into "
            "%%manifest"
        )
    cwd = invocation.session.cwd
    kept = invocation.session.files.get(name.removeprefix("./"))
    if kept is not None and not Path(cwd, name).exists():
        yield Source(name, None, kept)
        return
    for match in _matches(cwd, name):
        found = list(_walk(Path(cwd, match), match, recursive, explicit=True))
        if not found:
            raise CommandError(f"error reading [{match}]: recognized file extensions are [{' '.join(EXTENSIONS)}]")
        yield from found


def _matches(cwd: Path, name: str) -> list[str]:
    """The paths of a pattern; a name that exists is no pattern."""
    if Path(cwd, name).exists():
        return [name]
    found = sorted(glob.glob(name, root_dir=cwd, include_hidden=True))
    if not found:
        raise CommandError(f"the path {quoted(name)} does not exist")
    return found


def _walk(path: Path, shown: str, recursive: bool, *, explicit: bool) -> Iterator[Source]:
    if path.is_dir():
        if not explicit and not recursive:
            return
        base = "" if shown in (".", "./") else shown.removeprefix("./").rstrip("/") + "/"
        for item in sorted(path.iterdir(), key=lambda item: item.name):
            yield from _walk(item, base + item.name, recursive, explicit=False)
    elif explicit or path.suffix in EXTENSIONS:
        yield Source(shown, path)


def _read(path: Path, name: str) -> str:
    if path.stat().st_size > yaml.LIMIT:
        raise CommandError(f"error parsing {name}: the file is too large ({path.stat().st_size} bytes)")
    return _decoded_text(path.read_bytes(), name)


def _decoded_text(data: bytes, name: str) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(
            f"error parsing {name}: error converting YAML to JSON: yaml: invalid leading UTF-8 octet"
        ) from None


def _json_kind(value: Any) -> str:
    return {str: "string", bool: "bool", int: "number", float: "number", list: "array"}.get(type(value), "object")
