"""JSON data to typed objects, as strictly as the API server decodes: Go's type errors, unknown and duplicate fields.

A type error refuses the object (`json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type
int32`); unknown fields are collected, and the caller refuses, warns or ignores as `fieldValidation` asks. Zero values that
Go would not write out again (`hostNetwork: false`, empty lists) are dropped here, once. Source: sigs.k8s.io/json and the
strict decoder of apimachinery's json serializer.
"""

from __future__ import annotations

import base64
import typing
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast

from k8snb.api import duration, quantity
from k8snb.api.model import FieldMeta, FrozenMap, Struct, freeze
from k8snb.api.object import CustomResource, Object

T = TypeVar("T", bound=Struct)

_BUILT_IN = frozenset({"string", "int32", "int64", "uint16", "float64", "bool", "byte"})
#: named scalars of autoscaling/v2
_V2 = frozenset({"HPAScalingPolicyType", "MetricSourceType", "MetricTargetType", "ScalingPolicySelect"})


class DecodeError(ValueError):
    """The data does not fit the type; the message is Go's. `value` and `go` say what met what, if a value had the wrong type;
    `kind` is Go's kind of that type, if it is a scalar.
    """

    def __init__(self, message: str, value: Any = None, go: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.value, self.go, self.kind = value, go, kind


class _Problems:
    """What one decoding found: unknown fields in order, and the first type error (Go goes on after it)."""

    __slots__ = ("first", "go", "kind", "unknown", "value")

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.first, self.go, self.kind = "", "", ""
        self.value: Any = None

    def mismatch(self, value: Any, where: str, go: str, kind: str = "") -> None:
        if not self.first:
            self.first = f"json: cannot unmarshal {_json_kind(value)} into Go {where} of type {go}"
            self.value, self.go, self.kind = value, go, kind


#: reads one value: (value, problems, path for unknown fields, "struct field X.a.b" for type errors) -> typed or None
_Reader = Callable[[Any, _Problems, str, str], Any]


def decode(cls: type[T], data: Any) -> tuple[T, list[str]]:
    """The typed object and the paths of unknown fields. DecodeError if the data does not fit."""
    problems = _Problems()
    value = _read_struct(cls, data, problems, "", f"value of type {_go_package(cls)}{cls.go_name}", "")
    if problems.first:
        raise DecodeError(problems.first, problems.value, problems.go, problems.kind)
    return cast(T, value), problems.unknown


def decode_object(cls: type[Object], data: dict[str, Any]) -> tuple[Object, list[str]]:
    """As `decode`, for a top-level object: `apiVersion` and `kind` belong to the class."""
    fields = {name: value for name, value in data.items() if name not in ("apiVersion", "kind")}
    if issubclass(cls, CustomResource):
        from k8snb.api.meta import ObjectMeta

        meta, unknown = decode(ObjectMeta, fields.pop("metadata", None) or {})
        return cls.of({"metadata": meta, **{name: freeze(value) for name, value in fields.items()}}), [
            f"metadata.{path}" for path in unknown
        ]
    return decode(cls, fields)


def read(cls: type[T], data: Any) -> T:
    """A typed part from data that is known to be right (our own tables, an answer of a server); unknown fields are dropped."""
    return decode(cls, data)[0]


class _Field:
    __slots__ = ("attribute", "drop_zero", "meta", "read")

    def __init__(self, attribute: str, meta: FieldMeta, read: _Reader, drop_zero: bool) -> None:
        self.attribute, self.meta, self.read, self.drop_zero = attribute, meta, read, drop_zero


@cache
def _plan(cls: type[Struct]) -> tuple[dict[str, _Field], tuple[tuple[str, Any], ...]]:
    """How to read each JSON name of a class, and the parts that are there even when the data has none."""
    plan: dict[str, _Field] = {}
    always: list[tuple[str, Any]] = []
    for name, info in cls.__pydantic_fields__.items():
        meta = field_meta(cls, name)
        annotation = info.annotation
        markers = [item for item in info.metadata if isinstance(item, str)]
        reader = _reader(annotation, markers, meta)
        pointer = meta.go.startswith("*")
        plan[info.alias or name] = _Field(name, meta, reader, not pointer and not meta.always)
        if meta.always and info.default is not None and not isinstance(info.default, tuple | FrozenMap):
            always.append((name, _complete(info.default)))
    return plan, tuple(always)


def _complete(zero: Any) -> Any:
    """A zero value as Go writes it: a struct with the parts that are always there."""
    if not isinstance(zero, Struct):
        return zero
    missing = {name: part for name, part in _plan(type(zero))[1] if name not in zero.fields()}
    return zero.replace(**missing) if missing else zero


def field_meta(cls: type[Struct], name: str) -> FieldMeta:
    """The schema facts of one field."""
    return cast(FieldMeta, cls.__pydantic_fields__[name].json_schema_extra)


def _reader(annotation: Any, markers: list[str], meta: FieldMeta) -> _Reader:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        return _reader(inner, [*markers, *(item for item in more if isinstance(item, str))], meta)
    if origin in (typing.Union, UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        if not markers:
            for part in parts:
                if typing.get_origin(part) is typing.Annotated:
                    return _reader(part, markers, meta)
        if len(parts) == 1:
            return _reader(parts[0], markers, meta)
    if markers:
        return _SPECIAL[markers[0]]
    if origin is tuple:
        return _list_reader(typing.get_args(annotation)[0], meta)
    if origin is not None and issubclass(origin, typing.Mapping):
        return _map_reader(typing.get_args(annotation)[1], meta)
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _struct_reader(annotation)
    return _scalar_reader(annotation, _scalar_type(meta.go.split("]")[-1].lstrip("*")))


def _struct_reader(cls: type[Struct]) -> _Reader:
    def read_value(value: Any, problems: _Problems, path: str, where: str) -> Any:
        return _read_struct(cls, value, problems, path, where, where.partition(".")[2])

    return read_value


def _read_struct(
    cls: type[Struct], data: Any, problems: _Problems, path: str, where: str, dotted: str
) -> Struct | None:
    if not isinstance(data, dict):
        problems.mismatch(data, where, _go_package(cls) + cls.go_name)
        return None
    plan, always = _plan(cls)
    fields: dict[str, Any] = {}
    prefix = f"{path}." if path else ""
    for name, value in data.items():
        known = plan.get(name)
        if known is None:
            problems.unknown.append(prefix + str(name))
            continue
        if value is None:
            continue
        full = f"{dotted}.{name}" if dotted else name
        typed = known.read(value, problems, prefix + name, f"struct field {cls.go_name}.{full}")
        if typed is None or (known.drop_zero and not typed and not isinstance(typed, Struct)):
            continue
        fields[known.attribute] = typed
    for name, zero in always:
        if name not in fields:
            fields[name] = zero
    return cls.of(fields)


def _list_reader(item: Any, meta: FieldMeta) -> _Reader:
    read_item = _reader(item, [], meta)
    go = "[]" + _go_type(item, meta)

    def read_value(value: Any, problems: _Problems, path: str, where: str) -> Any:
        if not isinstance(value, list | tuple):
            problems.mismatch(value, where, go)
            return None
        items = []
        for index, element in enumerate(value):
            typed = read_item(element, problems, f"{path}[{index}]", where) if element is not None else None
            items.append(typed)
        return tuple(element for element in items if element is not None)

    return read_value


def _map_reader(item: Any, meta: FieldMeta) -> _Reader:
    read_item = _reader(item, [], meta)
    go = "map[string]" + _go_type(item, meta)

    def read_value(value: Any, problems: _Problems, path: str, where: str) -> Any:
        if not isinstance(value, dict):
            problems.mismatch(value, where, go)
            return None
        out = {}
        for key, element in value.items():
            typed = read_item("" if element is None else element, problems, f"{path}.{key}", where)
            if typed is not None:
                out[key] = typed
        return FrozenMap(out)

    return read_value


def _scalar_reader(annotation: Any, go: str) -> _Reader:
    kind = {bool: "bool", float: "float64", int: "int32" if go == "int32" else "int64"}.get(annotation, "string")

    def read_value(value: Any, problems: _Problems, path: str, where: str) -> Any:
        if annotation is bool:
            fits = isinstance(value, bool)
        elif annotation is int:
            fits = isinstance(value, int) and not isinstance(value, bool) and _in_range(value, go)
        elif annotation is float:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            fits = isinstance(value, str)
        if not fits:
            problems.mismatch(value, where, go, kind)
            return None
        return value

    return read_value


def _in_range(value: int, go: str) -> bool:
    bits = 31 if go == "int32" else 63
    return -(1 << bits) <= value < (1 << bits)


def _go_type(annotation: Any, meta: FieldMeta) -> str:
    """How Go prints the element type of a list or map."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _go_package(annotation) + annotation.go_name
    return _scalar_type(meta.go.split("]")[-1])


def _scalar_type(go: str) -> str:
    """A scalar's type as Go prints it: with its package if it has a name of its own."""
    if go in _BUILT_IN or "." in go:
        return go
    return f"v2.{go}" if go in _V2 else f"v1.{go}"


def _go_package(cls: type[Struct]) -> str:
    """`v1.`: the package name upstream declares the type in is its version."""
    module = cls.__module__.rpartition(".")[2]
    if "beta" in module:
        return f"{module}."
    return "v2." if cls.__module__.endswith("autoscaling.horizontalpodautoscaler") else "v1."


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return f"number {value}" if abs(value) >= 1 << 31 else "number"
    if isinstance(value, float):
        return f"number {value}"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"


def _read_quantity(value: Any, problems: _Problems, path: str, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        value = str(value)  # no text of a bool, list or map is a quantity
    try:
        return quantity.canonical(value)
    except ValueError as error:
        raise DecodeError(str(error)) from None


def _read_time(value: Any, problems: _Problems, path: str, where: str) -> Any:
    return _parsed_time(value, problems, where, lambda text: duration.format_time(duration.parse_time(text)))


def _read_micro_time(value: Any, problems: _Problems, path: str, where: str) -> Any:
    return _parsed_time(value, problems, where, lambda text: duration.format_micro_time(duration.parse_time(text)))


def _parsed_time(value: Any, problems: _Problems, where: str, parse: Callable[[str], str]) -> Any:
    if not isinstance(value, str):
        problems.mismatch(value, where, "string")
        return None
    try:
        return parse(value) if value else None
    except ValueError:
        layout = "2006-01-02T15:04:05Z07:00"
        raise DecodeError(f'parsing time "{value}" as "{layout}": cannot parse "{value}" as "2006"') from None


def _read_int_or_string(value: Any, problems: _Problems, path: str, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        if not problems.first:
            problems.first = f"json: cannot unmarshal {_json_kind(value)} into Go value of type string"
            if isinstance(value, float):
                problems.first = f"json: cannot unmarshal {_json_kind(value)} into Go value of type int32"
        return None
    return value


def _read_bytes(value: Any, problems: _Problems, path: str, where: str) -> Any:
    if not isinstance(value, str):
        problems.mismatch(value, where, "[]uint8")
        return None
    text = value.replace("\n", "").replace("\r", "")
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode()
    except ValueError:  # binascii.Error, or a character that is not even ASCII
        raise DecodeError(f"illegal base64 data at input byte {_bad_base64_byte(text)}") from None


def _bad_base64_byte(text: str) -> int:
    """Where Go's decoder gives up: at the first character that is not base64, or at the end of a short quantum."""
    alphabet = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    for index, letter in enumerate(text):
        if letter == "=" and index % 4 >= 2 and text[index:].strip("=") == "":
            break
        if letter not in alphabet:
            return index
    return len(text) // 4 * 4 if len(text) % 4 else len(text)


def _read_text(value: Any, problems: _Problems, path: str, where: str) -> Any:
    if not isinstance(value, str):
        problems.mismatch(value, where, "string")
        return None
    return value


def _read_json(value: Any, problems: _Problems, path: str, where: str) -> Any:
    return freeze(value)


_SPECIAL: dict[str, _Reader] = {
    "Quantity": _read_quantity,
    "Time": _read_time,
    "MicroTime": _read_micro_time,
    "Duration": _read_text,
    "IntOrString": _read_int_or_string,
    "Bytes": _read_bytes,
    "JSON": _read_json,
}
