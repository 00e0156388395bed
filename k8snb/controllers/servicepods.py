"""Which Pods stand behind a Service, on which ports, and which Pod changes concern a Service's endpoints.

Source: `k8s.io/endpointslice/utils.go`, `pkg/controller/util/endpoint/controller_utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.core.pod import ObjectReference, Pod
from k8snb.api.core.service import Service, ServicePort
from k8snb.api.selector import from_labels
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.controllers.podstate import ENDED, condition_of, is_ready

LAST_TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
HEADLESS = "service.kubernetes.io/headless"


def pods_of(client: Client, service: Service) -> list[Any]:
    """The Pods that the Service selects, ordered by name."""
    selector = from_labels(service.spec.selector)
    namespace = service.metadata.namespace
    key, value = selector.exact[0]
    found = client.indexed("pods", "label", f"{namespace}/{key}={value}")
    return found if len(selector.exact) == 1 else [pod for pod in found if selector.matches(pod.metadata.labels)]


def services_of(client: Client, change: Change) -> Iterable[str]:
    """Keys of the Services whose endpoints a change of a Pod may change."""
    pod: Any = change.object
    old: Any = change.old
    if not pod.status.podIP and (old is None or not old.status.podIP):
        return ()
    relabelled = old is not None and old.metadata.labels != pod.metadata.labels
    if old is not None and change.type == "MODIFIED" and not relabelled and not _concerns(old, pod):
        return ()
    namespace = pod.metadata.namespace
    keys = []
    for service in client.list("services", namespace).items:
        wanted = service.spec.selector
        if not wanted:
            continue
        selector = from_labels(wanted)
        if selector.matches(pod.metadata.labels) or (relabelled and selector.matches(old.metadata.labels)):
            keys.append(f"{namespace}/{service.metadata.name}")
    return keys


def _concerns(old: Any, new: Any) -> bool:
    """Whether an endpoint made of the new version would be another one."""
    return (
        old.status.podIPs != new.status.podIPs
        or (old.metadata.deletionTimestamp is None) is not (new.metadata.deletionTimestamp is None)
        or (old.status.phase in ENDED) is not (new.status.phase in ENDED)
        or is_ready(old) is not is_ready(new)
        or old.spec.nodeName != new.spec.nodeName
        or old.spec.hostname != new.spec.hostname
        or old.spec.subdomain != new.spec.subdomain
    )


def belongs(pod: Pod, terminating: bool) -> bool:
    """Whether a Pod is an endpoint at all: it has an address and has not ended; on its way out only if asked for."""
    if not pod.status.podIP or pod.status.phase in ENDED:
        return False
    return terminating or pod.metadata.deletionTimestamp is None


def port_number(pod: Pod, port: ServicePort) -> int | None:
    """The number of a Service port on a Pod; None if the Pod has no port of that name."""
    target = port.targetPort if port.targetPort is not None else port.port
    if isinstance(target, int):
        return target or port.port
    sidecars = [c for c in pod.spec.initContainers if c.restartPolicy == "Always"]
    for container in (*pod.spec.containers, *sidecars):
        for each in container.ports:
            if each.name == target and (each.protocol or "TCP") == (port.protocol or "TCP"):
                return each.containerPort
    return None


def hostname_of(pod: Pod, service: Service) -> str:
    """The name of its own that a Pod has in the Service's domain."""
    own = pod.spec.hostname and pod.spec.subdomain == service.metadata.name
    return pod.spec.hostname if own else ""


def reference_to(pod: Pod) -> ObjectReference:
    """The targetRef of an endpoint."""
    meta = pod.metadata
    return ObjectReference.of({"kind": "Pod", "namespace": meta.namespace, "name": meta.name, "uid": meta.uid})


def changed_at(pod: Pod) -> str | None:
    """When the Pod's readiness last changed: what triggers a change of endpoints."""
    condition = condition_of(pod, "Ready")
    return condition.lastTransitionTime if condition is not None else None
