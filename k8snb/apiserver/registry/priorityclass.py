"""PriorityClasses. Source: `pkg/registry/scheduling/priorityclass/strategy.go`, printers' printPriorityClass."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.scheduling.priorityclass import PriorityClass
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class PriorityClassStrategy(Strategy):
    """A name for how important Pods are."""

    generation: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Value", "integer"),
        Column("Global-Default", "boolean"),
        Column("Age"),
        Column("PreemptionPolicy"),
    )

    def defaults(self, obj: PriorityClass) -> PriorityClass:
        return obj if obj.preemptionPolicy else obj.replace(preemptionPolicy="PreemptLowerPriority")

    def prepare_create(self, ctx: Context, obj: PriorityClass) -> PriorityClass:
        return obj.replace(metadata=obj.metadata.replace(generation=1))

    def validate(self, ctx: Context, obj: PriorityClass) -> list[FieldError]:
        return rule("priorityclass", "validate_priority_class")(obj)

    def validate_update(self, ctx: Context, obj: PriorityClass, old: PriorityClass) -> list[FieldError]:
        return rule("priorityclass", "validate_priority_class_update")(obj, old)

    def row(self, obj: PriorityClass, now: float) -> list[Any]:
        return [obj.metadata.name, obj.value, bool(obj.globalDefault), age(obj, now), obj.preemptionPolicy]
