"""ComponentStatuses: how the control plane's other programs are, asked at the moment somebody looks.

Nothing is stored. Source: `pkg/registry/core/componentstatus/rest.go`, printers' printComponentStatus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from k8snb.api.core.componentstatus import ComponentCondition, ComponentStatus
from k8snb.api.meta import ObjectMeta
from k8snb.apiserver.registry.strategy import Column, Strategy

#: program -> the port of its health check; etcd is asked by its client
_PORTS = {"controller-manager": 10257, "scheduler": 10259, "etcd-0": 0}
_WORDS = {"True": "Healthy", "False": "Unhealthy"}


def component_statuses(is_down: Callable[[str], bool]) -> list[ComponentStatus]:
    """One status a program; `is_down` says of `scheduler` or `controller-manager` whether it is switched off."""
    return [_status(name, is_down(name)) for name in _PORTS]


def _status(name: str, down: bool) -> ComponentStatus:
    if down:
        at = f"127.0.0.1:{_PORTS[name]}"
        text = f'Get "https://{at}/healthz": dial tcp {at}: connect: connection refused'
        condition = ComponentCondition(type="Healthy", status="False", message=text)
    else:
        condition = ComponentCondition(type="Healthy", status="True", message="ok")
    return ComponentStatus(metadata=ObjectMeta(name=name), conditions=(condition,))


class ComponentStatusStrategy(Strategy):
    """How a program of the control plane is."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Status"),
        Column("Message"),
        Column("Error"),
    )

    def row(self, obj: ComponentStatus, now: float) -> list[Any]:
        healthy = next((c for c in obj.conditions if c.type == "Healthy"), ComponentCondition())
        return [obj.metadata.name, _WORDS.get(healthy.status, "Unknown"), healthy.message, healthy.error]
