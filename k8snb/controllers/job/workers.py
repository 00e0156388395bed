"""The Pods of a Job: what they are made of, how many should run, which go first.

Source: `pkg/controller/job/job_controller.go` manageJob.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.core.container import Container, EnvVar, EnvVarSource
from k8snb.api.core.pod import Pod
from k8snb.api.core.volume import ObjectFieldSelector
from k8snb.api.model import FrozenMap
from k8snb.controllers.job import indexes
from k8snb.controllers.job.counting import FINALIZER, Count, replaces_only_failed
from k8snb.controllers.podcontrol import new_pod
from k8snb.controllers.podstate import is_ready

_VARIABLE = "JOB_COMPLETION_INDEX"


def wanted_active(job: Any, count: Count) -> int:
    """How many Pods should be running."""
    spec = job.spec
    if spec.suspend:
        return 0
    parallelism = spec.parallelism if spec.parallelism is not None else 1
    if spec.completions is None:
        # Without a number of completions, one success is the end: nobody new starts after it.
        return len(count.active) if count.succeeded else parallelism
    left = spec.completions - count.succeeded - len(count.failed_indexes)
    return int(max(min(left, parallelism), 0))


def surplus(job: Any, count: Count) -> list[Any]:
    """Pods to stop: all of a suspended Job, those of finished or doubled indexes, the newest of too many."""
    if job.spec.suspend:
        return count.active
    chosen: list[Any] = []
    if job.spec.completionMode == "Indexed":
        seen: set[int] = set()
        for pod in count.active:
            index = indexes.index_of(pod)
            done = count.succeeded_indexes | count.failed_indexes
            if index is None or index in seen or index in done or index >= (job.spec.completions or 0):
                chosen.append(pod)
            else:
                seen.add(index)
    left = [pod for pod in count.active if pod not in chosen]
    excess = len(left) - wanted_active(job, count)
    if excess > 0:
        left.sort(key=lambda pod: pod.metadata.creationTimestamp or "", reverse=True)
        left.sort(key=lambda pod: (bool(pod.spec.nodeName), pod.status.phase == "Running", is_ready(pod)))
        chosen += left[:excess]
    return chosen


def missing(job: Any, count: Count) -> list[Pod]:
    """Pods to start."""
    running = len(count.active) + (count.terminating if replaces_only_failed(job) else 0)
    number = wanted_active(job, count) - running
    if number <= 0:
        return []
    if job.spec.completionMode != "Indexed":
        return [_worker(job, None)] * number
    taken = {i for pod in count.active if (i := indexes.index_of(pod)) is not None}
    taken |= count.succeeded_indexes | count.failed_indexes
    return [_worker(job, index) for index in indexes.pending(taken, job.spec.completions or 0, number)]


def _worker(job: Any, index: int | None) -> Pod:
    pod = new_pod(job, job.spec.template)
    meta = pod.metadata.replace(finalizers=(*pod.metadata.finalizers, FINALIZER))
    if index is None:
        return pod.replace(metadata=meta)
    mark = {indexes.ANNOTATION: str(index)}
    meta = meta.replace(
        generateName=f"{job.metadata.name}-{index}-",
        annotations=FrozenMap({**meta.annotations, **mark}),
        labels=FrozenMap({**meta.labels, **mark}),
    )
    changes: dict[str, Any] = {
        "hostname": f"{job.metadata.name}-{index}",
        "containers": tuple(_told(container) for container in pod.spec.containers),
    }
    if pod.spec.initContainers:
        changes["initContainers"] = tuple(_told(container) for container in pod.spec.initContainers)
    return pod.replace(metadata=meta, spec=pod.spec.replace(**changes))


def _told(container: Container) -> Container:
    """The container with its index in the environment."""
    if any(variable.name == _VARIABLE for variable in container.env):
        return container
    source = ObjectFieldSelector(apiVersion="v1", fieldPath=f"metadata.labels['{indexes.ANNOTATION}']")
    variable = EnvVar(name=_VARIABLE, valueFrom=EnvVarSource(fieldRef=source))
    return container.replace(env=(*container.env, variable))
