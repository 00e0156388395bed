"""PodSecurity: holds Pods to the level that their namespace's labels name; templates and labels are only warned about.

`pod-security.kubernetes.io/{enforce,audit,warn}` name a level of the Pod Security Standards, `…-version` the version of it.
Simplification: audit annotations have no audit log to go to, so `audit` labels are checked and otherwise do nothing. Source:
`k8s.io/pod-security-admission/admission` and `.../api/helpers.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.validation.field import FieldError, invalid, quote
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.admission.podstandards import LATEST, LEVELS, violations
from k8snb.apiserver.admission.podstandards.blame import Violation
from k8snb.apiserver.context import Context

_PREFIX = "pod-security.kubernetes.io/"
_PODS = GroupResource("", "pods")
_CONTROLLERS = frozenset(
    {
        "podtemplates",
        "replicationcontrollers",
        "replicasets.apps",
        "deployments.apps",
        "daemonsets.apps",
        "statefulsets.apps",
        "jobs.batch",
        "cronjobs.batch",
    }
)
#: the most Pods that a change of a namespace's labels looks at
_PODS_MAX = 3000
_is_version = re.compile(r"v1\.(0|[1-9][0-9]*)").fullmatch


class Level(NamedTuple):
    """A level and the version it is meant in; printed as `restricted:latest`."""

    name: str = LEVELS[0]
    version: str = "latest"

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"

    @property
    def rank(self) -> int:
        return LEVELS.index(self.name)

    def violations(self, annotations: Mapping[str, str], spec: Any) -> list[Violation]:
        """What is wrong with a Pod at this level."""
        version = LATEST if self.version == "latest" else (1, int(self.version[3:]))
        return violations(self.name, version, annotations, spec)


class Policy(NamedTuple):
    """What a namespace's labels say."""

    enforce: Level = Level()
    warn: Level = Level()


class PodSecurity(Plugin):
    """Enforces, and warns."""

    resources: ClassVar[frozenset[str]] = frozenset({"namespaces", "pods"}) | _CONTROLLERS

    def validate(self, ctx: Context, obj: Any, old: Any | None) -> None:
        if ctx.resource.plural == "namespaces":
            if not ctx.subresource:
                _validate_namespace(ctx, obj, old)
            return
        if ctx.subresource not in ("", "ephemeralcontainers"):
            return
        namespace: Any = ctx.store.get("namespaces", "", ctx.namespace)
        if namespace is None:
            return
        policy, _ = parse_labels(namespace.metadata.labels)
        if not policy.enforce.rank and not policy.warn.rank:
            return
        if ctx.resource.plural == "pods":
            if old is None or _matters(obj, old):
                _validate_pod(ctx, obj, policy)
        else:
            template = _template(obj)
            _warn(ctx, policy.warn, template.metadata.annotations, template.spec)


def parse_labels(labels: Mapping[str, str]) -> tuple[Policy, list[FieldError]]:
    """The policy of a namespace, and what is wrong with its labels."""
    found: dict[str, Level] = {}
    problems: list[FieldError] = []
    for mode in ("enforce", "audit", "warn"):
        level = Level()
        name, version = labels.get(f"{_PREFIX}{mode}"), labels.get(f"{_PREFIX}{mode}-version")
        if name is not None:
            if name in LEVELS:
                level = level._replace(name=name)
            else:
                path = f"metadata.labels[{_PREFIX}{mode}]"
                problems.append(invalid(path, name, f"must be one of {', '.join(LEVELS)}"))
                level = level._replace(name=LEVELS[-1] if mode == "enforce" else LEVELS[0])
        if version is not None:
            if version == "latest" or _is_version(version):
                level = level._replace(version=version)
            else:
                path = f"metadata.labels[{_PREFIX}{mode}-version]"
                problems.append(invalid(path, version, 'must be "latest" or "v1.x"'))
        if name is not None or version is not None:
            found[mode] = level
    enforce = found.get("enforce", Level())
    # Who enforces is warned as well, unless it is said otherwise.
    return Policy(enforce, found.get("warn", enforce)), problems


def _template(obj: Any) -> Any:
    if obj.kind == "PodTemplate":
        return obj.template
    return obj.spec.jobTemplate.spec.template if obj.kind == "CronJob" else obj.spec.template


def _matters(new: Any, old: Any) -> bool:
    """Whether a change of a Pod can change the verdict."""
    marks = ("seccomp.security.alpha.kubernetes.io/pod", "container.")
    if new.metadata.annotations != old.metadata.annotations:
        changed = set(new.metadata.annotations.items()) ^ set(old.metadata.annotations.items())
        if any(key.startswith(marks) for key, _ in changed):
            return True
    if new.spec is old.spec:
        return False
    return any(
        [c.image for c in getattr(new.spec, name)] != [c.image for c in getattr(old.spec, name)]
        for name in ("containers", "initContainers", "ephemeralContainers")
    )


def _validate_pod(ctx: Context, pod: Any, policy: Policy) -> None:
    annotations = pod.metadata.annotations
    found = policy.enforce.violations(annotations, pod.spec)
    if found:
        detail = f"violates PodSecurity {quote(str(policy.enforce))}: {_details(found)}"
        raise errors.forbidden(_PODS, pod.metadata.name, detail)
    _warn(ctx, policy.warn, annotations, pod.spec)


def _warn(ctx: Context, level: Level, annotations: Mapping[str, str], spec: Any) -> None:
    found = level.violations(annotations, spec)
    if found:
        ctx.warn(f"would violate PodSecurity {quote(str(level))}: {_details(found)}")


def _details(found: list[Violation]) -> str:
    return ", ".join(f"{one.reason} ({one.detail})" if one.detail else one.reason for one in found)


def _validate_namespace(ctx: Context, new: Any, old: Any | None) -> None:
    policy, problems = parse_labels(new.metadata.labels)
    before, known = parse_labels(old.metadata.labels) if old is not None else (Policy(), [])
    if problems and problems != known:
        raise errors.invalid("Namespace", "", new.metadata.name, problems)
    enforce, was = policy.enforce, before.enforce
    if old is None or enforce == was or not enforce.rank:
        return
    if enforce.version == was.version and enforce.rank <= was.rank:
        return
    for text in _existing(ctx, new.metadata.name, enforce):
        ctx.warn(text)


def _existing(ctx: Context, namespace: str, level: Level) -> list[str]:
    """Warnings about Pods that are there already: one for all that fail alike, under the first one's name."""
    pods: list[Any] = list(ctx.store.list("pods", namespace))
    warnings = []
    if len(pods) > _PODS_MAX:
        warnings.append(
            f"new PodSecurity enforce level only checked against the first {_PODS_MAX} of {len(pods)} existing pods"
        )
    failing: dict[str, list[str]] = {}
    for pod in pods[:_PODS_MAX]:
        found = level.violations(pod.metadata.annotations, pod.spec)
        if found:
            failing.setdefault(", ".join(one.reason for one in found), []).append(pod.metadata.name)
    if not failing:
        return warnings
    violate = "violate the new PodSecurity enforce level"
    warnings.append(f"existing pods in namespace {quote(namespace)} {violate} {quote(str(level))}")
    lines = []
    for reasons, names in failing.items():
        others = len(names) - 1
        more = f" (and {others} other pod{'' if others == 1 else 's'})" if others else ""
        lines.append(f"{min(names)}{more}: {reasons}")
    return warnings + sorted(lines)
