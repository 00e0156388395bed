"""Counting: every Pod of a Job counts exactly once, whatever happens to it.

A Pod carries a finalizer until its end is in the Job's status. First its UID is written to `uncountedTerminatedPods`,
then the finalizer comes off, then the counter goes up. Source: `pkg/controller/job/job_controller.go`
trackJobStatusAndRemoveFinalizers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from k8snb.client.client import Client
from k8snb.controllers.job import indexes
from k8snb.controllers.job.policy import Judgement, judge
from k8snb.controllers.podstate import ENDED, condition_of, is_active, is_ready, is_terminating, unix

FINALIZER = "batch.kubernetes.io/job-tracking"


@dataclass(slots=True)
class Count:
    """What is known of a Job's Pods. The numbers include what the status has counted before."""

    active: list[Any] = field(default_factory=list)
    ready: int = 0
    terminating: int = 0
    #: Pods that have ended and are not counted yet
    new_succeeded: list[Any] = field(default_factory=list)
    new_failed: list[Any] = field(default_factory=list)
    ignored: list[Any] = field(default_factory=list)
    succeeded: int = 0
    failed: int = 0
    succeeded_indexes: set[int] = field(default_factory=set)
    failed_indexes: set[int] = field(default_factory=set)
    failed_job: str = ""

    @property
    def ended(self) -> list[Any]:
        return [*self.new_succeeded, *self.new_failed, *self.ignored]


def count(job: Any, pods: list[Any]) -> Count:
    """Take stock of a Job's Pods."""
    result, status = Count(), job.status
    known = status.uncountedTerminatedPods
    waiting = {*known.succeeded, *known.failed} if known is not None else set()
    for pod in pods:
        if is_active(pod):
            result.active.append(pod)
            result.ready += is_ready(pod)
        elif is_terminating(pod):
            result.terminating += 1
        if FINALIZER in pod.metadata.finalizers and pod.metadata.uid not in waiting:
            _sort(job, pod, result)
    before = (len(known.succeeded), len(known.failed)) if known is not None else (0, 0)
    result.failed = status.failed + before[1] + len(result.new_failed)
    if job.spec.completionMode == "Indexed":
        done = (i for pod in pods if pod.status.phase == "Succeeded" and (i := indexes.index_of(pod)) is not None)
        limit = job.spec.completions or 0
        result.succeeded_indexes = {i for i in (*indexes.parse(status.completedIndexes), *done) if i < limit}
        result.succeeded = len(result.succeeded_indexes)
        _failed_indexes(job, pods, result)
    else:
        result.succeeded = status.succeeded + before[0] + len(result.new_succeeded)
    return result


def _sort(job: Any, pod: Any, result: Count) -> None:
    if pod.status.phase == "Succeeded":
        result.new_succeeded.append(pod)
    elif has_failed(job, pod):
        judgement = judge(job, pod) if pod.status.phase == "Failed" else Judgement("Count")
        if judgement.action == "FailJob" and not result.failed_job:
            result.failed_job = judgement.message
        (result.ignored if judgement.action == "Ignore" else result.new_failed).append(pod)


def has_failed(job: Any, pod: Any) -> bool:
    """Whether a Pod counts as failed: a deleted one does at once, unless replacements wait until it has really ended."""
    if pod.status.phase == "Failed":
        return True
    if replaces_only_failed(job):
        return False
    return pod.metadata.deletionTimestamp is not None and pod.status.phase != "Succeeded"


def replaces_only_failed(job: Any) -> bool:
    return bool(job.spec.podReplacementPolicy == "Failed")


def _failed_indexes(job: Any, pods: list[Any], result: Count) -> None:
    limit = job.spec.backoffLimitPerIndex
    if limit is None:
        return
    failures: dict[int, int] = {}
    for pod in pods:
        index = indexes.index_of(pod)
        if index is None or not has_failed(job, pod):
            continue
        action = judge(job, pod).action if pod.status.phase == "Failed" else "Count"
        if action != "Ignore":
            failures[index] = failures.get(index, 0) + (limit + 1 if action == "FailIndex" else 1)
    spent = {index for index, number in failures.items() if number > limit}
    result.failed_indexes = (indexes.parse(job.status.failedIndexes) | spent) - result.succeeded_indexes


def failures_in_a_row(job: Any, pods: list[Any]) -> tuple[int, float]:
    """How many Pods have failed since the last success, and when the last of them did (Unix time)."""
    ended = [pod for pod in pods if pod.status.phase in ENDED or has_failed(job, pod)]
    row, last = 0, 0.0
    for pod in sorted(ended, key=lambda pod: (_ended_at(pod), pod.metadata.name)):
        if pod.status.phase == "Succeeded":
            row = 0
        else:
            row, last = row + 1, _ended_at(pod)
    return row, last


def _ended_at(pod: Any) -> float:
    """When the last container ended; failing that, when the Pod was last not ready, deleted, or made."""
    statuses = [s.state.terminated for s in (*pod.status.containerStatuses, *pod.status.initContainerStatuses)]
    times = [unix(t.finishedAt) for t in statuses if t is not None and t.finishedAt]
    if times:
        return max(times)
    ready = condition_of(pod, "Ready")
    meta = pod.metadata
    known = (ready.lastTransitionTime if ready is not None else None, meta.deletionTimestamp, meta.creationTimestamp)
    return next((unix(time) for time in known if time), 0.0)


def release(client: Client, pod: Any) -> None:
    """Take the finalizer off a Pod, if it is still there."""
    found = client.find("pods", pod.metadata.name, pod.metadata.namespace)
    if found is None or found.metadata.uid != pod.metadata.uid or FINALIZER not in found.metadata.finalizers:
        return
    kept = tuple(name for name in found.metadata.finalizers if name != FINALIZER)
    client.update(found.with_metadata(finalizers=kept or None), "pods")
