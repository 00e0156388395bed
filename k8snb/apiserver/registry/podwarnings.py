"""What the server remarks on Pods and templates that it accepts: deprecated fields and keys, likely mistakes.

Each remark names the field. Source: `pkg/api/pod/warnings.go`, `pkg/api/node/util.go`, `pkg/api/persistentvolumeclaim/util.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.api import quantity
from k8snb.api.validation.field import quote
from k8snb.api.validation.names import dns_label
from k8snb.api.validation.visit import containers_of
from k8snb.apiserver.registry.addresswarnings import ip_warnings
from k8snb.apiserver.registry.volumewarnings import volume_warnings

#: labels of nodes that were renamed: since when, and to what
_LABELS = {
    "beta.kubernetes.io/arch": ("v1.14", "kubernetes.io/arch"),
    "beta.kubernetes.io/os": ("v1.14", "kubernetes.io/os"),
    "failure-domain.beta.kubernetes.io/region": ("v1.17", "topology.kubernetes.io/region"),
    "failure-domain.beta.kubernetes.io/zone": ("v1.17", "topology.kubernetes.io/zone"),
    "beta.kubernetes.io/instance-type": ("v1.17", "node.kubernetes.io/instance-type"),
}
_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
    "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "seccomp.security.alpha.kubernetes.io/pod": 'non-functional in v1.27+; use the "seccompProfile" field instead',
}
_PREFIXES = {
    "container.seccomp.security.alpha.kubernetes.io/": 'non-functional in v1.27+; use the "seccompProfile" field instead',
    "container.apparmor.security.beta.kubernetes.io/": 'deprecated since v1.30; use the "appArmorProfile" field instead',
}
_NULL_SELECTOR = "a null labelSelector results in matching no pod"


def template_warnings(template: Any, path: str, old: Any = None) -> list[str]:
    """Remarks on a Pod template; `path` is its own. None if it has not changed."""
    if old is not None and (template is old or template == old):
        return []
    return [*_pod(template.metadata, template.spec, f"{path}.metadata", f"{path}.spec")]


def pod_warnings(pod: Any, old: Any = None) -> list[str]:
    """Remarks on a Pod."""
    if old is not None and (pod.spec is old.spec or pod.spec == old.spec):
        return []
    return [*_pod(pod.metadata, pod.spec, "metadata", "spec")]


def hostname_warning(name: str, used: str) -> list[str]:
    """A remark on a name that is no DNS label though it becomes a host's; `used` says what it is used in."""
    wrong = dns_label(name)
    if not wrong:
        return []
    why = "which can result in surprising behavior; a DNS label is recommended"
    return [f"metadata.name: this is used in {used}, {why}: [{' '.join(wrong)}]"]


def _pod(metadata: Any, spec: Any, meta_path: str, path: str) -> Iterator[str]:
    yield from _placement(spec, path)
    yield from _annotations(metadata.annotations, f"{meta_path}.annotations")
    if spec.volumes:
        yield from volume_warnings(spec.volumes, f"{path}.volumes")
    yield from _duplicates([alias.ip for alias in spec.hostAliases], f"{path}.hostAliases", "ip")
    yield from _duplicates([secret.name for secret in spec.imagePullSecrets], f"{path}.imagePullSecrets", "name")
    for i, secret in enumerate(spec.imagePullSecrets):
        if not secret.name:
            yield f'{path}.imagePullSecrets[{i}].name: invalid empty name ""'
    yield from _fractions(spec.overhead, f"{path}.overhead", ("memory", "ephemeral-storage"))
    for i, server in enumerate(spec.dnsConfig.nameservers if spec.dnsConfig is not None else ()):
        yield from ip_warnings(server, f"{path}.dnsConfig.nameservers[{i}]")
    for i, alias in enumerate(spec.hostAliases):
        yield from ip_warnings(alias.ip, f"{path}.hostAliases[{i}].ip")
    for container, at in containers_of(spec, path):
        yield from _container(container, at)
    yield from _ports(spec, path)
    if (spec.terminationGracePeriodSeconds or 0) < 0:
        yield f"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
    if spec.affinity is not None:
        yield from _pod_affinity(spec.affinity, f"{path}.affinity")


def _placement(spec: Any, path: str) -> Iterator[str]:
    for key in sorted(spec.nodeSelector):
        if key in _LABELS:
            yield f"{path}.nodeSelector[{key}]: {renamed(key)}"
    if spec.affinity is not None:
        yield from _node_affinity(spec.affinity.nodeAffinity, f"{path}.affinity.nodeAffinity")
    for i, constraint in enumerate(spec.topologySpreadConstraints):
        at = f"{path}.topologySpreadConstraints[{i}]"
        if constraint.topologyKey in _LABELS:
            yield f"{at}.topologyKey: {constraint.topologyKey} is {renamed(constraint.topologyKey)}"
        if constraint.labelSelector is None:
            yield f"{at}.labelSelector: {_NULL_SELECTOR}"


