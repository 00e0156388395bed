"""Load balancers in front of the nodes: minikube's tunnel, and the balancers that a cloud provider makes.

`minikube tunnel` gives every LoadBalancer Service its own ClusterIP as external address and routes the Service range
from the learner's machine to the control-plane node; when it ends, addresses and route are taken back. A cloud's
balancer is data here (`Balancer`): an address, the nodes behind it, and the port its health checks ask. Reads and
writes `services/status`. Source: https://minikube.sigs.k8s.io/docs/handbook/accessing/#loadbalancer-access
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.core.service import LoadBalancerIngress, LoadBalancerStatus, Service
from k8snb.client.client import Client
from k8snb.engine import After, Watch, split_key
from k8snb.network.fabric import Fabric


class TunnelStatus(NamedTuple):
    """What the tunnel does for the learner: the route, and the Services it gave addresses to."""

    running: bool
    machine: str
    route: str
    services: tuple[str, ...]


class Tunnel:
    """The component behind `minikube tunnel`. It is always there; without the tunnel it takes addresses back."""

    name = "minikube-tunnel"
    watches = (Watch("services"),)

    def __init__(self, client: Client, fabric: Fabric) -> None:
        self._client, self._fabric = client, fabric

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        service: Service | None = self._client.find("services", name, namespace)
        if service is None or not _ours(service):
            return None
        if service.status.loadBalancer.ingress and not _given(service):
            return None  # a cloud provider has given it one
        wanted = (
            _address(service) if self._fabric.tunnel and service.spec.type == "LoadBalancer" else LoadBalancerStatus()
        )
        if service.status.loadBalancer != wanted and (self._fabric.tunnel or _given(service)):
            status = service.status.replace(loadBalancer=wanted)
            self._client.update_status(service.replace(status=status), "services")
        return None

    def start(self) -> None:
        """Open the tunnel: every waiting LoadBalancer Service gets its address."""
        self._fabric.tunnel = True
        self._all()

    def stop(self) -> None:
        """Close it: what it gave is taken back."""
        self._fabric.tunnel = False
        self._all()

    def _all(self) -> None:
        for service in self._client.list("services").items:
            self.reconcile(f"{service.metadata.namespace}/{service.metadata.name}")

    def status(self) -> TunnelStatus:
        services: list[Any] = self._client.list("services").items
        place = self._fabric.atlas.control_plane
        route = f"{self._fabric.settings.service_cidr} -> {place.ip}" if place else ""
        names = tuple(s.metadata.name for s in services if s.spec.type == "LoadBalancer" and _given(s))
        return TunnelStatus(self._fabric.tunnel, place.name if place else "", route, names)


def _ours(service: Service) -> bool:
    return service.spec.loadBalancerClass is None and service.spec.clusterIP not in ("", "None")


def _given(service: Service) -> bool:
    """Was its address the tunnel's gift?"""
    return any(item.ip == service.spec.clusterIP for item in service.status.loadBalancer.ingress)


def _address(service: Service) -> LoadBalancerStatus:
    return LoadBalancerStatus(ingress=(LoadBalancerIngress(ip=service.spec.clusterIP, ipMode="VIP"),))
