"""The objects of `-f` and `-k` with their kinds found out: documents, and what is in lists.

Source: cli-runtime `pkg/resource/{mapper,visitor}.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, Many, quoted
from k8snb.kubectl.info import Info
from k8snb.kubectl.manifests import Document, Source, documents
from k8snb.kubectl.typedobjects import check_typed


def file_objects(
    invocation: Invocation, sources: Sequence[Source], *, validate: bool = False, typed: bool = False
) -> Iterator[Info | Exception]:
    """Each object of the sources, or what is wrong with it, in its place; `typed` takes built-in kinds only."""
    for source in sources:
        for document in documents(invocation, source, validate=validate):
            if isinstance(document, Exception):
                yield document
            elif isinstance(document.value.get("items"), list):
                yield from _from_list(invocation, document)
            else:
                yield _of_object(invocation, document.value, document.source, typed=typed)


def _from_list(invocation: Invocation, document: Document) -> Iterator[Info | Exception]:
    """The objects in a list, each with the list's kind if it has none itself."""
    kind, version = str(document.value["kind"]), document.value.get("apiVersion")
    errors: list[Exception] = []
    for item in document.value["items"]:
        named = item.get("kind") or item.get("apiVersion")
        obj = item if named else {"apiVersion": version, "kind": kind.removesuffix("List"), **item}
        info = _of_object(invocation, obj, document.source, in_list=True)
        if isinstance(info, Exception):
            errors.append(info)
        else:
            yield info
    if errors:
        yield Many(errors)


def _of_object(
    invocation: Invocation, obj: dict[str, Any], source: str, *, in_list: bool = False, typed: bool = False
) -> Info | CommandError:
    if typed:
        try:
            check_typed(obj, source)
        except CommandError as error:
            return error
    meta = obj.get("metadata") or {}
    name, namespace = meta.get("name") or "", meta.get("namespace") or ""
    version, kind_name = str(obj.get("apiVersion") or ""), str(obj.get("kind"))
    try:
        kind = invocation.kinds.of_object(version, kind_name)
    except ConnectionRefused as refused:
        return CommandError(f"unable to recognize {quoted(source)}: {refused.message}")
    if kind is None:
        missing = f"no matches for kind {quoted(kind_name)} in version {quoted(version)}"
        if in_list:
            return CommandError(f"unable to recognize {missing}")
        return CommandError(
            f"resource mapping not found for name: {quoted(name)} namespace: {quoted(namespace)} from "
            f"{quoted(source)}: {missing}\nensure CRDs are installed first"
        )
    if not version:
        kind = replace(kind, version="")  # the address is then as incomplete as the object
    return Info(kind, namespace, name, obj, source)
