"""The checks of the level `restricted`: hardening beyond `baseline`. Source: `k8s.io/pod-security-admission/policy`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.apiserver.admission.podstandards.baseline import adding_capabilities, seccomp
from k8snb.apiserver.admission.podstandards.blame import (
    Check,
    Violation,
    containers_of,
    context,
    has_own_users,
    is_windows,
    join,
    many,
    named,
    pod_context,
    setters,
)


def escalation(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad = [c.name for c in containers_of(spec) if context(c, "allowPrivilegeEscalation") is not False]
    if not bad:
        return None
    detail = f"{named(bad)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail)


def no_capabilities(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    keeping = []
    for container in containers_of(spec):
        capabilities = context(container, "capabilities")
        if capabilities is None or "ALL" not in capabilities.drop:
            keeping.append(container.name)
    adding, added = adding_capabilities(spec, frozenset({"NET_BIND_SERVICE"}))
    details = []
    if keeping:
        details.append(f'{named(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        listed = join(sorted(added))
        details.append(f"{named(adding)} must not include {listed} in securityContext.capabilities.add")
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def volumes(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, types = [], set[str]()
    for volume in spec.volumes:
        sources = volume.__dict__.keys() - {"name"}
        if not sources & _VOLUMES:
            bad.append(volume.name)
            types.add(min(sources, default="unknown"))
    if not bad:
        return None
    verb, noun = "uses" if len(bad) == 1 else "use", many("restricted volume type", len(types))
    detail = f"{many('volume', len(bad))} {join(bad)} {verb} {noun} {join(sorted(types))}"
    return Violation("restricted volume types", detail)


def non_root(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if has_own_users(spec):
        return None
    whole = pod_context(spec, "runAsNonRoot")
    own = [(container.name, context(container, "runAsNonRoot")) for container in containers_of(spec)]
    blamed = setters(whole is False, [name for name, value in own if value is False])
    if blamed:
        detail = f"{' and '.join(blamed)} must not set securityContext.runAsNonRoot=false"
        return Violation("runAsNonRoot != true", detail)
    silent = [name for name, value in own if value is None and not whole]
    if not silent:
        return None
    detail = f"pod or {named(silent)} must set securityContext.runAsNonRoot=true"
    return Violation("runAsNonRoot != true", detail)


def user(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if has_own_users(spec):
        return None
    bad = [container.name for container in containers_of(spec) if context(container, "runAsUser") == 0]
    blamed = setters(pod_context(spec, "runAsUser") == 0, bad)
    return Violation("runAsUser=0", f"{' and '.join(blamed)} must not set runAsUser=0") if blamed else None


def required_seccomp(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    found = seccomp(annotations, spec)
    if found is not None or pod_context(spec, "seccompProfile") is not None:
        return found
    silent = [container.name for container in containers_of(spec) if context(container, "seccompProfile") is None]
    if not silent:
        return None
    detail = f'pod or {named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", detail)


def not_on_windows(check: Check) -> Check:
    def linux_only(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        return None if is_windows(spec) else check(annotations, spec)

    return linux_only
