"""The Pod Security Standards: what a Pod may not do at the levels `baseline` and `restricted`, as a table of checks.

A check looks at a Pod's metadata and spec and says in upstream's words what is wrong, or nothing. Checks come in versions; a
level takes, of each check, the newest that its own version knows, in the order of their names. Source:
`k8s.io/pod-security-admission/policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.apiserver.admission.podstandards import baseline, restricted
from k8snb.apiserver.admission.podstandards.blame import Check, Violation

LEVELS = ("privileged", "baseline", "restricted")
#: a version above all that exist
LATEST = (1 << 30, 0)


class _Row(NamedTuple):
    id: str
    level: str
    #: (minor version of v1 from which on, check), oldest first
    versions: tuple[tuple[int, Check], ...]
    #: checks of the level below that this one makes superfluous
    overrides: tuple[str, ...] = ()


def violations(level: str, version: tuple[int, int], annotations: Mapping[str, str], spec: Any) -> list[Violation]:
    """Everything in which a Pod (or template) falls short of a level, in upstream's order."""
    found = (check(annotations, spec) for check in _checks(level, version))
    return [violation for violation in found if violation is not None]


@lru_cache(64)
def _checks(level: str, version: tuple[int, int]) -> tuple[Check, ...]:
    if level == "privileged":
        return ()
    chosen: dict[str, Check] = {}
    overridden: set[str] = set()
    for row in _TABLE:
        if row.level == "restricted" and level != "restricted":
            continue
        known = [check for since, check in row.versions if (1, since) <= version]
        if known:
            chosen[row.id] = known[-1]
            overridden.update(row.overrides)
    return tuple(chosen[name] for name in sorted(chosen) if name not in overridden)


_TABLE = (
    _Row("appArmorProfile", "baseline", ((0, baseline.app_armor),)),
    _Row("capabilities_baseline", "baseline", ((0, baseline.capabilities),)),
    _Row("hostNamespaces", "baseline", ((0, baseline.host_namespaces),)),
    _Row("hostPathVolumes", "baseline", ((0, baseline.host_paths),)),
    _Row("hostPorts", "baseline", ((0, baseline.host_ports),)),
    _Row("hostProbesAndHostLifecycle", "baseline", ((34, baseline.probe_hosts),)),
    _Row("privileged", "baseline", ((0, baseline.privileged),)),
    _Row("procMount", "baseline", ((0, baseline.proc_mount), (35, baseline.proc_mount_unless_own_users))),
    _Row(
        "seLinuxOptions",
        "baseline",
        ((0, baseline.selinux(baseline.SELINUX_BEFORE)), (31, baseline.selinux(baseline.SELINUX_TYPES))),
    ),
    _Row("seccompProfile_baseline", "baseline", ((0, baseline.seccomp_annotations), (19, baseline.seccomp))),
    _Row(
        "sysctls",
        "baseline",
        (
            (0, baseline.sysctls(baseline.SYSCTLS)),
            (27, baseline.sysctls(baseline.SYSCTLS_27)),
            (29, baseline.sysctls(baseline.SYSCTLS_29)),
            (32, baseline.sysctls(baseline.SYSCTLS_32)),
        ),
    ),
    _Row("windowsHostProcess", "baseline", ((0, baseline.host_process),)),
    _Row(
        "allowPrivilegeEscalation",
        "restricted",
        ((8, restricted.escalation), (25, restricted.not_on_windows(restricted.escalation))),
    ),
    _Row(
        "capabilities_restricted",
        "restricted",
        ((22, restricted.no_capabilities), (25, restricted.not_on_windows(restricted.no_capabilities))),
        ("capabilities_baseline",),
    ),
    _Row("procMount_restricted", "restricted", ((35, baseline.proc_mount),), ("procMount",)),
    _Row("restrictedVolumes", "restricted", ((0, restricted.volumes),), ("hostPathVolumes",)),
    _Row("runAsNonRoot", "restricted", ((0, restricted.non_root),)),
    _Row("runAsUser", "restricted", ((23, restricted.user),)),
    _Row(
        "seccompProfile_restricted",
        "restricted",
        ((19, restricted.required_seccomp), (25, restricted.not_on_windows(restricted.required_seccomp))),
        ("seccompProfile_baseline",),
    ),
)
