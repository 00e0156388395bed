"""Services."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.core.service import LoadBalancerIngress, Service, ServicePort
from k8snb.api.errors import StatusError
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.endpointslices import addresses, slices_of
from k8snb.kubectl.describe.reader import Json, Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.printers.table import format_labels


def describe(w: PrefixWriter, obj: Service, reader: Reader) -> None:
    """A Service."""
    spec = obj.spec
    try:
        slices = slices_of(reader, obj.metadata.namespace, obj.metadata.name)
    except StatusError:
        slices = []
    metadata.head(w, obj)
    w.field(0, "Selector", format_labels(spec.selector))
    w.field(0, "Type", spec.type)
    _addresses(w, obj)
    for port in spec.ports:
        _port(w, port, slices)
    w.field(0, "Session Affinity", spec.sessionAffinity)
    for title, value in (
        ("External Traffic Policy", spec.externalTrafficPolicy),
        ("Internal Traffic Policy", spec.internalTrafficPolicy),
        ("HealthCheck NodePort", spec.healthCheckNodePort),
        ("LoadBalancer Source Ranges", ",".join(spec.loadBalancerSourceRanges)),
        ("Traffic Distribution", spec.trafficDistribution),
    ):
        if value:
            w.field(0, title, value)


def _addresses(w: PrefixWriter, obj: Service) -> None:
    spec = obj.spec
    if spec.ipFamilyPolicy is not None:
        w.field(0, "IP Family Policy", spec.ipFamilyPolicy)
    w.field(0, "IP Families", ",".join(spec.ipFamilies) or "<none>")
    w.field(0, "IP", spec.clusterIP)
    w.field(0, "IPs", ",".join(spec.clusterIPs) or "<none>")
    for title, value in (
        ("External IPs", ",".join(spec.externalIPs)),
        ("Desired LoadBalancer IP", spec.loadBalancerIP),
        ("External Name", spec.externalName),
        ("LoadBalancer Ingress", _ingress(obj.status.loadBalancer.ingress)),
    ):
        if value:
            w.field(0, title, value)


def _ingress(found: Sequence[LoadBalancerIngress]) -> str:
    texts = []
    for one in found:
        mode = f" ({one.ipMode})" if one.ipMode is not None else ""
        texts.append(f"{one.ip}{mode}" if one.ip else one.hostname)
    return ", ".join(texts)


def _port(w: PrefixWriter, port: ServicePort, slices: Sequence[Json]) -> None:
    name = port.name or "<unset>"
    w.row(0, "Port:", name, f"{port.port}/{port.protocol}")
    w.field(0, "TargetPort", f"{port.targetPort or 0}/{port.protocol}")
    if port.appProtocol is not None:
        w.field(0, "AppProtocol", port.appProtocol)
    if port.nodePort:
        w.row(0, "NodePort:", name, f"{port.nodePort}/{port.protocol}")
    w.field(0, "Endpoints", addresses(slices, port.name))
