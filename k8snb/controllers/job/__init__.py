"""The Job controller: runs Pods until enough of them have succeeded, or too many have failed.

Reads Jobs and their Pods; creates and deletes Pods, counts them, writes conditions and status. Source:
`pkg/controller/job`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.batch.job import JobCondition, JobStatus, UncountedTerminatedPods
from k8snb.api.errors import StatusError
from k8snb.api.selector import from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.job import indexes
from k8snb.controllers.job.counting import FINALIZER, Count, count, failures_in_a_row, release
from k8snb.controllers.job.policy import success_rule
from k8snb.controllers.job.workers import missing, surplus
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.podcontrol import PodControl, owned_pods
from k8snb.controllers.podstate import condition_of, unix
from k8snb.engine import After, Watch, split_key

JOBS = "jobs.batch"
#: Pods created or deleted in one reconcile at the most
BURST = 500
_ORPHAN = "pod "
_FIRST_BACKOFF, _LONGEST_BACKOFF = 10.0, 600.0
_BUILT_IN = "kubernetes.io/job-controller"


class JobController:
    """Reconciles `jobs.batch`; keys that begin with `pod ` are Pods whose Job is gone."""

    name: ClassVar[str] = "job-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.pods = PodControl(client, events)
        self.watches = (Watch(JOBS, self._changed), Watch("pods", self._owners))

    def _changed(self, change: Change) -> Iterable[str]:
        if change.type != "DELETED":
            return (change.key,)
        pods = self.client.indexed("pods", "controller", change.object.metadata.uid)
        return [f"{_ORPHAN}{pod.metadata.namespace}/{pod.metadata.name}" for pod in pods]

    def _owners(self, change: Change) -> Iterable[str]:
        """The Job of a Pod; the Pod itself if it waits for a Job that is not there."""
        meta = change.object.metadata
        reference = controller_of(change.object)
        if reference is not None:
            if reference.kind != "Job":
                return ()
            job = self.client.find(JOBS, reference.name, meta.namespace)
            if job is not None and job.metadata.uid == reference.uid:
                return (f"{meta.namespace}/{reference.name}",)
        if change.type != "DELETED" and FINALIZER in meta.finalizers:
            return (f"{_ORPHAN}{change.key}",)
        return ()

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        if key.startswith(_ORPHAN):
            self._free(*split_key(key.removeprefix(_ORPHAN)))
            return None
        namespace, name = split_key(key)
        job = self.client.find(JOBS, name, namespace)
        if job is None or job.spec.managedBy not in (None, _BUILT_IN) or is_finished(job):
            return None
        pods = owned_pods(self.client, job, from_label_selector(job.spec.selector))
        counted = count(job, pods)
        job = self._begin(job)
        end = self._end(job, pods, counted)
        failure, again = None, None
        if end is None:
            failure, again = self._manage(job, pods, counted)
            end = self._completed(job, counted)
        if end is not None:
            failure = self._stop(job, counted.active)
            counted.terminating += len(counted.active)
            counted.active, counted.ready = [], 0
        self._record(job, counted, end)
        if failure is not None:
            raise failure
        return self._again(job, again) if end is None else None

    def _free(self, namespace: str, name: str) -> None:
        """Nobody will count this Pod any more."""
        pod = self.client.find("pods", name, namespace)
        if pod is None:
            return
        reference = controller_of(pod)
        job = self.client.find(JOBS, reference.name, namespace) if reference is not None else None
        if job is None or reference is None or job.metadata.uid != reference.uid:
            release(self.client, pod)

    def _begin(self, job: Any) -> Any:
        """Note when the Job began, and whether it rests."""
        status, now = job.status, self.client.clock.timestamp()
        changes: dict[str, Any] = {}
        resting = condition_of(job, "Suspended")
        rests = resting is not None and resting.status == "True"
        if job.spec.suspend and not rests:
            changes["conditions"] = self._with(status.conditions, "Suspended", "True", "JobSuspended", "Job suspended")
            changes["startTime"] = None
            self.events.event(job, "Normal", "Suspended", "Job suspended")
        elif not job.spec.suspend and rests:
            changes["conditions"] = self._with(status.conditions, "Suspended", "False", "JobResumed", "Job resumed")
            changes["startTime"] = now
            self.events.event(job, "Normal", "Resumed", "Job resumed")
        elif not job.spec.suspend and status.startTime is None:
            changes["startTime"] = now
        return job.replace(status=status.replace(**changes)) if changes else job

    # -- the end ------------------------------------------------------------------------------------------------------

    def _end(self, job: Any, pods: list[Any], counted: Count) -> JobCondition | None:
        """The condition that announces the Job's end, if there is a reason for it."""
        for type in ("FailureTarget", "SuccessCriteriaMet"):
            known: JobCondition | None = condition_of(job, type)
            if known is not None and known.status == "True":
                return known
        if counted.failed_job:
            return self._condition("FailureTarget", "PodFailurePolicy", counted.failed_job)
        limit = job.spec.backoffLimit if job.spec.backoffLimit is not None else 6
        if counted.failed > limit or _restarted_too_often(job, pods, limit):
            text = "Job has reached the specified backoff limit"
            return self._condition("FailureTarget", "BackoffLimitExceeded", text)
        if self._overdue(job) == 0:
            text = "Job was active longer than specified deadline"
            return self._condition("FailureTarget", "DeadlineExceeded", text)
        most = job.spec.maxFailedIndexes
        if most is not None and len(counted.failed_indexes) > most:
            text = "Job has exceeded the specified maximal number of failed indexes"
            return self._condition("FailureTarget", "MaxFailedIndexesExceeded", text)
        rule = success_rule(job, counted.succeeded_indexes)
        if rule is not None:
            return self._condition("SuccessCriteriaMet", "SuccessPolicy", f"Matched rules at index {rule}")
        return None

    def _completed(self, job: Any, counted: Count) -> JobCondition | None:
        completions = job.spec.completions
        if counted.active:
            return None
        if completions is None:
            done = counted.succeeded > 0
        else:
            done = counted.succeeded + len(counted.failed_indexes) >= completions
        if not done:
            return None
        if counted.failed_indexes:
            return self._condition("FailureTarget", "FailedIndexes", "Job has failed indexes")
        text = "Reached expected number of succeeded pods"
        return self._condition("SuccessCriteriaMet", "CompletionsReached", text)

    def _overdue(self, job: Any) -> float | None:
        """Seconds until the Job has been active for too long; None if there is no deadline."""
        seconds, began = job.spec.activeDeadlineSeconds, job.status.startTime
        if seconds is None or began is None or job.spec.suspend:
            return None
        left: float = unix(began) + seconds - self.client.clock.unix
        return max(left, 0.0)

    # -- Pods ---------------------------------------------------------------------------------------------------------

    def _manage(self, job: Any, pods: list[Any], counted: Count) -> tuple[StatusError | None, float | None]:
        """Stop what is too much, start what is missing; the first refusal, and when to look again."""
        if job.metadata.deletionTimestamp is not None:
            return None, None
        stop = surplus(job, counted)[:BURST]
        if stop:
            failure = self._stop(job, stop)
            counted.active = [pod for pod in counted.active if pod not in stop]
            counted.terminating += len(stop)
            return failure, None
        start = missing(job, counted)[:BURST]
        if not start:
            return None, None
        wait = self._backoff(job, pods)
        if wait > 0:
            return None, wait
        failure = self.pods.create_all(job, start)
        known = {pod.metadata.uid for pod in pods}
        owned = self.client.indexed("pods", "controller", job.metadata.uid)
        counted.active = [*counted.active, *(pod for pod in owned if pod.metadata.uid not in known)]
        return failure, None

    def _stop(self, job: Any, pods: list[Any]) -> StatusError | None:
        """Delete Pods that are not wanted any more: they count neither as failed nor as succeeded."""
        failure = None
        for pod in pods:
            release(self.client, pod)
            failure = self.pods.delete(job, pod) or failure
        return failure

    def _backoff(self, job: Any, pods: list[Any]) -> float:
        """Seconds to wait before a failed Pod is replaced: 10, 20, 40 … up to ten minutes."""
        now = self.client.clock.unix
        row, last = failures_in_a_row(job, pods)
        if not row:
            return 0.0
        return max(last + min(_FIRST_BACKOFF * 2.0 ** (row - 1), _LONGEST_BACKOFF) - now, 0.0)

    def _again(self, job: Any, seconds: float | None) -> After | None:
        waits = [wait for wait in (seconds, self._overdue(job)) if wait is not None]
        return After(min(waits)) if waits else None

    # -- status -------------------------------------------------------------------------------------------------------

    def _record(self, job: Any, counted: Count, end: JobCondition | None) -> None:
        """Count the Pods that have ended, and say how the Job stands."""
        status = job.status.replace(active=len(counted.active) or None, ready=counted.ready)
        status = status.replace(terminating=counted.terminating)
        if end is not None and condition_of(job, end.type) is None:
            status = status.replace(conditions=(*status.conditions, end))
        job = self._count(job.replace(status=status), counted)
        if end is None or counted.terminating:
            return
        reason, message = end.reason, end.message
        if end.type == "SuccessCriteriaMet":
            final = self._condition("Complete", reason, message)
            finished = job.status.replace(completionTime=self.client.clock.timestamp())
            self.events.event(job, "Normal", "Completed", "Job completed")
        else:
            final, finished = self._condition("Failed", reason, message), job.status
            self.events.event(job, "Warning", reason, message)
        self._write(job, finished.replace(conditions=(*finished.conditions, final)))

    def _count(self, job: Any, counted: Count) -> Any:
        known = job.status.uncountedTerminatedPods or UncountedTerminatedPods()
        succeeded = (*known.succeeded, *(pod.metadata.uid for pod in counted.new_succeeded))
        failed = (*known.failed, *(pod.metadata.uid for pod in counted.new_failed))
        waiting = UncountedTerminatedPods.of(
            {name: uids for name, uids in (("succeeded", succeeded), ("failed", failed)) if uids}
        )
        indexed = job.spec.completionMode == "Indexed"
        changes: dict[str, Any] = {"uncountedTerminatedPods": waiting}
        if indexed:
            changes["completedIndexes"] = indexes.format(counted.succeeded_indexes) or None
            if job.spec.backoffLimitPerIndex is not None:
                changes["failedIndexes"] = indexes.format(counted.failed_indexes)
        job = self._write(job, job.status.replace(**changes))
        if not succeeded and not failed and not counted.ignored:
            return job
        for pod in self.client.indexed("pods", "controller", job.metadata.uid):
            if pod.metadata.uid in succeeded or pod.metadata.uid in failed:
                release(self.client, pod)
        for pod in counted.ignored:
            release(self.client, pod)
        done = counted.succeeded if indexed else job.status.succeeded + len(succeeded)
        return self._write(
            job,
            job.status.replace(
                succeeded=done or None,
                failed=job.status.failed + len(failed) or None,
                uncountedTerminatedPods=UncountedTerminatedPods(),
            ),
        )

    def _write(self, job: Any, status: JobStatus) -> Any:
        stored = self.client.find(JOBS, job.metadata.name, job.metadata.namespace)
        if stored is None or status == stored.status:
            return job.replace(status=status)
        return self.client.update_status(job.replace(status=status))

    def _condition(self, type: str, reason: str, message: str, status: str = "True") -> JobCondition:
        now = self.client.clock.timestamp()
        return JobCondition(
            type=type, status=status, reason=reason, message=message, lastProbeTime=now, lastTransitionTime=now
        )

    def _with(self, conditions: tuple[Any, ...], type: str, status: str, reason: str, message: str) -> tuple[Any, ...]:
        others = tuple(condition for condition in conditions if condition.type != type)
        return (*others, self._condition(type, reason, message, status))


def is_finished(job: Any) -> bool:
    """Whether a Job is complete or has failed."""
    return any(c.type in ("Complete", "Failed") and c.status == "True" for c in job.status.conditions)


def _restarted_too_often(job: Any, pods: list[Any], limit: int) -> bool:
    """For Pods that restart their containers themselves, the restarts count."""
    if job.spec.template.spec.restartPolicy != "OnFailure":
        return False
    restarts: int = sum(
        status.restartCount
        for pod in pods
        if pod.status.phase in ("Running", "Pending")
        for status in (*pod.status.initContainerStatuses, *pod.status.containerStatuses)
    )
    return restarts > 0 if limit == 0 else restarts >= limit
