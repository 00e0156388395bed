"""Top-level objects: what can be stored, named and watched, as opposed to the parts they are made of."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from k8snb.api.meta import ObjectMeta
from k8snb.api.model import Field, FrozenMap, Struct, encode


class Object(Struct):
    """An API object with a kind and metadata; subclasses set ``apiVersion`` and ``kind``."""

    apiVersion: ClassVar[str] = ""
    kind: ClassVar[str] = ""

    metadata: ObjectMeta = Field(
        "metav1.ObjectMeta", "Name, labels and bookkeeping of the object.", zero=ObjectMeta(), always=True
    )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data with ``apiVersion`` and ``kind``."""
        return {"apiVersion": self.apiVersion, "kind": self.kind, **encode(self)}

    def with_metadata(self, **changes: Any) -> Self:
        """The same object with these metadata fields changed; ``None`` removes one."""
        return self.replace(metadata=self.metadata.replace(**changes))


class CustomResource(Object):
    """An object of a kind that a CustomResourceDefinition made: its class is created per kind, its fields are plain data."""

    #: the schema of the version, as data
    openapi: ClassVar[Mapping[str, Any]] = FrozenMap()

    def __eq__(self, other: object) -> bool:
        # A definition that changes makes new classes: the kind counts, not the class.
        return self is other or (
            isinstance(other, CustomResource)
            and (self.apiVersion, self.kind) == (other.apiVersion, other.kind)
            and self.__dict__ == other.__dict__
        )

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:
        # Only fields that are absent come here: pydantic knows of no others than metadata.
        if name.startswith("_"):
            raise AttributeError(name)
        return None


def custom_class(api_version: str, kind: str, openapi: Mapping[str, Any]) -> type[CustomResource]:
    """The class of a custom kind; `openapi` is its `openAPIV3Schema` as data."""
    members = {"__module__": __name__, "apiVersion": api_version, "kind": kind, "openapi": openapi}
    return type(kind, (CustomResource,), members)


def as_map(value: Mapping[str, str] | None) -> FrozenMap[str, str]:
    """A frozen copy of a string map, the empty one for None."""
    return FrozenMap(value or {})
