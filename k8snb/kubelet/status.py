"""A Pod's status, from its record: conditions, container statuses, phase, as v1.36's kubelet writes them.

A pure function of the Pod and its record. Order of conditions, reasons and messages are upstream's (`pkg/kubelet/status` and
`kubelet_pods.go` getPhase, convertStatusToAPIStatus).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.core.container import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    ContainerUser,
    EphemeralContainer,
    LinuxContainerUser,
    ResourceRequirements,
    VolumeMountStatus,
)
from k8snb.api.core.pod import HostIP, Pod, PodCondition, PodIP, PodStatus
from k8snb.api.duration import format_time
from k8snb.kubelet.state import ContainerRecord, NodeRecord, PodRecord
from k8snb.runtime.container import Container as RuntimeContainer
from k8snb.runtime.filesystem import File

_NOTHING = ContainerState()
_NO_RESOURCES = ResourceRequirements()
#: upstream keeps this many bytes of a termination message
_MESSAGE_BYTES = 4096


def restarts_always(container: Container) -> bool:
    """Is this init container a sidecar?"""
    return container.restartPolicy == "Always"


def build_status(pod: Pod, record: PodRecord, node: NodeRecord, now: float) -> PodStatus:
    """The status that the Pod should have now."""
    old = pod.status
    fields: dict[str, Any] = dict(old.__dict__)
    stamp = format_time(now)
    init = [_container(pod, record, spec, False) for spec in pod.spec.initContainers]
    main = [_container(pod, record, spec, False) for spec in pod.spec.containers]
    phase = phase_of(pod, record)
    generation = pod.metadata.generation
    if generation:
        fields["observedGeneration"] = generation
    fields["phase"] = phase
    fields["conditions"] = _conditions(pod, record, phase, init, main, stamp)
    fields["hostIP"] = node.ip
    fields["hostIPs"] = (HostIP.of({"ip": node.ip}),)
    if "startTime" not in fields or old.startTime is None:
        fields["startTime"] = format_time(record.begun)
    if record.ip and (record.sandbox or old.podIP):
        fields["podIP"] = record.ip
        fields["podIPs"] = (PodIP.of({"ip": record.ip}),)
    if init:
        fields["initContainerStatuses"] = tuple(init)
    fields["containerStatuses"] = tuple(main)
    if pod.spec.ephemeralContainers:
        fields["ephemeralContainerStatuses"] = tuple(
            _container(pod, record, spec, True) for spec in pod.spec.ephemeralContainers
        )
    if record.over is not None:
        for name, value in (("reason", record.over[1]), ("message", record.over[2])):
            if value:
                fields[name] = value
    return PodStatus.of(fields)


def rejected_status(pod: Pod, reason: str, message: str, now: float) -> PodStatus:
    """The status of a Pod that the node will not run."""
    fields: dict[str, Any] = dict(pod.status.__dict__)
    if pod.metadata.generation:
        fields["observedGeneration"] = pod.metadata.generation
    fields.update(phase="Failed", reason=reason, message=message, startTime=format_time(now))
    return PodStatus.of(fields)


# -- containers ----------------------------------------------------------------------------------------------------------


def _container(pod: Pod, record: PodRecord, spec: Container | EphemeralContainer, ephemeral: bool) -> ContainerStatus:
    item = record.containers.get(spec.name)
    if item is None:
        waiting = {"reason": "PodInitializing" if pod.spec.initContainers else "ContainerCreating"}
        state = ContainerState.of({"waiting": ContainerStateWaiting.of(waiting)})
        return ContainerStatus.of(
            {"name": spec.name, "state": state, "lastState": _NOTHING, "ready": False, "restartCount": 0,
             "image": spec.image, "imageID": "", "started": False}
        )  # fmt: skip
    current, last = _states(pod, record, item, spec)
    fields: dict[str, Any] = {
        "name": spec.name,
        "state": current,
        "lastState": last,
        "ready": item.ready,
        "restartCount": item.restarts,
        "image": item.image or spec.image,
        "imageID": item.image_id,
    }
    if item.container is not None:
        fields["containerID"] = _container_id(item.container)
    if not ephemeral:
        fields["started"] = item.started
    if item.container is not None and item.running:
        fields.update(_running_details(item.container, spec))
    mounted = list(spec.volumeMounts)
    if mounted:
        fields["volumeMounts"] = tuple(_mount_status(mount) for mount in mounted)
    return ContainerStatus.of(fields)


def _running_details(container: RuntimeContainer, spec: Container | EphemeralContainer) -> dict[str, Any]:
    uid, gid = container.spec.uid, container.spec.gid
    linux = LinuxContainerUser.of({"gid": gid, "supplementalGroups": (gid, *container.spec.groups), "uid": uid})
    resources = spec.resources
    found: dict[str, Any] = {"user": ContainerUser.of({"linux": linux})}
    if resources.requests:
        found["allocatedResources"] = resources.requests
    found["resources"] = resources if resources.requests or resources.limits else _NO_RESOURCES
    return found


def _mount_status(mount: Any) -> VolumeMountStatus:
    fields = {"mountPath": mount.mountPath, "name": mount.name}
    if mount.readOnly:
        fields["readOnly"] = True
        fields["recursiveReadOnly"] = "Disabled"
    return VolumeMountStatus.of(fields)


def _container_id(container: RuntimeContainer) -> str:
    return f"containerd://{container.id}"


def _states(pod: Pod, record: PodRecord, item: ContainerRecord, spec: Any) -> tuple[ContainerState, ContainerState]:
    """(state, lastState) of a container."""
    before = _NOTHING
    if item.previous is not None:
        before = ContainerState.of({"terminated": terminated(record, item, item.previous, spec)})
    container = item.container
    if container is not None and item.running:
        return ContainerState.of(
            {"running": ContainerStateRunning.of({"startedAt": format_time(container.started)})}
        ), before
    ended = None
    if container is not None and item.exited:
        ended = ContainerState.of({"terminated": terminated(record, item, container, spec)})
        if not item.reason:
            return ended, before
    return ContainerState.of({"waiting": _waiting(pod, record, item)}), ended or before


def _waiting(pod: Pod, record: PodRecord, item: ContainerRecord) -> ContainerStateWaiting:
    reason = item.reason
    if not reason:
        reason = "PodInitializing" if pod.spec.initContainers else "ContainerCreating"
    fields = {"reason": reason}
    if item.message:
        fields = {"message": item.message, "reason": reason}
    return ContainerStateWaiting.of(fields)


def terminated(
    record: PodRecord, item: ContainerRecord, container: RuntimeContainer, spec: Any
) -> ContainerStateTerminated:
    """How a container ended."""
    fields: dict[str, Any] = {"containerID": _container_id(container), "exitCode": container.exit_code}
    fields["finishedAt"] = format_time(container.finished)
    message = container.message or _termination_message(record, container, spec)
    if message:
        fields["message"] = message
    fields["reason"] = container.reason or ("Completed" if container.exit_code == 0 else "Error")
    fields["startedAt"] = format_time(container.started) if container.started else "1970-01-01T00:00:00Z"
    return ContainerStateTerminated.of(fields)


def _termination_message(record: PodRecord, container: RuntimeContainer, spec: Any) -> str:
    entry = record.volumes.get(f"termlog:{spec.name}")
    if isinstance(entry, File) and entry.content:
        return entry.content[:_MESSAGE_BYTES].decode("utf-8", "replace")
    if spec.terminationMessagePolicy == "FallbackToLogsOnError" and container.exit_code:
        return "".join(container.log.text().splitlines(keepends=True)[-80:])[-2048:]
    return ""


# -- the Pod as a whole ----------------------------------------------------------------------------------------------------


def phase_of(pod: Pod, record: PodRecord) -> str:
    """Pending, Running, Succeeded or Failed."""
    if record.over is not None:
        return record.over[0]
    records = record.containers
    for spec in pod.spec.initContainers:
        item = records.get(spec.name)
        if restarts_always(spec):
            if item is None or not item.started:
                return "Pending"
        elif item is None or not item.exited or item.container is None or item.container.exit_code:
            return "Pending"
    main = [records.get(spec.name) for spec in pod.spec.containers]
    unknown = [item for item in main if item is None or item.container is None]
    if unknown:
        return "Pending"
    return "Running"


def final_phase(pod: Pod, record: PodRecord) -> str | None:
    """Succeeded or Failed once no container will run again, else None."""
    policy = pod.spec.restartPolicy or "Always"
    codes = []
    for spec in pod.spec.containers:
        item = record.containers.get(spec.name)
        if item is None or not item.exited or item.container is None:
            return None
        codes.append(item.container.exit_code)
    if policy == "Always":
        return None
    if all(code == 0 for code in codes):
        return "Succeeded"
    return "Failed" if policy == "Never" else None


def initialized(pod: Pod, record: PodRecord) -> list[str]:
    """Names of the init containers that are not done yet."""
    missing = []
    for spec in pod.spec.initContainers:
        item = record.containers.get(spec.name)
        if restarts_always(spec):
            if item is None or not item.started:
                missing.append(spec.name)
        elif item is None or not item.exited or item.container is None or item.container.exit_code:
            missing.append(spec.name)
    return missing


def _conditions(
    pod: Pod, record: PodRecord, phase: str, init: list[ContainerStatus], main: list[ContainerStatus], stamp: str
) -> tuple[PodCondition, ...]:
    old = {condition.type: condition for condition in pod.status.conditions}
    sidecars = [status for spec, status in zip(pod.spec.initContainers, init, strict=True) if restarts_always(spec)]
    sandbox = record.sandbox and record.over is None
    unready = [status.name for status in (*sidecars, *main) if not status.ready]
    wanted: list[tuple[str, bool, str, str]] = [("PodReadyToStartContainers", sandbox, "", "")]
    missing = initialized(pod, record)
    if record.over is not None and phase == "Succeeded":
        wanted.append(("Initialized", True, "PodCompleted", ""))
    elif missing:
        wanted.append(
            ("Initialized", False, "ContainersNotInitialized", f"containers with incomplete status: {_names(missing)}")
        )
    else:
        wanted.append(("Initialized", True, "", ""))
    ready, reason, message = True, "", ""
    if phase == "Succeeded":
        ready, reason = False, "PodCompleted"
    elif phase == "Failed":
        ready, reason = False, "PodFailed"
    elif unready:
        ready, reason, message = False, "ContainersNotReady", f"containers with unready status: {_names(unready)}"
    gates = _gates(pod, old) if ready else ""
    wanted.append(("Ready", ready and not gates, "ReadinessGatesNotReady" if gates else reason, gates or message))
    wanted.append(("ContainersReady", ready, reason, message))
    generation = pod.metadata.generation
    made = [_condition(old.get(kind), kind, holds, why, text, generation, stamp) for kind, holds, why, text in wanted]
    if record.evicted:
        known = old.get("DisruptionTarget")
        made.append(
            _condition(known, "DisruptionTarget", True, "TerminationByKubelet", record.evicted, generation, stamp)
        )
    names = {kind for kind, *_ in wanted} | ({"DisruptionTarget"} if record.evicted else set())
    scheduled = old.get("PodScheduled")
    if scheduled is None:
        made.append(_condition(None, "PodScheduled", True, "", "", generation, stamp))
    made += [condition for condition in pod.status.conditions if condition.type not in names]
    return tuple(made)


def _gates(pod: Pod, old: dict[str, PodCondition]) -> str:
    problems = []
    for gate in pod.spec.readinessGates:
        condition = old.get(gate.conditionType)
        if condition is None:
            problems.append(f'corresponding condition of pod readiness gate "{gate.conditionType}" does not exist.')
        elif condition.status != "True":
            problems.append(
                f'the status of pod readiness gate "{gate.conditionType}" is not "True", but {condition.status}'
            )
    if not problems:
        return ""
    return problems[0] if len(problems) == 1 else "[" + ", ".join(problems) + "]"


def _names(names: Iterable[str]) -> str:
    return "[" + " ".join(names) + "]"


def _condition(
    old: PodCondition | None, kind: str, holds: bool, reason: str, message: str, generation: int, stamp: str
) -> PodCondition:
    status = "True" if holds else "False"
    since = old.lastTransitionTime if old is not None and old.status == status else stamp
    fields: dict[str, Any] = {"lastProbeTime": None, "lastTransitionTime": since}
    if message:
        fields["message"] = message
    if generation:
        fields["observedGeneration"] = generation
    if reason:
        fields["reason"] = reason
    fields["status"] = status
    fields["type"] = kind
    return PodCondition.of(fields)
