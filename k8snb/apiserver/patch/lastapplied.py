"""What the server does when `kubectl apply --server-side` comes to an object that client-side apply has made.

The annotation in which client-side apply remembers its manifest counts as ownership: a field that is still as the annotation
says is nobody else's, so changing it is no conflict. And the annotation is kept up to date, so that client-side apply can
take over again. Both only for the field manager `kubectl`.
Source: apimachinery `pkg/util/managedfields/internal/{lastappliedmanager,lastappliedupdater}.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.jsonsyntax import JSONError
from k8snb.apiserver.fieldset import NO_FIELDS, FieldSet, Shape, compare, fields_of

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_MANAGER: Final = "kubectl"
_TOO_LONG: Final = 256 * 1024


def agreed_fields(manager: str, live: dict[str, Any], shape: Shape) -> FieldSet:
    """The fields in which a live object is as client-side apply has left it; none for other managers than `kubectl`."""
    text = _annotations(live).get(LAST_APPLIED) if manager == _MANAGER else None
    if not text:
        return NO_FIELDS
    try:
        last = jsontext.loads(text)
    except JSONError:
        return NO_FIELDS
    if not isinstance(last, dict) or last.get("apiVersion") != live.get("apiVersion"):
        return NO_FIELDS
    difference = compare(last, live, shape)
    return frozenset(fields_of(last, shape) - difference.modified - difference.added - difference.removed)


def with_annotation(manager: str, obj: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """An object that has the annotation, with the configuration that has just been applied in it."""
    kept = _annotations(obj)
    if manager != _MANAGER or not kept.get(LAST_APPLIED):
        return obj
    meta = dict(config["metadata"])
    if meta.get("annotations") is not None:
        meta["annotations"] = {key: value for key, value in meta["annotations"].items() if key != LAST_APPLIED}
    text = jsontext.dumps({**config, "metadata": meta}, sort_keys=True) + "\n"
    annotations = {**kept, LAST_APPLIED: text}
    if sum(len(key) + len(value) for key, value in annotations.items()) > _TOO_LONG:
        annotations.pop(LAST_APPLIED)
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


def _annotations(obj: dict[str, Any]) -> dict[str, str]:
    return (obj.get("metadata") or {}).get("annotations") or {}
