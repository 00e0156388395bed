"""The checks of the level `baseline`: no known way out of a container. Source: `k8s.io/pod-security-admission/policy`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api.validation.field import quote
from k8snb.apiserver.admission.podstandards.blame import (
    Check,
    Violation,
    containers_of,
    context,
    has_own_users,
    join,
    many,
    named,
    pod_context,
    setters,
)


def app_armor(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    allowed = ("RuntimeDefault", "Localhost")
    values: set[str] = set()
    profile = pod_context(spec, "appArmorProfile")
    pod = profile is not None and profile.type not in allowed
    if pod:
        values.add(profile.type)
    bad = []
    for container in containers_of(spec):
        profile = context(container, "appArmorProfile")
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
    blamed = setters(pod, bad)
    if marked:
        blamed.append(many("annotation", len(marked)))
    if not blamed:
        return None
    shown = [*sorted(values), *marked]
    detail = f"{' and '.join(blamed)} must not set AppArmor profile type to {join(shown)}"
    return Violation(many("forbidden AppArmor profile", len(shown)), detail)


_DEFAULT_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def capabilities(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    if has_own_users(spec):
        return None
    bad, added = adding_capabilities(spec, _DEFAULT_CAPABILITIES)
    if not bad:
        return None
    detail = f"{named(bad)} must not include {join(sorted(added))} in securityContext.capabilities.add"
    return Violation("non-default capabilities", detail)


def adding_capabilities(spec: Any, allowed: frozenset[str]) -> tuple[list[str], set[str]]:
    """The containers that add capabilities beyond those allowed, and which."""
    bad, added = [], set[str]()
    for container in containers_of(spec):
        capabilities = context(container, "capabilities")
        extra = set(capabilities.add) - allowed if capabilities is not None else set()
        if extra:
            bad.append(container.name)
            added |= extra
    return bad, added


def host_namespaces(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    names = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if getattr(spec, name)]
    return Violation("host namespaces", ", ".join(names)) if names else None


def host_paths(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    names = [volume.name for volume in spec.volumes if volume.hostPath is not None]
    if not names:
        return None
    return Violation("hostPath volumes", f"{many('volume', len(names))} {join(names)}")


def host_ports(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, ports = [], set[str]()
    for container in containers_of(spec):
        used = {str(port.hostPort) for port in container.ports if port.hostPort}
        if used:
            bad.append(container.name)
            ports |= used
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    detail = f"{named(bad)} {verb} {many('hostPort', len(ports))} {', '.join(sorted(ports))}"
    return Violation("hostPort", detail)


def probe_hosts(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, hosts = set[str](), set[str]()
    for container in containers_of(spec):
        handlers = [container.livenessProbe, container.readinessProbe, container.startupProbe]
        if container.lifecycle is not None:
            handlers += [container.lifecycle.postStart, container.lifecycle.preStop]
        actions = [a for h in handlers if h is not None for a in (h.httpGet, h.tcpSocket) if a is not None]
        theirs = {action.host for action in actions if action.host}
        if theirs:
            bad.add(container.name)
            hosts |= theirs
    if not bad:
        return None
    verb = "uses" if len(bad) == 1 else "use"
    noun = many("probe or lifecycle host", len(hosts))
    detail = f"{named(sorted(bad))} {verb} {noun} {join(sorted(hosts))}"
    return Violation("probe or lifecycle host", detail)


def privileged(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad = [container.name for container in containers_of(spec) if context(container, "privileged")]
    if not bad:
        return None
    return Violation("privileged", f"{named(bad)} must not set securityContext.privileged=true")


def proc_mount(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    bad, types = [], set[str]()
    for container in containers_of(spec):
        kind = context(container, "procMount")
        if kind not in (None, "Default"):
            bad.append(container.name)
            types.add(kind)
    if not bad:
        return None
    detail = f"{named(bad)} must not set securityContext.procMount to {join(sorted(types))}"
    return Violation("procMount", detail)


def proc_mount_unless_own_users(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    return None if has_own_users(spec) else proc_mount(annotations, spec)


SELINUX_BEFORE = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
SELINUX_TYPES = SELINUX_BEFORE | {"container_engine_t"}


def selinux(allowed: frozenset[str]) -> Check:
    def check(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        set_by = [("", pod_context(spec, "seLinuxOptions"))]
        set_by += [(container.name, context(container, "seLinuxOptions")) for container in containers_of(spec)]
        wrong = [
            (name, options)
            for name, options in set_by
            if options is not None and (options.type not in allowed or options.user or options.role)
        ]
        if not wrong:
            return None
        types = sorted({options.type for _, options in wrong} - allowed)
        data = [f"{many('type', len(types))} {join(types)}"] if types else []
        data += ["user may not be set"] if any(options.user for _, options in wrong) else []
        data += ["role may not be set"] if any(options.role for _, options in wrong) else []
        blamed = setters(not wrong[0][0], [name for name, _ in wrong if name])
        detail = f"{' and '.join(blamed)} set forbidden securityContext.seLinuxOptions: {'; '.join(data)}"
        return Violation("seLinuxOptions", detail)

    return check


_SECCOMP = ("Localhost", "RuntimeDefault")


def seccomp(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    values: set[str] = set()
    profile = pod_context(spec, "seccompProfile")
    pod = profile is not None and profile.type not in _SECCOMP
    if pod:
        values.add(profile.type)
    bad = []
    for container in containers_of(spec):
        profile = context(container, "seccompProfile")
        if profile is not None and profile.type not in _SECCOMP:
            bad.append(container.name)
            values.add(profile.type)
    blamed = setters(pod, bad)
    if not blamed:
        return None
    detail = f"{' and '.join(blamed)} must not set securityContext.seccompProfile.type to {join(sorted(values))}"
    return Violation("seccompProfile", detail)


def seccomp_annotations(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    keys = ["seccomp.security.alpha.kubernetes.io/pod"]
    keys += [f"container.seccomp.security.alpha.kubernetes.io/{container.name}" for container in containers_of(spec)]
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
    return Violation("seccompProfile", f"forbidden {many('annotation', len(wrong))} {', '.join(wrong)}")


SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    }
)
SYSCTLS_27 = SYSCTLS | {"net.ipv4.ip_local_reserved_ports"}
SYSCTLS_29 = SYSCTLS_27 | {
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
SYSCTLS_32 = SYSCTLS_29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}


def sysctls(allowed: frozenset[str]) -> Check:
    def check(annotations: Mapping[str, str], spec: Any) -> Violation | None:
        names = [sysctl.name for sysctl in pod_context(spec, "sysctls") or () if sysctl.name not in allowed]
        return Violation("forbidden sysctls", ", ".join(names)) if names else None

    return check


def host_process(annotations: Mapping[str, str], spec: Any) -> Violation | None:
    options = pod_context(spec, "windowsOptions")
    bad = [c.name for c in containers_of(spec) if (o := context(c, "windowsOptions")) is not None and o.hostProcess]
    blamed = setters(options is not None and bool(options.hostProcess), bad)
    if not blamed:
        return None
    detail = f"{' and '.join(blamed)} must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", detail)
