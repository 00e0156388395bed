"""Node IPAM: every node gets a range of Pod addresses, a /24 of the cluster's range.

Source: `pkg/controller/nodeipam/ipam/range_allocator.go`.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import ClassVar

from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

_PREFIX = 24


class NodeIPAMController:
    """Reconciles nodes without `spec.podCIDR`."""

    name: ClassVar[str] = "node-ipam-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("nodes"),)

    def reconcile(self, key: str) -> After | None:
        node = self.client.find("nodes", key)
        if node is None or node.spec.podCIDR or node.metadata.deletionTimestamp is not None:
            return None
        taken = {cidr for other in self.client.list("nodes").items for cidr in other.spec.podCIDRs}
        subnets = IPv4Network(self.client.server.settings.pod_cidr).subnets(new_prefix=_PREFIX)
        free = next((str(subnet) for subnet in subnets if str(subnet) not in taken), None)
        if free is None:
            self.events.event(node, "Normal", "CIDRNotAvailable", f"Node {key} status is now: CIDRNotAvailable")
            return None
        self.client.update(node.replace(spec=node.spec.replace(podCIDR=free, podCIDRs=(free,))))
        return None
