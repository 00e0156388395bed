"""The Endpoints controller: the older, single-object form of a Service's addresses, deprecated but still there.

Reads Services and Pods; writes Endpoints of the Service's name. Source:
`pkg/controller/endpoint/endpoints_controller.go`, `pkg/api/v1/endpoints/util.go` RepackSubsets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.core.endpoints import EndpointAddress, EndpointPort, Endpoints, EndpointSubset
from k8snb.api.core.pod import Pod
from k8snb.api.core.service import Service
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
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
from k8snb.engine import After, Watch, split_key

MOST = 1000
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
MANAGED_BY = "endpoints.kubernetes.io/managed-by"

#: ready or not, address
Found = tuple[bool, EndpointAddress]


class EndpointsController:
    """Reconciles Services that have a selector."""

    name: ClassVar[str] = "endpoint-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (
            Watch("services"),
            Watch("pods", lambda change: services_of(client, change)),
            Watch("endpoints"),
        )
        self.pacing = Pacing(client, self.name)

    def reconcile(self, key: str) -> After | None:
        ready = self.pacing.key(key)
        if ready is not None:
            self._sync(ready)
        return None

    def _sync(self, key: str) -> None:
        namespace, name = split_key(key)
        revision = self.client.revision
        service: Service | None = self.client.find("services", name, namespace)
        present: Endpoints | None = self.client.find("endpoints", name, namespace)
        if service is None:
            if present is not None and present.metadata.labels.get(MANAGED_BY) == self.name:
                self.client.delete("endpoints", name, namespace)
            return
        if service.spec.type == "ExternalName" or not service.spec.selector:
            return
        if service.metadata.deletionTimestamp is not None:
            return
        pods = [p for p in pods_of(self.client, service) if belongs(p, service.spec.publishNotReadyAddresses)]
        self._write(service, present, _subsets(service, pods), pods)
        self.pacing.worked(key, len(pods), revision)

    def _write(
        self, service: Service, present: Endpoints | None, subsets: tuple[EndpointSubset, ...], pods: list[Pod]
    ) -> None:
        labels = {**{k: v for k, v in service.metadata.labels.items() if k != HEADLESS}, MANAGED_BY: self.name}
        if service.spec.clusterIP == "None":
            labels[HEADLESS] = ""
        if present is not None and present.subsets == subsets and present.metadata.labels == labels:
            return
        annotations = dict(present.metadata.annotations) if present is not None else {}
        annotations.pop(LAST_TRIGGER, None)
        times = _trigger_times(service, present, pods)
        if times:
            annotations[LAST_TRIGGER] = min(times)
        if sum(len(s.addresses) + len(s.notReadyAddresses) for s in subsets) > MOST:
            subsets = _truncated(subsets)
            annotations[OVER_CAPACITY] = "truncated"
        else:
            annotations.pop(OVER_CAPACITY, None)
        meta = present.metadata if present is not None else ObjectMeta(name=service.metadata.name)
        meta = meta.replace(
            namespace=service.metadata.namespace,
            labels=FrozenMap(labels),
            annotations=FrozenMap(annotations) or None,
        )
        fields: dict[str, Any] = {"metadata": meta, **({"subsets": subsets} if subsets else {})}
        if present is None:
            self.client.create(Endpoints.of(fields))
        else:
            self.client.update(Endpoints.of(fields))


def _trigger_times(service: Service, present: Endpoints | None, pods: Iterable[Pod]) -> list[str]:
    """When the readiness of those Pods changed that are new in the list or have changed sides."""
    sides = {
        address.targetRef.uid: ready
        for subset in (present.subsets if present is not None else ())
        for ready, addresses in ((True, subset.addresses), (False, subset.notReadyAddresses))
        for address in addresses
        if address.targetRef is not None
    }
    moved = [p for p in pods if sides.get(p.metadata.uid) is not is_ready(p)]
    times = [at for pod in moved if (at := changed_at(pod)) is not None]
    if present is None and service.metadata.creationTimestamp:
        times.append(service.metadata.creationTimestamp)
    return times


def _subsets(service: Service, pods: list[Pod]) -> tuple[EndpointSubset, ...]:
    """Addresses grouped by the ports they share."""
    by_port: dict[tuple[str, int, str, str], list[Found]] = {}
    bare: list[Found] = []
    for pod in pods:
        found = (service.spec.publishNotReadyAddresses or is_ready(pod), _address(service, pod))
        if not service.spec.ports and service.spec.clusterIP == "None":
            bare.append(found)
        for port in service.spec.ports:
            number = port_number(pod, port)
            if number is not None:
                key = (port.name, number, port.protocol or "TCP", port.appProtocol or "")
                by_port.setdefault(key, []).append(found)
    groups: dict[tuple[tuple[str, bool], ...], list[tuple[str, int, str, str]]] = {}
    members: dict[tuple[tuple[str, bool], ...], list[Found]] = {}
    for key, group in by_port.items():
        who = tuple(sorted((address.ip, ready) for ready, address in group))
        groups.setdefault(who, []).append(key)
        members[who] = group
    subsets = [_subset(members[who], [_port(key) for key in sorted(ports)]) for who, ports in groups.items()]
    if bare:
        subsets.append(_subset(bare, []))
    return tuple(sorted(subsets, key=lambda subset: [(port.name, port.port) for port in subset.ports]))


def _subset(found: list[Found], ports: list[EndpointPort]) -> EndpointSubset:
    fields: dict[str, Any] = {}
    for name, wanted in (("addresses", True), ("notReadyAddresses", False)):
        side = sorted((a for ready, a in found if ready is wanted), key=lambda address: address.ip)
        if side:
            fields[name] = tuple(side)
    if ports:
        fields["ports"] = tuple(ports)
    return EndpointSubset.of(fields)


def _port(key: tuple[str, int, str, str]) -> EndpointPort:
    name, number, protocol, application = key
    fields: dict[str, Any] = {"name": name} if name else {}
    fields.update(port=number, protocol=protocol)
    if application:
        fields["appProtocol"] = application
    return EndpointPort.of(fields)


def _address(service: Service, pod: Pod) -> EndpointAddress:
    fields: dict[str, Any] = {"ip": pod.status.podIP}
    hostname = hostname_of(pod, service)
    if hostname:
        fields["hostname"] = hostname
    if pod.spec.nodeName:
        fields["nodeName"] = pod.spec.nodeName
    fields["targetRef"] = reference_to(pod)
    return EndpointAddress.of(fields)


def _truncated(subsets: tuple[EndpointSubset, ...]) -> tuple[EndpointSubset, ...]:
    """The first thousand addresses, ready ones first."""
    room = MOST
    kept = []
    for subset in subsets:
        ready = subset.addresses[:room]
        room -= len(ready)
        unready = subset.notReadyAddresses[:room]
        room -= len(unready)
        if ready or unready:
            kept.append(subset.replace(addresses=ready or None, notReadyAddresses=unready or None))
    return tuple(kept)
