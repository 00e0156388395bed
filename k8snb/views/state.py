"""States: what a Pod, its containers and a node are doing, in one word each.

The words are kubectl's STATUS column (upstream `pkg/printers/internalversion/printers.go`, printPod and printNode); the
`State` beside them decides colour and shape. Reads status only.
"""

from __future__ import annotations

from typing import Any

from k8snb.views.model import ContainerView, State

_PENDING = frozenset({"Pending", "SchedulingGated"})
_STARTING = frozenset({"ContainerCreating", "PodInitializing", "Pulling"})
_DONE = frozenset({"Completed", "Succeeded"})


def containers(pod: Any) -> tuple[ContainerView, ...]:
    """The Pod's containers, init containers first; those without a status yet are waiting."""
    status, stopping = pod.status, bool(pod.metadata.deletionTimestamp)
    known = {entry.name: entry for entry in (*status.initContainerStatuses, *status.containerStatuses)}
    views = []
    for init, specs in ((True, pod.spec.initContainers), (False, pod.spec.containers)):
        for spec in specs:
            entry = known.get(spec.name)
            state, reason = _container(entry, init, bool(pod.spec.nodeName), stopping)
            restarts = entry.restartCount if entry is not None else 0
            views.append(ContainerView(spec.name, spec.image, state, reason, restarts, init))
    return tuple(views)


def _container(entry: Any, init: bool, scheduled: bool, stopping: bool) -> tuple[State, str]:
    if entry is None:
        return (State.STARTING, "ContainerCreating") if scheduled else (State.WAITING, "Pending")
    state = entry.state
    if state.running is not None:
        if stopping:
            return State.STOPPING, "Terminating"
        return (State.READY if entry.ready else State.RUNNING), "Running"
    if state.terminated is not None:
        reason = _terminated(state.terminated)
        return (State.DONE if state.terminated.exitCode == 0 else State.FAILED), reason
    reason = state.waiting.reason if state.waiting is not None else "ContainerCreating"
    return (State.STARTING if reason in _STARTING or not reason else State.FAILED), reason or "ContainerCreating"


def _terminated(terminated: Any) -> str:
    if terminated.reason:
        return str(terminated.reason)
    return f"Signal:{terminated.signal}" if terminated.signal else f"ExitCode:{terminated.exitCode}"


def pod(obj: Any) -> tuple[State, str]:
    """A Pod's state and its STATUS column."""
    status = _status(obj)
    if status == "Terminating":
        return State.STOPPING, status
    if status in ("Unknown", "NodeLost"):
        return State.UNKNOWN, status
    if status == "Running":
        ready = any(c.type == "Ready" and c.status == "True" for c in obj.status.conditions)
        return (State.READY if ready else State.RUNNING), status
    if status in _PENDING:
        return (State.STARTING if obj.spec.nodeName and status == "Pending" else State.WAITING), status
    if status in _DONE:
        return State.DONE, status
    if status in _STARTING or (status.startswith("Init:") and status[5:6].isdigit()):
        return State.STARTING, status
    return (State.RUNNING if status == "NotReady" else State.FAILED), status


def _status(obj: Any) -> str:
    reason = obj.status.reason or obj.status.phase or "Pending"
    for condition in obj.status.conditions:
        if condition.type == "PodScheduled" and condition.reason == "SchedulingGated":
            reason = "SchedulingGated"
    waiting = _initializing(obj)
    if waiting is not None:
        reason = waiting
    else:
        reason = _main_reason(obj, reason)
    if obj.metadata.deletionTimestamp:
        if obj.status.reason == "NodeLost":
            return "Unknown"
        if obj.status.phase not in ("Failed", "Succeeded"):
            return "Terminating"
    return reason


def _initializing(obj: Any) -> str | None:
    """The status while init containers are not through, else None."""
    sidecars = {spec.name for spec in obj.spec.initContainers if spec.restartPolicy == "Always"}
    for index, entry in enumerate(obj.status.initContainerStatuses):
        state = entry.state
        if state.terminated is not None and state.terminated.exitCode == 0:
            continue
        if entry.name in sidecars and entry.started:
            continue
        if state.terminated is not None:
            return f"Init:{_terminated(state.terminated)}"
        if state.waiting is not None and state.waiting.reason not in ("", "PodInitializing"):
            return f"Init:{state.waiting.reason}"
        return f"Init:{index}/{len(obj.spec.initContainers)}"
    return None


def _main_reason(obj: Any, reason: str) -> str:
    running = False
    for entry in reversed(obj.status.containerStatuses):
        state = entry.state
        if state.waiting is not None and state.waiting.reason:
            reason = state.waiting.reason
        elif state.terminated is not None:
            reason = _terminated(state.terminated)
        elif state.running is not None and entry.ready:
            running = True
    if reason == "Completed" and running:
        ready = any(c.type == "Ready" and c.status == "True" for c in obj.status.conditions)
        return "Running" if ready else "NotReady"
    return reason


def node(obj: Any) -> tuple[State, str]:
    """A node's state and its STATUS column."""
    ready = next((c.status for c in obj.status.conditions if c.type == "Ready"), "")
    words = {"True": "Ready", "": "Unknown"}.get(ready, "NotReady")
    state = {"True": State.READY, "False": State.FAILED}.get(ready, State.UNKNOWN)
    if obj.spec.unschedulable:
        return (State.RUNNING if state is State.READY else state), f"{words},SchedulingDisabled"
    return state, words
