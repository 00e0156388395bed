"""Filters: a smaller picture of the same cluster, by namespace, labels and kind.

A Service stays if it matches itself or leads to a Pod that stays; a workload if it matches or owns one that does. Nodes
always stay: that they are empty is worth seeing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from k8snb.api import selector as selectors
from k8snb.views.model import ClusterPicture, Flow, Owner, PodView, ServiceView, WorkloadView

#: namespaces that belong to Kubernetes itself
SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease", "kubernetes-dashboard", "local-path-storage"})
#: the API server's own Service, which leads to no Pod
_API_SERVICE = "default/kubernetes"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show. Empty means everything; `system` also shows Kubernetes' own namespaces when none is named.

    `kind` is the kind at the top of a Pod's owners (`Deployment`, `Pod` for a bare one), or `Service` for the Pods behind
    one; `name` is that object's name.
    """

    namespace: str = ""
    selector: str = ""
    kind: str = ""
    system: bool = False
    name: str = ""


def select(picture: ClusterPicture, wanted: Filter) -> ClusterPicture:
    """The part of a picture that a filter lets through. SelectorError if the selector cannot be understood."""
    labels = selectors.parse(wanted.selector) if wanted.selector else None
    behind = {
        endpoint.pod
        for service in picture.services
        if wanted.name in ("", service.name)
        for endpoint in service.endpoints
    }

    def named(namespace: str) -> bool:
        return namespace == wanted.namespace if wanted.namespace else wanted.system or namespace not in SYSTEM

    def fits(part_labels: Mapping[str, str]) -> bool:
        return labels is None or labels.matches(part_labels)

    def of_kind(pod: PodView) -> bool:
        if wanted.kind == "Service":
            return pod.key in behind
        top = picture.top(pod)
        return wanted.kind in ("", top.kind) and wanted.name in ("", top.name, pod.name)

    pods = tuple(pod for pod in picture.pods if named(pod.namespace) and fits(pod.labels) and of_kind(pod))
    shown = {pod.key for pod in pods}
    narrow = bool(wanted.selector or wanted.kind or wanted.name)
    services = tuple(
        service
        for service in picture.services
        if named(service.namespace)
        and (wanted.system or service.key != _API_SERVICE)
        and (_leads(service, shown) or not narrow or _own(service, wanted, labels))
    )
    owning = _owning(picture, pods)
    works = tuple(
        work
        for work in picture.workloads
        if named(work.namespace) and (work.key in owning or (fits(work.labels) and _at_top(picture, work, wanted)))
    )
    kept = {service.key for service in services}
    flows = tuple(flow for flow in picture.flows if _flows(flow, kept, shown))
    return replace(picture, pods=pods, services=services, workloads=works, flows=flows)


def _leads(service: ServiceView, shown: set[str]) -> bool:
    return any(endpoint.pod in shown for endpoint in service.endpoints)


def _own(service: ServiceView, wanted: Filter, labels: Any) -> bool:
    """Whether a Service without a shown Pod matches in its own right."""
    named = wanted.name in ("", service.name)
    return named and wanted.kind in ("", "Service") and (labels is None or bool(labels.matches(service.labels)))


def _owning(picture: ClusterPicture, pods: tuple[PodView, ...]) -> set[str]:
    keys = set()
    for pod in pods:
        for owner in (pod.owner, picture.top(pod)):
            if owner is not None:
                keys.add(f"{owner.kind}/{pod.namespace}/{owner.name}")
    return keys


def _at_top(picture: ClusterPicture, work: WorkloadView, wanted: Filter) -> bool:
    top = picture.tops.get(work.key, Owner(work.kind, work.name))
    return wanted.kind in ("", top.kind) and wanted.name in ("", top.name, work.name)


def _flows(flow: Flow, services: set[str], pods: set[str]) -> bool:
    return flow.service in services if flow.service else flow.pod in pods
