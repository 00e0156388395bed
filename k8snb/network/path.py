"""The data path: one new connection from where it starts to the process at its end, step by step.

A packet leaves a Pod through its node's bridge, or comes to a node from outside; there it meets the node's Service
rules (`netfilter.py`), is routed to a Pod of this node or over to another one, and arrives. Where it would really be
refused, dropped or lost, the path ends with a `Failure`. Every step is noted as a `Hop`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from k8snb.api.core.pod import Pod
from k8snb.network import diagnosis
from k8snb.network.atlas import LOOPBACK, Place, host_pods, is_ready, pod_at, pod_name
from k8snb.network.cni import contains, gateway
from k8snb.network.fabric import Fabric, Forward
from k8snb.network.iptables import NodeTable, Rule
from k8snb.network.netfilter import CERTAIN, Kernel, Packet, Verdict
from k8snb.network.origin import HOST_IP, Origin
from k8snb.network.trace import REFUSED, TIMEOUT, UNREACHABLE, Failure, Hop

#: there and back, in seconds: a bridge, a wire between nodes, the learner's machine to a node, the way in from outside
BRIDGE, WIRE, HOST_LINK, INTERNET_LINK, LOCAL = 0.00004, 0.00025, 0.0002, 0.02, 0.00002
RULES = 0.00001
#: Linux gives up on a TCP connection after six retries, and on a neighbour that does not answer after three
CONNECT_TIMEOUT, NO_NEIGHBOUR = 134.0, 3.06
_MAX_NODES = 4


class Arrival(NamedTuple):
    """The end of a path: a port of a Pod, or of a machine (`pod` None). `client_ip` is who the server thinks it talks
    to.
    """

    place: str
    node: str
    ip: str
    port: int
    client_ip: str
    pod: Pod | None = None


class Chooser(Protocol):
    """Who draws the lots along a path."""

    def verdict(self, node: str, table: NodeTable, packet: Packet, kernel: Kernel) -> Verdict:
        """What a node's rules do to a packet."""

    def pick(self, options: int) -> int:
        """One of several equal ways (a load balancer's nodes)."""


