"""A small cluster for tests of the data path: real store, clock, engine and API server; processes are a table.

Objects are put into the store as a kubelet and the controllers would leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from k8snb.api.core.container import Container, ContainerPort
from k8snb.api.core.namespace import Namespace
from k8snb.api.core.node import Node, NodeAddress, NodeCondition, NodeSpec, NodeStatus
from k8snb.api.core.pod import ObjectReference, Pod, PodCondition, PodIP, PodSpec, PodStatus
from k8snb.api.core.service import Service, ServicePort, ServiceSpec
from k8snb.api.discovery.endpointslice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.apiserver.context import Settings
from k8snb.apiserver.indexes import add_indexes
from k8snb.apiserver.server import APIServer
from k8snb.apiserver.store import Store
from k8snb.client.client import Client
from k8snb.engine import Engine
from k8snb.network.endpoint import Answered, Listener, Outcome, Refused, port_changed
from k8snb.network.network import Network
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.sim.clock import Clock
from k8snb.sim.journal import Journal
from k8snb.sim.rng import Rng

SLICES = "endpointslices.discovery.k8s.io"


@dataclass
class Processes:
    """What listens where: (pod name, port) -> listener; every server answers with its Pod's name."""

    clock: Clock
    open: dict[tuple[str, int], Listener] = field(default_factory=dict)
    service_seconds: float = 0.001
    cpu_seconds: float = 0.0005
    off: set[str] = field(default_factory=set)
    charged: dict[str, tuple[int, float]] = field(default_factory=dict)
    requests: list[HttpRequest] = field(default_factory=list)

    def http(self, pod: Pod, port: int, request: HttpRequest) -> Outcome:
        found = self.open.get((pod.metadata.name, port))
        if found is None or found.closed is not None or found.opened > self.clock.now:
            return Refused()
        self.requests.append(request)
        response = HttpResponse(200, pod.metadata.name.encode(), {"Content-Type": "text/plain"})
        return Answered(response, self.service_seconds, self.cpu_seconds, found.container)

    def listener(self, pod: Pod, port: int, protocol: str = "TCP") -> Listener | None:
        return self.open.get((pod.metadata.name, port))

    def account(self, pod: Pod, port: int, requests: int, cpu_seconds: float, since: float, until: float) -> None:
        before = self.charged.get(pod.metadata.name, (0, 0.0))
        self.charged[pod.metadata.name] = (before[0] + requests, before[1] + cpu_seconds)

    def machine_up(self, node: str) -> bool:
        return node not in self.off

    def listen(self, pod: str, port: int, **how: Any) -> None:
        self.open[pod, port] = Listener("app", self.clock.now, **how)
        port_changed(self.clock)

    def close(self, pod: str, port: int) -> None:
        found = self.open[pod, port]
        self.open[pod, port] = Listener(found.container, found.opened, self.clock.now)
        port_changed(self.clock)


