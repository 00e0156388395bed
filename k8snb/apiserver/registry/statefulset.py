"""StatefulSets. Source: `pkg/registry/apps/statefulset/strategy.go`, `pkg/apis/apps/v1/defaults.go`, printers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.apps.statefulset import (
    RollingUpdateStatefulSetStrategy,
    StatefulSet,
    StatefulSetPersistentVolumeClaimRetentionPolicy,
    StatefulSetStatus,
    StatefulSetUpdateStrategy,
)
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.names import dns_label
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.persistentvolumeclaim import claim_defaults
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.volumewarnings import claim_warnings
from k8snb.apiserver.registry.workload import containers_and_images


class StatefulSetStrategy(Strategy):
    """Pods with names and storage of their own."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Ready"),
        Column("Age"),
        Column("Containers", priority=1),
        Column("Images", priority=1),
    )

    def defaults(self, obj: StatefulSet) -> StatefulSet:
        spec = obj.spec
        changes: dict[str, Any] = {
            "template": template_defaults(spec.template),
            "updateStrategy": _update_strategy(spec.updateStrategy),
            "podManagementPolicy": spec.podManagementPolicy or "OrderedReady",
        }
        if spec.replicas is None:
            changes["replicas"] = 1
        if spec.revisionHistoryLimit is None:
            changes["revisionHistoryLimit"] = 10
        policy = spec.persistentVolumeClaimRetentionPolicy or StatefulSetPersistentVolumeClaimRetentionPolicy()
        changes["persistentVolumeClaimRetentionPolicy"] = policy.replace(
            whenDeleted=policy.whenDeleted or "Retain", whenScaled=policy.whenScaled or "Retain"
        )
        if spec.volumeClaimTemplates:
            changes["volumeClaimTemplates"] = tuple(claim_defaults(c) for c in spec.volumeClaimTemplates)
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: StatefulSet) -> StatefulSet:
        return obj.replace(status=StatefulSetStatus.of({"replicas": 0, "availableReplicas": 0}))

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return dns_label(name[:-1] if prefix and name.endswith("-") else name)

    def validate(self, ctx: Context, obj: StatefulSet) -> list[FieldError]:
        return rule("statefulset", "validate_stateful_set")(obj)

    def validate_update(self, ctx: Context, obj: StatefulSet, old: StatefulSet) -> list[FieldError]:
        return rule("statefulset", "validate_stateful_set_update")(obj, old)

    def validate_status(self, ctx: Context, obj: StatefulSet, old: StatefulSet) -> list[FieldError]:
        return rule("statefulset", "validate_stateful_set_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: StatefulSet, old: StatefulSet | None) -> list[str]:
        before = old.spec.template if old is not None else None
        said = template_warnings(obj.spec.template, "spec.template", before)
        for i, claim in enumerate(obj.spec.volumeClaimTemplates if old is None else ()):
            said += claim_warnings(claim.spec, f"spec.volumeClaimTemplates[{i}]")
        if (obj.spec.revisionHistoryLimit or 0) < 0:
            detail = "a negative value retains all historical revisions; a value >= 0 is recommended"
            said.append(f"spec.revisionHistoryLimit: {detail}")
        return said

    def row(self, obj: StatefulSet, now: float) -> list[Any]:
        containers, images = containers_and_images(obj.spec.template.spec)
        ready = f"{obj.status.readyReplicas}/{obj.spec.replicas}"
        return [obj.metadata.name, ready, age(obj, now), containers, images]


def _update_strategy(strategy: StatefulSetUpdateStrategy) -> StatefulSetUpdateStrategy:
    kind = strategy.type or "RollingUpdate"
    if kind != "RollingUpdate":
        return strategy
    rolling = strategy.rollingUpdate or RollingUpdateStatefulSetStrategy()
    if rolling.partition is None:
        rolling = rolling.replace(partition=0)
    return strategy.replace(type=kind, rollingUpdate=rolling)
