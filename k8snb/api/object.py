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

    def __getattr__(self, name: str) -> Any:
        # Only fields that are absent come here: pydantic knows of no others than metadata.
        if name.startswith("_"):
            raise AttributeError(name)
        return None


def custom_class(api_version: str, kind: str) -> type[CustomResource]:
    """The class of a custom kind."""
    return type(kind, (CustomResource,), {"__module__": __name__, "apiVersion": api_version, "kind": kind})


def as_map(value: Mapping[str, str] | None) -> FrozenMap[str, str]:
    """A frozen copy of a string map, the empty one for None."""
    return FrozenMap(value or {})
