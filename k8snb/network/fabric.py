"""The machines and wires under the data path: what is where, what is up, which rules a node has, who is let through.

Holds the little state that packets leave behind or pass by: open port-forwards, the tunnel, cloud balancers, the
`recent` lists of session affinity, the learner's hosts file. Places are kept ready for NetworkPolicies (`filters`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod
from k8snb.api.core.service import Service
from k8snb.api.model import FrozenMap
from k8snb.apiserver.context import Settings
from k8snb.client.client import Client
from k8snb.network.apiproxy import ApiProxy
from k8snb.network.atlas import Atlas, Place, atlas
from k8snb.network.cni import has_sandbox
from k8snb.network.endpoint import Endpoints, Outcome, port_changed
from k8snb.network.iptables import NodeTable
from k8snb.network.kubeproxy import KubeProxy
from k8snb.network.netfilter import Kernel, Packet
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.sim.rng import Rng


class Balancer(NamedTuple):
    """A cloud load balancer: one address for one Service (`namespace/name`), and the nodes it may send to.

    `health_check_port` is the Service's healthCheckNodePort; 0 means that every Ready node passes.
    """

    address: str
    service: str
    nodes: tuple[str, ...]
    health_check_port: int = 0


class Forward(NamedTuple):
    """Where a port of the learner's machine leads: to a Pod's port (`kubectl port-forward`), or through the
    control-plane node to an address of the cluster (`minikube service`), or to the API (`kubectl proxy`).
    """

    namespace: str
    pod: str
    port: int
    address: str = ""
    proxy: ApiProxy | None = None


class FabricState(NamedTuple):
    """Everything the wires remember."""

    tunnel: bool = False
    forwards: Mapping[int, Forward] = FrozenMap()
    balancers: Mapping[str, Balancer] = FrozenMap()
    #: node -> `recent` list -> client address -> when it was last seen
    recent: Mapping[str, Mapping[str, Mapping[str, float]]] = FrozenMap()
    #: names in the learner's own /etc/hosts
    hosts: Mapping[str, str] = FrozenMap()
    #: do the nodePorts of all Services stand open on the learner's own machine, too (as kind's extraPortMappings)?
    node_ports: bool = False


class Publisher(Protocol):
    """Whoever else listens on the learner's own machine: docker, for the ports that containers publish."""

    def publishes(self, port: int) -> str:
        """What a request to this port meets, for people; "" if nothing listens there."""

    def answer(self, port: int, request: HttpRequest) -> Outcome:
        """Give it one request."""


class Filter(Protocol):
    """Something that may stop a packet at a Pod (NetworkPolicy)."""

    def refusal(self, direction: str, pod: Pod, packet: Packet) -> str:
        """Who does not let it through (`networkpolicy/default/deny-all`), or "". `direction`: ingress or egress."""


