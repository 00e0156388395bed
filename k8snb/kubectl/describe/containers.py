"""Containers of a Pod or a template: image, ports, state, resources, probes, environment, mounts.

Source: kubectl `pkg/describe/describe.go` (describeContainers and what it calls).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote as url_quote

from k8snb.api.core.container import (
    Container,
    ContainerPort,
    ContainerState,
    ContainerStatus,
    EphemeralContainer,
    Probe,
    ResourceRequirements,
    SeccompProfile,
)
from k8snb.api.core.pod import Pod
from k8snb.kubectl.describe import environment
from k8snb.kubectl.describe.metadata import listed
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.errors import quoted

AnyContainer = Container | EphemeralContainer


def containers(
    w: PrefixWriter,
    label: str,
    found: Sequence[AnyContainer],
    statuses: Sequence[ContainerStatus] = (),
    pod: Pod | None = None,
    indent: str = "",
) -> None:
    """A section of containers. Those of a template have no statuses, no Pod, and are indented."""
    by_name = {status.name: status for status in statuses}
    w.line(0, f"{indent}{label}:{'' if found else ' <none>'}")
    for container in found:
        status = by_name.get(container.name)
        w.line(1, f"{' ' if indent else ''}{container.name}:")
        _identity(w, container, status)
        _command(w, container)
        if status is not None:
            _state(w, "State", status.state)
            if status.lastState.terminated is not None:
                _state(w, "Last State", status.lastState)
            w.field(2, "Ready", str(status.ready))
            w.field(2, "Restart Count", status.restartCount)
        resources(w, container.resources, 2)
        for title, check in (
            ("Liveness", container.livenessProbe),
            ("Readiness", container.readinessProbe),
            ("Startup", container.startupProbe),
        ):
            if check is not None:
                w.field(2, title, probe(check))
        environment.sources(w, container)
        environment.variables(w, container, pod)
        _mounts(w, container)


def _identity(w: PrefixWriter, container: AnyContainer, status: ContainerStatus | None) -> None:
    if status is not None:
        w.field(2, "Container ID", status.containerID)
    w.field(2, "Image", container.image)
    if status is not None:
        w.field(2, "Image ID", status.imageID)
    inside = ", ".join(_port(port, port.containerPort) for port in container.ports)
    w.field(2, "Ports" if "," in inside else "Port", inside or "<none>")
    outside = ", ".join(_port(port, port.hostPort) for port in container.ports)
    w.field(2, "Host Ports" if "," in outside else "Host Port", outside or "<none>")
    if container.securityContext is not None:
        seccomp(w, container.securityContext.seccompProfile, 2)


def _port(port: ContainerPort, number: int) -> str:
    return f"{number}/{port.protocol}" + (f" ({port.name})" if port.name else "")


def seccomp(w: PrefixWriter, profile: SeccompProfile | None, level: int) -> None:
    """The system call filter of a container, or (level 0) of a Pod."""
    if profile is None:
        return
    w.field(level, "SeccompProfile", profile.type)
    if profile.type == "Localhost":
        w.field(level + 1 if level else 0, "LocalhostProfile", profile.localhostProfile)


def _command(w: PrefixWriter, container: AnyContainer) -> None:
    for title, words in (("Command", container.command), ("Args", container.args)):
        if words:
            w.line(2, f"{title}:")
            for word in words:
                for line in word.split("\n"):
                    w.line(3, line)


def _state(w: PrefixWriter, name: str, state: ContainerState) -> None:
    if state.running is not None:
        w.field(2, name, "Running")
        w.field(3, "Started", date(state.running.startedAt))
    elif state.terminated is not None and state.waiting is None:
        end = state.terminated
        w.field(2, name, "Terminated")
        if end.reason:
            w.field(3, "Reason", end.reason)
        if end.message:
            w.field(3, "Message", end.message)
        w.field(3, "Exit Code", end.exitCode)
        if end.signal > 0:
            w.field(3, "Signal", end.signal)
        w.field(3, "Started", date(end.startedAt))
        w.field(3, "Finished", date(end.finishedAt))
    else:
        w.field(2, name, "Waiting")
        if state.waiting is not None and state.waiting.reason:
            w.field(3, "Reason", state.waiting.reason)


def resources(w: PrefixWriter, wanted: ResourceRequirements | None, level: int) -> None:
    """Limits and requests, by name."""
    if wanted is None:
        return
    for title, amounts in (("Limits", wanted.limits), ("Requests", wanted.requests)):
        if amounts:
            w.line(level, f"{title}:")
            for name in sorted(amounts):
                w.field(level + 1, name, amounts[name])


def probe(check: Probe) -> str:
    """`http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`"""
    timing = (
        f"delay={check.initialDelaySeconds}s timeout={check.timeoutSeconds}s period={check.periodSeconds}s "
        f"#success={check.successThreshold} #failure={check.failureThreshold}"
    )
    if check.exec is not None:
        return f"exec {listed(check.exec.command)} {timing}"
    if check.httpGet is not None:
        get = check.httpGet
        host = f"[{get.host}]" if ":" in get.host else get.host
        path = url_quote(get.path, safe="$&+,/:;=@~")
        slash = "" if path.startswith("/") or not path else "/"
        return f"http-get {get.scheme.lower()}://{host}:{get.port}{slash}{path} {timing}"
    if check.tcpSocket is not None:
        return f"tcp-socket {check.tcpSocket.host}:{check.tcpSocket.port} {timing}"
    if check.grpc is not None:
        return f"grpc <pod>:{check.grpc.port} {check.grpc.service or ''} {timing}"
    return f"unknown {timing}"


def _mounts(w: PrefixWriter, container: AnyContainer) -> None:
    none = "" if container.volumeMounts else "\t<none>"
    w.line(2, f"Mounts:{none}")
    for mount in sorted(container.volumeMounts, key=lambda mount: mount.mountPath):
        flags = "ro" if mount.readOnly else "rw"
        if mount.subPath:
            flags += f",path={quoted(mount.subPath)}"
        w.line(3, f"{mount.mountPath} from {mount.name} ({flags})")
    if container.volumeDevices:
        w.line(2, f"Devices:{none}")
        for device in sorted(container.volumeDevices, key=lambda device: device.devicePath):
            w.line(3, f"{device.devicePath} from {device.name}")
