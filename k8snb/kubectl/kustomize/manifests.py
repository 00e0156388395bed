"""Manifests as kustomize reads them: every document an object with kind and name, lists opened.

Its YAML is that of go-yaml v3: only `true` and `false` are booleans, `yes`, `on`, `n` and the like are text. Source:
kustomize `api/resource/factory.go`, `kyaml/kio/byteio_reader.go`, `kyaml/yaml/rnode.go`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from k8snb.api import yaml
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import Json, Resource

_READING: Final = "error converting YAML to JSON: "
_WORDS: Final = re.compile(r"(?:y|n|yes|no|on|off)(?![^\s,\]}:#])", re.IGNORECASE)


class MalformedYAML(CommandError):
    """A file that is no YAML: whoever reads it says so without trying to take it for a folder."""


def resources(text: str, file: str = "") -> list[Resource]:
    """The objects of a text; `file` is its name for errors. CommandError for what is no manifest."""
    found = []
    for value in values(text, file):
        items = value.get("items") if isinstance(value, dict) and str(value.get("kind")).endswith("List") else None
        found += [_resource(item) for item in (items if isinstance(items, list) else [value])]
    return found


def values(text: str, file: str = "") -> list[Any]:
    """The data of the documents of a text."""
    try:
        documents = yaml.load_all(text)
    except yaml.YAMLError as error:
        where = f" in File: {file}" if file else ""
        raise MalformedYAML(f"MalformedYAMLError: {str(error).removeprefix(_READING)}{where}") from None
    return [_with_words(document) for document in documents if document.value is not None]


def _with_words(document: yaml.Document) -> Any:
    """The value with the words as text that YAML 1.1 takes for booleans."""
    value = document.value
    if not _WORDS.search(document.text):
        return value
    lines = document.text.split("\n")
    for path, mark in document.marks.items():
        word = _WORDS.match(lines[mark.line - 1 - document.line], mark.column - 1)
        if word and path:
            holder = value
            for part in path[:-1]:
                holder = holder[part]
            if isinstance(holder[path[-1]], bool):
                holder[path[-1]] = word[0]
        key = _WORDS.match(lines[mark.key_line - 1 - document.line], mark.key_column - 1)
        if key and path and path[-1] in ("true", "false"):
            _rename(value, path, key[0])
    return value


def _rename(value: Any, path: tuple[str | int, ...], name: str) -> None:
    """Give a key its name back where it was taken for a boolean."""
    for part in path[:-1]:
        value = value[part]
    if isinstance(value, dict) and path[-1] in value:
        value[name] = value.pop(path[-1])


def _resource(item: Any) -> Resource:
    if not isinstance(item, dict):
        raise CommandError("missing Resource metadata")
    meta = item.get("metadata")
    if not item.get("kind"):
        if not item.get("apiVersion") and not meta:
            raise CommandError("missing Resource metadata")
        raise CommandError(f"missing kind in object {_shown(item)}")
    if not (meta or {}).get("name"):
        raise CommandError(f"missing metadata.name in object {_shown(item)}")
    return Resource(item)


def _shown(item: Json) -> str:
    """The object's metadata as Go prints the struct that holds it."""
    meta = item.get("metadata") or {}
    maps = (
        " ".join(f"{key}:{value}" for key, value in sorted((meta.get(name) or {}).items()))
        for name in ("labels", "annotations")
    )
    texts = (item.get("apiVersion", ""), item.get("kind", ""), meta.get("name", ""), meta.get("namespace", ""))
    labels, notes = maps
    return "{{%s %s} {{%s %s} map[%s] map[%s]}}" % (*texts, labels, notes)  # noqa: UP031 - braces all over
