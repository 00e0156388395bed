"""Objects of kinds that CustomResourceDefinitions made: one strategy a version, built from its schema and columns.

Source: `k8s.io/apiextensions-apiserver/pkg/registry/customresource`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.duration import human_duration, parse_time
from k8snb.api.errors import GroupResource, StatusError
from k8snb.api.model import FrozenMap, encode, freeze
from k8snb.api.object import CustomResource
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.metadata import STANDARD_FINALIZERS
from k8snb.apiserver import structural
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age

_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"


class CustomResourceStrategy(Strategy):
    """Defaults, prunes, validates and shows as the definition says."""

    unconditional_update: ClassVar[bool] = False
    standard_finalizers: ClassVar[bool] = False

    def __init__(
        self,
        schema: dict[str, Any],
        columns: tuple[Any, ...],
        subresources: frozenset[str],
        selectable: tuple[str, ...] = (),
    ) -> None:
        self.selectable = selectable  # type: ignore[misc]
        self._schema, self._shown, self._subresources = schema, columns, subresources
        if columns:
            extra = [Column(c.name, c.type, c.format, c.priority, c.description) for c in columns]
            self.columns = (Column("Name", format="name"), *extra)  # type: ignore[misc]
        else:
            self.columns = (Column("Name", format="name"), Column("Age", "date"))  # type: ignore[misc]

    def unknown_fields(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The data without fields the schema does not know, and their paths."""
        return structural.prune(data, self._schema)

    def defaults(self, obj: CustomResource) -> CustomResource:
        data = encode(obj)
        meta = obj.metadata
        filled = structural.with_defaults({k: v for k, v in data.items() if k != "metadata"}, self._schema)
        return type(obj).of({"metadata": meta, **{name: freeze(value) for name, value in filled.items()}})

    def authorize(self, ctx: Context, obj: CustomResource, old: CustomResource | None) -> None:
        """No new objects of a kind that is going away."""
        resource = ctx.resource
        definition: Any = ctx.store.get(_DEFINITIONS, "", f"{resource.plural}.{resource.group}")
        if old is not None or definition is None or definition.metadata.deletionTimestamp is None:
            return
        refusal = errors.method_not_supported(GroupResource(resource.group, resource.plural), "create")
        message = "create not allowed while custom resource definition is terminating"
        raise StatusError({**refusal.status, "message": message})

    def prepare_create(self, ctx: Context, obj: CustomResource) -> CustomResource:
        if "status" in self._subresources and "status" in obj.__dict__:
            obj = obj.replace(status=None)
        return obj.replace(metadata=obj.metadata.replace(generation=1))

    def prepare_update(self, ctx: Context, obj: CustomResource, old: CustomResource) -> CustomResource:
        return obj.replace(status=old.__dict__.get("status")) if "status" in self._subresources else obj

    def prepare_status(self, ctx: Context, obj: CustomResource, old: CustomResource) -> CustomResource:
        return old.replace(status=obj.__dict__.get("status"), metadata=obj.metadata)

    def spec_changed(self, obj: CustomResource, old: CustomResource) -> bool:
        ignored = {"metadata", "status"} if "status" in self._subresources else {"metadata"}
        before = {name: value for name, value in old.__dict__.items() if name not in ignored}
        return {name: value for name, value in obj.__dict__.items() if name not in ignored} != before

    def validate(self, ctx: Context, obj: CustomResource) -> list[FieldError]:
        return structural.validate(encode(obj), self._schema)

    def validate_update(self, ctx: Context, obj: CustomResource, old: CustomResource) -> list[FieldError]:
        return self.validate(ctx, obj)

    def validate_status(self, ctx: Context, obj: CustomResource, old: CustomResource) -> list[FieldError]:
        return self.validate(ctx, obj)

    def warnings(self, ctx: Context, obj: CustomResource, old: CustomResource | None) -> list[str]:
        """Built-in kinds refuse a finalizer without a domain; here it is only advised against."""
        before = old.metadata.finalizers if old is not None else ()
        added = sorted(set(obj.metadata.finalizers) - set(before))
        return [
            f'metadata.finalizers: "{name}": prefer a domain-qualified finalizer name including a path (/) to avoid '
            "accidental conflicts with other finalizer writers"
            for name in added
            if "/" not in name and name not in STANDARD_FINALIZERS
        ]

    def selectable_fields(self, obj: CustomResource) -> dict[str, str]:
        data = encode(obj)
        return {path: _field(data, path) for path in self.selectable}

    def row(self, obj: CustomResource, now: float) -> list[Any]:
        if not self._shown:
            return [obj.metadata.name, age(obj, now)]
        data = obj.to_dict()
        return [obj.metadata.name, *(_cell(data, column, now) for column in self._shown)]


def _field(data: Any, path: str) -> str:
    """A scalar as field selectors compare it; an absent one is empty."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    if isinstance(data, bool):
        return str(data).lower()
    return "" if data is None else str(data)


def _cell(data: dict[str, Any], column: Any, now: float) -> Any:
    from k8snb.api.jsonpath import JSONPath, relaxed

    found = [value for part in JSONPath(relaxed(column.jsonPath)).find(data) for value in part]
    if not found:
        return None if column.type != "string" else ""
    value = found[0] if len(found) == 1 else found
    if column.type == "date":
        try:
            return human_duration(now - parse_time(str(value)))
        except ValueError:
            return "<invalid>"
    if column.type == "integer":
        return int(value) if isinstance(value, int | float) else None
    if column.type in ("number", "boolean"):
        return value
    if isinstance(value, dict | list | FrozenMap):
        import json

        return json.dumps(value, separators=(",", ":"), sort_keys=True)
    return str(value).lower() if isinstance(value, bool) else str(value)
