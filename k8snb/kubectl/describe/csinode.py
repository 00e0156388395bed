"""CSINodes: which storage drivers run on a node."""

from __future__ import annotations

from k8snb.api.storage.csinode import CSINode
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: CSINode, reader: Reader) -> None:
    """A CSINode."""
    metadata.head(w, obj, namespaced=False)
    w.field(0, "CreationTimestamp", date(obj.metadata.creationTimestamp))
    w.line(0, "Spec:")
    if obj.spec.drivers:
        w.line(1, "Drivers:")
    for driver in obj.spec.drivers:
        w.line(2, f"{driver.name}:")
        w.field(3, "Node ID", driver.nodeID)
        if driver.allocatable is not None and driver.allocatable.count is not None:
            w.line(3, "Allocatables:")
            w.field(4, "Count", driver.allocatable.count)
        if driver.topologyKeys:
            w.field(3, "Topology Keys", metadata.listed(driver.topologyKeys))