class Path:
    """One packet on its way. `hops` and `seconds` grow as it goes."""

    def __init__(self, fabric: Fabric, origin: Origin, chooser: Chooser) -> None:
        self.fabric, self.origin, self.chooser = fabric, origin, chooser
        self.hops: list[Hop] = []
        self.service, self.entry, self.learned = "", "", list[tuple[str, str]]()
        self._nodes = 0
        #: one request; off for counted traffic, whose questions a name server's log would drown in
        self.logs = True
        #: did a name server mix the addresses that it gave?
        self.balanced = False

    @property
    def seconds(self) -> float:
        return sum(hop.seconds for hop in self.hops)

    def note(self, kind: str, place: str, text: str, seconds: float = 0.0) -> None:
        self.hops.append(Hop(kind, place, text, seconds))

    # -- the first step ---------------------------------------------------------------------------------------------

    def send(self, packet: Packet) -> Arrival | Failure:
        """Follow a packet to its end."""
        origin = self.origin
        if origin.pod is not None and not origin.pod.spec.hostNetwork:
            return self._from_pod(origin.pod, packet)
        if origin.node:
            return self._at_node(origin.node, packet)
        if contains(LOOPBACK, packet.destination):
            return self._loopback(packet)
        return self._from_outside(packet)

    def _from_pod(self, pod: Pod, packet: Packet) -> Arrival | Failure:
        if contains(LOOPBACK, packet.destination) or packet.destination == pod.status.podIP:
            self.note(
                "pod", self.origin.place, f"localhost: the containers of a Pod share it (port {packet.port})", LOCAL
            )
            return Arrival(
                self.origin.place, pod.spec.nodeName, packet.destination, packet.port, packet.destination, pod
            )
        refusal = self.fabric.refusal("egress", pod, packet)
        if refusal:
            return self._blocked(self.origin.place, refusal)
        self.note("node", f"node/{pod.spec.nodeName}", "out of the Pod, onto the node's bridge", BRIDGE)
        return self._at_node(pod.spec.nodeName, packet)

    def _loopback(self, packet: Packet) -> Arrival | Failure:
        """The learner's own machine: only port-forwards and proxies listen there."""
        forward = self.fabric.forwards.get(packet.port) if self.origin.place == "host" else None
        if forward is None and self.origin.place == "host" and self.fabric.node_ports:
            node = self.fabric.atlas.control_plane
            if node is not None and self.fabric.client.indexed("services", "nodePort", f"{packet.port}/TCP"):
                self.note(
                    "tunnel", "host", f"nodePort on your own machine: 127.0.0.1:{packet.port} → {node.name}", HOST_LINK
                )
                return self._at_node(node.name, Packet(HOST_IP, node.ip, "tcp", packet.port))
        if forward is None:
            publisher = self.fabric.publisher if self.origin.place == "host" else None
            published = publisher.publishes(packet.port) if publisher is not None else ""
            if published:
                self.note("forward", "host", published, LOCAL)
                return Arrival("host", "", packet.destination, packet.port, packet.source)
            why = f"nothing listens on port {packet.port} of your own machine (a port-forward would)"
            return Failure(REFUSED, self.origin.place, why)
        if forward.proxy is not None:
            self.note("forward", "host", f"kubectl proxy: 127.0.0.1:{packet.port} → API server", 0.002)
            return Arrival("host", "", packet.destination, packet.port, packet.source)
        if forward.address:
            return self._ssh_tunnel(packet, forward)
        namespace, name, port = forward.namespace, forward.pod, forward.port
        pod = self.fabric.client.find("pods", name, namespace)
        self.note(
            "forward",
            "host",
            f"port-forward: 127.0.0.1:{packet.port} → API server → kubelet → pod/{name}:{port}",
            0.002,
        )
        if pod is None or pod.status.phase != "Running":
            return Failure("reset", "host", f"lost connection to pod: pod/{name} is gone", f"pod/{namespace}/{name}")
        return Arrival(f"pod/{pod_name(pod)}", pod.spec.nodeName, "127.0.0.1", port, "127.0.0.1", pod)

    def _ssh_tunnel(self, packet: Packet, forward: Forward) -> Arrival | Failure:
        node = self.fabric.atlas.control_plane
        if node is None:
            return Failure(REFUSED, "host", "the tunnel's machine is gone")
        target = f"{forward.address}:{forward.port}"
        self.note("tunnel", "host", f"minikube's tunnel: 127.0.0.1:{packet.port} → {node.name} → {target}", HOST_LINK)
        return self._at_node(node.name, Packet(node.ip, forward.address, "tcp", forward.port))

    def _from_outside(self, packet: Packet) -> Arrival | Failure:
        fabric, place, ip = self.fabric, self.origin.place, packet.destination
        balancer = fabric.balancers.get(ip)
        if balancer is not None:
            return self._balanced(ip, packet)
        node = fabric.atlas.by_address.get(ip)
        if node is not None and (place == "host" or ip == node.external_ip):
            self.note(
                "node", f"node/{node.name}", f"{ip} is this node", HOST_LINK if place == "host" else INTERNET_LINK
            )
            return self._at_node(node.name, packet)
        if place == "host" and fabric.tunnel and contains(fabric.settings.service_cidr, ip):
            control_plane = fabric.atlas.control_plane
            if control_plane is not None:
                text = f"minikube tunnel: {fabric.settings.service_cidr} is routed to {control_plane.ip}"
                self.note("tunnel", "host", text, HOST_LINK)
                return self._at_node(control_plane.name, packet)
        return self._no_way(ip)

    def _no_way(self, ip: str) -> Failure:
        """No route leads from outside to this address."""
        fabric, place = self.fabric, self.origin.place
        here = "your machine" if place == "host" else "the internet"
        if contains(fabric.settings.pod_cidr, ip):
            why = f"{ip} is an address of the Pod network: no route leads there from {here}"
            pod = pod_at(fabric.client, ip)
            return Failure(UNREACHABLE, place, why, f"pod/{pod_name(pod)}" if pod else "")
        if contains(fabric.settings.service_cidr, ip):
            why = (
                f"{ip} is in the Service range: a ClusterIP exists only in the nodes' iptables, no route "
                f"leads there from {here}"
            )
            found = fabric.client.indexed("services", "clusterIP", ip)
            meta = found[0].metadata if found else None
            return Failure(UNREACHABLE, place, why, f"service/{meta.namespace}/{meta.name}" if meta else "")
        if ip in fabric.atlas.by_address:
            return Failure(UNREACHABLE, place, f"{ip} is a node's internal address: no route leads there from {here}")
        return Failure(UNREACHABLE, place, f"no machine has the address {ip}: the simulated world ends at the cluster")

    def _balanced(self, ip: str, packet: Packet) -> Arrival | Failure:
        """A cloud load balancer in front of the nodes: it sends to those that its health checks pass."""
        balancer = self.fabric.balancers[ip]
        healthy = [name for name in balancer.nodes if self.fabric.healthy(balancer, name)]
        look = f"service/{balancer.service}"
        namespace, _, service = balancer.service.partition("/")
        found = self.fabric.client.find("services", service, namespace)
        if found is not None and all(item.port != packet.port for item in found.spec.ports):
            why = f"load balancer {ip} of {look} has no port {packet.port}"
            return Failure(TIMEOUT, "loadbalancer", why, look, CONNECT_TIMEOUT)
        if not healthy:
            behind = ", ".join(balancer.nodes) or "it has none"
            why = f"load balancer {ip}: none of its nodes ({behind}) passes its health check"
            if found is not None and balancer.health_check_port:
                why += f" (a local endpoint); endpoints: {diagnosis.endpoints_by_node(self.fabric.client, found)}"
            return Failure(REFUSED, "loadbalancer", why, look)
        name = healthy[self.chooser.pick(len(healthy))]
        text = f"{ip} for {look}: 1 of {len(healthy)} healthy nodes → {name}"
        self.note("balancer", "loadbalancer", text, INTERNET_LINK)
        return self._at_node(name, packet)

    # -- on a node --------------------------------------------------------------------------------------------------

    def _at_node(self, name: str, packet: Packet) -> Arrival | Failure:
        fabric, place = self.fabric, f"node/{name}"
        node = fabric.atlas.nodes.get(name)
        self._nodes += 1
        if node is None or not fabric.machine_up(name):
            return Failure(UNREACHABLE, place, f"the machine {name} is off or gone", place, NO_NEIGHBOUR)
        if self._nodes > _MAX_NODES:
            return Failure(TIMEOUT, place, "the packet goes round in circles", place, CONNECT_TIMEOUT)
        self.entry = self.entry or name
        verdict = self.chooser.verdict(name, fabric.table(name), packet, fabric.kernel(node))
        self._note_rules(node, packet, verdict)
        if verdict.learned:
            self.learned.append((name, verdict.learned))
        if verdict.action != "ACCEPT":
            return self._stopped(node, packet, verdict)
        return self._route(node, verdict.packet, verdict.masquerade)

    def _note_rules(self, node: Place, packet: Packet, verdict: Verdict) -> None:
        rules = verdict.rules
        if not rules:
            return
        place = f"node/{node.name}"
        self.service = _service_of(rules[0])
        self.note("rule", place, f"{packet.destination}:{packet.port} {_what(rules[0])} service/{self.service}", RULES)
        self.note("rule", place, " → ".join(_chain_steps(rules)))
        if verdict.packet is not packet:
            chain = self.fabric.table(node.name).chain(rules[-2].chain)
            self.note("dnat", place, f"DNAT {packet.destination}:{packet.port} → {_to(verdict.packet)}{_of(chain)}")

    def _stopped(self, node: Place, packet: Packet, verdict: Verdict) -> Failure:
        """REJECT and DROP of table filter: a Service without endpoints, or without any on this node."""
        place, look = f"node/{node.name}", f"service/{self.service}"
        namespace, _, name = self.service.partition("/")
        service = self.fabric.client.find("services", name, namespace)
        if verdict.action == "DROP":
            last = verdict.rules[-1]
            why = diagnosis.dropped(self.fabric.client, service, last, packet.source, node.name)
            return Failure(TIMEOUT, place, why, look, CONNECT_TIMEOUT)
        why = diagnosis.no_endpoints(self.fabric.client, service) if service is not None else verdict.rules[-1].comment
        return Failure(REFUSED, place, why, look)

    def _route(self, node: Place, packet: Packet, masquerade: bool) -> Arrival | Failure:
        fabric, ip, place = self.fabric, packet.destination, f"node/{node.name}"
        if ip in node.addresses or contains(LOOPBACK, ip):
            return self._process(node, packet)
        settings = fabric.settings
        owner = fabric.atlas.owner(ip)
        outside = not contains(settings.pod_cidr, ip)
        if owner is not None or not outside:
            return self._to_pod(node, owner, packet, masquerade)
        packet = self._from_node(node, packet) if masquerade or contains(settings.pod_cidr, packet.source) else packet
        other = fabric.atlas.by_address.get(ip)
        if other is not None:
            self.note("node", f"node/{other.name}", f"{ip} is node {other.name}", WIRE)
            return self._at_node(other.name, packet)
        if contains(settings.service_cidr, ip):
            why, look = diagnosis.virtual_ip(fabric.client, ip, packet.port, node.name)
            return Failure(TIMEOUT, place, why, look, CONNECT_TIMEOUT)
        if ip in fabric.balancers:
            return self._balanced(ip, packet)
        return Failure(UNREACHABLE, place, f"no machine has the address {ip}: the simulated world ends at the cluster")

    def _from_node(self, node: Place, packet: Packet) -> Packet:
        self.note("snat", f"node/{node.name}", f"SNAT {packet.source} → {node.ip}")
        return packet._replace(source=node.ip)

    # -- the end ----------------------------------------------------------------------------------------------------

    def _to_pod(self, node: Place, owner: Place | None, packet: Packet, masquerade: bool) -> Arrival | Failure:
        fabric, ip, place = self.fabric, packet.destination, f"node/{node.name}"
        remote = owner is not None and owner.name != node.name
        if masquerade:
            source = node.ip if remote else gateway(node.pod_cidr)
            self.note("snat", place, f"SNAT {packet.source} → {source}, so that the answer comes back this way")
            packet = packet._replace(source=source)
        if owner is None:
            return Failure(TIMEOUT, place, f"no node has a Pod range with {ip}", "nodes", CONNECT_TIMEOUT)
        if remote:
            self.note("node", f"node/{owner.name}", f"routed to {owner.ip}, which owns {owner.pod_cidr}", WIRE)
            if not fabric.machine_up(owner.name):
                why = f"the machine {owner.name} is off"
                return Failure(UNREACHABLE, f"node/{owner.name}", why, f"node/{owner.name}", NO_NEIGHBOUR)
        pod = pod_at(fabric.client, ip)
        if pod is None:
            look = f"service/{self.service}" if self.service else ""
            return Failure(
                UNREACHABLE, f"node/{owner.name}", f"no Pod has the address {ip} (any more)", look, NO_NEIGHBOUR
            )
        refusal = fabric.refusal("ingress", pod, packet)
        if refusal:
            return self._blocked(f"pod/{pod_name(pod)}", refusal)
        state = "Ready" if is_ready(pod) else "terminating" if pod.metadata.deletionTimestamp else "not Ready"
        self.note("pod", f"pod/{pod_name(pod)}", f"{ip} ({state}), port {packet.port}", BRIDGE)
        return Arrival(f"pod/{pod_name(pod)}", owner.name, ip, packet.port, packet.source, pod)

    def _blocked(self, place: str, policy: str) -> Failure:
        return Failure(TIMEOUT, place, f"{policy} does not allow it: the packet is dropped", policy, CONNECT_TIMEOUT)

    def _process(self, node: Place, packet: Packet) -> Arrival | Failure:
        """A port of the machine itself: a Pod on the host network, or one with a hostPort."""
        place = f"node/{node.name}"
        target = self.fabric.host_port(node.name, packet.port, packet.protocol)
        if target is not None:
            pod, port = target
            self.note("dnat", place, f"hostPort {packet.port} → {pod.status.podIP}:{port}")
            return self._to_pod(node, node, packet._replace(destination=pod.status.podIP, port=port), False)
        if self.fabric.apiserver is not None and node.control_plane and packet.port == self.fabric.apiserver_port:
            return Arrival(place, node.name, packet.destination, packet.port, packet.source)
        for pod in host_pods(self.fabric.client, node.name):
            if self.fabric.listens(pod, packet.port, packet.protocol):
                self.note("pod", f"pod/{pod_name(pod)}", f"on the node's own network, port {packet.port}", LOCAL)
                return Arrival(f"pod/{pod_name(pod)}", node.name, packet.destination, packet.port, packet.source, pod)
        return Arrival(place, node.name, packet.destination, packet.port, packet.source)


