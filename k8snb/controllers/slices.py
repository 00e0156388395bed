"""EndpointSlices: fitting a set of endpoints into slices of at most a hundred, moving as little as possible.

Source: `k8s.io/endpointslice/reconciler.go` reconcileByPortMapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from k8snb.api.discovery.endpointslice import Endpoint, EndpointPort, EndpointSlice
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.client.client import Client
from k8snb.controllers.ownership import controller_reference

SLICES = "endpointslices.discovery.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MOST = 100

Ports = tuple[EndpointPort, ...]
#: name, number, protocol, application protocol
PortKey = tuple[str, int, str, str]


@lru_cache(1024)
def ports_of(keys: tuple[PortKey, ...]) -> Ports:
    """The ports of a slice."""
    ports = []
    for name, number, protocol, application in keys:
        fields: dict[str, Any] = {"name": name, "port": number, "protocol": protocol}
        if application:
            fields["appProtocol"] = application
        ports.append(EndpointPort.of(fields))
    return tuple(ports)


@dataclass(slots=True)
class Wanted:
    """What the slices of one address type and one set of ports have to hold: endpoints by what tells them apart."""

    address_type: str
    ports: Ports
    endpoints: dict[str, Endpoint] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SliceWriter:
    """Makes, changes and deletes the slices of one owner."""

    client: Client
    owner: Any
    #: whose slices these are, and the labels and annotations they carry
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    def sync(self, existing: list[Any], wanted: list[Wanted]) -> None:
        """Bring the slices to what is wanted; slices that nothing is left for are deleted."""
        mine: list[list[Any]] = [[] for _ in wanted]
        stale: list[Any] = []
        for each in existing:
            fitting = [
                index
                for index, group in enumerate(wanted)
                if each.addressType == group.address_type and tuple(each.ports) == group.ports
            ]
            (mine[fitting[0]] if fitting else stale).append(each)
        for group, slices in zip(wanted, mine, strict=True):
            self._sync_group(slices, group, stale)
        for each in stale:
            self.client.delete(SLICES, each.metadata.name, each.metadata.namespace)

    def _sync_group(self, existing: list[Any], group: Wanted, stale: list[Any]) -> None:
        left = dict(group.endpoints)
        kept: list[tuple[Any, list[Endpoint]]] = []
        for each in existing:
            endpoints = [left.pop(identity) for e in each.endpoints if (identity := identity_of(e)) in left]
            kept.append((each, endpoints))
        waiting = list(left.values())
        for each, endpoints in kept:
            # Slices that have to be written anyway are filled up; otherwise only new endpoints need room.
            if waiting and (tuple(endpoints) != each.endpoints or len(waiting) <= MOST - len(endpoints)):
                room = MOST - len(endpoints)
                endpoints += waiting[:room]
                waiting = waiting[room:]
        while waiting:
            self._make(group, tuple(waiting[:MOST]), stale)
            waiting = waiting[MOST:]
        empty = not group.endpoints
        for each, endpoints in kept:
            if endpoints or (empty and each is kept[0][0]):
                self._write(each, tuple(endpoints))
            else:
                self.client.delete(SLICES, each.metadata.name, each.metadata.namespace)
        if empty and not kept:
            self._make(group, (), stale)  # a placeholder: the Service is known, and has no endpoints

    def _make(self, group: Wanted, endpoints: tuple[Endpoint, ...], stale: list[Any]) -> None:
        """A slice that nobody needs any more takes over, else there is a new one."""
        for each in stale:
            if each.addressType == group.address_type:
                stale.remove(each)
                self._write(each.replace(ports=group.ports or None, endpoints=None), endpoints)
                return
        self._create(group, endpoints)

    def _create(self, group: Wanted, endpoints: tuple[Endpoint, ...]) -> None:
        meta: dict[str, Any] = {
            "generateName": _prefix(self.owner.metadata.name),
            "namespace": self.owner.metadata.namespace,
            "labels": FrozenMap(self.labels),
            "ownerReferences": (controller_reference(self.owner),),
        }
        if self.annotations:
            meta["annotations"] = FrozenMap(self.annotations)
        fields: dict[str, Any] = {"metadata": ObjectMeta.of(meta), "addressType": group.address_type}
        fields["endpoints"] = endpoints
        if group.ports:
            fields["ports"] = group.ports
        self.client.create(EndpointSlice.of(fields), SLICES)

    def _write(self, each: Any, endpoints: tuple[Endpoint, ...]) -> None:
        labels = FrozenMap(self.labels)
        if "endpoints" in each.__dict__ and endpoints == each.endpoints and labels == each.metadata.labels:
            return
        annotations = {k: v for k, v in each.metadata.annotations.items() if not k.endswith("last-change-trigger-time")}
        annotations.update(self.annotations)
        meta = each.metadata.replace(labels=labels, annotations=FrozenMap(annotations) or None)
        self.client.update(each.replace(metadata=meta, endpoints=endpoints), SLICES)


def identity_of(endpoint: Endpoint) -> str:
    """What tells endpoints apart: the Pod behind them, or the address."""
    target = endpoint.targetRef
    return target.uid if target is not None and target.uid else endpoint.addresses[0]


def _prefix(name: str) -> str:
    return f"{name}-" if len(name) <= 62 else name
