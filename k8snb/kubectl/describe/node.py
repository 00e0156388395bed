"""Nodes, with the Pods on them and what those ask for."""

from __future__ import annotations

from k8snb.api.core.node import Node
from k8snb.api.errors import StatusError
from k8snb.kubectl.describe import conditions, metadata, scheduling
from k8snb.kubectl.describe.noderesources import allocated
from k8snb.kubectl.describe.reader import Json, Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter

_ROLE_PREFIX, _ROLE = "node-role.kubernetes.io/", "kubernetes.io/role"


def describe(w: PrefixWriter, obj: Node, reader: Reader) -> None:
    """A Node. If the Pods on it may not be seen, that is said."""
    pods = _pods(obj, reader)
    _identity(w, obj)
    _lease(w, obj, reader)
    conditions.heartbeat(w, obj.status.conditions)
    w.line(0, "Addresses:")
    for address in obj.status.addresses:
        w.field(1, address.type, address.address)
    for title, amounts in (("Capacity", obj.status.capacity), ("Allocatable", obj.status.allocatable)):
        if amounts:
            w.line(0, f"{title}:")
        for name in sorted(amounts):
            w.field(1, name, amounts[name])
    _system(w, obj)
    if pods is None:
        w.field(0, "Pods", "not authorized")
    else:
        allocated(w, obj, pods, reader.now)


def _pods(obj: Node, reader: Reader) -> list[Json] | None:
    fields = f"spec.nodeName={obj.metadata.name},status.phase!=Succeeded,status.phase!=Failed"
    try:
        return reader.list("pods", fields=fields)
    except StatusError as error:
        if error.reason != "Forbidden":
            raise
        return None


def roles(obj: Node) -> list[str]:
    """The roles that the node's labels give it."""
    found = set()
    for key, value in obj.metadata.labels.items():
        if key.startswith(_ROLE_PREFIX):
            found.add(key.removeprefix(_ROLE_PREFIX))
        elif key == _ROLE:
            found.add(value)
    return sorted(found - {""})


def _identity(w: PrefixWriter, obj: Node) -> None:
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Roles", ",".join(roles(obj)) or "<none>")
    metadata.both(w, obj)
    w.field(0, "CreationTimestamp", date(obj.metadata.creationTimestamp))
    scheduling.taints(w, "Taints", obj.spec.taints)
    w.field(0, "Unschedulable", "true" if obj.spec.unschedulable else "false")


def _lease(w: PrefixWriter, obj: Node, reader: Reader) -> None:
    try:
        spec = reader.get("leases.coordination.k8s.io", "kube-node-lease", obj.metadata.name).get("spec") or {}
    except StatusError as error:
        w.field(0, "Lease", f"Failed to get lease: {error.message}")
        return
    w.line(0, "Lease:")
    w.field(1, "HolderIdentity", spec.get("holderIdentity", "<unset>"))
    for title, name in (("AcquireTime", "acquireTime"), ("RenewTime", "renewTime")):
        w.field(1, title, date(spec[name]) if spec.get(name) else "<unset>")


def _system(w: PrefixWriter, obj: Node) -> None:
    info = obj.status.nodeInfo
    w.line(0, "System Info:")
    for title, value in (
        ("Machine ID", info.machineID),
        ("System UUID", info.systemUUID),
        ("Boot ID", info.bootID),
        ("Kernel Version", info.kernelVersion),
        ("OS Image", info.osImage),
        ("Operating System", info.operatingSystem),
        ("Architecture", info.architecture),
        ("Container Runtime Version", info.containerRuntimeVersion),
        ("Kubelet Version", info.kubeletVersion),
    ):
        w.field(1, title, value)
    for title, value in (
        ("PodCIDR", obj.spec.podCIDR),
        ("PodCIDRs", ",".join(obj.spec.podCIDRs)),
        ("ProviderID", obj.spec.providerID),
    ):
        if value:
            w.field(0, title, value)
