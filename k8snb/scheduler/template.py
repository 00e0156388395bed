"""Templates: what the scheduler reads of a Pod, worked out once for all Pods that are alike.

Two Pods with the same labels, requests, affinities, tolerations, ports, priority and owner get the same verdict from
every node, so everything here is keyed by a signature of those. Source: `pkg/scheduler/framework/types.go` PodInfo;
KEP-5598 (Pods with one signature share their scheduling results).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from k8snb.api import quantity
from k8snb.api.core.pod import Pod, PodAffinityTerm
from k8snb.api.selector import Selector, from_label_selector

#: what scoring assumes of a container that asks for nothing: 100m and 200 MB
_NONZERO_CPU = 100
_NONZERO_MEMORY = 200 * 1024 * 1024

Signature = tuple[Any, ...]


class Requests(NamedTuple):
    """Resources a Pod asks for: milli-CPUs, bytes, other resources by name in whole units; and what scoring assumes."""

    cpu: int
    memory: int
    others: tuple[tuple[str, int], ...]
    score_cpu: int
    score_memory: int


class AffinityTerm(NamedTuple):
    """One Pod (anti-)affinity term with its selectors compiled. `namespaces` None together with no selector: the Pod's own."""

    namespaces: frozenset[str]
    namespace_selector: Selector | None
    selector: Selector
    topology_key: str
    weight: int = 0


class HostPort(NamedTuple):
    ip: str
    protocol: str
    port: int


class Template:
    """What a kind of Pods asks of a node."""

    __slots__ = (
        "__weakref__",
        "affinity",
        "anti_affinity",
        "claims",
        "images",
        "labels",
        "namespace",
        "owner",
        "pod",
        "ports",
        "preferred",
        "priority",
        "requests",
        "signature",
        "tolerations",
    )

    def __init__(self, pod: Pod, signature: Signature) -> None:
        spec, meta = pod.spec, pod.metadata
        #: one Pod of the kind, for what is read seldom (node affinity, spread constraints)
        self.pod = pod
        self.signature = signature
        self.namespace, self.labels = meta.namespace, meta.labels
        self.owner = signature[2]
        self.priority = spec.priority or 0
        self.requests = _requests(pod)
        self.ports = _host_ports(pod)
        self.tolerations = spec.tolerations
        self.images = tuple(container.image for container in (*spec.initContainers, *spec.containers))
        self.claims = _claims(pod)
        rules = spec.affinity
        inter, anti = (rules.podAffinity, rules.podAntiAffinity) if rules else (None, None)
        hard = [x.requiredDuringSchedulingIgnoredDuringExecution if x else () for x in (inter, anti)]
        soft = [x.preferredDuringSchedulingIgnoredDuringExecution if x else () for x in (inter, anti)]
        self.affinity = tuple(_term(pod, term, 0) for term in hard[0])
        self.anti_affinity = tuple(_term(pod, term, 0) for term in hard[1])
        self.preferred = (
            *(_term(pod, each.podAffinityTerm, each.weight) for each in soft[0]),
            *(_term(pod, each.podAffinityTerm, -each.weight) for each in soft[1]),
        )

    @property
    def has_terms(self) -> bool:
        """Whether other Pods have to look at it."""
        return bool(self.affinity or self.anti_affinity or self.preferred)

    def __repr__(self) -> str:
        return f"Template({self.namespace}/{self.pod.metadata.generateName or self.pod.metadata.name})"


