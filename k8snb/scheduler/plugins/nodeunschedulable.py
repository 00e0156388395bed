"""NodeUnschedulable: cordoned nodes take no new Pods. Source: `plugins/nodeunschedulable`."""

from __future__ import annotations

from typing import Any

from k8snb.api.core.node import Taint
from k8snb.scheduler.framework import Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.plugins.tainttoleration import tolerates
from k8snb.scheduler.template import Template

_CORDONED = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")


class NodeUnschedulable(Plugin):
    """Refuses `spec.unschedulable` nodes, unless the Pod tolerates the taint that goes with it."""

    name = "NodeUnschedulable"

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        if not node.node.spec.unschedulable or tolerates(template.tolerations, _CORDONED):
            return None
        return Refusal(self.name, ("node(s) were unschedulable",), unresolvable=True)
