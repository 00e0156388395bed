"""The EndpointSlice controller: the addresses behind each Service that has a selector, in slices.

Reads Services, Pods and Nodes (for zones); writes EndpointSlices. Source: `pkg/controller/endpointslice`,
`k8s.io/endpointslice`. Simplifications: no topology-aware hints by load, only those that `trafficDistribution` asks
for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.api.core.service import Service
from k8snb.api.discovery.endpointslice import (
    Endpoint,
    EndpointConditions,
    EndpointHints,
    ForNode,
    ForZone,
)
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.pacing import Pacing
from k8snb.controllers.podstate import is_ready
from k8snb.controllers.servicepods import (
    HEADLESS,
    LAST_TRIGGER,
    belongs,
    changed_at,
    hostname_of,
    pods_of,
    port_number,
    reference_to,
    services_of,
)
from k8snb.controllers.slices import (
    MANAGED_BY,
    SERVICE_NAME,
    SLICES,
    PortKey,
    SliceWriter,
    Wanted,
    identity_of,
    ports_of,
)
from k8snb.engine import After, Watch, split_key

CONTROLLER = "endpointslice-controller.k8s.io"
_ZONE = "topology.kubernetes.io/zone"


class _Made(NamedTuple):
    """An endpoint and what it was made of: as long as that is the same, so is the endpoint."""

    pod: Pod
    service: Service
    zone: str
    endpoint: Endpoint


class EndpointSliceController:
    """Reconciles Services that have a selector."""

    name: ClassVar[str] = "endpoint-slice-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (
            Watch("services"),
            Watch("pods", lambda change: services_of(client, change)),
            Watch(SLICES, _service),
        )
        self.pacing = Pacing(client, self.name)
        self._made: dict[tuple[str, str], _Made] = {}

    def reconcile(self, key: str) -> After | None:
        ready = self.pacing.key(key)
        if ready is not None:
            self._sync(ready)
        return None

    def _sync(self, key: str) -> None:
        namespace, name = split_key(key)
        service: Service | None = self.client.find("services", name, namespace)
        if service is None:
            self._forget(key)
            return
        if service.spec.type == "ExternalName" or not service.spec.selector:
            return
        if service.metadata.deletionTimestamp is not None:
            return
        revision = self.client.revision
        existing = [s for s in self.client.indexed(SLICES, "service", key) if _is_ours(s)]
        wanted, pods = self._wanted(service, key)
        writer = SliceWriter(self.client, service, _labels(service), _annotations(service, existing, wanted, pods))
        writer.sync(existing, wanted)
        self.pacing.worked(key, len(pods), revision)

    def _wanted(self, service: Service, key: str) -> tuple[list[Wanted], dict[str, Pod]]:
        groups: dict[tuple[str, tuple[PortKey, ...]], Wanted] = {}
        used: dict[str, Pod] = {}
        families = service.spec.ipFamilies or ("IPv4",)
        for pod in pods_of(self.client, service):
            if not belongs(pod, terminating=True):
                continue
            endpoint = self._endpoint(service, pod, key)
            ports = _ports(service, pod)
            used[pod.metadata.uid] = pod
            for family in families:
                address = _address(pod, family)
                if address:
                    group = groups.get((family, ports))
                    if group is None:
                        group = groups[family, ports] = Wanted(family, ports_of(ports))
                    same = endpoint.addresses == (address,)
                    group.endpoints[pod.metadata.uid] = endpoint if same else endpoint.replace(addresses=(address,))
        for family in families:
            if not any(kind == family for kind, _ in groups):
                groups[family, ()] = Wanted(family, ())
        return list(groups.values()), used

    def _endpoint(self, service: Service, pod: Pod, key: str) -> Endpoint:
        node = self.client.find("nodes", pod.spec.nodeName) if pod.spec.nodeName else None
        zone = node.metadata.labels.get(_ZONE, "") if node is not None else ""
        known = self._made.get((key, pod.metadata.uid))
        if known is not None and known.pod is pod and known.service is service and known.zone == zone:
            return known.endpoint
        endpoint = _endpoint(service, pod, zone)
        self._made[key, pod.metadata.uid] = _Made(pod, service, zone, endpoint)
        return endpoint

    def _forget(self, key: str) -> None:
        for each in [each for each in self._made if each[0] == key]:
            del self._made[each]


def _service(change: Change) -> Iterable[str]:
    """The Service of one of our slices."""
    meta = change.object.metadata
    name = meta.labels.get(SERVICE_NAME)
    return (f"{meta.namespace}/{name}",) if name and _is_ours(change.object) else ()


def _is_ours(each: Any) -> bool:
    return bool(each.metadata.labels.get(MANAGED_BY) == CONTROLLER and each.metadata.deletionTimestamp is None)


def _labels(service: Service) -> dict[str, str]:
    """The Service's labels, and whose slice it is."""
    labels = {key: value for key, value in service.metadata.labels.items() if key not in (HEADLESS, SERVICE_NAME)}
    if service.spec.clusterIP == "None":
        labels[HEADLESS] = ""
    return {**labels, SERVICE_NAME: service.metadata.name, MANAGED_BY: CONTROLLER}


