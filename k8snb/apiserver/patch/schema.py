"""What merging needs to know of a field, read from the typed models: element type, merge key, strategy, list type."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, NamedTuple

from k8snb.api.decode import field_meta
from k8snb.api.model import FieldMeta, Struct


class FieldSchema(NamedTuple):
    """One JSON field: `cls` is the struct it (or its elements) hold, None for scalars and free-form data."""

    cls: type[Struct] | None
    is_list: bool
    is_map: bool
    meta: FieldMeta
    #: of scalars: `string`, `numeric` or `boolean`; empty where more than one will do (quantities, times)
    scalar: str = ""

    @property
    def merges(self) -> bool:
        """Whether a strategic merge patch merges this list instead of replacing it."""
        return "merge" in self.meta.strategy.split(",")

    @property
    def retains_keys(self) -> bool:
        return "retainKeys" in self.meta.strategy.split(",")


def schema_of(cls: type[Struct]) -> Mapping[str, FieldSchema]:
    """JSON name -> schema of every field of a class, or of what stands in for one (`patch/declared.py`)."""
    if isinstance(cls, type):
        return _fields_of(cls)
    fields: Mapping[str, FieldSchema] = cls.fields
    return fields


@cache
def _fields_of(cls: type[Struct]) -> Mapping[str, FieldSchema]:
    found = {}
    for name, info in cls.__pydantic_fields__.items():
        struct, is_list, is_map = _shape(info.annotation)
        marked = any(isinstance(item, str) and item not in _TEXTS for item in info.metadata)
        scalar = "" if struct is not None or marked else _scalar(info.annotation)
        found[info.alias or name] = FieldSchema(struct, is_list, is_map, field_meta(cls, name), scalar)
    return found


def _shape(annotation: Any) -> tuple[type[Struct] | None, bool, bool]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _shape(typing.get_args(annotation)[0])
    if origin in (typing.Union, UnionType):
        for part in typing.get_args(annotation):
            if part is not type(None):
                return _shape(part)
    if origin is tuple:
        return _shape(typing.get_args(annotation)[0])[0], True, False
    if origin is not None and issubclass(origin, Mapping):
        return _shape(typing.get_args(annotation)[1])[0], False, True
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return annotation, False, False
    return None, False, False


#: marks of strings with a format of their own that are nothing but strings
_TEXTS = frozenset({"Duration", "Bytes"})


def _scalar(annotation: Any) -> str:
    """What a scalar, or the elements of a list or map of scalars, must be."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        plain, *marks = typing.get_args(annotation)
        return _scalar(plain) if _TEXTS.issuperset(marks) else ""
    if origin in (typing.Union, UnionType):
        found = {_scalar(part) for part in typing.get_args(annotation) if part is not type(None)}
        return found.pop() if len(found) == 1 else ""
    if origin is not None:
        parts = typing.get_args(annotation)
        inner = parts[1] if issubclass(origin, Mapping) else parts[0]
        nested = typing.get_origin(inner)
        return "" if nested is tuple or (isinstance(nested, type) and issubclass(nested, Mapping)) else _scalar(inner)
    return {str: "string", bool: "boolean", int: "numeric", float: "numeric"}.get(annotation, "")


def field_schema(cls: type[Struct] | None, name: str) -> FieldSchema | None:
    """The schema of one JSON field, None if the class has none of that name."""
    return schema_of(cls).get(name) if cls is not None else None
