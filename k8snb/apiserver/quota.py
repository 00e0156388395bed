"""What counts against a ResourceQuota: the use of one object, and of a whole namespace.

Shared by the admission plugin, which refuses, and the controller, which reports. Source: `pkg/quota/v1/evaluator/core`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from k8snb.api import quantity
from k8snb.apiserver.store import Store

#: kinds that can be counted by a name of their own, beside `count/<resource>.<group>`
_NAMED = {
    "pods": "pods",
    "services": "services",
    "replicationcontrollers": "replicationcontrollers",
    "resourcequotas": "resourcequotas",
    "secrets": "secrets",
    "configmaps": "configmaps",
    "persistentvolumeclaims": "persistentvolumeclaims",
}
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
Usage = dict[str, str]


def usage_of(resource: str, obj: Any) -> Usage:
    """What one object uses, by quota key. `resource` as in the store (`pods`, `deployments.apps`)."""
    used = {f"count/{resource}": "1"}
    if resource == "pods":
        if obj.status.phase in ("Succeeded", "Failed"):
            return used
        return {**used, **_pod_usage(obj)}
    if resource in _NAMED:
        used[_NAMED[resource]] = "1"
    if resource == "services":
        used.update(_service_usage(obj))
    if resource == "persistentvolumeclaims":
        used.update(_claim_usage(obj))
    return used


def _pod_usage(pod: Any) -> Usage:
    used: Usage = {"pods": "1"}
    for name, amount in pod_requests(pod.spec, "requests").items():
        used[f"requests.{name}"] = amount
        if name in _COMPUTE or name.startswith("hugepages-"):
            used[name] = amount
    for name, amount in pod_requests(pod.spec, "limits").items():
        used[f"limits.{name}"] = amount
    return used


def pod_requests(spec: Any, which: str) -> Usage:
    """Requests or limits of a Pod: the sum of its containers, or of an init container if that is more, or what the Pod as a
    whole says; and overhead."""
    total: Usage = {}
    for container in spec.containers:
        _add(total, getattr(container.resources, which))
    sidecars: Usage = {}
    peak: Usage = {}
    for container in spec.initContainers:
        own = getattr(container.resources, which)
        if container.restartPolicy == "Always":
            _add(sidecars, own)
            _raise(peak, sidecars)
        else:
            together = dict(sidecars)
            _add(together, own)
            _raise(peak, together)
    _add(total, sidecars)
    _raise(total, peak)
    if spec.resources is not None:
        total.update(getattr(spec.resources, which))
    if total or which == "requests":
        _add(total, spec.overhead)
    return total


def _add(total: Usage, more: Mapping[str, str]) -> None:
    for name, amount in more.items():
        total[name] = quantity.add(total[name], amount) if name in total else amount


def _raise(total: Usage, least: Mapping[str, str]) -> None:
    for name, amount in least.items():
        if name not in total or quantity.compare(total[name], amount) < 0:
            total[name] = amount


def _service_usage(service: Any) -> Usage:
    ports = str(sum(1 for port in service.spec.ports if port.nodePort)) if service.spec.ports else "0"
    if service.spec.type == "LoadBalancer":
        return {"services.loadbalancers": "1", "services.nodeports": ports}
    if service.spec.type == "NodePort":
        return {"services.nodeports": str(len(service.spec.ports))}
    return {}


def _claim_usage(claim: Any) -> Usage:
    used: Usage = {}
    size = claim.spec.resources.requests.get("storage")
    if size:
        used["requests.storage"] = size
    if claim.spec.storageClassName:
        prefix = f"{claim.spec.storageClassName}.storageclass.storage.k8s.io"
        used[f"{prefix}/persistentvolumeclaims"] = "1"
        if size:
            used[f"{prefix}/requests.storage"] = size
    return used


def in_scopes(quota: Any, resource: str, obj: Any) -> bool:
    """Whether a quota with scopes counts this object."""
    scopes = [(scope, "Exists", ()) for scope in quota.spec.scopes]
    if quota.spec.scopeSelector is not None:
        scopes += [(e.scopeName, e.operator, e.values) for e in quota.spec.scopeSelector.matchExpressions]
    if not scopes:
        return True
    if resource == "persistentvolumeclaims":
        return all(_claim_in_scope(obj, *scope) for scope in scopes)
    return resource == "pods" and all(_in_scope(obj, *scope) for scope in scopes)


def _claim_in_scope(claim: Any, scope: str, operator: str, values: Iterable[str]) -> bool:
    """Claims know one scope: the class of attributes they have, are getting or want."""
    if scope != "VolumeAttributesClass":
        return False
    status = claim.status
    changing = status.modifyVolumeStatus
    names = {
        claim.spec.volumeAttributesClassName,
        status.currentVolumeAttributesClassName,
        changing.targetVolumeAttributesClassName if changing is not None else None,
    } - {None, ""}
    return _matches(operator, names, values)


def _matches(operator: str, names: Collection[Any], values: Iterable[str]) -> bool:
    if operator == "Exists":
        return bool(names)
    if operator == "DoesNotExist":
        return not names
    among = any(name in names for name in values)
    return among if operator == "In" else not among


def _in_scope(pod: Any, scope: str, operator: str, values: Iterable[str]) -> bool:
    if scope in ("Terminating", "NotTerminating"):
        return (pod.spec.activeDeadlineSeconds is not None) == (scope == "Terminating")
    if scope in ("BestEffort", "NotBestEffort"):
        return bool((pod.status.qosClass == "BestEffort") == (scope == "BestEffort"))
    if scope == "PriorityClass":
        name = pod.spec.priorityClassName
        return _matches(operator, {name} if name else set(), values)
    return scope == "CrossNamespacePodAffinity" and any(map(_looks_elsewhere, _affinity_terms(pod.spec.affinity)))


def _affinity_terms(affinity: Any) -> Iterator[Any]:
    for part in (affinity.podAffinity, affinity.podAntiAffinity) if affinity is not None else ():
        if part is not None:
            yield from part.requiredDuringSchedulingIgnoredDuringExecution
            for weighted in part.preferredDuringSchedulingIgnoredDuringExecution:
                yield weighted.podAffinityTerm


def _looks_elsewhere(term: Any) -> bool:
    """Whether a term is about Pods of other namespaces."""
    return bool(term.namespaces) or term.namespaceSelector is not None


def resources_of(hard: Iterable[str]) -> set[str]:
    """The resources in the store that the keys of a quota are about."""
    found = set()
    for key in hard:
        if key.startswith("count/"):
            found.add(key.removeprefix("count/"))
        elif key.startswith("services"):
            found.add("services")
        elif key in _NAMED:
            found.add(key)
        elif "storage" in key and not key.endswith("ephemeral-storage"):
            found.add("persistentvolumeclaims")
        else:
            found.add("pods")
    return found


def used_in(store: Store, quota: Any) -> Usage:
    """What a namespace uses of the keys of a quota, now."""
    total: Usage = {}
    for resource in sorted(resources_of(quota.spec.hard)):
        for obj in store.list(resource, quota.metadata.namespace):
            if in_scopes(quota, resource, obj):
                _add(total, {key: q for key, q in usage_of(resource, obj).items() if key in quota.spec.hard})
    return {key: total.get(key, "0") for key in quota.spec.hard}
