"""Workloads: the controllers' objects that own Pods, each reduced to what it wants and what it has.

Reads spec and status of Deployments, ReplicaSets, ReplicationControllers, StatefulSets, DaemonSets, Jobs and CronJobs.
"""

from __future__ import annotations

from typing import Any

from k8snb.views.model import Owner, WorkloadView

#: what is listed, as RBAC names it
RESOURCES = (
    "deployments.apps",
    "replicasets.apps",
    "replicationcontrollers",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
)
_REVISION = "deployment.kubernetes.io/revision"


def workload(obj: Any) -> WorkloadView:
    """One workload object as it is seen."""
    meta = obj.metadata
    desired, current, ready = _counts(obj)
    status = obj.status
    return WorkloadView(
        kind=obj.kind,
        namespace=meta.namespace,
        name=meta.name,
        labels=meta.labels,
        desired=desired,
        current=current,
        ready=ready,
        images=_images(obj),
        updated=getattr(status, "updatedReplicas", 0) or 0,
        available=getattr(status, "availableReplicas", 0) or 0,
        revision=int(meta.annotations.get(_REVISION, "0")),
        owner=next((Owner(ref.kind, ref.name) for ref in meta.ownerReferences if ref.controller), None),
        note=_note(obj),
    )


def _counts(obj: Any) -> tuple[int, int, int]:
    """How many Pods it wants, has, and has ready."""
    spec, status = obj.spec, obj.status
    if obj.kind == "DaemonSet":
        return status.desiredNumberScheduled, status.currentNumberScheduled, status.numberReady
    if obj.kind == "Job":
        wanted = spec.completions if spec.completions is not None else (spec.parallelism or 1)
        return wanted, status.active + status.succeeded, status.succeeded
    if obj.kind == "CronJob":
        return 0, len(status.active), 0
    return (1 if spec.replicas is None else spec.replicas), status.replicas, status.readyReplicas


def _images(obj: Any) -> tuple[str, ...]:
    if obj.kind == "CronJob":
        template = obj.spec.jobTemplate.spec.template
    else:
        template = obj.spec.template
    return tuple(container.image for container in template.spec.containers) if template is not None else ()


def _note(obj: Any) -> str:
    if getattr(obj.spec, "paused", False):
        return "paused"
    if getattr(obj.spec, "suspend", False):
        return "suspended"
    for condition in getattr(obj.status, "conditions", ()):
        if condition.type == "Progressing" and condition.status == "False":
            return str(condition.reason)
        if condition.type in ("ReplicaFailure", "Failed") and condition.status == "True":
            return str(condition.reason)
    return ""
