"""The Pod Security Standards: what a Pod may not do at the levels `baseline` and `restricted`, as a table of checks.

A check looks at a Pod's metadata and spec and says in upstream's words what is wrong, or nothing. Checks come in versions; a
level takes, of each check, the newest that its own version knows, in the order of their names. Source:
`k8s.io/pod-security-admission/policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.api.validation.field import quote

LEVELS = ("privileged", "baseline", "restricted")
#: a version above all that exist
LATEST = (1 << 30, 0)


class Violation(NamedTuple):
    """What a check found: the reason in a few words, and who is to blame."""

    reason: str
    detail: str


Check = Callable[[Mapping[str, str], Any], Violation | None]


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


# -- words ------------------------------------------------------------------------------------------------------------


def _many(singular: str, count: int) -> str:
    return singular if count == 1 else f"{singular}s"


def _join(values: Iterable[str]) -> str:
    return ", ".join(quote(value) for value in values)


def _containers(names: Sequence[str]) -> str:
    return f"{_many('container', len(names))} {_join(names)}"


def _setters(pod: bool, names: Sequence[str]) -> list[str]:
    return [*(["pod"] if pod else []), *([_containers(names)] if names else [])]


# -- walking ----------------------------------------------------------------------------------------------------------


def _all(spec: Any) -> Iterator[Any]:
    yield from spec.initContainers
    yield from spec.containers
    yield from spec.ephemeralContainers


def _context(container: Any, name: str) -> Any:
    """A field of a container's security context, None if it is not set."""
    context = container.securityContext
    return None if context is None else getattr(context, name)


def _pod_context(spec: Any, name: str) -> Any:
    context = spec.securityContext
    return None if context is None else getattr(context, name)


def _is_windows(spec: Any) -> bool:
    return spec.os is not None and spec.os.name == "windows"


def _has_own_users(spec: Any) -> bool:
    return spec.hostUsers is False


# -- baseline ---------------------------------------------------------------------------------------------------------


def _app_armor(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    allowed = ("RuntimeDefault", "Localhost")
    values: set[str] = set()
    profile = _pod_context(spec, "appArmorProfile")
    pod = profile is not None and profile.type not in allowed
    if pod:
        values.add(profile.type)
    bad = []
    for container in _all(spec):
        profile = _context(container, "appArmorProfile")
        if profile is not None and profile.type not in allowed:
            bad.append(container.name)
            values.add(profile.type)
    marked = sorted(
        f"{key}={quote(value)}"
        for key, value in annotations.items()
        if key.startswith("container.apparmor.security.beta.kubernetes.io/")
        and value not in ("", "runtime/default")
        and not value.startswith("localhost/")
    )
    setters = _setters(pod, bad)
    if marked:
        setters.append(_many("annotation", len(marked)))
    if not setters:
        return None
    shown = [*sorted(values), *marked]
    detail = f"{' and '.join(setters)} must not set AppArmor profile type to {_join(shown)}"
    return Violation(_many("forbidden AppArmor profile", len(shown)), detail)


_DEFAULT_CAPABILITIES = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID "
    "SYS_CHROOT".split()  # noqa: SIM905
)


