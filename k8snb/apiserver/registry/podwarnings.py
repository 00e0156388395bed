"""What the server remarks on Pods and templates that it accepts: deprecated fields and keys, likely mistakes.

Each remark names the field. Source: `pkg/api/pod/warnings.go`, `pkg/api/node/util.go`, `pkg/api/persistentvolumeclaim/util.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.api import quantity
from k8snb.api.validation.field import quote
from k8snb.api.validation.names import dns_label

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
_VOLUMES = {
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
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


def claim_warnings(spec: Any, path: str) -> list[str]:
    """Remarks on what a claim asks for."""
    return [*_amounts(spec.resources, f"{path}.resources", ("storage",))]


def _pod(metadata: Any, spec: Any, meta_path: str, path: str) -> Iterator[str]:
    for key in sorted(spec.nodeSelector):
        if key in _LABELS:
            yield f"{path}.nodeSelector[{key}]: {_renamed(key)}"
    yield from _affinity(spec.affinity, f"{path}.affinity")
    for i, constraint in enumerate(spec.topologySpreadConstraints):
        at = f"{path}.topologySpreadConstraints[{i}]"
        if constraint.topologyKey in _LABELS:
            yield f"{at}.topologyKey: {constraint.topologyKey} is {_renamed(constraint.topologyKey)}"
        if constraint.labelSelector is None:
            yield f"{at}.labelSelector: {_NULL_SELECTOR}"
    yield from _annotations(metadata.annotations, f"{meta_path}.annotations")
    yield from _duplicates([alias.ip for alias in spec.hostAliases], f"{path}.hostAliases", "ip")
    for i, secret in enumerate(spec.imagePullSecrets):
        if not secret.name:
            yield f'{path}.imagePullSecrets[{i}].name: invalid empty name ""'
    yield from _duplicates([s.name for s in spec.imagePullSecrets if s.name], f"{path}.imagePullSecrets", "name")
    for i, volume in enumerate(spec.volumes):
        for name in sorted(volume.__dict__.keys() & _VOLUMES.keys()):
            yield f"{path}.volumes[{i}].{name}: {_VOLUMES[name]}"
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for i, container in enumerate(getattr(spec, field)):
            yield from _container(container, f"{path}.{field}[{i}]")
    if (spec.terminationGracePeriodSeconds or 0) < 0:
        yield f"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"


def _renamed(key: str) -> str:
    since, name = _LABELS[key]
    return f'deprecated since {since}; use "{name}" instead'


def _affinity(affinity: Any, path: str) -> Iterator[str]:
    if affinity is None:
        return
    node = affinity.nodeAffinity
    required = node.requiredDuringSchedulingIgnoredDuringExecution if node is not None else None
    terms = [] if required is None else list(enumerate(required.nodeSelectorTerms))
    at = f"{path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    for i, term in terms:
        yield from _expressions(term, f"{at}[{i}]")
    for i, weighted in enumerate(node.preferredDuringSchedulingIgnoredDuringExecution if node is not None else ()):
        at = f"{path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[{i}].preference"
        yield from _expressions(weighted.preference, at)
    for name in ("podAffinity", "podAntiAffinity"):
        part = getattr(affinity, name)
        if part is None:
            continue
        hard = "requiredDuringSchedulingIgnoredDuringExecution"
        soft = "preferredDuringSchedulingIgnoredDuringExecution"
        for i, term in enumerate(getattr(part, hard)):
            yield from _pod_term(term, f"{path}.{name}.{hard}[{i}]")
        for i, weighted in enumerate(getattr(part, soft)):
            yield from _pod_term(weighted.podAffinityTerm, f"{path}.{name}.{soft}[{i}].podAffinityTerm")


def _expressions(term: Any, path: str) -> Iterator[str]:
    for i, expression in enumerate(term.matchExpressions):
        if expression.key in _LABELS:
            yield f"{path}.matchExpressions[{i}].key: {expression.key} is {_renamed(expression.key)}"


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
    yield from _amounts(container.resources, f"{path}.resources", ("memory", "ephemeral-storage"))
    names: set[str] = set()
    for i, env in enumerate(container.env):
        # A value that builds on the one before it is meant to hide it.
        if env.name in names and f"$({env.name})" not in env.value:
            hides = f"hides previous definition of {quote(env.name)}, which may be dropped when using apply"
            yield f"{path}.env[{i}]: {hides}"
        names.add(env.name)
    seen: dict[tuple[Any, ...], int] = {}
    for i, port in enumerate(container.ports):
        key = (port.containerPort, port.protocol, port.hostPort, port.hostIP)
        if key in seen:
            yield f"{path}.ports[{i}]: duplicate port definition with {path}.ports[{seen[key]}]"
        seen.setdefault(key, i)


def _amounts(resources: Any, path: str, whole: Sequence[str]) -> Iterator[str]:
    for side in ("limits", "requests"):
        amounts = getattr(resources, side)
        for name in whole:
            amount = amounts.get(name)
            if amount is not None and quantity.milli_value(amount) % 1000:
                yield f"{path}.{side}[{name}]: fractional byte value {quote(amount)} is invalid, must be an integer"
