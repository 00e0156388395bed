"""CustomResourceDefinitions. Source: `k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apiextensions.customresourcedefinition import (
    CustomResourceConversion,
    CustomResourceDefinition,
    CustomResourceDefinitionStatus,
)
from k8snb.api.validation.field import FieldError, forbidden, invalid, required
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


class CustomResourceDefinitionStrategy(Strategy):
    """A new kind for the API."""

    standard_finalizers: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Created At", "date"))

    def defaults(self, obj: CustomResourceDefinition) -> CustomResourceDefinition:
        spec = obj.spec
        names = spec.names
        changes: dict[str, Any] = {}
        if not names.singular or not names.listKind:
            changes["names"] = names.replace(
                singular=names.singular or names.kind.lower(), listKind=names.listKind or f"{names.kind}List"
            )
        if spec.conversion is None:
            changes["conversion"] = CustomResourceConversion(strategy="None")
        return obj.replace(spec=spec.replace(**changes)) if changes else obj

    def prepare_create(self, ctx: Context, obj: CustomResourceDefinition) -> CustomResourceDefinition:
        stored = tuple(version.name for version in obj.spec.versions if version.storage)
        return obj.replace(status=CustomResourceDefinitionStatus(storedVersions=stored))

    def validate(self, ctx: Context, obj: CustomResourceDefinition) -> list[FieldError]:
        spec, errors = obj.spec, list[FieldError]()
        if not spec.group:
            errors.append(required("spec.group"))
        if spec.scope not in ("Cluster", "Namespaced"):
            errors.append(invalid("spec.scope", spec.scope, 'must be "Cluster" or "Namespaced"'))
        wanted = f"{spec.names.plural}.{spec.group}"
        if obj.metadata.name != wanted:
            errors.append(invalid("metadata.name", obj.metadata.name, 'must be spec.names.plural+"."+spec.group'))
        storing = [version.name for version in spec.versions if version.storage]
        if len(storing) != 1:
            errors.append(
                invalid(
                    "spec.versions",
                    encode_names(spec.versions),
                    "must have exactly one version marked as storage version",
                )
            )
        for index, version in enumerate(spec.versions):
            if version.schema_ is None or version.schema_.openAPIV3Schema is None:
                errors.append(required(f"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required"))
        return errors

    def validate_update(
        self, ctx: Context, obj: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> list[FieldError]:
        errors = self.validate(ctx, obj)
        for name in ("group", "scope"):
            if getattr(obj.spec, name) != getattr(old.spec, name):
                errors.append(invalid(f"spec.{name}", getattr(obj.spec, name), "field is immutable"))
        for stored in old.status.storedVersions:
            if stored not in [version.name for version in obj.spec.versions]:
                errors.append(forbidden("status.storedVersions", f"must have every stored version {stored}"))
        return errors


def encode_names(versions: tuple[Any, ...]) -> list[str]:
    """The names of versions, for messages."""
    return [version.name for version in versions]
