"""Machines joining the cluster: the Node object and its Lease as a v1.36 kubelet registers them.

Heartbeats are computed when somebody looks, not written: `Kubelet.heartbeat` says when a node last gave a sign. What a node has
is in `NodeSetup`; `minikube` and `hollow` are the two shapes that are used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from k8snb.api.coordination.lease import Lease, LeaseSpec
from k8snb.api.core.node import (
    ContainerImage,
    DaemonEndpoint,
    Node,
    NodeAddress,
    NodeCondition,
    NodeDaemonEndpoints,
    NodeFeatures,
    NodeRuntimeHandler,
    NodeRuntimeHandlerFeatures,
    NodeSpec,
    NodeStatus,
    NodeSystemInfo,
    Taint,
)
from k8snb.api.duration import format_time
from k8snb.api.meta import ObjectMeta, OwnerReference
from k8snb.api.model import FrozenMap
from k8snb.client.client import Client

VERSION = "v1.36.2"
RUNTIME = "containerd://2.2.1"
LEASE_NAMESPACE = "kube-node-lease"


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """One machine as it is delivered. Memory and disk are quantities."""

    name: str
    ip: str
    pod_cidr: str
    cpu: str = "2"
    memory: str = "3912708Ki"
    pods: str = "110"
    storage: str = "17784752Ki"
    control_plane: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    os_image: str = "Debian GNU/Linux 12 (bookworm)"
    kernel: str = "6.6.95"
    version: str = VERSION
    runtime: str = RUNTIME


def hollow(index: int) -> NodeSetup:
    """A hollow node of the parity cluster: 1 CPU, 3840Mi."""
    return NodeSetup(f"node-{index}", f"172.18.0.{index + 2}", f"10.244.{index}.0/24", cpu="1", memory="3840Mi")


def minikube(index: int, profile: str = "minikube") -> NodeSetup:
    """A node of a minikube cluster: `minikube`, `minikube-m02`, …"""
    name = profile if index == 0 else f"{profile}-m{index + 1:02d}"
    labels = {
        "minikube.k8s.io/name": profile,
        "minikube.k8s.io/primary": "true" if index == 0 else "false",
        "minikube.k8s.io/version": "v1.38.1",
    }
    high, low = divmod(index + 2, 256)
    return NodeSetup(
        name, f"192.168.{49 + high}.{low}", f"10.244.{index}.0/24", control_plane=index == 0, labels=labels
    )


def register_node(client: Client, setup: NodeSetup) -> Any:
    """Create the Node and its Lease; the Node is Ready at once. Returns the Node."""
    created = client.create(_node(client, setup))
    owner = OwnerReference(apiVersion="v1", kind="Node", name=setup.name, uid=created.metadata.uid)
    spec = LeaseSpec(holderIdentity=setup.name, leaseDurationSeconds=40)  # renewed: see registry/lease.py
    if client.find("namespaces", LEASE_NAMESPACE) is not None:
        meta = ObjectMeta(name=setup.name, namespace=LEASE_NAMESPACE, ownerReferences=(owner,))
        client.create(Lease(metadata=meta, spec=spec))
    return created


def _node(client: Client, setup: NodeSetup) -> Node:
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": setup.name,
        "kubernetes.io/os": "linux",
        **setup.labels,
    }
    if setup.control_plane:
        labels |= {
            "node-role.kubernetes.io/control-plane": "",
            "node.kubernetes.io/exclude-from-external-load-balancers": "",
        }
    annotations = {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    meta = ObjectMeta(name=setup.name, labels=FrozenMap(labels), annotations=FrozenMap(annotations))
    spec = NodeSpec(podCIDR=setup.pod_cidr, podCIDRs=(setup.pod_cidr,))
    if setup.taints:
        spec = spec.replace(taints=setup.taints)
    return Node(metadata=meta, spec=spec, status=node_status(client, setup))


def node_status(client: Client, setup: NodeSetup) -> NodeStatus:
    """What a kubelet reports of its machine."""
    amounts = FrozenMap(
        {
            "cpu": setup.cpu,
            "ephemeral-storage": setup.storage,
            "hugepages-1Gi": "0",
            "hugepages-2Mi": "0",
            "memory": setup.memory,
            "pods": setup.pods,
        }
    )
    serial = hashlib.md5(setup.name.encode(), usedforsecurity=False).hexdigest()
    uuid = f"{serial[:8]}-{serial[8:12]}-{serial[12:16]}-{serial[16:20]}-{serial[20:]}"
    info = NodeSystemInfo(
        architecture="amd64",
        bootID=uuid,
        containerRuntimeVersion=setup.runtime,
        kernelVersion=setup.kernel,
        kubeProxyVersion="",
        kubeletVersion=setup.version,
        machineID=serial,
        operatingSystem="linux",
        osImage=setup.os_image,
        systemUUID=uuid,
    )
    return NodeStatus(
        addresses=(NodeAddress(type="InternalIP", address=setup.ip), NodeAddress(type="Hostname", address=setup.name)),
        allocatable=amounts,
        capacity=amounts,
        conditions=ready_conditions(client.clock.unix),
        daemonEndpoints=NodeDaemonEndpoints(kubeletEndpoint=DaemonEndpoint(Port=10250)),
        features=NodeFeatures(supplementalGroupsPolicy=True),
        nodeInfo=info,
        runtimeHandlers=(
            NodeRuntimeHandler(
                name="", features=NodeRuntimeHandlerFeatures(recursiveReadOnlyMounts=True, userNamespaces=True)
            ),
        ),
    )


_CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def ready_conditions(now: float, old: tuple[NodeCondition, ...] = ()) -> tuple[NodeCondition, ...]:
    """The conditions of a healthy node, transitions kept where nothing changes."""
    before = {condition.type: condition for condition in old}
    stamp = format_time(now)
    made = []
    for kind, status, reason, message in _CONDITIONS:
        known = before.get(kind)
        since = known.lastTransitionTime if known is not None and known.status == status else stamp
        beat = known.lastHeartbeatTime if known is not None and known.status == status else stamp
        made.append(
            NodeCondition(
                type=kind,
                status=status,
                reason=reason,
                message=message,
                lastHeartbeatTime=beat,
                lastTransitionTime=since,
            )
        )
    own = {kind for kind, *_ in _CONDITIONS}
    return tuple(condition for condition in old if condition.type not in own) + tuple(made)


#: what a kubelet says about its node when it comes up: (reason, message)
STARTING = (
    ("Starting", "Starting kubelet."),
    ("NodeHasSufficientMemory", "Node {name} status is now: NodeHasSufficientMemory"),
    ("NodeHasNoDiskPressure", "Node {name} status is now: NodeHasNoDiskPressure"),
    ("NodeHasSufficientPID", "Node {name} status is now: NodeHasSufficientPID"),
    ("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods"),
)


def image_list(names: Mapping[str, str], size: Mapping[str, int]) -> tuple[ContainerImage, ...]:
    """`status.images`: what is on the node, largest first."""
    ordered = sorted(names, key=lambda name: (-size.get(name, 0), name))[:50]
    return tuple(ContainerImage(names=(name,), sizeBytes=size.get(name, 0)) for name in ordered)
