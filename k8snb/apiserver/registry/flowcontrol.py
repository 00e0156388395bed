"""FlowSchemas and PriorityLevelConfigurations. Source: `pkg/registry/flowcontrol`, `pkg/apis/flowcontrol/v1/defaults.go`,
printers.

The server's own objects (`apiserver/priorities.py`) are kept as they are. Simplification: requests are not queued.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.flowcontrol.flowschema import FlowSchema
from k8snb.api.flowcontrol.prioritylevelconfiguration import PriorityLevelConfiguration
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.priorities import mandatory
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_PRECEDENCE = 1000
_QUEUING = {"handSize": 8, "queueLengthLimit": 50, "queues": 64}
_NONE = "<none>"


class FlowSchemaStrategy(Strategy):
    """Which priority requests have."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("PriorityLevel"),
        Column("MatchingPrecedence"),
        Column("DistinguisherMethod"),
        Column("Age"),
        Column("MissingPL"),
    )

    def defaults(self, obj: FlowSchema) -> FlowSchema:
        if obj.spec.matchingPrecedence:
            return obj
        return obj.replace(spec=obj.spec.replace(matchingPrecedence=_PRECEDENCE))

    def validate(self, ctx: Context, obj: FlowSchema) -> list[FieldError]:
        return rule("flowschema", "validate_flow_schema")(obj, mandatory("flowschemas", obj.metadata.name))

    def validate_update(self, ctx: Context, obj: FlowSchema, old: FlowSchema) -> list[FieldError]:
        return self.validate(ctx, obj)

    def validate_status(self, ctx: Context, obj: FlowSchema, old: FlowSchema) -> list[FieldError]:
        return rule("flowschema", "validate_flow_conditions")(obj.status.conditions)

    def ordered(self, objects: Sequence[FlowSchema]) -> Sequence[FlowSchema]:
        """As requests are matched against them."""
        return sorted(objects, key=lambda obj: (obj.spec.matchingPrecedence, obj.metadata.name))

    def row(self, obj: FlowSchema, now: float) -> list[Any]:
        spec = obj.spec
        method = _NONE if spec.distinguisherMethod is None else spec.distinguisherMethod.type
        missing = next((c.status for c in obj.status.conditions if c.type == "Dangling"), "?")
        level = spec.priorityLevelConfiguration.name
        return [obj.metadata.name, level, spec.matchingPrecedence, method, age(obj, now), missing]


class PriorityLevelConfigurationStrategy(Strategy):
    """How many requests of a priority are handled at once."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Type"),
        Column("NominalConcurrencyShares"),
        Column("Queues"),
        Column("HandSize"),
        Column("QueueLengthLimit"),
        Column("Age"),
    )

    def defaults(self, obj: PriorityLevelConfiguration) -> PriorityLevelConfiguration:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if spec.exempt is not None:
            changes["exempt"] = _filled(spec.exempt, nominalConcurrencyShares=0, lendablePercent=0)
        if spec.limited is not None:
            limited = _filled(spec.limited, nominalConcurrencyShares=30, lendablePercent=0)
            queuing = limited.limitResponse.queuing
            if queuing is not None:
                zeros = {name: value for name, value in _QUEUING.items() if not getattr(queuing, name)}
                limited = limited.replace(limitResponse=limited.limitResponse.replace(queuing=queuing.replace(**zeros)))
            changes["limited"] = limited
        return obj.replace(spec=spec.replace(**changes)) if changes else obj

    def validate(self, ctx: Context, obj: PriorityLevelConfiguration) -> list[FieldError]:
        fixed = mandatory("prioritylevelconfigurations", obj.metadata.name)
        return rule("prioritylevelconfiguration", "validate_priority_level_configuration")(obj, fixed)

    def validate_update(
        self, ctx: Context, obj: PriorityLevelConfiguration, old: PriorityLevelConfiguration
    ) -> list[FieldError]:
        return self.validate(ctx, obj)

    def validate_status(
        self, ctx: Context, obj: PriorityLevelConfiguration, old: PriorityLevelConfiguration
    ) -> list[FieldError]:
        return rule("flowschema", "validate_flow_conditions")(obj.status.conditions)

    def row(self, obj: PriorityLevelConfiguration, now: float) -> list[Any]:
        limited = obj.spec.limited
        shares = _NONE if limited is None else limited.nominalConcurrencyShares
        queuing = None if limited is None else limited.limitResponse.queuing
        cells: list[Any] = [_NONE, _NONE, _NONE]
        if queuing is not None:
            cells = [queuing.queues, queuing.handSize, queuing.queueLengthLimit]
        return [obj.metadata.name, obj.spec.type, shares, *cells, age(obj, now)]


def _filled(part: Any, **values: int) -> Any:
    return part.replace(**{name: value for name, value in values.items() if getattr(part, name) is None})
