"""A Pod's row in a table: how READY, STATUS and RESTARTS are put together. Source: printers' printPod."""

from __future__ import annotations

from typing import Any

from k8snb.api.core.container import Container, ContainerStatus
from k8snb.api.core.pod import Pod
from k8snb.apiserver.registry.strategy import age, since


def row(pod: Pod, now: float) -> list[Any]:
    """The cells of printPod."""
    status = pod.status
    reason = status.reason or status.phase
    if pod.spec.schedulingGates and any(
        c.type == "PodScheduled" and c.reason == "SchedulingGated" for c in status.conditions
    ):
        reason = "SchedulingGated"
    total, ready, restarts, last = len(pod.spec.containers), 0, 0, ""
    reason, waiting, restarts, last, sidecars_ready, sidecars = _init(pod, reason)
    total, ready = total + sidecars, sidecars_ready
    if not waiting or _initialized(pod):
        own_restarts, own_last = sum(s.restartCount for s in status.containerStatuses), ""
        reason, own_ready, running = _main(status.containerStatuses, reason)
        own_last = max((_finished(s) for s in status.containerStatuses), default="")
        restarts, last = (own_restarts, own_last) if not sidecars else (restarts + own_restarts, max(last, own_last))
        ready += own_ready
        if reason == "Completed" and running:
            reason = (
                "Running" if any(c.type == "Ready" and c.status == "True" for c in status.conditions) else "NotReady"
            )
    if pod.metadata.deletionTimestamp is not None:
        if status.reason == "NodeLost":
            reason = "Unknown"
        elif status.phase not in ("Failed", "Succeeded"):
            reason = "Terminating"
    shown = f"{restarts} ({since(last, now)} ago)" if restarts and last else str(restarts)
    gates = "<none>"
    if pod.spec.readinessGates:
        held = {c.type for c in status.conditions if c.status == "True"}
        met = sum(gate.conditionType in held for gate in pod.spec.readinessGates)
        gates = f"{met}/{len(pod.spec.readinessGates)}"
    return [
        pod.metadata.name,
        f"{ready}/{total}",
        reason,
        shown,
        age(pod, now),
        status.podIP or "<none>",
        pod.spec.nodeName or "<none>",
        status.nominatedNodeName or "<none>",
        gates,
    ]


def _initialized(pod: Pod) -> bool:
    return any(c.type == "Initialized" and c.status == "True" for c in pod.status.conditions)


def _init(pod: Pod, reason: str) -> tuple[str, bool, int, str, int, int]:
    """(reason, whether init containers still run, restarts, last finish, ready sidecars, sidecars)."""
    specs = {c.name: c for c in pod.spec.initContainers}
    sidecars = sum(_restartable(c) for c in pod.spec.initContainers)
    restarts, sidecar_restarts, last, sidecar_last, ready = 0, 0, "", "", 0
    for index, status in enumerate(pod.status.initContainerStatuses):
        restarts += status.restartCount
        last = max(last, _finished(status))
        restartable = _restartable(specs.get(status.name))
        if restartable:
            sidecar_restarts += status.restartCount
            sidecar_last = max(sidecar_last, _finished(status))
        state = status.state
        terminated, waiting = state.terminated, state.waiting
        if terminated is not None and terminated.exitCode == 0:
            continue
        if restartable and status.started:
            ready += status.ready
            continue
        if terminated is not None:
            ended = f"Signal:{terminated.signal}" if terminated.signal else f"ExitCode:{terminated.exitCode}"
            return f"Init:{terminated.reason or ended}", True, restarts, last, ready, sidecars
        if waiting is not None and waiting.reason and waiting.reason != "PodInitializing":
            return f"Init:{waiting.reason}", True, restarts, last, ready, sidecars
        return f"Init:{index}/{len(pod.spec.initContainers)}", True, restarts, last, ready, sidecars
    return reason, False, sidecar_restarts, sidecar_last, ready, sidecars


def _restartable(container: Container | None) -> bool:
    return container is not None and container.restartPolicy == "Always"


def _main(statuses: tuple[ContainerStatus, ...], reason: str) -> tuple[str, int, bool]:
    """(reason, ready containers, whether one runs): the first container's trouble wins, so read backwards."""
    ready, running = 0, False
    for status in reversed(statuses):
        state = status.state
        if state.waiting is not None and state.waiting.reason:
            reason = state.waiting.reason
        elif state.terminated is not None:
            ended = state.terminated
            reason = ended.reason or (f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exitCode}")
        elif status.ready and state.running is not None:
            running = True
            ready += 1
    return reason, ready, running


def _finished(status: ContainerStatus) -> str:
    ended = status.lastState.terminated
    return (ended.finishedAt or "") if ended is not None else ""
