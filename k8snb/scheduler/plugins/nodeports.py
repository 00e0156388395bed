"""NodePorts: two Pods cannot have the same port of one host. Source: `plugins/nodeports`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.scheduler.framework import Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import HostPort, Template

_ANY = "0.0.0.0"


class NodePorts(Plugin):
    """Refuses nodes where a hostPort of the Pod is taken."""

    name = "NodePorts"

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        if not template.ports or not _clash(template.ports, node.ports):
            return None
        return Refusal(self.name, ("node(s) didn't have free ports for the requested pod ports",))

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        if occurrence.kind == "pod gone" and occurrence.template is not None:
            return _clash(template.ports, occurrence.template.ports)
        return occurrence.kind == "node" and occurrence.old is None


def _clash(wanted: Iterable[HostPort], taken: Iterable[HostPort]) -> bool:
    taken = list(taken)
    return any(
        one.port == two.port and one.protocol == two.protocol and (one.ip == two.ip or _ANY in (one.ip, two.ip))
        for one in wanted
        for two in taken
    )
