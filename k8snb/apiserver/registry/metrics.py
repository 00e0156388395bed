"""PodMetrics and NodeMetrics: the tables of the metrics server. Source: kubernetes-sigs/metrics-server `pkg/api/table.go`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import quantity
from k8snb.apiserver.registry.strategy import Column, Strategy

_RESOURCES = ("cpu", "memory")


class MetricsStrategy(Strategy):
    """Both kinds: what was measured, and over what time."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name", description="Name of the resource"),
        *(Column(name, format="quantity") for name in _RESOURCES),
        Column("Window", format="duration"),
    )

    def row(self, obj: Any, now: float) -> list[Any]:
        parts = [obj.usage] if "usage" in obj.__dict__ else [container.usage for container in obj.containers]
        sums = []
        for name in _RESOURCES:
            total = "0"
            for usage in parts:
                total = quantity.add(total, usage.get(name, "0"))
            sums.append(total)
        return [obj.metadata.name, *sums, obj.window]
