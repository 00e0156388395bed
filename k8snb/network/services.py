"""What a node makes of Services and EndpointSlices before it writes rules: one record for each port of each Service.

Reads Services and EndpointSlices. Decides which endpoints may be used where: traffic policies (Cluster, Local), the
fallback to terminating endpoints, topology hints, session affinity. Headless and ExternalName Services have no virtual
address, so they appear in DNS only. Source: `k8s.io/kubernetes/pkg/proxy/serviceport.go`, `topology.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from k8snb.api.core.service import Service
from k8snb.api.discovery.endpointslice import Endpoint, EndpointSlice


class Target(NamedTuple):
    """One endpoint of a Service port: where a request may end."""

    ip: str
    port: int
    node: str
    ready: bool
    serving: bool
    terminating: bool
    #: the zones and nodes whose clients should use it
    zones: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"{self.ip}:{self.port}"


class ServicePort(NamedTuple):
    """One port of a Service with a virtual address: what kube-proxy needs to know of it."""

    namespace: str
    service: str
    port_name: str
    protocol: str  # tcp, udp, sctp, as iptables spells them
    cluster_ip: str
    port: int
    node_port: int = 0
    load_balancer_ips: tuple[str, ...] = ()
    external_ips: tuple[str, ...] = ()
    source_ranges: tuple[str, ...] = ()
    internal_local: bool = False
    external_local: bool = False
    affinity_seconds: int = 0
    health_check_node_port: int = 0

    @property
    def name(self) -> str:
        """`namespace/name:port`, or `namespace/name` for an unnamed port: kube-proxy's ServicePortName."""
        name = f"{self.namespace}/{self.service}"
        return f"{name}:{self.port_name}" if self.port_name else name

    @property
    def external(self) -> bool:
        """Can it be reached at anything but its ClusterIP?"""
        return bool(self.node_port or self.load_balancer_ips or self.external_ips)

    @property
    def uses_cluster(self) -> bool:
        # Even with externalTrafficPolicy Local, what comes from inside the cluster takes the short way to all of them.
        return not self.internal_local or self.external

    @property
    def uses_local(self) -> bool:
        return self.internal_local or (self.external and self.external_local)


class Usable(NamedTuple):
    """The endpoints one node uses for one Service port, by traffic policy."""

    cluster: tuple[Target, ...]
    local: tuple[Target, ...]
    reachable: tuple[Target, ...]
    any: bool


def is_headless(service: Service) -> bool:
    return service.spec.clusterIP == "None"


def has_virtual_ip(service: Service) -> bool:
    """Does kube-proxy do anything for it?"""
    return service.spec.type != "ExternalName" and service.spec.clusterIP not in ("", "None")


def service_ports(service: Service) -> list[ServicePort]:
    """The ports of a Service that kube-proxy serves; none for headless and ExternalName Services."""
    if not has_virtual_ip(service):
        return []
    spec, meta = service.spec, service.metadata
    external = spec.type in ("NodePort", "LoadBalancer")
    ingress = service.status.loadBalancer.ingress if spec.type == "LoadBalancer" else ()
    affinity = 0
    if spec.sessionAffinity == "ClientIP":
        config = spec.sessionAffinityConfig
        affinity = (config.clientIP.timeoutSeconds if config and config.clientIP else None) or 10800
    return [
        ServicePort(
            namespace=meta.namespace,
            service=meta.name,
            port_name=port.name,
            protocol=(port.protocol or "TCP").lower(),
            cluster_ip=spec.clusterIP,
            port=port.port,
            node_port=port.nodePort if external else 0,
            load_balancer_ips=tuple(i.ip for i in ingress if i.ip and i.ipMode != "Proxy"),
            external_ips=spec.externalIPs,
            source_ranges=spec.loadBalancerSourceRanges if spec.type == "LoadBalancer" else (),
            internal_local=spec.internalTrafficPolicy == "Local",
            external_local=(external or bool(spec.externalIPs)) and spec.externalTrafficPolicy == "Local",
            affinity_seconds=affinity,
            health_check_node_port=spec.healthCheckNodePort,
        )
        for port in spec.ports
    ]


def targets(port: ServicePort, slices: Iterable[EndpointSlice]) -> tuple[Target, ...]:
    """The endpoints of one Service port in all its slices, ordered by address as kube-proxy orders them."""
    found: dict[str, Target] = {}
    for endpoint_slice in slices:
        if endpoint_slice.addressType != "IPv4":
            continue
        for number in _numbers(port, endpoint_slice):
            for endpoint in endpoint_slice.endpoints:
                target = _target(endpoint, number)
                if target is not None:
                    found[target.address] = target
    return tuple(found[address] for address in sorted(found))


def _numbers(port: ServicePort, endpoint_slice: EndpointSlice) -> list[int]:
    return [
        item.port
        for item in endpoint_slice.ports
        if item.port and (item.name or "") == port.port_name and (item.protocol or "TCP").lower() == port.protocol
    ]


def _target(endpoint: Endpoint, port: int) -> Target | None:
    if not endpoint.addresses:
        return None
    conditions, hints = endpoint.conditions, endpoint.hints
    ready = conditions.ready is not False  # unknown counts as ready
    return Target(
        endpoint.addresses[0],
        port,
        endpoint.nodeName or "",
        ready,
        conditions.serving if conditions.serving is not None else ready,
        bool(conditions.terminating),
        tuple(zone.name for zone in hints.forZones) if hints else (),
        tuple(node.name for node in hints.forNodes) if hints else (),
    )


def differs(port: ServicePort, endpoints: tuple[Target, ...]) -> bool:
    """Do its rules differ from node to node: by a traffic policy, or by hints where clients should go?"""
    return port.uses_local or any(target.zones or target.nodes for target in endpoints)


def usable(port: ServicePort, endpoints: tuple[Target, ...], node: str = "", zone: str = "") -> Usable:
    """Which endpoints a node uses: ready ones, or serving ones that are terminating if there are no others."""
    cluster: tuple[Target, ...] = ()
    if port.uses_cluster:
        cluster = _near(tuple(t for t in endpoints if t.ready), node, zone)
        cluster = cluster or tuple(t for t in endpoints if t.serving and t.terminating)
    if not port.uses_local:
        return Usable(cluster, (), cluster, bool(cluster))
    here = [t for t in endpoints if t.node == node]
    local = tuple(t for t in here if t.ready) or tuple(t for t in here if t.serving and t.terminating)
    reachable = cluster + tuple(t for t in local if t not in cluster)
    return Usable(cluster, local, reachable, any(t.ready or (t.serving and t.terminating) for t in endpoints))


def _near(ready: tuple[Target, ...], node: str, zone: str) -> tuple[Target, ...]:
    """Endpoints hinted for this node, else those for its zone, if every endpoint has such a hint and one fits."""
    if all(t.nodes for t in ready) and (same := tuple(t for t in ready if node in t.nodes)):
        return same
    if all(t.zones for t in ready) and (same := tuple(t for t in ready if zone in t.zones)):
        return same
    return ready


def selector_text(selector: Mapping[str, str]) -> str:
    """`app=web,tier=front`, or `<none>`."""
    return ",".join(f"{key}={value}" for key, value in sorted(selector.items())) or "<none>"
