"""DaemonSets. Source: `pkg/registry/apps/daemonset/strategy.go`, `pkg/apis/apps/v1/defaults.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apps.daemonset import DaemonSet, DaemonSetStatus, DaemonSetUpdateStrategy, RollingUpdateDaemonSet
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import containers_and_images, labels_cell, selector_cell

GENERATION = "deprecated.daemonset.template.generation"


class DaemonSetStrategy(Strategy):
    """One Pod on every node."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Desired", "integer"),
        Column("Current", "integer"),
        Column("Ready", "integer"),
        Column("Up-to-date", "integer"),
        Column("Available", "integer"),
        Column("Node Selector"),
        Column("Age"),
        Column("Containers", priority=1),
        Column("Images", priority=1),
        Column("Selector", priority=1),
    )

    def defaults(self, obj: DaemonSet) -> DaemonSet:
        spec = obj.spec
        changes: dict[str, Any] = {
            "template": template_defaults(spec.template),
            "updateStrategy": _update_strategy(spec.updateStrategy),
        }
        if spec.revisionHistoryLimit is None:
            changes["revisionHistoryLimit"] = 10
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: DaemonSet) -> DaemonSet:
        zero = dict.fromkeys(
            ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"), 0
        )
        return _with_generation(obj, 1).replace(status=DaemonSetStatus.of(zero))

    def prepare_update(self, ctx: Context, obj: DaemonSet, old: DaemonSet) -> DaemonSet:
        generation = _generation(old) + (obj.spec.template != old.spec.template)
        return _with_generation(obj, generation).replace(status=old.status)

    def validate(self, ctx: Context, obj: DaemonSet) -> list[FieldError]:
        return rule("daemonset", "validate_daemon_set")(obj)

    def validate_update(self, ctx: Context, obj: DaemonSet, old: DaemonSet) -> list[FieldError]:
        return rule("daemonset", "validate_daemon_set_update")(obj, old)

    def validate_status(self, ctx: Context, obj: DaemonSet, old: DaemonSet) -> list[FieldError]:
        return rule("daemonset", "validate_daemon_set_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: DaemonSet, old: DaemonSet | None) -> list[str]:
        before = old.spec.template if old is not None else None
        return template_warnings(obj.spec.template, "spec.template", before)

    def row(self, obj: DaemonSet, now: float) -> list[Any]:
        spec, status = obj.spec, obj.status
        containers, images = containers_and_images(spec.template.spec)
        return [
            obj.metadata.name,
            status.desiredNumberScheduled,
            status.currentNumberScheduled,
            status.numberReady,
            status.updatedNumberScheduled,
            status.numberAvailable,
            labels_cell(spec.template.spec.nodeSelector),
            age(obj, now),
            containers,
            images,
            selector_cell(spec.selector),
        ]


def _generation(obj: DaemonSet) -> int:
    """How often the template has changed. v1 has no field for it any more, only an annotation."""
    text = obj.metadata.annotations.get(GENERATION, "")
    return int(text) if text.isdecimal() else 0


def _with_generation(obj: DaemonSet, generation: int) -> DaemonSet:
    if obj.metadata.annotations.get(GENERATION) == str(generation):
        return obj
    annotations = FrozenMap({**obj.metadata.annotations, GENERATION: str(generation)})
    return obj.replace(metadata=obj.metadata.replace(annotations=annotations))


def _update_strategy(strategy: DaemonSetUpdateStrategy) -> DaemonSetUpdateStrategy:
    kind = strategy.type or "RollingUpdate"
    if kind != "RollingUpdate":
        return strategy
    rolling = strategy.rollingUpdate or RollingUpdateDaemonSet()
    wanted = (("maxUnavailable", 1), ("maxSurge", 0))
    changes = {name: value for name, value in wanted if name not in rolling.__dict__}
    return strategy.replace(type=kind, rollingUpdate=rolling.replace(**changes))
