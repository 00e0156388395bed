"""Namespaces. Source: `pkg/registry/core/namespace/strategy.go`: a namespace is finalized by its controller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from k8snb.api.core.namespace import Namespace, NamespaceSpec, NamespaceStatus
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.names import dns_label
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Grace, Strategy, age, rule

NAME_LABEL = "kubernetes.io/metadata.name"


class NamespaceStrategy(Strategy):
    """A room of its own for names, quotas and permissions."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Status"), Column("Age"))
    selectable: ClassVar[tuple[str, ...]] = ("status.phase",)

    def defaults(self, obj: Namespace) -> Namespace:
        if obj.metadata.name and obj.metadata.labels.get(NAME_LABEL) != obj.metadata.name:
            labels = FrozenMap({**obj.metadata.labels, NAME_LABEL: obj.metadata.name})
            return obj.replace(metadata=obj.metadata.replace(labels=labels))
        return obj

    def prepare_create(self, ctx: Context, obj: Namespace) -> Namespace:
        finalizers = obj.spec.finalizers
        if "kubernetes" not in finalizers:
            finalizers = (*finalizers, "kubernetes")
        obj = self.defaults(obj)
        return obj.replace(spec=NamespaceSpec(finalizers=finalizers), status=NamespaceStatus(phase="Active"))

    def prepare_update(self, ctx: Context, obj: Namespace, old: Namespace) -> Namespace:
        return obj.replace(spec=old.spec, status=old.status)

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return dns_label(name)

    def grace(self, obj: Namespace, asked: int | None) -> Grace:
        return Grace(None)

    def holds(self, obj: Namespace) -> bool:
        return bool(obj.spec.finalizers)

    def deleting(self, obj: Namespace) -> Namespace:
        status = obj.status.replace(phase="Terminating")
        return obj.replace(status=status, metadata=obj.metadata.replace(deletionGracePeriodSeconds=None))

    def selectable_fields(self, obj: Namespace) -> Mapping[str, str]:
        return {"status.phase": obj.status.phase}

    def validate(self, ctx: Context, obj: Namespace) -> list[FieldError]:
        return rule("namespace", "validate_namespace")(obj)

    def row(self, obj: Namespace, now: float) -> list[Any]:
        return [obj.metadata.name, obj.status.phase, age(obj, now)]
