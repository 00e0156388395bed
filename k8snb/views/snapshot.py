"""Snapshot: reads a cluster through a client and makes the picture of it.

`read` lists nodes, Pods, Services, EndpointSlices and workloads; `collect` does the same from plain sequences of API objects.
Requests are counted from Pod specs as the scheduler counts them (containers together, or the greatest init container).
Everything is read: what a filter hides still takes room on its node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from k8snb.api import quantity
from k8snb.api.model import EMPTY_MAP
from k8snb.views import state, workloads
from k8snb.views.filter import Filter, select
from k8snb.views.model import (
    ClusterPicture,
    Component,
    EndpointView,
    Flow,
    NodeView,
    Owner,
    PodView,
    PortView,
    ServiceView,
    State,
    WorkloadView,
)

_ROLE = "node-role.kubernetes.io/"
_SERVICE_OF_SLICE = "kubernetes.io/service-name"
_PODS_KEPT = 8192


class Lists(Protocol):
    """What `read` needs of a client."""

    def list(self, resource: str, namespace: str = "") -> Any:
        """All objects of a resource, as something with `.items` and `.resourceVersion`."""


def read(
    client: Lists,
    namespace: str = "",
    selector: str = "",
    *,
    kind: str = "",
    system: bool = False,
    flows: Sequence[Flow] = (),
    gateway: str = "Load balancer",
    proxies: Mapping[str, bool] = EMPTY_MAP,
) -> ClusterPicture:
    """The picture of a cluster, narrowed to a namespace, a label selector and a kind.

    Without a namespace, Kubernetes' own (`kube-system` and its like) are left out unless `system`. `proxies` tells of nodes
    whether their kube-proxy runs, which no API object says. SelectorError if the selector cannot be understood.
    """
    pods = client.list("pods")
    picture = collect(
        nodes=client.list("nodes").items,
        pods=pods.items,
        services=client.list("services").items,
        slices=client.list("endpointslices.discovery.k8s.io").items,
        owners=[obj for resource in workloads.RESOURCES for obj in client.list(resource).items],
        namespaces=client.list("namespaces").items,
        flows=flows,
        gateway=gateway,
        proxies=proxies,
        version=pods.resourceVersion,
    )
    return select(picture, Filter(namespace, selector, kind, system))


def collect(
    *,
    nodes: Iterable[Any] = (),
    pods: Iterable[Any] = (),
    services: Iterable[Any] = (),
    slices: Iterable[Any] = (),
    owners: Iterable[Any] = (),
    namespaces: Iterable[Any] = (),
    flows: Sequence[Flow] = (),
    gateway: str = "Load balancer",
    proxies: Mapping[str, bool] = EMPTY_MAP,
    version: str = "",
) -> ClusterPicture:
    """The whole picture from API objects, in any order."""
    seen = tuple(sorted(map(_pod, pods), key=_pod_order))
    works = tuple(sorted(map(workloads.workload, owners), key=lambda w: (w.namespace, w.name, w.kind)))
    names = {namespace.metadata.name for namespace in namespaces} | {pod.namespace for pod in seen}
    return ClusterPicture(
        nodes=_nodes(nodes, seen, proxies),
        pods=seen,
        services=_services(services, slices),
        workloads=works,
        flows=tuple(flows),
        gateway=gateway,
        version=version,
        namespaces=tuple(sorted(names)),
        tops=_tops(works),
    )


def _pod_order(pod: PodView) -> tuple[str, ...]:
    # Pods of one owner stand together, oldest first, so that a new one does not push the others around.
    return (pod.namespace, pod.owner.name if pod.owner else "", pod.created, pod.name)


@lru_cache(_PODS_KEPT)
def _pod(obj: Any) -> PodView:
    """API objects are frozen, so what has not changed need not be looked at again."""
    meta = obj.metadata
    condition, status = state.pod(obj)
    owner = next((Owner(ref.kind, ref.name) for ref in meta.ownerReferences if ref.controller), None)
    return PodView(
        namespace=meta.namespace,
        name=meta.name,
        labels=meta.labels,
        node=obj.spec.nodeName,
        state=condition,
        status=status,
        containers=state.containers(obj),
        ip=obj.status.podIP,
        owner=owner,
        created=meta.creationTimestamp or "",
        cpu=_request(obj, "cpu", quantity.milli_value),
        memory=_request(obj, "memory", quantity.value),
    )


def _request(obj: Any, resource: str, measure: Any) -> int:
    if obj.status.phase in ("Succeeded", "Failed"):
        return 0

    def of(part: Any) -> int:
        asked = part.resources.requests.get(resource) if part.resources is not None else None
        return int(measure(asked)) if asked else 0

    overhead = obj.spec.overhead.get(resource)
    extra = int(measure(overhead)) if overhead else 0
    if of(obj.spec):
        return of(obj.spec) + extra
    sidecars = [c for c in obj.spec.initContainers if c.restartPolicy == "Always"]
    standing = sum(map(of, obj.spec.containers)) + sum(map(of, sidecars))
    return max([standing, *(of(c) for c in obj.spec.initContainers)]) + extra


def _nodes(nodes: Iterable[Any], pods: Sequence[PodView], proxies: Mapping[str, bool]) -> tuple[NodeView, ...]:
    on: dict[str, list[PodView]] = defaultdict(list)
    for pod in pods:
        on[pod.node].append(pod)
    return tuple(
        _node(obj, on[obj.metadata.name], proxies.get(obj.metadata.name)) for obj in sorted(nodes, key=_node_order)
    )


def _node_order(obj: Any) -> tuple[bool, int, str]:
    # Control plane first, then `node-2` before `node-10`.
    worker = not any(label == f"{_ROLE}control-plane" for label in obj.metadata.labels)
    return worker, len(obj.metadata.name), obj.metadata.name


def _node(obj: Any, pods: Sequence[PodView], proxy: bool | None) -> NodeView:
    condition, words = state.node(obj)
    room = obj.status.allocatable or obj.status.capacity
    kubelet = State.READY if condition is State.RUNNING else condition
    return NodeView(
        name=obj.metadata.name,
        labels=obj.metadata.labels,
        state=condition,
        status=words,
        ip=next((a.address for a in obj.status.addresses if a.type == "InternalIP"), ""),
        version=obj.status.nodeInfo.kubeletVersion,
        roles=tuple(sorted(label.removeprefix(_ROLE) for label in obj.metadata.labels if label.startswith(_ROLE))),
        taints=tuple(f"{t.key}{f'={t.value}' if t.value else ''}:{t.effect}" for t in obj.spec.taints),
        components=(Component("kubelet", kubelet), Component("kube-proxy", _proxy(pods, proxy))),
        cpu=quantity.milli_value(room.get("cpu", "0")),
        memory=quantity.value(room.get("memory", "0")),
        pods=quantity.value(room.get("pods", "0")),
        cpu_requested=sum(pod.cpu for pod in pods),
        memory_requested=sum(pod.memory for pod in pods),
        pod_count=sum(pod.state is not State.DONE for pod in pods),
    )


def _proxy(pods: Sequence[PodView], runs: bool | None) -> State:
    if runs is not None:
        return State.READY if runs else State.FAILED
    own = (pod.state for pod in pods if pod.namespace == "kube-system" and pod.name.startswith("kube-proxy"))
    return next(own, State.UNKNOWN)


def _services(services: Iterable[Any], slices: Iterable[Any]) -> tuple[ServiceView, ...]:
    behind: dict[tuple[str, str], dict[str, EndpointView]] = defaultdict(dict)
    for part in slices:
        name = part.metadata.labels.get(_SERVICE_OF_SLICE, "")
        found = behind[part.metadata.namespace, name]
        for endpoint in part.endpoints:
            view = _endpoint(endpoint, part.metadata.namespace)
            found[view.pod or view.address] = view
    views = (_service(obj, behind[obj.metadata.namespace, obj.metadata.name]) for obj in services)
    return tuple(sorted(views, key=lambda view: (view.namespace, view.name)))


def _endpoint(endpoint: Any, namespace: str) -> EndpointView:
    target = endpoint.targetRef
    pod = f"{target.namespace or namespace}/{target.name}" if target is not None and target.kind == "Pod" else ""
    address = endpoint.addresses[0] if endpoint.addresses else ""
    return EndpointView(pod, address, endpoint.conditions.ready is not False, endpoint.nodeName or "")


def _service(obj: Any, endpoints: Mapping[str, EndpointView]) -> ServiceView:
    spec = obj.spec
    external = [entry.ip or entry.hostname for entry in obj.status.loadBalancer.ingress]
    if spec.type == "ExternalName":
        external = [spec.externalName]
    ports = (
        PortView(
            p.name, p.port, str(p.targetPort if p.targetPort is not None else p.port), p.nodePort, p.protocol or "TCP"
        )
        for p in spec.ports
    )
    return ServiceView(
        namespace=obj.metadata.namespace,
        name=obj.metadata.name,
        labels=obj.metadata.labels,
        type=spec.type or "ClusterIP",
        cluster_ip=spec.clusterIP,
        ports=tuple(ports),
        selector=spec.selector,
        endpoints=tuple(endpoints[key] for key in sorted(endpoints)),
        external=tuple(external) + tuple(spec.externalIPs),
    )


def _tops(works: Sequence[WorkloadView]) -> dict[str, Owner]:
    """The top owner of each workload that is owned itself."""
    by_key = {work.key: work for work in works}
    tops = {}
    for work in works:
        top = work
        while top.owner is not None and (above := by_key.get(f"{top.owner.kind}/{top.namespace}/{top.owner.name}")):
            top = above
        if top is not work:
            tops[work.key] = Owner(top.kind, top.name)
    return tops
