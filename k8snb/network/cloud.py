"""A cloud provider: LoadBalancer Services get an address of the internet, and a load balancer in front of the nodes.

Component `cloud-provider`, off until somebody says `%cloud on`: minikube has none, and `minikube tunnel` stands in for it.
On, it is the service controller of a cloud-controller-manager: it takes Services of type LoadBalancer without a class of their
own, marks them with its finalizer, and after a while (`<pending>`) writes `status.loadBalancer` and says so in events; what it
made goes with the Service. Balancers keep the client's address and send to nodes that do not carry the label `EXCLUDED`, as
far as those pass the health check: Ready, and with a local endpoint if the Service has a healthCheckNodePort. Simplification:
a failing check counts at once. Source: k8s.io/cloud-provider `controllers/service/controller.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from k8snb.api.core.service import LoadBalancerIngress, LoadBalancerStatus, Service
from k8snb.api.model import EMPTY_MAP
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch, split_key
from k8snb.network.fabric import Balancer, Fabric

#: addresses that the cloud gives away (RFC 5737)
_RANGE = "198.51.100."
FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
#: how long the cloud takes to make one
PROVISION_SECONDS = 20.0
#: a key that is no Service's: the nodes have changed
NODES = ""


class CloudState(NamedTuple):
    """Is there a cloud; and what was ordered of it: Service -> virtual second at which it will be there."""

    running: bool = False
    orders: Mapping[str, float] = EMPTY_MAP


def _nodes(change: Change) -> Iterable[str]:
    return (NODES,)


class CloudProvider:
    """Keeps the load balancers of a cluster as its Services ask for them."""

    name = "cloud-provider"
    watches = (Watch("services"), Watch("nodes", _nodes))

    def __init__(self, client: Client, fabric: Fabric) -> None:
        self._client, self._fabric = client, fabric
        self.state = CloudState()
        #: who tells people about it; nobody in a cluster without events
        self.recorder: Callable[[], EventRecorder] | None = None

    def start(self) -> None:
        """From now on there is a cloud under the cluster."""
        self.state = self.state._replace(running=True)
        self._all()

    def stop(self) -> None:
        """It goes, with everything that it made."""
        for service in self._services():
            self._take_back(service)
        self.state = CloudState()

    def _services(self) -> list[Service]:
        found: list[Service] = self._client.list("services").items
        return found

    def _all(self) -> None:
        for service in self._services():
            key = f"{service.metadata.namespace}/{service.metadata.name}"
            after = self.reconcile(key)
            if after is not None:
                self._client.clock.after(after.seconds, self.name, key)

    def reconcile(self, key: str) -> After | None:
        if not self.state.running:
            return None
        if key == NODES:
            self._all() if self._fabric.balancers else None
            return None
        namespace, name = split_key(key)
        service: Service | None = self._client.find("services", name, namespace)
        if service is None or not _is_ours(service):
            self._take_back(service, key)
            return None
        return self._ensure(service, key)

    def _ensure(self, service: Service, key: str) -> After | None:
        now = self._client.clock.now
        if FINALIZER not in service.metadata.finalizers:
            self._tell(service, "EnsuringLoadBalancer", "Ensuring load balancer")
            found = (*service.metadata.finalizers, FINALIZER)
            self._client.update(service.with_metadata(finalizers=found), "services")
            self.state = self.state._replace(orders={**self.state.orders, key: now + PROVISION_SECONDS})
            return After(PROVISION_SECONDS)
        due = self.state.orders.get(key, now)
        if now < due - 1e-9:
            return After(due - now)
        old = self._balancer_of(key)
        wanted = self._wanted(service, key, old.address if old else self._free_address())
        if wanted == old:
            return None
        self._fabric.set_balancer(wanted)
        if old is not None and old.nodes != wanted.nodes:
            self._tell(service, "UpdatedLoadBalancer", "Updated load balancer with new hosts")
            return None
        if old is not None:
            self._tell(service, "EnsuringLoadBalancer", "Ensuring load balancer")
            self._tell(service, "EnsuredLoadBalancer", "Ensured load balancer")
            return None
        ingress = (LoadBalancerIngress(ip=wanted.address, ipMode="VIP"),)
        status = service.status.replace(loadBalancer=LoadBalancerStatus(ingress=ingress))
        self._client.update_status(service.replace(status=status), "services")
        self._tell(service, "EnsuredLoadBalancer", "Ensured load balancer")
        self._forget_order(key)
        return None

    def _wanted(self, service: Service, key: str, address: str) -> Balancer:
        nodes: list[Any] = self._client.list("nodes").items
        names = tuple(
            node.metadata.name
            for node in nodes
            if EXCLUDED not in node.metadata.labels and node.metadata.deletionTimestamp is None
        )
        local = service.spec.externalTrafficPolicy == "Local"
        return Balancer(address, key, names, service.spec.healthCheckNodePort if local else 0)

    def _take_back(self, service: Service | None, key: str = "") -> None:
        """Undo what was made for a Service that is going, is gone, or wants none any more."""
        if service is not None:
            key = f"{service.metadata.namespace}/{service.metadata.name}"
        balancer = self._balancer_of(key)
        if balancer is not None:
            self._fabric.drop_balancer(balancer.address)
        self._forget_order(key)
        if service is None or FINALIZER not in service.metadata.finalizers:
            return
        self._tell(service, "DeletingLoadBalancer", "Deleting load balancer")
        if service.status.loadBalancer.ingress:
            status = service.status.replace(loadBalancer=LoadBalancerStatus())
            service = self._client.update_status(service.replace(status=status), "services")
        left = tuple(name for name in service.metadata.finalizers if name != FINALIZER)
        self._client.update(service.with_metadata(finalizers=left), "services")
        self._tell(service, "DeletedLoadBalancer", "Deleted load balancer")

    def _forget_order(self, key: str) -> None:
        if key in self.state.orders:
            orders = {other: due for other, due in self.state.orders.items() if other != key}
            self.state = self.state._replace(orders=orders)

    def _balancer_of(self, key: str) -> Balancer | None:
        return next((item for item in self._fabric.balancers.values() if item.service == key), None)

    def _free_address(self) -> str:
        return next(ip for ip in (f"{_RANGE}{number}" for number in range(1, 255)) if ip not in self._fabric.balancers)

    def _tell(self, service: Service, reason: str, message: str) -> None:
        if self.recorder is not None:
            self.recorder().event(service, "Normal", reason, message)

    def dump(self) -> CloudState:
        return self.state

    def load(self, state: CloudState) -> None:
        self.state = state


def _is_ours(service: Service) -> bool:
    going = service.metadata.deletionTimestamp is not None
    return service.spec.type == "LoadBalancer" and service.spec.loadBalancerClass is None and not going