class Fabric:
    """What the data path asks of the cluster."""

    def __init__(self, client: Client, proxy: KubeProxy, endpoints: Endpoints, rng: Rng) -> None:
        self.client, self.proxy, self.endpoints, self.rng = client, proxy, endpoints, rng
        self.state = FabricState()
        self.filters: list[Filter] = []
        #: who answers on the API server's port of a control-plane node
        self.apiserver: Callable[[HttpRequest], HttpResponse] | None = None
        self.apiserver_port = 8443
        #: who has published ports on the learner's own machine
        self.publisher: Publisher | None = None
        #: who answers what comes through a `kubectl proxy`
        self.proxied: Callable[[ApiProxy, HttpRequest], HttpResponse] | None = None
        self._revision, self._seen = -1, list[Node]()
        self._atlas = atlas(())

    @property
    def settings(self) -> Settings:
        return self.client.server.settings

    # -- the map ------------------------------------------------------------------------------------------------------

    @property
    def atlas(self) -> Atlas:
        """The nodes' addresses as they are now."""
        revision = self.client.revision
        if revision == self._revision:
            return self._atlas
        self._revision = revision
        nodes: list[Node] = self.client.list("nodes").items
        if len(nodes) != len(self._seen) or any(a is not b for a, b in zip(nodes, self._seen, strict=True)):
            self._seen, self._atlas = nodes, atlas(nodes)
        return self._atlas

    def machine_up(self, node: str) -> bool:
        return self.endpoints.machine_up(node)

    def table(self, node: str) -> NodeTable:
        return self.proxy.table(node)

    def kernel(self, node: Place) -> Kernel:
        """What a node's rules may ask: its addresses, chance, `recent` lists, the time."""
        recent = self.state.recent.get(node.name, FrozenMap())
        return Kernel(node.addresses, self._draw, recent, self.client.clock.now)

    def _draw(self) -> int:
        return self.rng.bits("iptables") >> 33

    # -- ports --------------------------------------------------------------------------------------------------------

    def listens(self, pod: Pod, port: int, protocol: str) -> bool:
        """Does a process of the Pod have this port open now?"""
        found = self.endpoints.listener(pod, port, protocol.upper())
        now = self.client.clock.now
        return found is not None and found.opened <= now and (found.closed is None or found.closed > now)

    def host_port(self, node: str, port: int, protocol: str) -> tuple[Pod, int] | None:
        """The Pod and its port behind a hostPort of a node."""
        pods: list[Pod] = self.client.indexed("pods", "node", node)
        for pod in pods:
            if not has_sandbox(pod):
                continue
            for container in pod.spec.containers:
                for item in container.ports:
                    if item.hostPort == port and (item.protocol or "TCP").lower() == protocol:
                        return pod, item.containerPort
        return None

    def refusal(self, direction: str, pod: Pod, packet: Packet) -> str:
        """The first filter that stops the packet, or ""."""
        return next((found for item in self.filters if (found := item.refusal(direction, pod, packet))), "")

    # -- balancers ----------------------------------------------------------------------------------------------------

    def healthy(self, balancer: Balancer, node: str) -> bool:
        """Does a node pass a balancer's health check: up and Ready, and with a local endpoint if the Service asks for
        that?
        """
        found = self.client.find("nodes", node)
        if found is None or not self.machine_up(node):
            return False
        if not any(c.type == "Ready" and c.status == "True" for c in found.status.conditions):
            return False
        return not balancer.health_check_port or self.local_endpoints(node, balancer.service) > 0

    def local_endpoints(self, node: str, service: str) -> int:
        """What a node's health-check port says of a Service with externalTrafficPolicy Local: how many endpoints are
        here.
        """
        found = 0
        for rules in self.table(node).local.services.values():
            if f"{rules.port.namespace}/{rules.port.service}" == service:
                local = [chain for name, chain in rules.chains.items() if name.startswith("KUBE-SVL-")]
                here = sum(
                    1 for chain in local for rule in chain if rule.target.startswith("KUBE-SEP-") and not rule.recent
                )
                found = max(found, here)
        return found

    # -- what changes ---------------------------------------------------------------------------------------------

    def _change(self, state: FabricState) -> None:
        self.state = state
        port_changed(self.client.clock)

    @property
    def tunnel(self) -> bool:
        """Is `minikube tunnel` running?"""
        return self.state.tunnel

    @tunnel.setter
    def tunnel(self, running: bool) -> None:
        self._change(self.state._replace(tunnel=running))

    @property
    def forwards(self) -> Mapping[int, Forward]:
        """Where the open ports of the learner's machine lead."""
        return self.state.forwards

    @property
    def balancers(self) -> Mapping[str, Balancer]:
        """Cloud load balancers by address."""
        return self.state.balancers

    @property
    def node_ports(self) -> bool:
        """Are nodePorts open on the learner's own machine?"""
        return self.state.node_ports

    @node_ports.setter
    def node_ports(self, opened: bool) -> None:
        self._change(self.state._replace(node_ports=opened))

    def open_ports(self) -> list[int]:
        """The TCP ports of the learner's own machine that lead into the cluster."""
        services: list[Service] = self.client.list("services").items if self.node_ports else []
        numbers = {port.nodePort for service in services for port in service.spec.ports if port.protocol in ("", "TCP")}
        return sorted({*self.forwards, *(number for number in numbers if number)})

    def forward(self, local_port: int, namespace: str, pod: str, port: int) -> None:
        """Open a port-forward. ValueError if the local port is taken."""
        self._open(local_port, Forward(namespace, pod, port))

    def tunnel_to(self, local_port: int, address: str, port: int) -> None:
        """Open a tunnel from a local port through the control-plane node. ValueError if the local port is taken."""
        self._open(local_port, Forward("", "", port, address))

    def open_proxy(self, local_port: int, proxy: ApiProxy) -> None:
        """Open a proxy to the API. ValueError if the local port is taken."""
        self._open(local_port, Forward("", "", 0, proxy=proxy))

    def _open(self, local_port: int, target: Forward) -> None:
        if local_port in self.state.forwards:
            raise ValueError(f"bind: address already in use: 127.0.0.1:{local_port}")
        self._change(self.state._replace(forwards=FrozenMap({**self.state.forwards, local_port: target})))

    def unforward(self, local_port: int) -> None:
        """Close what a local port leads to."""
        left = {port: target for port, target in self.state.forwards.items() if port != local_port}
        self._change(self.state._replace(forwards=FrozenMap(left)))

    def set_balancer(self, balancer: Balancer) -> None:
        """A cloud provider made or changed a load balancer."""
        self._change(self.state._replace(balancers=FrozenMap({**self.state.balancers, balancer.address: balancer})))

    def drop_balancer(self, address: str) -> None:
        """It took one away."""
        left = {ip: item for ip, item in self.state.balancers.items() if ip != address}
        self._change(self.state._replace(balancers=FrozenMap(left)))

    def set_hosts(self, hosts: Mapping[str, str]) -> None:
        """The learner's /etc/hosts: name -> address."""
        self._change(self.state._replace(hosts=FrozenMap(hosts)))

    def learn(self, node: str, name: str, client: str) -> None:
        """A connection was added to a `recent` list."""
        lists = self.state.recent.get(node, FrozenMap())
        seen = {**lists.get(name, {}), client: self.client.clock.now}
        recent = {**self.state.recent, node: {**lists, name: seen}}
        self.state = self.state._replace(recent=FrozenMap(recent))

    # -- state ----------------------------------------------------------------------------------------------------

    def dump(self) -> FabricState:
        return self.state

    def load(self, state: FabricState) -> None:
        self.state, self._revision = state, -1