class Lab:
    """A cluster of nodes, Pods and Services without kubelets and controllers."""

    def __init__(self, nodes: int = 2, seed: int = 1) -> None:
        self.store = Store()
        add_indexes(self.store)
        self.clock = Clock(1_767_225_600.0)
        self.rng = Rng(seed)
        self.server = APIServer(self.store, self.clock, self.rng, Settings())
        self.client = Client(self.server)
        self.journal = Journal(self.clock)
        self.engine = Engine(self.store, self.clock, self.journal)
        self.processes = Processes(self.clock)
        self.network = Network(self.client, self.rng, self.processes)
        for component in self.network.components():
            self.engine.add(component)
        self._next: dict[str, int] = {}
        for name in ("default", "kube-system", "shop"):
            self.put("namespaces", Namespace(metadata=ObjectMeta(name=name)))
        for number in range(nodes):
            self.node("minikube" if number == 0 else f"minikube-m{number + 1:02d}", number)

    def put(self, resource: str, obj: Any) -> Any:
        meta = obj.metadata
        if not meta.uid:
            obj = obj.with_metadata(uid=self.rng.uid(), creationTimestamp=self.clock.timestamp())
        return self.store.put(resource, obj, self.clock.now)

    def remove(self, resource: str, name: str, namespace: str = "default") -> None:
        found = self.store.get(resource, namespace, name)
        assert found is not None
        self.store.remove(resource, found, self.clock.now)

    def settle(self, seconds: float = 2.0) -> None:
        self.engine.run_until(self.clock.now + seconds)

    def node(self, name: str, number: int, **labels: str) -> Node:
        if number == 0:
            labels["node-role.kubernetes.io/control-plane"] = ""
        status = NodeStatus(
            addresses=(NodeAddress(type="InternalIP", address=f"192.168.49.{number + 2}"),),
            conditions=(NodeCondition(type="Ready", status="True"),),
        )
        meta = ObjectMeta(name=name, labels=FrozenMap(labels))
        return self.put("nodes", Node(metadata=meta, spec=NodeSpec(podCIDR=f"10.244.{number}.0/24"), status=status))

    def pod(
        self,
        name: str,
        node: str = "minikube",
        port: int = 3000,
        namespace: str = "default",
        labels: Mapping[str, str] = FrozenMap({"app": "web"}),
        ready: bool = True,
        listens: bool = True,
        image: str = "zxcvbnius/docker-demo",
        **spec: Any,
    ) -> Pod:
        found = self.store.get("nodes", "", node)
        assert isinstance(found, Node)
        number = self._next[node] = self._next.get(node, 1) + 1
        ip = found.spec.podCIDR.removesuffix("0/24") + str(number)
        if spec.get("hostNetwork"):
            ip = found.status.addresses[0].address
        container = Container(name="app", image=image, ports=(ContainerPort(containerPort=port),))
        status = PodStatus(
            phase="Running",
            podIP=ip,
            podIPs=(PodIP(ip=ip),),
            hostIP=found.status.addresses[0].address,
            conditions=(PodCondition(type="Ready", status="True" if ready else "False"),),
        )
        pod = Pod(
            metadata=ObjectMeta(name=name, namespace=namespace, labels=FrozenMap(labels)),
            spec=PodSpec(nodeName=node, containers=(container,), **spec),
            status=status,
        )
        stored: Pod = self.put("pods", pod)
        if listens:
            self.processes.listen(name, port)
        return stored

    def service(
        self,
        name: str = "web",
        ip: str = "10.100.0.1",
        port: int = 80,
        target: int = 3000,
        pods: tuple[Pod, ...] | None = None,
        namespace: str = "default",
        port_name: str = "",
        protocol: str = "TCP",
        node_port: int = 0,
        **spec: Any,
    ) -> Service:
        """A Service and the EndpointSlice that its controller would make of these Pods (all of its selector by
        default).
        """
        spec.setdefault("selector", FrozenMap({"app": "web"}))
        item = ServicePort(port=port, protocol=protocol, targetPort=target)
        item = item.replace(nodePort=node_port) if node_port else item
        item = item.replace(name=port_name) if port_name else item
        ips = (ip,) if ip else None
        full = ServiceSpec(clusterIP=ip or None, clusterIPs=ips, ports=(item,), **spec)
        service = Service(metadata=ObjectMeta(name=name, namespace=namespace), spec=full)
        stored: Service = self.put("services", service)
        if pods is None:
            pods = tuple(p for p in self.client.list("pods", namespace).items if _selected(p, spec["selector"]))
        if full.type != "ExternalName":
            self.slice(stored, pods, target)
        return stored

    def slice(self, service: Service, pods: tuple[Pod, ...], target: int) -> EndpointSlice:
        item = service.spec.ports[0]
        endpoints = tuple(_endpoint(pod, service.spec.publishNotReadyAddresses) for pod in pods)
        meta = ObjectMeta(
            name=f"{service.metadata.name}-abcde",
            namespace=service.metadata.namespace,
            labels=FrozenMap({"kubernetes.io/service-name": service.metadata.name}),
        )
        ports = (EndpointPort(name=item.name, port=target, protocol=item.protocol),)
        return self.put(SLICES, EndpointSlice(metadata=meta, addressType="IPv4", endpoints=endpoints, ports=ports))

    def dns(self, ip: str = "10.96.0.10", node: str = "minikube") -> None:
        """CoreDNS and its Service."""
        pod = self.pod(
            "coredns", node, 53, "kube-system", {"k8s-app": "kube-dns"}, image="registry.k8s.io/coredns/coredns:v1.13.1"
        )
        self.service(
            "kube-dns", ip, 53, 53, (pod,), "kube-system", "dns", "UDP", selector=FrozenMap({"k8s-app": "kube-dns"})
        )


def _selected(pod: Pod, selector: Mapping[str, str]) -> bool:
    return bool(selector) and all(pod.metadata.labels.get(key) == value for key, value in selector.items())


def _endpoint(pod: Pod, publish: bool) -> Endpoint:
    ready = any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
    going = pod.metadata.deletionTimestamp is not None
    conditions = EndpointConditions(ready=publish or (ready and not going), serving=ready, terminating=going)
    reference = ObjectReference(kind="Pod", name=pod.metadata.name, namespace=pod.metadata.namespace)
    found = Endpoint(
        addresses=(pod.status.podIP,), conditions=conditions, nodeName=pod.spec.nodeName, targetRef=reference
    )
    return found.replace(hostname=pod.spec.hostname) if pod.spec.subdomain else found
