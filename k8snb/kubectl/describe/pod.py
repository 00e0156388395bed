"""Pods."""

from __future__ import annotations

from k8snb.api.core.pod import Pod
from k8snb.apiserver.registry.pod import qos_class
from k8snb.kubectl.describe import metadata, scheduling
from k8snb.kubectl.describe.containers import containers, resources, seccomp
from k8snb.kubectl.describe.podtemplate import group
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import date, since
from k8snb.kubectl.describe.volumes import volumes
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: Pod, reader: Reader) -> None:
    """A Pod."""
    _identity(w, obj)
    _status(w, obj, reader.now)
    spec, status = obj.spec, obj.status
    if spec.resources is not None:
        w.line(0, "Resources:")
        resources(w, spec.resources, 1)
    if spec.initContainers:
        containers(w, "Init Containers", spec.initContainers, status.initContainerStatuses, obj)
    containers(w, "Containers", spec.containers, status.containerStatuses, obj)
    if spec.ephemeralContainers:
        containers(w, "Ephemeral Containers", spec.ephemeralContainers, status.ephemeralContainerStatuses, obj)
    _conditions(w, obj)
    volumes(w, spec.volumes)
    w.field(0, "QoS Class", status.qosClass or qos_class(obj))
    metadata.labels(w, "Node-Selectors", spec.nodeSelector)
    scheduling.tolerations(w, "Tolerations", spec.tolerations)
    scheduling.spread(w, spec.topologySpreadConstraints)
    if spec.schedulingGroup is not None:
        group(w, spec.schedulingGroup)


def _identity(w: PrefixWriter, obj: Pod) -> None:
    spec, status = obj.spec, obj.status
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    if spec.priority is not None:
        w.field(0, "Priority", spec.priority)
    for title, name in (
        ("Priority Class Name", spec.priorityClassName),
        ("Runtime Class Name", spec.runtimeClassName),
        ("Service Account", spec.serviceAccountName),
    ):
        if name:
            w.field(0, title, name)
    w.field(0, "Node", f"{spec.nodeName}/{status.hostIP}" if spec.nodeName else "<none>")
    if status.startTime is not None:
        w.field(0, "Start Time", date(status.startTime))
    metadata.both(w, obj)


def _status(w: PrefixWriter, obj: Pod, now: float) -> None:
    meta, spec, status = obj.metadata, obj.spec, obj.status
    if meta.deletionTimestamp is not None and status.phase not in ("Failed", "Succeeded"):
        w.field(0, "Status", f"Terminating (lasts {since(meta.deletionTimestamp, now)})")
        w.field(0, "Termination Grace Period", f"{meta.deletionGracePeriodSeconds or 0}s")
    else:
        w.field(0, "Status", status.phase)
    if status.reason:
        w.field(0, "Reason", status.reason)
    if status.message:
        w.field(0, "Message", status.message)
    if spec.securityContext is not None:
        seccomp(w, spec.securityContext.seccompProfile, 0)
    w.field(0, "IP", status.podIP)
    if status.podIPs:
        w.line(0, "IPs:")
        for address in status.podIPs:
            w.field(1, "IP", address.ip)
    else:
        w.field(0, "IPs", "<none>")
    metadata.controlled_by(w, obj)
    if status.nominatedNodeName:
        w.field(0, "NominatedNodeName", status.nominatedNodeName)


def _conditions(w: PrefixWriter, obj: Pod) -> None:
    found = obj.status.conditions
    if obj.spec.readinessGates:
        states = {condition.type: condition.status for condition in reversed(found)}
        w.line(0, "Readiness Gates:")
        w.row(1, "Type", "Status")
        for gate in obj.spec.readinessGates:
            w.row(1, f"{gate.conditionType} ", f"{states.get(gate.conditionType, '<none>')} ")
    if found:
        w.line(0, "Conditions:")
        w.row(1, "Type", "Status")
        for condition in found:
            w.row(1, f"{condition.type} ", f"{condition.status} ")