def _capabilities(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if _has_own_users(spec):
        return None
    bad, added = _adding(spec, _DEFAULT_CAPABILITIES)
    if not bad:
        return None
    detail = f"{_containers(bad)} must not include {_join(sorted(added))} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def _adding(spec: Any, allowed: frozenset[str]) -> tuple[list[str], set[str]]:
    """The containers that add capabilities beyond those allowed, and which."""
    bad, added = [], set[str]()
    for container in _all(spec):
        capabilities = _context(container, "capabilities")
        extra = set(capabilities.add) - allowed if capabilities is not None else set()
        if extra:
            bad.append(container.name)
            added |= extra
    return bad, added


def _host_namespaces(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    names = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if getattr(spec, name)]
    return Violation("host namespaces", ", ".join(names)) if names else None


def _host_paths(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    names = [volume.name for volume in spec.volumes if volume.hostPath is not None]
    if not names:
        return None
    return Violation("hostPath volumes", f"{_many('volume', len(names))} {_join(names)}")


def _host_ports(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, ports = [], set[str]()
    for container in _all(spec):
        used = {str(port.hostPort) for port in container.ports if port.hostPort}
        if used:
            bad.append(container.name)
            ports |= used
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    detail = f"{_containers(bad)} {verb} {_many('hostPort', len(ports))} {', '.join(sorted(ports))}"
    return Violation("hostPort", detail)


def _probe_hosts(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, hosts = set[str](), set[str]()
    for container in _all(spec):
        handlers = [container.livenessProbe, container.readinessProbe, container.startupProbe]
        if container.lifecycle is not None:
            handlers += [container.lifecycle.postStart, container.lifecycle.preStop]
        actions = [a for h in handlers if h is not None for a in (h.httpGet, h.tcpSocket) if a is not None]
        named = {action.host for action in actions if action.host}
        if named:
            bad.add(container.name)
            hosts |= named
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    noun = _many("probe or lifecycle host", len(hosts))
    detail = f"{_containers(sorted(bad))} {verb} {noun} {_join(sorted(hosts))}"
    return Violation("probe or lifecycle host", detail)


def _privileged(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad = [container.name for container in _all(spec) if _context(container, "privileged")]
    if not bad:
        return None
    return Violation("privileged", f"{_containers(bad)} must not set securityContext.privileged=true")


def _proc_mount(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, types = [], set[str]()
    for container in _all(spec):
        kind = _context(container, "procMount")
        if kind not in (None, "Default"):
            bad.append(container.name)
            types.add(kind)
    if not bad:
        return None
    detail = f"{_containers(bad)} must not set securityContext.procMount to {_join(sorted(types))}"
    return Violation("procMount", detail)


def _proc_mount_unless_own_users(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    return None if _has_own_users(spec) else _proc_mount(annotations, spec)


_SELINUX_BEFORE = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
_SELINUX_TYPES = _SELINUX_BEFORE | {"container_engine_t"}


def _selinux(allowed: frozenset[str]) -> Check:
    def check(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        set_by = [("", _pod_context(spec, "seLinuxOptions"))]
        set_by += [(container.name, _context(container, "seLinuxOptions")) for container in _all(spec)]
        wrong = [
            (name, options)
            for name, options in set_by
            if options is not None and (options.type not in allowed or options.user or options.role)
        ]
        if not wrong:
            return None
        types = sorted({options.type for _, options in wrong} - allowed)
        data = [f"{_many('type', len(types))} {_join(types)}"] if types else []
        data += ["user may not be set"] if any(options.user for _, options in wrong) else []
        data += ["role may not be set"] if any(options.role for _, options in wrong) else []
        setters = _setters(not wrong[0][0], [name for name, _ in wrong if name])
        detail = f"{' and '.join(setters)} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}"
        return Violation("seLinuxOptions", detail)

    return check


_SECCOMP = ("Localhost", "RuntimeDefault")


def _bad_seccomp(spec: Any) -> Violation | None:
    values: set[str] = set()
    profile = _pod_context(spec, "seccompProfile")
    pod = profile is not None and profile.type not in _SECCOMP
    if pod:
        values.add(profile.type)
    bad = []
    for container in _all(spec):
        profile = _context(container, "seccompProfile")
        if profile is not None and profile.type not in _SECCOMP:
            bad.append(container.name)
            values.add(profile.type)
    setters = _setters(pod, bad)
    if not setters:
        return None
    detail = f"{' and '.join(setters)} must not set securityContext.seccompProfile.type to {_join(sorted(values))}"
    return Violation("seccompProfile", detail)


def _seccomp(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    return _bad_seccomp(spec)


def _seccomp_annotations(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    keys = ["seccomp.security.alpha.kubernetes.io/pod"]
    keys += [f"container.seccomp.security.alpha.kubernetes.io/{container.name}" for container in _all(spec)]
    allowed = ("runtime/default", "docker/default")
    wrong = sorted(
        {
            f"{key}={quote(annotations[key])}"
            for key in keys
            if key in annotations and annotations[key] not in allowed and not annotations[key].startswith("localhost/")
        }
    )
    if not wrong:
        return None
    return Violation("seccompProfile", f"forbidden {_many('annotation', len(wrong))} {', '.join(wrong)}")


_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    }
)
_SYSCTLS_27 = _SYSCTLS | {"net.ipv4.ip_local_reserved_ports"}
_SYSCTLS_29 = _SYSCTLS_27 | {
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
_SYSCTLS_32 = _SYSCTLS_29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}


def _sysctls(allowed: frozenset[str]) -> Check:
    def check(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        names = [sysctl.name for sysctl in _pod_context(spec, "sysctls") or () if sysctl.name not in allowed]
        return Violation("forbidden sysctls", ", ".join(names)) if names else None

    return check


def _host_process(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    options = _pod_context(spec, "windowsOptions")
    bad = [c.name for c in _all(spec) if (o := _context(c, "windowsOptions")) is not None and o.hostProcess]
    setters = _setters(options is not None and bool(options.hostProcess), bad)
    if not setters:
        return None
    detail = f"{' and '.join(setters)} must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", detail)


# -- restricted -------------------------------------------------------------------------------------------------------


def _escalation(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad = [c.name for c in _all(spec) if _context(c, "allowPrivilegeEscalation") is not False]
    if not bad:
        return None
    detail = f"{_containers(bad)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail)


def _no_capabilities(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    keeping = []
    for container in _all(spec):
        capabilities = _context(container, "capabilities")
        if capabilities is None or "ALL" not in capabilities.drop:
            keeping.append(container.name)
    adding, added = _adding(spec, frozenset({"NET_BIND_SERVICE"}))
    details = []
    if keeping:
        details.append(f'{_containers(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        listed = _join(sorted(added))
        details.append(f"{_containers(adding)} must not include {listed} in securityContext.capabilities.add")
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


def _volumes(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, types = [], set[str]()
    for volume in spec.volumes:
        sources = volume.__dict__.keys() - {"name"}
        if not sources & _VOLUMES:
            bad.append(volume.name)
            types.add(min(sources, default="unknown"))
    if not bad:
        return None
    verb, noun = "uses" if len(bad) == 1 else "use", _many("restricted volume type", len(types))
    detail = f"{_many('volume', len(bad))} {_join(bad)} {verb} {noun} {_join(sorted(types))}"
    return Violation("restricted volume types", detail)


def _non_root(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if _has_own_users(spec):
        return None
    whole = _pod_context(spec, "runAsNonRoot")
    own = [(container.name, _context(container, "runAsNonRoot")) for container in _all(spec)]
    setters = _setters(whole is False, [name for name, value in own if value is False])
    if setters:
        detail = f"{' and '.join(setters)} must not set securityContext.runAsNonRoot=false"
        return Violation("runAsNonRoot != true", detail)
    silent = [name for name, value in own if value is None and not whole]
    if not silent:
        return None
    detail = f"pod or {_containers(silent)} must set securityContext.runAsNonRoot=true"
    return Violation("runAsNonRoot != true", detail)


def _user(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if _has_own_users(spec):
        return None
    bad = [container.name for container in _all(spec) if _context(container, "runAsUser") == 0]
    setters = _setters(_pod_context(spec, "runAsUser") == 0, bad)
    return Violation("runAsUser=0", f"{' and '.join(setters)} must not set runAsUser=0") if setters else None


def _required_seccomp(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    found = _bad_seccomp(spec)
    if found is not None or _pod_context(spec, "seccompProfile") is not None:
        return found
    silent = [container.name for container in _all(spec) if _context(container, "seccompProfile") is None]
    if not silent:
        return None
    detail = (
        f'pod or {_containers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    )
    return Violation("seccompProfile", detail)


def _not_on_windows(check: Check) -> Check:
    def linux_only(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        return None if _is_windows(spec) else check(annotations, spec)

    return linux_only


_TABLE = (
    _Row("appArmorProfile", "baseline", ((0, _app_armor),)),
    _Row("capabilities_baseline", "baseline", ((0, _capabilities),)),
    _Row("hostNamespaces", "baseline", ((0, _host_namespaces),)),
    _Row("hostPathVolumes", "baseline", ((0, _host_paths),)),
    _Row("hostPorts", "baseline", ((0, _host_ports),)),
    _Row("hostProbesAndHostLifecycle", "baseline", ((34, _probe_hosts),)),
    _Row("privileged", "baseline", ((0, _privileged),)),
    _Row("procMount", "baseline", ((0, _proc_mount), (35, _proc_mount_unless_own_users))),
    _Row("seLinuxOptions", "baseline", ((0, _selinux(_SELINUX_BEFORE)), (31, _selinux(_SELINUX_TYPES)))),
    _Row("seccompProfile_baseline", "baseline", ((0, _seccomp_annotations), (19, _seccomp))),
    _Row(
        "sysctls",
        "baseline",
        (
            (0, _sysctls(_SYSCTLS)),
            (27, _sysctls(_SYSCTLS_27)),
            (29, _sysctls(_SYSCTLS_29)),
            (32, _sysctls(_SYSCTLS_32)),
        ),
    ),
    _Row("windowsHostProcess", "baseline", ((0, _host_process),)),
    _Row("allowPrivilegeEscalation", "restricted", ((8, _escalation), (25, _not_on_windows(_escalation)))),
    _Row(
        "capabilities_restricted",
        "restricted",
        ((22, _no_capabilities), (25, _not_on_windows(_no_capabilities))),
        ("capabilities_baseline",),
    ),
    _Row("procMount_restricted", "restricted", ((35, _proc_mount),), ("procMount",)),
    _Row("restrictedVolumes", "restricted", ((0, _volumes),), ("hostPathVolumes",)),
    _Row("runAsNonRoot", "restricted", ((0, _non_root),)),
    _Row("runAsUser", "restricted", ((23, _user),)),
    _Row(
        "seccompProfile_restricted",
        "restricted",
        ((19, _required_seccomp), (25, _not_on_windows(_required_seccomp))),
        ("seccompProfile_baseline",),
    ),
)
