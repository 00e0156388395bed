"""ReplicaSets. Source: `pkg/registry/apps/replicaset/strategy.go` and printers' printReplicaSet."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apps.replicaset import ReplicaSet, ReplicaSetStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import hostname_warning, template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import containers_and_images, selector_cell

COLUMNS = (
    Column("Name", format="name"),
    Column("Desired", "integer"),
    Column("Current", "integer"),
    Column("Ready", "integer"),
    Column("Age"),
    Column("Containers", priority=1),
    Column("Images", priority=1),
    Column("Selector", priority=1),
)


class ReplicaSetStrategy(Strategy):
    """A fixed number of Pods of one template."""

    columns: ClassVar[tuple[Column, ...]] = COLUMNS
    selectable: ClassVar[tuple[str, ...]] = ("status.replicas",)

    def defaults(self, obj: ReplicaSet) -> ReplicaSet:
        spec = obj.spec
        template = template_defaults(spec.template)
        if spec.replicas is not None and template is spec.template:
            return obj
        return obj.replace(spec=spec.replace(template=template, replicas=1 if spec.replicas is None else spec.replicas))

    def prepare_create(self, ctx: Context, obj: ReplicaSet) -> ReplicaSet:
        return obj.replace(status=ReplicaSetStatus.of({"replicas": 0}))

    def validate(self, ctx: Context, obj: ReplicaSet) -> list[FieldError]:
        return rule("replicaset", "validate_replica_set")(obj)

    def validate_update(self, ctx: Context, obj: ReplicaSet, old: ReplicaSet) -> list[FieldError]:
        return rule("replicaset", "validate_replica_set_update")(obj, old)

    def selectable_fields(self, obj: ReplicaSet) -> dict[str, str]:
        return {"status.replicas": str(obj.status.replicas)}

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("replicaset", "validate_replica_set_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: ReplicaSet, old: ReplicaSet | None) -> list[str]:
        before = old.spec.template if old is not None else None
        said = [] if old is not None else hostname_warning(obj.metadata.name, "Pod names and hostnames")
        return said + template_warnings(obj.spec.template, "spec.template", before)

    def row(self, obj: ReplicaSet, now: float) -> list[Any]:
        containers, images = containers_and_images(obj.spec.template.spec)
        counts = [obj.spec.replicas, obj.status.replicas, obj.status.readyReplicas]
        return [obj.metadata.name, *counts, age(obj, now), containers, images, selector_cell(obj.spec.selector)]