def _annotations(service: Service, existing: list[Any], wanted: list[Wanted], pods: dict[str, Pod]) -> dict[str, str]:
    """When that began which makes the slices change; nothing if Pods only went away."""
    before = {identity_of(endpoint): endpoint for each in existing for endpoint in each.endpoints}
    changed = {uid for group in wanted for uid, endpoint in group.endpoints.items() if before.get(uid) != endpoint}
    times = [at for uid in changed if (at := changed_at(pods[uid])) is not None]
    if not existing and service.metadata.creationTimestamp:
        times.append(service.metadata.creationTimestamp)
    return {LAST_TRIGGER: min(times)} if times else {}


def _ports(service: Service, pod: Pod) -> tuple[PortKey, ...]:
    found = [(port, port_number(pod, port)) for port in service.spec.ports]
    return tuple(
        (port.name, number, port.protocol or "TCP", port.appProtocol or "")
        for port, number in found
        if number is not None
    )


def _address(pod: Pod, family: str) -> str:
    for each in pod.status.podIPs:
        if (":" in each.ip) is (family == "IPv6"):
            return each.ip
    return pod.status.podIP if family == "IPv4" and not pod.status.podIPs else ""


def _endpoint(service: Service, pod: Pod, zone: str) -> Endpoint:
    serving = is_ready(pod)
    terminating = pod.metadata.deletionTimestamp is not None
    ready = service.spec.publishNotReadyAddresses or (serving and not terminating)
    fields: dict[str, Any] = {
        "addresses": (pod.status.podIP,),
        "conditions": EndpointConditions.of({"ready": ready, "serving": serving, "terminating": terminating}),
        "targetRef": reference_to(pod),
    }
    hostname = hostname_of(pod, service)
    if hostname:
        fields["hostname"] = hostname
    if pod.spec.nodeName:
        fields["nodeName"] = pod.spec.nodeName
    if zone:
        fields["zone"] = zone
    hints = _hints(service.spec.trafficDistribution, pod.spec.nodeName, zone) if ready else None
    if hints is not None:
        fields["hints"] = hints
    return Endpoint.of(fields)


def _hints(distribution: str | None, node: str, zone: str) -> EndpointHints | None:
    if distribution == "PreferSameNode" and node:
        near: dict[str, Any] = {"forNodes": (ForNode(name=node),)}
        return EndpointHints.of({**near, "forZones": (ForZone(name=zone),)} if zone else near)
    if distribution in ("PreferClose", "PreferSameZone") and zone:
        return EndpointHints(forZones=(ForZone(name=zone),))
    return None
