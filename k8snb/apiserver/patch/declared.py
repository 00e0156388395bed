"""The fields of custom kinds, as their definitions declare them, in the form in which merging reads typed models.

A definition says what a list is (`x-kubernetes-list-type`: `map` with its keys, `set`, else `atomic`), which maps are one value
(`x-kubernetes-map-type: atomic`), and where there may be anything. Source: apiextensions `pkg/controller/openapi/builder`,
kube-openapi `pkg/schemaconv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FieldMeta, Struct
from k8snb.apiserver.patch.schema import FieldSchema

_SCALARS = {"string": "string", "integer": "numeric", "number": "numeric", "boolean": "boolean"}
_METADATA = FieldSchema(ObjectMeta, False, False, FieldMeta("metav1.ObjectMeta", ""))
_TEXT = FieldSchema(None, False, False, FieldMeta("string", ""), "string")
_ANYTHING = FieldSchema(None, False, False, FieldMeta("any", ""))


class Declared:
    """An object of a schema: its fields, and whether there may be others. Stands in for a struct's class."""

    __slots__ = ("fields", "map_type", "open")

    def __init__(self, fields: Mapping[str, FieldSchema], map_type: str, open: bool) -> None:
        self.fields, self.map_type, self.open = fields, map_type, open


def root_of(schema: Mapping[str, Any]) -> type[Struct]:
    """What stands in for the class of a custom kind with this `openAPIV3Schema`."""
    return _object(schema, {"metadata": _METADATA})


def _object(schema: Mapping[str, Any], known: Mapping[str, FieldSchema]) -> type[Struct]:
    fields = {name: _field(item) for name, item in (schema.get("properties") or {}).items()}
    anything = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    declared = Declared({**fields, **known}, schema.get("x-kubernetes-map-type", ""), anything or not schema)
    return cast("type[Struct]", declared)


def _field(schema: Mapping[str, Any]) -> FieldSchema:
    if schema.get("x-kubernetes-int-or-string"):
        return FieldSchema(None, False, False, FieldMeta("intstr.IntOrString", "", schema.get("default")))
    kind, map_type = schema.get("type", ""), schema.get("x-kubernetes-map-type", "")
    if kind == "array":
        return _list(schema)
    if kind != "object":
        if not kind:
            return _ANYTHING
        return FieldSchema(None, False, False, FieldMeta(kind, "", schema.get("default")), _SCALARS.get(kind, ""))
    if schema.get("x-kubernetes-embedded-resource"):
        cls = _object(schema, {"metadata": _METADATA, "apiVersion": _TEXT, "kind": _TEXT})
        return FieldSchema(cls, False, False, FieldMeta("object", "", map_type=map_type))
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping) and values:
        inner = _field(values)
        meta = FieldMeta("map", "", map_type=map_type)
        simple = not inner.is_list and not inner.is_map
        return FieldSchema(inner.cls if simple else None, False, True, meta, inner.scalar if simple else "")
    if not schema.get("properties"):
        return _ANYTHING
    return FieldSchema(_object(schema, {}), False, False, FieldMeta("object", "", map_type=map_type))


def _list(schema: Mapping[str, Any]) -> FieldSchema:
    items = schema.get("items")
    inner = _field(items) if isinstance(items, Mapping) else _ANYTHING
    keys = tuple(schema.get("x-kubernetes-list-map-keys") or ())
    list_type = schema.get("x-kubernetes-list-type", "atomic")
    simple = not inner.is_list and not inner.is_map
    meta = FieldMeta("array", "", list_type=list_type, list_keys=keys)
    return FieldSchema(inner.cls if simple else None, True, False, meta, inner.scalar if simple else "")
