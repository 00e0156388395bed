"""CustomResourceDefinitions. Source: `k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition`."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from k8snb.api.apiextensions.customresourcedefinition import (
    CustomResourceConversion,
    CustomResourceDefinition,
    CustomResourceDefinitionCondition,
    CustomResourceDefinitionStatus,
)
from k8snb.api.model import encode
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, rule

_RULES = '"x-kubernetes-validations"'
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


class CustomResourceDefinitionStrategy(Strategy):
    """A new kind for the API."""

    unconditional_update: ClassVar[bool] = False
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

    def prepare_update(
        self, ctx: Context, obj: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> CustomResourceDefinition:
        """A version that is stored from now on joins those in which objects may have been written."""
        stored = old.status.storedVersions
        new = tuple(v.name for v in obj.spec.versions if v.storage and v.name not in stored)
        status = old.status.replace(storedVersions=(*stored, *new)) if new else old.status
        return obj.replace(status=status)

    def holds(self, obj: CustomResourceDefinition) -> bool:
        """A definition does not go before its objects: its deletion begins with a finalizer."""
        return obj.metadata.deletionTimestamp is None

    def deleting(self, obj: CustomResourceDefinition) -> CustomResourceDefinition:
        meta = obj.metadata
        if any(condition.type == "Terminating" for condition in obj.status.conditions):
            return obj.replace(metadata=meta.replace(deletionGracePeriodSeconds=None))
        pending = CustomResourceDefinitionCondition(
            type="Terminating",
            status="True",
            lastTransitionTime=meta.deletionTimestamp,
            reason="InstanceDeletionPending",
            message="CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        )
        finalizers = meta.finalizers if CLEANUP in meta.finalizers else (*meta.finalizers, CLEANUP)
        before = (meta.generation or 1) - 1  # unlike other kinds it does not count this as a change
        return obj.replace(
            metadata=meta.replace(finalizers=finalizers, deletionGracePeriodSeconds=None, generation=before),
            status=obj.status.replace(conditions=(*obj.status.conditions, pending)),
        )

    def validate(self, ctx: Context, obj: CustomResourceDefinition) -> list[FieldError]:
        return rule("customresourcedefinition", "validate_custom_resource_definition")(obj)

    def validate_update(
        self, ctx: Context, obj: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> list[FieldError]:
        return rule("customresourcedefinition", "validate_custom_resource_definition_update")(obj, old)

    def warnings(self, ctx: Context, obj: CustomResourceDefinition, old: CustomResourceDefinition | None) -> list[str]:
        """What of the definition this cluster keeps and does not heed."""
        said = [
            f"spec.versions[{i}].schema.openAPIV3Schema: x-kubernetes-validations (CEL) are kept, but not evaluated here"
            for i, version in enumerate(obj.spec.versions)
            if version.schema_ is not None and _RULES in json.dumps(encode(version.schema_))
        ]
        webhook = obj.spec.conversion is not None and obj.spec.conversion.strategy == "Webhook"
        if webhook and len(obj.spec.versions) > 1:
            said.append(
                "spec.conversion: conversion webhooks are not called here; other than stored versions cannot be read"
            )
        return said if old is None or obj.spec != old.spec else []
