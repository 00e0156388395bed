"""EndpointSlice mirroring: Endpoints that people write themselves, copied into slices, where kube-proxy looks.

Only for Services without a selector, and not for Endpoints labelled `endpointslice.kubernetes.io/skip-mirror`. Source:
`pkg/controller/endpointslicemirroring`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.endpoints import EndpointAddress, Endpoints
from k8snb.api.discovery.endpointslice import Endpoint, EndpointConditions
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.servicepods import LAST_TRIGGER
from k8snb.controllers.slices import MANAGED_BY, SERVICE_NAME, SLICES, PortKey, SliceWriter, Wanted, ports_of
from k8snb.engine import After, Watch, split_key

CONTROLLER = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
_LEADER = "control-plane.alpha.kubernetes.io/leader"


class EndpointSliceMirroringController:
    """Reconciles Endpoints."""

    name: ClassVar[str] = "endpoint-slice-mirroring-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("endpoints"), Watch("services"))

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        endpoints: Endpoints | None = self.client.find("endpoints", name, namespace)
        service = self.client.find("services", name, namespace)
        slices = self.client.indexed(SLICES, "service", key)
        existing = [s for s in slices if s.metadata.labels.get(MANAGED_BY) == CONTROLLER]
        if endpoints is None or service is None or service.spec.selector or not _mirrored(endpoints):
            for each in existing:
                self.client.delete(SLICES, each.metadata.name, namespace)
            return None
        labels = {**endpoints.metadata.labels, SERVICE_NAME: name, MANAGED_BY: CONTROLLER}
        skipped = ("kubectl.kubernetes.io/last-applied-configuration", LAST_TRIGGER)
        annotations = {k: v for k, v in endpoints.metadata.annotations.items() if k not in skipped}
        wanted = _wanted(endpoints)
        if wanted or existing:
            SliceWriter(self.client, endpoints, labels, annotations).sync(existing, wanted)
        return None


def _mirrored(endpoints: Endpoints) -> bool:
    meta = endpoints.metadata
    return meta.labels.get(SKIP) != "true" and _LEADER not in meta.annotations and meta.deletionTimestamp is None


def _wanted(endpoints: Endpoints) -> list[Wanted]:
    groups: dict[tuple[str, tuple[PortKey, ...]], Wanted] = {}
    for subset in endpoints.subsets:
        ports = tuple((p.name, p.port, p.protocol or "TCP", p.appProtocol or "") for p in subset.ports)
        for ready, addresses in ((True, subset.addresses), (False, subset.notReadyAddresses)):
            for address in addresses:
                family = "IPv6" if ":" in address.ip else "IPv4"
                group = groups.setdefault((family, ports), Wanted(family, ports_of(ports)))
                endpoint = _endpoint(address, ready)
                group.endpoints[address.targetRef.uid if address.targetRef else address.ip] = endpoint
    return list(groups.values())


def _endpoint(address: EndpointAddress, ready: bool) -> Endpoint:
    fields: dict[str, Any] = {"addresses": (address.ip,), "conditions": EndpointConditions.of({"ready": ready})}
    if address.hostname:
        fields["hostname"] = address.hostname
    if address.nodeName:
        fields["nodeName"] = address.nodeName
    if address.targetRef is not None:
        fields["targetRef"] = address.targetRef
    return Endpoint.of(fields)
