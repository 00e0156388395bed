"""Frozen API objects: how one Kubernetes object is held in memory.

An object's ``__dict__`` is its JSON: a field that is absent in JSON is absent there and reads as the class's zero (``None``,
``()``, an empty map). Nothing is ever changed in place: ``replace`` makes a new shell around shared parts, so a Pod made
from a template shares the template's containers and a snapshot of the cluster is a handful of references.

The classes are pydantic models, so every field's type, documentation and merge rule can be read from ``model_fields``. The
constructor takes what it is given (types are checked statically); ``model_validate`` reads plain data with the API server's
strict decoder, ``api/decode.py``.
"""

from collections.abc import Iterator, Mapping
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    ForwardRef,
    NoReturn,
    Self,
    TypeVar,
    cast,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:  # pydantic has no public name for it
    ModelMetaclass = type(BaseModel)

K = TypeVar("K")
V = TypeVar("V")

#: Scalars that are strings or numbers in JSON but have a format of their own; the decoder reads the marker.
Quantity = Annotated[str, "Quantity"]
Time = Annotated[str, "Time"]
MicroTime = Annotated[str, "MicroTime"]
Duration = Annotated[str, "Duration"]
Bytes = Annotated[str, "Bytes"]
IntOrString = Annotated[int | str, "IntOrString"]
JSON = Annotated[Any, "JSON"]


class FrozenMap(dict[K, V]):
    """A JSON object without a type of its own (labels, data, a custom resource's fields); refuses to be changed."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("API objects are frozen: build a new map and replace() the field")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


EMPTY_MAP: Mapping[str, Any] = FrozenMap()


class FieldMeta:
    """What upstream's schema says of one field, beside its type: read by decoding, defaulting, patching and explain."""

    __slots__ = (
        "always",
        "default",
        "doc",
        "enum",
        "go",
        "list_keys",
        "list_type",
        "map_type",
        "merge_key",
        "strategy",
    )

    def __init__(
        self,
        go: str,
        doc: str,
        default: Any = None,
        always: bool = False,
        enum: tuple[str, ...] = (),
        list_type: str = "",
        list_keys: tuple[str, ...] = (),
        map_type: str = "",
        merge_key: str = "",
        strategy: str = "",
    ) -> None:
        self.go, self.doc, self.default, self.always, self.enum = go, doc, default, always, enum
        self.list_type, self.list_keys, self.map_type = list_type, list_keys, map_type
        self.merge_key, self.strategy = merge_key, strategy

    def __call__(self, schema: dict[str, Any]) -> None:
        """What pydantic adds to the field's JSON schema."""
        if self.enum:
            schema["enum"] = list(self.enum)


def Field(  # noqa: N802
    go: str,
    doc: str = "",
    *,
    zero: Any = None,
    default: Any = None,
    always: bool = False,
    alias: str | None = None,
    enum: tuple[str, ...] = (),
    list_type: str = "",
    list_keys: tuple[str, ...] = (),
    map_type: str = "",
    merge_key: str = "",
    strategy: str = "",
) -> Any:
    """Declare one field: its Go type, documentation, what reading it gives when absent (``zero``), and its merge rules."""
    meta = FieldMeta(go, doc, default, always, enum, list_type, list_keys, map_type, merge_key, strategy)
    # pydantic keeps a callable by reference, so the facts are found again in `model_fields`.
    return FieldInfo(default=zero, alias=alias, description=doc, json_schema_extra=meta)


_new = object.__new__
_set = object.__setattr__
_NOTHING: set[str] = set()


