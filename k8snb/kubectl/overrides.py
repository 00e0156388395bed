"""`--overrides`: a piece of JSON laid over an object that kubectl has made (`run`, `expose`).

Source: kubectl `pkg/cmd/util/override_options.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.errors import StatusError
from k8snb.apiserver.patch.json import apply_json_patch
from k8snb.apiserver.patch.merge import merge_patch
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.typedobjects import need_model, typed

OVERRIDE_FLAGS: Final = (
    Flag(
        "overrides",
        usage="An inline JSON override for the generated object. If this is non-empty, it is used to override the generated "
        "object. Requires that the object supply a valid apiVersion field.",
    ),
    Flag(
        "override-type",
        default="merge",
        usage="The method used to override the generated object: json, merge, or strategic.",
    ),
)


def overridden(invocation: Invocation, obj: dict[str, Any]) -> dict[str, Any]:
    """The object with the overrides of the flags, as the typed object it then is. CommandError if they do not apply."""
    text = invocation.flag("overrides")
    if not text:
        return obj
    way = invocation.flag("override-type")
    if way not in ("json", "merge", "strategic"):
        raise CommandError(f"invalid override type: {way}")
    try:
        patch = jsontext.loads(text)
    except ValueError as error:
        words = {"merge": "Invalid JSON Patch", "strategic": "invalid JSON document"}
        raise CommandError(words.get(way, str(error))) from None
    try:
        return typed(_patched(way, obj, patch))
    except StatusError as error:
        raise CommandError(error.message) from None
    except CommandError as error:
        raise CommandError(error.message.removeprefix('unable to decode "": ')) from None


def _patched(way: str, obj: dict[str, Any], patch: Any) -> dict[str, Any]:
    if way == "json":
        return apply_json_patch(obj, patch)
    if not isinstance(patch, dict):
        raise CommandError("Invalid JSON Patch")
    if way == "strategic":
        return strategic_merge(obj, patch, need_model(obj))
    merged: dict[str, Any] = merge_patch(obj, patch)
    return merged
