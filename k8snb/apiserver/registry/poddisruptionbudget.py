"""PodDisruptionBudgets. Source: `pkg/registry/policy/poddisruptionbudget/strategy.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.policy.poddisruptionbudget import PodDisruptionBudget, PodDisruptionBudgetStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_ZERO = dict.fromkeys(("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"), 0)


class PodDisruptionBudgetStrategy(Strategy):
    """How many Pods may be taken down on purpose at a time."""

    unconditional_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Min Available"),
        Column("Max Unavailable"),
        Column("Allowed Disruptions", "integer"),
        Column("Age"),
    )

    def prepare_create(self, ctx: Context, obj: PodDisruptionBudget) -> PodDisruptionBudget:
        return obj.replace(status=PodDisruptionBudgetStatus.of(dict(_ZERO)))

    def validate(self, ctx: Context, obj: PodDisruptionBudget) -> list[FieldError]:
        return rule("poddisruptionbudget", "validate_pod_disruption_budget")(obj)

    def validate_update(self, ctx: Context, obj: PodDisruptionBudget, old: PodDisruptionBudget) -> list[FieldError]:
        return rule("poddisruptionbudget", "validate_pod_disruption_budget_update")(obj, old)

    def validate_status(self, ctx: Context, obj: PodDisruptionBudget, old: PodDisruptionBudget) -> list[FieldError]:
        return rule("poddisruptionbudget", "validate_pod_disruption_budget_status_update")(obj, old)

    def row(self, obj: PodDisruptionBudget, now: float) -> list[Any]:
        spec = obj.spec
        least = "N/A" if spec.minAvailable is None else str(spec.minAvailable)
        most = "N/A" if spec.maxUnavailable is None else str(spec.maxUnavailable)
        return [obj.metadata.name, least, most, obj.status.disruptionsAllowed, age(obj, now)]