class StructType(ModelMetaclass):
    """The class of structs: pydantic's, told its fields at once.

    Every field of a struct is an annotation and a `Field(…)`, both already evaluated, so pydantic need not look for them;
    hundreds of classes are made at start-up, and the looking is most of it.
    """

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> Any:
        own = {key: value for key, value in namespace.items() if isinstance(value, FieldInfo)}
        inherited = getattr(bases[0], "__pydantic_fields__", {})
        annotations = namespace.get("__annotations__", {})
        if all(_is_evaluated(annotations[key]) for key in own):
            namespace = {key: value for key, value in namespace.items() if key not in own}
            namespace["__annotations__"] = {key: kind for key, kind in annotations.items() if key not in own}
            cls: Any = super().__new__(mcs, name, bases, namespace, **kwargs)
            cls.__annotations__ = annotations
            for key, info in own.items():
                info.annotation = annotations[key]
            cls.__pydantic_fields__ = {**inherited, **own}
        else:  # a schema that holds schemas
            cls = super().__new__(mcs, name, bases, namespace, **kwargs)
            own = {key: cls.__pydantic_fields__[key] for key in own}
            cls.__pydantic_fields__ = {**inherited, **own}
        for key, info in own.items():
            # Absent fields read as the class's zero: that is what keeps the instances sparse.
            type.__setattr__(cls, key, info.default)
        cls.aliases = {key: info.alias for key, info in cls.__pydantic_fields__.items() if info.alias}
        if "go_name" not in namespace:
            cls.go_name = name
        return cls


def _is_evaluated(annotation: Any) -> bool:
    """Whether a type names no class that is still to come."""
    if isinstance(annotation, str | ForwardRef):
        return False
    return (isinstance(annotation, type) and not get_args(annotation)) or all(map(_is_evaluated, _parts(annotation)))


def _parts(annotation: Any) -> tuple[Any, ...]:
    """What a type is made of; of an annotated one only the type, for the rest are remarks."""
    return get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)


class Struct(BaseModel, metaclass=StructType):
    """One JSON object of the API: immutable, sparse, comparable by value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, protected_namespaces=(), populate_by_name=True
    )

    #: attribute name -> JSON name, for the few names Python cannot spell (``from``, ``not``, ``$ref``)
    aliases: ClassVar[Mapping[str, str]] = {}
    #: Go type name, as decode errors print it
    go_name: ClassVar[str] = ""

    def __init__(self, **fields: Any) -> None:
        _set(self, "__dict__", {name: value for name, value in fields.items() if value is not None})

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """Take ownership of `fields` as they are: the fast way in for code that already has a clean dict."""
        obj = _new(cls)
        _set(obj, "__dict__", fields)
        return obj

    def replace(self, **changes: Any) -> Self:
        """A new object with these fields changed; ``None`` removes a field. Everything else is shared."""
        fields = {**self.__dict__, **changes}
        for name, value in changes.items():
            if value is None:
                del fields[name]
        obj = _new(type(self))
        _set(obj, "__dict__", fields)
        return obj

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Self:
        """The object of plain JSON data, read by the strict decoder; unknown fields and wrong types are a ValueError."""
        from k8snb.api.decode import DecodeError, decode

        value, unknown = decode(cls, obj)
        if unknown:
            raise DecodeError(f"unknown field {unknown[0]!r}")
        return value

    def fields(self) -> dict[str, Any]:
        """The fields that are set, by attribute name: a fresh dict, values shared."""
        return dict(self.__dict__)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, freshly built."""
        return cast(dict[str, Any], encode(self))

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self.__dict__ == other.__dict__)

    def __hash__(self) -> int:
        return id(self)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(self.__dict__.items())

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object = None) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), self.__dict__))


def _restore(cls: type[Struct], fields: dict[str, Any]) -> Struct:
    return cls.of(fields)


def encode(value: Any) -> Any:
    """JSON data of a value of the API: structs and maps become dicts, tuples lists, scalars stay."""
    if isinstance(value, Struct):
        aliases = value.aliases
        if aliases:
            return {aliases.get(name, name): encode(item) for name, item in value.__dict__.items()}
        # Scalars are by far the most: not calling for them halves the time of a Pod.
        return {name: item if type(item) in _SCALARS else encode(item) for name, item in value.__dict__.items()}
    if isinstance(value, dict):
        return {name: item if type(item) in _SCALARS else encode(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [item if type(item) in _SCALARS else encode(item) for item in value]
    return value


_SCALARS = frozenset({str, int, bool, float, type(None)})


def freeze(value: Any) -> Any:
    """Immutable form of plain JSON data: dicts become FrozenMaps, lists tuples."""
    if isinstance(value, dict):
        return FrozenMap({name: freeze(item) for name, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value
