"""ReplicationControllers, the ancestors of ReplicaSets. Source: `pkg/registry/core/replicationcontroller/strategy.go`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.core.replicationcontroller import ReplicationController, ReplicationControllerStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import hostname_warning, template_warnings
from k8snb.apiserver.registry.replicaset import COLUMNS
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import containers_and_images, labels_cell


class ReplicationControllerStrategy(Strategy):
    """As a ReplicaSet, with a plain map as selector that defaults to the template's labels."""

    columns: ClassVar[tuple[Column, ...]] = COLUMNS
    selectable: ClassVar[tuple[str, ...]] = ("status.replicas",)

    def defaults(self, obj: ReplicationController) -> ReplicationController:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if spec.replicas is None:
            changes["replicas"] = 1
        template = spec.template
        if template is not None:
            changes["template"] = template_defaults(template)
            if template.metadata.labels and not spec.selector:
                changes["selector"] = template.metadata.labels
        obj = obj.replace(spec=spec.replace(**changes))
        if template is not None and template.metadata.labels and not obj.metadata.labels:
            obj = obj.replace(metadata=obj.metadata.replace(labels=template.metadata.labels))
        return obj

    def prepare_create(self, ctx: Context, obj: ReplicationController) -> ReplicationController:
        return obj.replace(status=ReplicationControllerStatus.of({"replicas": 0}))

    def validate(self, ctx: Context, obj: ReplicationController) -> list[FieldError]:
        return rule("replicationcontroller", "validate_replication_controller")(obj)

    def validate_update(self, ctx: Context, obj: ReplicationController, old: ReplicationController) -> list[FieldError]:
        return rule("replicationcontroller", "validate_replication_controller_update")(obj, old)

    def selectable_fields(self, obj: ReplicationController) -> dict[str, str]:
        return {"status.replicas": str(obj.status.replicas)}

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("replicationcontroller", "validate_replication_controller_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: ReplicationController, old: ReplicationController | None) -> list[str]:
        before = old.spec.template if old is not None else None
        said = [] if old is not None else hostname_warning(obj.metadata.name, "Pod names and hostnames")
        return said + template_warnings(obj.spec.template, "spec.template", before)

    def row(self, obj: ReplicationController, now: float) -> list[Any]:
        template = obj.spec.template or PodTemplateSpec()
        containers, images = containers_and_images(template.spec)
        counts = [obj.spec.replicas, obj.status.replicas, obj.status.readyReplicas]
        return [obj.metadata.name, *counts, age(obj, now), containers, images, labels_cell(obj.spec.selector)]