def renamed(key: str) -> str:
    """What to say of a label of nodes that has another name now; empty for all others."""
    if key not in _LABELS:
        return ""
    since, name = _LABELS[key]
    return f'deprecated since {since}; use "{name}" instead'


def node_term_warnings(term: Any, path: str) -> Iterator[str]:
    """Remarks on a term of a node selector."""
    for i, expression in enumerate(term.matchExpressions):
        if expression.key in _LABELS:
            yield f"{path}.matchExpressions[{i}].key: {expression.key} is {renamed(expression.key)}"


def _node_affinity(affinity: Any, path: str) -> Iterator[str]:
    if affinity is None:
        return
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution
    at = f"{path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    for i, term in enumerate(required.nodeSelectorTerms if required is not None else ()):
        yield from node_term_warnings(term, f"{at}[{i}]")
    for i, weighted in enumerate(affinity.preferredDuringSchedulingIgnoredDuringExecution):
        at = f"{path}.preferredDuringSchedulingIgnoredDuringExecution[{i}].preference"
        yield from node_term_warnings(weighted.preference, at)


def _pod_affinity(affinity: Any, path: str) -> Iterator[str]:
    hard, soft = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
    for name in ("podAffinity", "podAntiAffinity"):
        part = getattr(affinity, name)
        if part is None:
            continue
        for i, term in enumerate(getattr(part, hard)):
            yield from _pod_term(term, f"{path}.{name}.{hard}[{i}]")
        for i, weighted in enumerate(getattr(part, soft)):
            yield from _pod_term(weighted.podAffinityTerm, f"{path}.{name}.{soft}[{i}].podAffinityTerm")


def _pod_term(term: Any, path: str) -> Iterator[str]:
    if term.labelSelector is None:
        yield f"{path}.labelSelector: {_NULL_SELECTOR}"


def _annotations(annotations: Mapping[str, str], path: str) -> Iterator[str]:
    for key in sorted(annotations):
        text = _ANNOTATIONS.get(key) or next((t for prefix, t in _PREFIXES.items() if key.startswith(prefix)), None)
        if text is not None:
            yield f"{path}[{key}]: {text}"


def _duplicates(values: Sequence[str], path: str, name: str) -> Iterator[str]:
    for i, value in enumerate(values):
        if value in values[:i]:
            yield f"{path}[{i}].{name}: duplicate {name} {quote(value)}"


def _container(container: Any, path: str) -> Iterator[str]:
    for name in ("memory", "ephemeral-storage"):
        yield from _amounts(container.resources, f"{path}.resources", (name,))
    names: set[str] = set()
    for i, env in enumerate(container.env):
        # A value that builds on the one before it is meant to hide it.
        reference = f"$({env.name})"
        builds = env.valueFrom is None and env.value != reference and reference in env.value
        if env.name in names and not builds:
            hides = f"hides previous definition of {quote(env.name)}, which may be dropped when using apply"
            yield f"{path}.env[{i}]: {hides}"
        names.add(env.name)


def _ports(spec: Any, path: str) -> Iterator[str]:
    """Ports of all containers together: they share one network."""
    seen: dict[tuple[int, str], list[tuple[str, Any]]] = {}
    for container, at in containers_of(spec, path):
        for i, port in enumerate(container.ports):
            place = f"{at}.ports[{i}]"
            if port.hostIP and not port.hostPort:
                shown = (
                    f"{{Name:{port.name} HostPort:0 ContainerPort:{port.containerPort} Protocol:{port.protocol} "
                    f"HostIP:{port.hostIP}}}"
                )
                yield f"{place}: hostIP set without hostPort: {shown}"
            others = seen.setdefault((port.containerPort, port.protocol), [])
            for where, other in others:
                clash = _clash(port, other)
                if clash:
                    yield f"{place}: {clash} port definition with {where}"
            others.append((place, port))


def _clash(port: Any, other: Any) -> str:
    if (port.hostIP, port.hostPort) == (other.hostIP, other.hostPort):
        return "duplicate"
    if not port.hostPort or not other.hostPort:
        return "overlapping"
    if port.hostPort == other.hostPort and bool(port.hostIP) != bool(other.hostIP):
        return "dangerously ambiguous"
    return ""


def _amounts(resources: Any, path: str, whole: Sequence[str]) -> Iterator[str]:
    for side in ("limits", "requests"):
        yield from _fractions(getattr(resources, side), f"{path}.{side}", whole)


def _fractions(amounts: Mapping[str, str], path: str, whole: Sequence[str]) -> Iterator[str]:
    for name in whole:
        amount = amounts.get(name)
        if amount is not None and quantity.milli_value(amount) % 1000:
            yield f"{path}[{name}]: fractional byte value {quote(amount)} is invalid, must be an integer"
