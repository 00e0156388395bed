"""What a picture shows: nodes, Pods with their containers, Services with their endpoints, the workloads that own the Pods,
and the requests that flow between them.

Plain frozen values with everything already decided (states, counts, texts), so that drawing needs no Kubernetes knowledge
and two equal pictures give equal bytes. `snapshot.py` makes them from API objects. Namespaced things are referred to by key,
`namespace/name`; CPU is in thousandths of a core, memory in bytes, rates in requests per second of cluster time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a Pod, container or node fares, from a watcher's point of view. Each has a colour and a shape (`theme.py`)."""

    READY = "ready"  # runs and takes requests
    RUNNING = "running"  # runs, but is not ready
    STARTING = "starting"  # has a node; images, volumes or init containers are on their way
    WAITING = "waiting"  # not scheduled, or nothing has happened yet
    FAILED = "failed"  # an error, or a back-off after errors
    STOPPING = "stopping"  # being deleted
    DONE = "done"  # completed
    UNKNOWN = "unknown"  # its node does not report


@dataclass(frozen=True, slots=True)
class Owner:
    """Who made an object: its controlling owner reference."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ContainerView:
    """One container of a Pod. `reason` is what kubectl would say of it (`Running`, `CrashLoopBackOff`)."""

    name: str
    image: str
    state: State
    reason: str
    restarts: int = 0
    init: bool = False


@dataclass(frozen=True, slots=True)
class PodView:
    """A Pod. `status` is kubectl's STATUS column; `node` is empty until it is scheduled."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    node: str
    state: State
    status: str
    containers: tuple[ContainerView, ...]
    ip: str = ""
    owner: Owner | None = None
    created: str = ""
    cpu: int = 0
    memory: int = 0

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def ready(self) -> str:
        """kubectl's READY column: `1/2`."""
        own = [container for container in self.containers if not container.init]
        return f"{sum(container.state is State.READY for container in own)}/{len(own)}"

    @property
    def restarts(self) -> int:
        """Restarts of all containers together."""
        return sum(container.restarts for container in self.containers)


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a node (`kubelet`, `kube-proxy`); UNKNOWN where nothing tells."""

    name: str
    state: State


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node. `status` is kubectl's STATUS column; cpu, memory and pods are what it can allocate, `*_requested` and
    `pod_count` what all Pods on it, shown or not, have taken of that."""

    name: str
    labels: Mapping[str, str]
    state: State
    status: str
    ip: str = ""
    version: str = ""
    roles: tuple[str, ...] = ()
    taints: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    cpu: int = 0
    memory: int = 0
    pods: int = 0
    cpu_requested: int = 0
    memory_requested: int = 0
    pod_count: int = 0


@dataclass(frozen=True, slots=True)
class PortView:
    """A port of a Service; `node_port` is 0 where there is none."""

    name: str
    port: int
    target: str
    node_port: int = 0
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One address behind a Service. `pod` is a Pod's key, empty for an address that is no Pod's."""

    pod: str
    address: str
    ready: bool
    node: str = ""


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A Service and where its requests go. `external` are the addresses of its load balancer, `name` for ExternalName."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    type: str
    cluster_ip: str
    ports: tuple[PortView, ...]
    selector: Mapping[str, str]
    endpoints: tuple[EndpointView, ...] = ()
    external: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def headless(self) -> bool:
        """Whether it has names in DNS but no address of its own."""
        return self.cluster_ip == "None"

    @property
    def outside(self) -> bool:
        """Whether clients outside the cluster can reach it."""
        return self.type in ("NodePort", "LoadBalancer")

    @property
    def ready(self) -> int:
        """How many endpoints take requests."""
        return sum(endpoint.ready for endpoint in self.endpoints)


@dataclass(frozen=True, slots=True)
class WorkloadView:
    """A Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet or Job.

    `revision` counts a Deployment's templates; `note` is what it says of itself (`paused`, `ProgressDeadlineExceeded`).
    """

    kind: str
    namespace: str
    name: str
    labels: Mapping[str, str]
    desired: int
    current: int
    ready: int
    images: tuple[str, ...] = ()
    updated: int = 0
    available: int = 0
    revision: int = 0
    owner: Owner | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """`Kind/namespace/name`: names are unique within a kind only."""
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests that take one way through the cluster, now.

    source: `internet`, `host` or a client Pod's key. service, pod: keys, empty where the way does not go.
    node: the node whose rules chose the endpoint. rate: requests per second, of which `failed` did not get an answer;
    they end at `stop` (`service`, `node`, `pod`) because of `reason`. With `once`, rate and failed are numbers of single
    requests that have been sent.
    """

    source: str
    service: str = ""
    node: str = ""
    pod: str = ""
    rate: float = 0.0
    failed: float = 0.0
    stop: str = ""
    reason: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class ClusterPicture:
    """Everything that can be seen of a cluster at one instant. `gateway` names what gives Services outside addresses.

    `silence` is why there is nothing to see, where the cluster does not answer.
    """

    nodes: tuple[NodeView, ...] = ()
    pods: tuple[PodView, ...] = ()
    services: tuple[ServiceView, ...] = ()
    workloads: tuple[WorkloadView, ...] = ()
    flows: tuple[Flow, ...] = ()
    gateway: str = "Load balancer"
    version: str = ""
    namespaces: tuple[str, ...] = ()
    tops: Mapping[str, Owner] = field(default_factory=dict)
    silence: str = ""

    def top(self, pod: PodView) -> Owner:
        """The workload at the top of a Pod's chain of owners (the Deployment, not its ReplicaSet); the Pod if it has none."""
        if pod.owner is None:
            return Owner("Pod", pod.name)
        return self.tops.get(f"{pod.owner.kind}/{pod.namespace}/{pod.owner.name}", pod.owner)
