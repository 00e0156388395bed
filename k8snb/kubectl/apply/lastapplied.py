"""The annotation in which apply remembers what it was given: the manifest as JSON, without the annotation itself.

Source: `k8s.io/kubectl/pkg/util/apply.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api import jsontext

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def last_applied(obj: dict[str, Any]) -> str | None:
    """The remembered manifest as JSON text; None if there is none."""
    return annotations_of(obj).get(LAST_APPLIED)


def annotations_of(obj: dict[str, Any]) -> dict[str, str]:
    """The annotations of an object."""
    return (obj.get("metadata") or {}).get("annotations") or {}


def with_annotations(obj: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """The object with these annotations instead of its own."""
    return {**obj, "metadata": {**(obj.get("metadata") or {}), "annotations": values}}


def configuration(obj: dict[str, Any], *, typed: bool = False) -> str:
    """What apply remembers of an object. One that kubectl made itself keeps the order of its fields."""
    bare = {name: value for name, value in annotations_of(obj).items() if name != LAST_APPLIED}
    if bare or not typed:
        obj = with_annotations(obj, bare)
    elif "annotations" in (obj.get("metadata") or {}):
        meta = {name: value for name, value in obj["metadata"].items() if name != "annotations"}
        obj = {**obj, "metadata": meta}
    return jsontext.dumps(obj, sort_keys=not typed) + "\n"


def with_last_applied(obj: dict[str, Any], *, typed: bool = False) -> dict[str, Any]:
    """The object, annotated with its own configuration."""
    return with_annotations(obj, {**annotations_of(obj), LAST_APPLIED: configuration(obj, typed=typed)})


def updated_last_applied(obj: dict[str, Any], save: bool) -> dict[str, Any]:
    """The object with the annotation made new, if that is asked for (`--save-config`) or it has one already."""
    return with_last_applied(obj) if save or LAST_APPLIED in annotations_of(obj) else obj
