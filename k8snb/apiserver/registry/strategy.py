"""What a kind does on its way into the store and out to a table: one class per kind, in `registry/<kind>.py`.

The names are upstream's (`rest.RESTCreateStrategy`, `RESTUpdateStrategy`, `RESTDeleteStrategy`), but everything about a kind
is in its one class. All methods are pure: they take frozen objects and return new ones, or lists of field errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from k8snb.api.duration import human_duration, parse_time
from k8snb.api.object import Object
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.metadata import (
    validate_metadata,
    validate_metadata_update,
    validate_standard_finalizers,
)
from k8snb.api.validation.names import dns_subdomain
from k8snb.apiserver.context import Context


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a server-side table. Priority 0 shows always, 1 with `-o wide`."""

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Grace:
    """What a kind says to a delete: the seconds it asks for, None if it is deleted at once."""

    seconds: int | None


class Strategy:
    """The default behaviour; a kind overrides what is special about it."""

    #: whether objects are kept; a review is only answered
    stored: ClassVar[bool] = True
    #: whether a finalizer without a domain must be one of Kubernetes' own
    standard_finalizers: ClassVar[bool] = True
    #: whether `metadata.generation` follows the spec
    generation: ClassVar[bool] = True
    #: whether a PUT of an unknown name creates (upstream AllowCreateOnUpdate)
    create_on_update: ClassVar[bool] = False
    #: whether an update without resourceVersion is taken (upstream AllowUnconditionalUpdate)
    unconditional_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Created At", "date"))
    #: fields beside metadata.name and metadata.namespace that a field selector may name
    selectable: ClassVar[tuple[str, ...]] = ()

    # -- into the store -------------------------------------------------------------------------------------------

    def defaults(self, obj: Any) -> Any:
        """Fill in what the object leaves open (upstream `SetDefaults_*`)."""
        return obj

    def prepare_create(self, ctx: Context, obj: Any) -> Any:
        """Drop what a client may not set (status), allocate what the server assigns."""
        return obj.replace(status=type(obj)().status) if "status" in type(obj).__pydantic_fields__ else obj

    def prepare_update(self, ctx: Context, obj: Any, old: Any) -> Any:
        """As `prepare_create`, for a change: an ordinary update does not touch status."""
        if "status" not in type(obj).__pydantic_fields__:
            return obj
        return obj.replace(status=old.__dict__.get("status"))

    def prepare_status(self, ctx: Context, obj: Any, old: Any) -> Any:
        """A status update keeps everything but the status (and labels and annotations, as most kinds do)."""
        if "spec" not in type(obj).__pydantic_fields__:
            return obj
        return obj.replace(spec=old.__dict__.get("spec"))

    def authorize(self, ctx: Context, obj: Any, old: Any | None) -> None:
        """Refuse what the caller's permissions do not cover though the verb is allowed (RBAC escalation)."""

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        """Messages of what is wrong with a name of this kind; `prefix` for generateName."""
        return dns_subdomain(name[:-1] if prefix and name.endswith("-") else name)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        """Everything wrong with a new object's own fields; metadata is checked by the server."""
        return []

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        """Everything wrong with a change."""
        return []

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        """Everything wrong with a status change."""
        return []

    def warnings(self, ctx: Context, obj: Any, old: Any | None) -> list[str]:
        """Texts for the caller about an object that is accepted (deprecated fields, likely mistakes)."""
        return []

    def answer(self, ctx: Context, obj: Any) -> Any:
        """The answer to an object that is not kept."""
        return obj

    def spec_changed(self, obj: Any, old: Any) -> bool:
        """Whether `metadata.generation` goes up."""
        return bool(obj.__dict__.get("spec") != old.__dict__.get("spec"))

    def grace(self, obj: Any, asked: int | None) -> Grace:
        """How a delete goes: kinds without graceful deletion are gone at once."""
        return Grace(None)

    def holds(self, obj: Any) -> bool:
        """Whether something beside `metadata.finalizers` keeps an object that is being deleted."""
        return False

    def deleting(self, obj: Any) -> Any:
        """What else changes on an object whose deletion begins."""
        return obj

    # -- out of the store -----------------------------------------------------------------------------------------

    def on_read(self, ctx: Context, obj: Any) -> Any:
        """What is only computed when someone looks (a lease's renewal); returns the object to show."""
        return obj

    def ordered(self, objects: Sequence[Any]) -> Sequence[Any]:
        """Objects in the order of a table's rows: nearly always as they are listed."""
        return objects

    def row(self, obj: Any, now: float) -> list[Any]:
        """The cells of the object's table row, in the order of `columns`. `now` in Unix seconds, for ages."""
        return [obj.metadata.name, obj.metadata.creationTimestamp]

    def selectable_fields(self, obj: Any) -> Mapping[str, str]:
        """Values of the `selectable` fields."""
        return {}

    # -- shared checks ----------------------------------------------------------------------------------------------

    def validate_meta(self, ctx: Context, obj: Object) -> list[FieldError]:
        """`ValidateObjectMeta` with this kind's naming rule."""
        errors = validate_metadata(obj.metadata, ctx.resource.namespaced, self.validate_name)
        return errors + self._finalizers(obj)

    def validate_meta_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_metadata_update(obj.metadata, old.metadata) + self._finalizers(obj)

    def _finalizers(self, obj: Object) -> list[FieldError]:
        finalizers = obj.metadata.finalizers
        if not finalizers or not self.standard_finalizers:
            return []
        return validate_standard_finalizers(finalizers, "metadata.finalizers")


def age(obj: Object, now: float) -> str:
    """The AGE cell: how long ago the object was created."""
    return since(obj.metadata.creationTimestamp, now)


def since(timestamp: str | None, now: float) -> str:
    """How long ago a time was, as tables print it; `<unknown>` for none."""
    return human_duration(now - parse_time(timestamp)) if timestamp else "<unknown>"


@cache
def rule(module: str, name: str) -> Callable[..., list[FieldError]]:
    """A validator of `k8snb.api.validation`, imported when a kind is first written."""
    found: Callable[..., list[FieldError]] = getattr(import_module(f"k8snb.api.validation.{module}"), name)
    return found