def _to(packet: Packet) -> str:
    return f"{packet.destination}:{packet.port}"


def _service_of(rule: Rule) -> str:
    """`namespace/name` of the Service a rule was written for: kube-proxy begins every comment with it."""
    return rule.comment.partition(" ")[0].partition(":")[0]


def _of(chain: tuple[Rule, ...]) -> str:
    """How many endpoints there were to choose from."""
    count = sum(1 for rule in chain if rule.target.startswith("KUBE-SEP-") and not rule.recent)
    return f" (1 of {count} endpoints)" if count > 1 else ""


def _what(rule: Rule) -> str:
    if rule.table == "filter":
        return "belongs to"
    return "is a nodePort of" if rule.chain == "KUBE-NODEPORTS" else f"is the {rule.comment.partition(' ')[2]} of"


def _chain_steps(rules: tuple[Rule, ...]) -> list[str]:
    """The chains that a packet ran through, each with its chance; what marks for SNAT is told by the SNAT itself."""
    steps = [rules[0].chain]
    for rule in rules:
        if rule.target not in ("DNAT", "KUBE-MARK-MASQ"):
            steps.append(f"{rule.target} ({percent(rule.chance)})" if rule.chance else rule.target)
    return steps


def percent(chance: int) -> str:
    """A rule's chance as `33.3 %`."""
    return f"{100 * chance / CERTAIN:.3g} %"
