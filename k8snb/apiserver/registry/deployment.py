"""Deployments. Source: `pkg/registry/apps/deployment/strategy.go`, `pkg/apis/apps/v1/defaults.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apps.deployment import Deployment, DeploymentStatus, RollingUpdateDeployment
from k8snb.api.apps.deployment import DeploymentStrategy as RolloutStrategy
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import hostname_warning, template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import containers_and_images, selector_cell


class DeploymentStrategy(Strategy):
    """Replicas of a template, replaced in steps when the template changes."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Ready"),
        Column("Up-to-date"),
        Column("Available"),
        Column("Age"),
        Column("Containers", priority=1),
        Column("Images", priority=1),
        Column("Selector", priority=1),
    )

    def defaults(self, obj: Deployment) -> Deployment:
        spec = obj.spec
        changes: dict[str, Any] = {"template": template_defaults(spec.template), "strategy": _strategy(spec.strategy)}
        for name, value in (("replicas", 1), ("revisionHistoryLimit", 10), ("progressDeadlineSeconds", 600)):
            if name not in spec.__dict__:
                changes[name] = value
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: Deployment) -> Deployment:
        return obj.replace(status=DeploymentStatus())

    def validate(self, ctx: Context, obj: Deployment) -> list[FieldError]:
        return rule("deployment", "validate_deployment")(obj)

    def validate_update(self, ctx: Context, obj: Deployment, old: Deployment) -> list[FieldError]:
        return rule("deployment", "validate_deployment_update")(obj, old)

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("deployment", "validate_deployment_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: Deployment, old: Deployment | None) -> list[str]:
        before = old.spec.template if old is not None else None
        said = [] if old is not None else hostname_warning(obj.metadata.name, "Pod names and hostnames")
        return said + template_warnings(obj.spec.template, "spec.template", before)

    def row(self, obj: Deployment, now: float) -> list[Any]:
        spec, status = obj.spec, obj.status
        containers, images = containers_and_images(spec.template.spec)
        return [
            obj.metadata.name,
            f"{status.readyReplicas}/{spec.replicas}",
            str(status.updatedReplicas),
            str(status.availableReplicas),
            age(obj, now),
            containers,
            images,
            selector_cell(spec.selector),
        ]


def _strategy(strategy: RolloutStrategy) -> RolloutStrategy:
    kind = strategy.type or "RollingUpdate"
    if kind != "RollingUpdate":
        return strategy.replace(type=kind)
    rolling = strategy.rollingUpdate or RollingUpdateDeployment()
    changes = {name: "25%" for name in ("maxUnavailable", "maxSurge") if name not in rolling.__dict__}
    return strategy.replace(type=kind, rollingUpdate=rolling.replace(**changes))