class Templates:
    """All templates in use, by signature."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Signature, Template] = WeakValueDictionary()

    def of(self, pod: Pod) -> Template:
        """The template of a Pod."""
        signature = _signature(pod)
        found = self._known.get(signature)
        if found is None:
            found = self._known[signature] = Template(pod, signature)
        return found


def _signature(pod: Pod) -> Signature:
    """Equal for Pods that are alike. Parts that Pods share by reference go in by identity; the template keeps them alive."""
    spec, meta = pod.spec, pod.metadata
    owner = ""
    for reference in meta.ownerReferences:
        if reference.controller:
            owner = reference.uid
    return (
        meta.namespace,
        tuple(meta.labels.items()),
        owner,
        tuple([(tuple(c.resources.requests.items()), c.image, id(c.ports)) for c in spec.containers]),
        tuple(
            [(tuple(c.resources.requests.items()), c.restartPolicy, c.image, id(c.ports)) for c in spec.initContainers]
        ),
        tuple([id(toleration) for toleration in spec.tolerations]),
        tuple(spec.nodeSelector.items()),
        id(spec.affinity),
        id(spec.topologySpreadConstraints),
        tuple(spec.overhead.items()),
        id(spec.resources),
        id(spec.resourceClaims),
        spec.priority,
        spec.preemptionPolicy,
        tuple([v.persistentVolumeClaim.claimName for v in spec.volumes if v.persistentVolumeClaim is not None])
        if spec.volumes
        else (),
        meta.name if any(v.ephemeral is not None for v in spec.volumes) else "",
    )


def _requests(pod: Pod) -> Requests:
    """The sum over containers, or the most that an init container needs, whichever is more; plus overhead.

    Source: `k8s.io/component-helpers/resource` PodRequests.
    """
    spec = pod.spec
    total, scored = _sum([c.resources.requests for c in spec.containers])
    sidecars: dict[str, int] = {}
    sidecars_scored = [0, 0]
    peak: dict[str, int] = {}
    peak_scored = [0, 0]
    for container in spec.initContainers:
        amounts, score = _sum([container.resources.requests])
        if container.restartPolicy == "Always":
            _add(sidecars, amounts)
            sidecars_scored = [a + b for a, b in zip(sidecars_scored, score, strict=True)]
            amounts, score = dict(sidecars), sidecars_scored
        else:
            _add(amounts, sidecars)
            score = [a + b for a, b in zip(score, sidecars_scored, strict=True)]
        peak = {name: max(peak.get(name, 0), amounts.get(name, 0)) for name in {*peak, *amounts}}
        peak_scored = [max(a, b) for a, b in zip(peak_scored, score, strict=True)]
    _add(total, sidecars)
    scored = [max(a + b, c) for a, b, c in zip(scored, sidecars_scored, peak_scored, strict=True)]
    total = {name: max(total.get(name, 0), peak.get(name, 0)) for name in {*total, *peak}}
    if spec.resources is not None and spec.resources.requests:
        total.update({name: _amount(name, value) for name, value in spec.resources.requests.items()})
        scored = [total.get("cpu", scored[0]), total.get("memory", scored[1])]
    overhead = {name: _amount(name, value) for name, value in spec.overhead.items()}
    _add(total, overhead)
    others = tuple(sorted((n, v) for n, v in total.items() if n not in ("cpu", "memory") and v))
    cpu, memory = scored[0] + overhead.get("cpu", 0), scored[1] + overhead.get("memory", 0)
    return Requests(total.get("cpu", 0), total.get("memory", 0), others, cpu, memory)


def _sum(requests: list[Mapping[str, str]]) -> tuple[dict[str, int], list[int]]:
    total: dict[str, int] = {}
    scored = [0, 0]
    for each in requests:
        amounts = {name: _amount(name, value) for name, value in each.items()}
        _add(total, amounts)
        scored[0] += amounts.get("cpu", _NONZERO_CPU)
        scored[1] += amounts.get("memory", _NONZERO_MEMORY)
    return total, scored


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _amount(name: str, value: str) -> int:
    return quantity.milli_value(value) if name == "cpu" else quantity.value(value)


def _host_ports(pod: Pod) -> tuple[HostPort, ...]:
    return tuple(
        HostPort(port.hostIP or "0.0.0.0", port.protocol or "TCP", port.hostPort)
        for container in (*pod.spec.initContainers, *pod.spec.containers)
        if container in pod.spec.containers or container.restartPolicy == "Always"
        for port in container.ports
        if port.hostPort
    )


def _claims(pod: Pod) -> tuple[str, ...]:
    """Names of the PersistentVolumeClaims it mounts, its own ephemeral ones included."""
    claims = []
    for volume in pod.spec.volumes:
        if volume.persistentVolumeClaim is not None:
            claims.append(volume.persistentVolumeClaim.claimName)
        elif volume.ephemeral is not None:
            claims.append(f"{pod.metadata.name}-{volume.name}")
    return tuple(claims)


def _term(pod: Pod, term: PodAffinityTerm, weight: int) -> AffinityTerm:
    selector = from_label_selector(_with_keys(pod, term))
    among = None if term.namespaceSelector is None else from_label_selector(term.namespaceSelector)
    namespaces = frozenset(term.namespaces)
    if not namespaces and among is None:
        namespaces = frozenset((pod.metadata.namespace,))
    return AffinityTerm(namespaces, among, selector, term.topologyKey, weight)


def _with_keys(pod: Pod, term: PodAffinityTerm) -> Any:
    """The selector narrowed by matchLabelKeys and mismatchLabelKeys, as admission merges them."""
    return narrowed(term.labelSelector, pod.metadata.labels, term.matchLabelKeys, term.mismatchLabelKeys)


def narrowed(selector: Any, labels: Mapping[str, str], match: tuple[str, ...], mismatch: tuple[str, ...] = ()) -> Any:
    """A LabelSelector that in addition wants these labels to be (or not to be) as on the Pod."""
    if selector is None or not (match or mismatch):
        return selector
    extra = [
        {"key": key, "operator": operator, "values": (labels[key],)}
        for keys, operator in ((match, "In"), (mismatch, "NotIn"))
        for key in keys
        if key in labels
    ]
    expressions = [{"key": e.key, "operator": e.operator, "values": tuple(e.values)} for e in selector.matchExpressions]
    return {"matchLabels": dict(selector.matchLabels), "matchExpressions": [*expressions, *extra]}
