"""Objects as kubectl holds them where it knows their Go types (`set`, `expose`): with zero values, in the order of fields."""

from __future__ import annotations

from functools import cache
from typing import Any

from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.object import Object
from k8snb.api.removed import removed_resources
from k8snb.api.resources import RESOURCES
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.goorder import in_go_order


@cache
def model_of(api_version: str, kind: str) -> type[Object] | None:
    """The model of a built-in kind, None for others."""
    rows = (*RESOURCES, *removed_resources())
    found = next((row for row in rows if row.api_version == api_version and row.kind == kind), None)
    return found.model if found is not None else None


def need_model(obj: dict[str, Any]) -> type[Object]:
    """The model of an object. CommandError for kinds that kubectl has no types of."""
    version, kind = str(obj.get("apiVersion") or ""), str(obj.get("kind") or "")
    model = model_of(version, kind)
    if model is None:
        raise CommandError(
            f"no kind {quoted(kind)} is registered for version {quoted(version)} in scheme "
            '"k8s.io/kubectl/pkg/scheme/scheme.go:28"'
        )
    return model


def check_typed(obj: dict[str, Any], source: str) -> None:
    """CommandError for an object of a file that kubectl cannot make a Go value of."""
    try:
        decode_object(need_model(obj), obj)
    except (CommandError, DecodeError) as error:
        raise CommandError(f"unable to decode {quoted(source)}: {error}") from None


def typed(obj: dict[str, Any]) -> dict[str, Any]:
    """The object after a way through its Go type: unknown fields are gone, zero values that are never left out are there."""
    try:
        value, _ = decode_object(need_model(obj), obj)
    except DecodeError as error:
        raise CommandError(f"unable to decode {quoted('')}: {error}") from None
    return in_go_order(value.to_dict())


def go_type(obj: dict[str, Any]) -> str:
    """`*v1.ConfigMap`: Go's `%T`."""
    version = str(obj.get("apiVersion", "")).rpartition("/")[2]
    return f"*{version}.{obj.get('kind', '')}"
