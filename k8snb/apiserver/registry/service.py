"""Services: defaults, and the addresses and node ports that the server hands out.

Which addresses are taken is read from the Services themselves (indexes `clusterIP` and `nodePort` of the store), so nothing
can leak. Source: `pkg/registry/core/service/{strategy,storage/alloc}.go`, printers' printService.
"""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar

from k8snb.api.core.service import (
    ClientIPConfig,
    LoadBalancerStatus,
    Service,
    ServicePort,
    ServiceSpec,
    ServiceStatus,
    SessionAffinityConfig,
)
from k8snb.api.validation.field import FieldError, invalid
from k8snb.api.validation.names import dns_label
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.servicewarnings import service_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import labels_cell

_AFFINITY_SECONDS = 10800
NODE_PORT_TYPES = ("NodePort", "LoadBalancer")


class ServiceStrategy(Strategy):
    """A stable name and address in front of changing Pods."""

    generation: ClassVar[bool] = False
    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Type"),
        Column("Cluster-IP"),
        Column("External-IP"),
        Column("Port(s)"),
        Column("Age"),
        Column("Selector", priority=1),
    )
    selectable: ClassVar[tuple[str, ...]] = ("spec.clusterIP", "spec.type")

    def defaults(self, obj: Service) -> Service:
        spec = obj.spec
        changes: dict[str, Any] = {
            "type": spec.type or "ClusterIP",
            "sessionAffinity": spec.sessionAffinity or "None",
            "ports": tuple(_port_defaults(p) for p in spec.ports) or None,
        }
        kind = changes["type"]
        if kind != "ExternalName" and spec.internalTrafficPolicy is None:
            changes["internalTrafficPolicy"] = "Cluster"
        if (kind in NODE_PORT_TYPES or spec.externalIPs) and not spec.externalTrafficPolicy:
            changes["externalTrafficPolicy"] = "Cluster"
        if kind == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is None:
            changes["allocateLoadBalancerNodePorts"] = True
        if changes["sessionAffinity"] == "ClientIP" and spec.sessionAffinityConfig is None:
            changes["sessionAffinityConfig"] = SessionAffinityConfig(
                clientIP=ClientIPConfig(timeoutSeconds=_AFFINITY_SECONDS)
            )
        if changes["sessionAffinity"] == "None":
            changes["sessionAffinityConfig"] = None
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: Service) -> Service:
        return self._allocated(ctx, obj, None).replace(status=ServiceStatus(loadBalancer=LoadBalancerStatus()))

    def prepare_update(self, ctx: Context, obj: Service, old: Service) -> Service:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if old.spec.type != "ExternalName" and spec.type != "ExternalName" and not spec.clusterIP:
            changes = {"clusterIP": old.spec.clusterIP, "clusterIPs": old.spec.clusterIPs}
        if spec.type in NODE_PORT_TYPES:
            kept = {(p.port, p.protocol): p.nodePort for p in old.spec.ports if p.nodePort}
            changes["ports"] = tuple(
                p if p.nodePort else p.replace(nodePort=kept.get((p.port, p.protocol))) for p in spec.ports
            )
        elif old.spec.type in NODE_PORT_TYPES and spec.type == "ClusterIP":
            before = {p.nodePort for p in old.spec.ports}
            changes["ports"] = tuple(p.replace(nodePort=None) if p.nodePort in before else p for p in spec.ports)
            if spec.externalTrafficPolicy == old.spec.externalTrafficPolicy:
                changes["externalTrafficPolicy"] = None
            if spec.allocateLoadBalancerNodePorts == old.spec.allocateLoadBalancerNodePorts:
                changes["allocateLoadBalancerNodePorts"] = None
        if _wants_health_check(old.spec) and spec.healthCheckNodePort in (0, old.spec.healthCheckNodePort):
            changes["healthCheckNodePort"] = old.spec.healthCheckNodePort if _wants_health_check(spec) else None
        obj = obj.replace(spec=spec.replace(**changes), status=old.status)
        if spec.type != "LoadBalancer" and old.spec.type == "LoadBalancer":
            obj = obj.replace(status=ServiceStatus(loadBalancer=LoadBalancerStatus()))
        return self._allocated(ctx, obj, old)

    def _allocated(self, ctx: Context, obj: Service, old: Service | None) -> Service:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if spec.type == "ExternalName":
            if old is not None and old.spec.type != "ExternalName":
                changes = {"clusterIP": None, "clusterIPs": None, "ipFamilies": None, "ipFamilyPolicy": None}
        else:
            if not spec.clusterIP:
                changes["clusterIP"] = spec.clusterIPs[0] if spec.clusterIPs else _free_address(ctx)
            ip = changes.get("clusterIP", spec.clusterIP)
            if not spec.clusterIPs or spec.clusterIPs[0] != ip:
                changes["clusterIPs"] = (ip,)
            if not spec.ipFamilies:
                changes["ipFamilies"] = ("IPv4",)
            if not spec.ipFamilyPolicy:
                changes["ipFamilyPolicy"] = "SingleStack"
        if _wants_node_ports(spec):
            changes["ports"] = _with_node_ports(ctx, spec.ports)
        if _wants_health_check(spec) and not spec.healthCheckNodePort:
            taken = {f"{p.nodePort}/{p.protocol}" for p in changes.get("ports", spec.ports)}
            changes["healthCheckNodePort"] = _free_node_port(ctx, "TCP", taken)
        return obj.replace(spec=spec.replace(**changes)) if changes else obj

    def prepare_status(self, ctx: Context, obj: Service, old: Service) -> Service:
        ingress = obj.status.loadBalancer.ingress
        if any(item.ip and item.ipMode is None for item in ingress):
            filled = tuple(i.replace(ipMode="VIP") if i.ip and i.ipMode is None else i for i in ingress)
            balancer = obj.status.loadBalancer.replace(ingress=filled)
            obj = obj.replace(status=obj.status.replace(loadBalancer=balancer))
        return obj.replace(spec=old.spec)

    def validate_name(self, name: str, *, prefix: bool = False) -> Any:
        return dns_label(name)

    def validate(self, ctx: Context, obj: Service) -> list[FieldError]:
        return rule("service", "validate_service")(obj) or _conflicts(ctx, obj, None)

    def validate_update(self, ctx: Context, obj: Service, old: Service) -> list[FieldError]:
        return rule("service", "validate_service_update")(obj, old) or _conflicts(ctx, obj, old)

    def selectable_fields(self, obj: Service) -> dict[str, str]:
        return {"spec.clusterIP": obj.spec.clusterIP, "spec.type": obj.spec.type}

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("service", "validate_service_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: Service, old: Service | None) -> list[str]:
        return [*service_warnings(obj)]

    def row(self, obj: Service, now: float) -> list[Any]:
        spec = obj.spec
        cluster_ip = spec.clusterIP or "<none>"
        return [
            obj.metadata.name,
            spec.type,
            cluster_ip,
            external_ip(obj),
            ",".join(_port_cell(p) for p in spec.ports) or "<none>",
            age(obj, now),
            labels_cell(spec.selector),
        ]


def external_ip(service: Service, wide: bool = False) -> str:
    """The EXTERNAL-IP cell (printers' getServiceExternalIP)."""
    spec = service.spec
    if spec.type == "ExternalName":
        return spec.externalName
    if spec.type == "LoadBalancer":
        found = [i.ip or i.hostname for i in service.status.loadBalancer.ingress] + list(spec.externalIPs)
        return ",".join(sorted(set(found), key=found.index)) or "<pending>"
    return ",".join(spec.externalIPs) or "<none>"


def _port_cell(port: ServicePort) -> str:
    return f"{port.port}:{port.nodePort}/{port.protocol}" if port.nodePort else f"{port.port}/{port.protocol}"


def _port_defaults(port: ServicePort) -> ServicePort:
    changes: dict[str, Any] = {}
    if not port.protocol:
        changes["protocol"] = "TCP"
    if port.targetPort in (None, 0, ""):
        changes["targetPort"] = port.port
    return port.replace(**changes) if changes else port


def _wants_node_ports(spec: ServiceSpec) -> bool:
    return spec.type == "NodePort" or (spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is not False)


def _wants_health_check(spec: ServiceSpec) -> bool:
    """Is a load balancer to ask each node whether it has endpoints of its own?"""
    return spec.type == "LoadBalancer" and spec.externalTrafficPolicy == "Local"


def _free_address(ctx: Context) -> str:
    network = ipaddress.ip_network(ctx.settings.service_cidr)
    # The lower part of the range is left to addresses that people choose (KEP-3070).
    offset = min(max(16, network.num_addresses // 16), 256)
    size = network.num_addresses - offset - 1
    start = ctx.rng.below(size, "service-ips")
    for step in range(size):
        candidate = str(network[offset + (start + step) % size])
        if not ctx.store.count("services", "clusterIP", candidate):
            return candidate
    return ""


def _with_node_ports(ctx: Context, ports: tuple[ServicePort, ...]) -> tuple[ServicePort, ...]:
    taken = {f"{p.nodePort}/{p.protocol}" for p in ports if p.nodePort}
    by_number: dict[int, int] = {}  # the same port for TCP and UDP gets the same node port
    filled = []
    for port in ports:
        if not port.nodePort:
            number = by_number.get(port.port)  # the same for all protocols of a port
            if not number or f"{number}/{port.protocol}" in taken:
                number = _free_node_port(ctx, port.protocol, taken)
            taken.add(f"{number}/{port.protocol}")
            port = port.replace(nodePort=number)
        by_number[port.port] = port.nodePort
        filled.append(port)
    return tuple(filled)


def _free_node_port(ctx: Context, protocol: str, taken: set[str]) -> int:
    low, high = ctx.settings.node_ports
    start = ctx.rng.below(high - low + 1, "node-ports")
    for step in range(high - low + 1):
        number = low + (start + step) % (high - low + 1)
        if f"{number}/{protocol}" not in taken and not ctx.store.count("services", "nodePort", f"{number}/{protocol}"):
            return number
    return 0


def _conflicts(ctx: Context, obj: Service, old: Service | None) -> list[FieldError]:
    """Addresses and ports that another Service holds, or that lie outside the range."""
    errors: list[FieldError] = []
    spec = obj.spec
    ip = spec.clusterIP
    if ip and ip != "None" and (old is None or old.spec.clusterIP != ip):
        if ipaddress.ip_address(ip) not in ipaddress.ip_network(ctx.settings.service_cidr):
            detail = f"failed to allocate IP {ip}: the provided network does not match the current range"
            errors.append(invalid("spec.clusterIPs", list(spec.clusterIPs), detail))
        elif ctx.store.count("services", "clusterIP", ip):
            detail = f"failed to allocate IP {ip}: provided IP is already allocated"
            errors.append(invalid("spec.clusterIPs", list(spec.clusterIPs), detail))
    low, high = ctx.settings.node_ports
    own = {p.nodePort for p in old.spec.ports} if old is not None else set()
    for index, port in enumerate(spec.ports):
        number = port.nodePort
        if not number or number in own or spec.type not in NODE_PORT_TYPES:
            continue
        path = f"spec.ports[{index}].nodePort"
        if not low <= number <= high:
            detail = f"provided port is not in the valid range. The range of valid ports is {low}-{high}"
            errors.append(invalid(path, number, detail))
        elif ctx.store.count("services", "nodePort", f"{number}/{port.protocol}"):
            errors.append(invalid(path, number, "provided port is already allocated"))
    return errors
