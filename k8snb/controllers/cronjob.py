"""The CronJob controller: makes a Job whenever its schedule says so, and keeps only the last ones.

Reads CronJobs and their Jobs; creates and deletes Jobs, writes status. Source: `pkg/controller/cronjob`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, ClassVar

from k8snb.api.batch.cronjob import CronJobStatus
from k8snb.api.batch.job import Job
from k8snb.api.core.pod import ObjectReference
from k8snb.api.cron import CronError, Schedule, parse, time_zone
from k8snb.api.duration import format_time
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.fields import nonzero
from k8snb.controllers.job import is_finished
from k8snb.controllers.ownership import controller_of, controller_reference
from k8snb.controllers.podstate import condition_of, unix
from k8snb.engine import After, Watch, split_key

CRON_JOBS = "cronjobs.batch"
JOBS = "jobs.batch"
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
#: seconds after the due time that it looks, so as not to be early
_DELTA = 0.1
#: missed runs after which it complains instead of counting
_MANY = 100


class CronJobController:
    """Reconciles `cronjobs.batch`."""

    name: ClassVar[str] = "cronjob-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(CRON_JOBS), Watch(JOBS, _owner))

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        cron = self.client.find(CRON_JOBS, name, namespace)
        if cron is None:
            return None
        jobs = self._jobs(cron)
        self._clean_up(cron, jobs)
        status = self._watch_jobs(cron, self._jobs(cron))
        again = None
        if cron.metadata.deletionTimestamp is None and not cron.spec.suspend:
            status, again = self._run(cron, status)
        if status != cron.status:
            self.client.update_status(cron.replace(status=status))
        return again

    def _jobs(self, cron: Any) -> list[Any]:
        found = [obj for resource, obj in self.client.dependents(cron.metadata.uid) if resource == JOBS]
        mine = [job for job in found if (r := controller_of(job)) is not None and r.uid == cron.metadata.uid]
        return sorted(mine, key=lambda job: (job.metadata.creationTimestamp or "", job.metadata.name))

    # -- what has run -------------------------------------------------------------------------------------------------

    def _watch_jobs(self, cron: Any, jobs: list[Any]) -> CronJobStatus:
        """Which Jobs run, and when one last succeeded."""
        status = cron.status
        active = {reference.uid: reference for reference in status.active}
        last = status.lastSuccessfulTime
        for job in jobs:
            known, finished = job.metadata.uid in active, is_finished(job)
            if not known and not finished:
                text = "Saw a job that the controller did not create or forgot"
                self.events.event(cron, "Warning", "UnexpectedJob", f"{text}: {job.metadata.name}")
            elif known and finished:
                del active[job.metadata.uid]
                ended = "Complete" if condition_of(job, "Complete") is not None else "Failed"
                text = f"Saw completed job: {job.metadata.name}, condition: {ended}"
                self.events.event(cron, "Normal", "SawCompletedJob", text)
            if finished and job.status.completionTime and (last is None or job.status.completionTime > last):
                last = job.status.completionTime
        present = {job.metadata.uid for job in jobs}
        for uid, reference in list(active.items()):
            if uid not in present:
                del active[uid]
                text = f"Active job went missing: {reference.name}"
                self.events.event(cron, "Normal", "MissingJob", text)
        seen: CronJobStatus = status.replace(active=tuple(active.values()) or None, lastSuccessfulTime=last)
        return seen

    def _clean_up(self, cron: Any, jobs: list[Any]) -> None:
        """Delete the oldest finished Jobs beyond the history limits."""
        known = {reference.uid for reference in cron.status.active}
        for type, limit in (
            ("Complete", cron.spec.successfulJobsHistoryLimit),
            ("Failed", cron.spec.failedJobsHistoryLimit),
        ):
            if limit is None:
                continue
            ended = [job for job in jobs if is_finished(job) and condition_of(job, type) is not None]
            ended = [job for job in ended if job.metadata.uid not in known]
            for job in ended[: max(len(ended) - limit, 0)]:
                self._delete(cron, job)

    def _delete(self, cron: Any, job: Any) -> None:
        try:
            self.client.delete(JOBS, job.metadata.name, job.metadata.namespace, propagation="Background")
        except StatusError as error:
            self.events.event(cron, "Warning", "FailedDelete", f"Deleted job: {error.message}")
            raise
        self.events.event(cron, "Normal", "SuccessfulDelete", f"Deleted job {job.metadata.name}")

    # -- what is to run -----------------------------------------------------------------------------------------------

    def _run(self, cron: Any, status: CronJobStatus) -> tuple[CronJobStatus, After | None]:
        """Start the Job that is due, if one is; and when to look again."""
        try:
            zone = time_zone(cron.spec.timeZone or "UTC")
            schedule = parse(cron.spec.schedule)
            now = self.client.clock.unix
            due = self._due(cron, schedule, zone, now)
        except CronError as error:
            text = f"unparseable schedule: {cron.spec.schedule!r}: {error}"
            self.events.event(cron, "Warning", "UnparseableSchedule", text)
            return status, None
        coming = schedule.next_after(now, zone)
        again = After(coming - now + _DELTA) if coming is not None else None
        if due is None:
            return status, again
        deadline = cron.spec.startingDeadlineSeconds
        if deadline is not None and due + deadline < now:
            text = f"Missed scheduled time to start a job: {_rfc1123(due)}"
            self.events.event(cron, "Warning", "MissSchedule", text)
            return status, again
        return self._start(cron, status, due), again

    def _due(self, cron: Any, schedule: Schedule, zone: tzinfo, now: float) -> float | None:
        """The latest time up to now for which no Job has been made."""
        last = cron.status.lastScheduleTime or cron.metadata.creationTimestamp
        since = unix(last)
        if cron.spec.startingDeadlineSeconds is not None:
            since = max(since, now - cron.spec.startingDeadlineSeconds)
        due, missed = None, 0
        at = schedule.next_after(since, zone)
        while at is not None and at <= now:
            due, missed = at, missed + 1
            if missed > _MANY:
                text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
                self.events.event(cron, "Warning", "TooManyMissedTimes", text)
                return _latest(schedule, zone, now)
            at = schedule.next_after(at, zone)
        return due

    def _start(self, cron: Any, status: CronJobStatus, due: float) -> CronJobStatus:
        name = f"{cron.metadata.name}-{int(due // 60)}"
        if self.client.find(JOBS, name, cron.metadata.namespace) is not None:
            return status.replace(lastScheduleTime=format_time(due))
        if status.active and cron.spec.concurrencyPolicy == "Forbid":
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.events.event(cron, "Normal", "JobAlreadyActive", text)
            return status
        if cron.spec.concurrencyPolicy == "Replace":
            for reference in status.active:
                job = self.client.find(JOBS, reference.name, reference.namespace)
                if job is not None:
                    self._delete(cron, job)
            status = status.replace(active=None)
        try:
            job = self.client.create(_job(cron, name, due))
        except StatusError as error:
            if error.has_cause("NamespaceTerminating"):
                return status
            self.events.event(cron, "Warning", "FailedCreate", f"Error creating job: {error.message}")
            raise
        self.events.event(cron, "Normal", "SuccessfulCreate", f"Created job {name}")
        reference = ObjectReference(
            apiVersion=job.apiVersion,
            kind=job.kind,
            name=name,
            namespace=job.metadata.namespace,
            uid=job.metadata.uid,
            resourceVersion=job.metadata.resourceVersion,
        )
        return status.replace(active=(*status.active, reference), lastScheduleTime=format_time(due))


def _owner(change: Change) -> Iterable[str]:
    reference = controller_of(change.object)
    if reference is None or reference.kind != "CronJob":
        return ()
    return (f"{change.object.metadata.namespace}/{reference.name}",)


def _job(cron: Any, name: str, due: float) -> Job:
    template = cron.spec.jobTemplate
    annotations = FrozenMap({**template.metadata.annotations, SCHEDULED: format_time(due)})
    fields = {
        "name": name,
        "namespace": cron.metadata.namespace,
        "annotations": annotations,
        "ownerReferences": (controller_reference(cron),),
        **nonzero(labels=template.metadata.labels),
    }
    return Job.of({"metadata": ObjectMeta.of(fields), "spec": template.spec})


def _latest(schedule: Schedule, zone: tzinfo, now: float) -> float | None:
    """The last time before now, looked for further and further back."""
    for span in (3600.0, 86400.0, 32 * 86400.0, 367 * 86400.0):
        at, found = schedule.next_after(now - span, zone), None
        while at is not None and at <= now:
            found, at = at, schedule.next_after(at, zone)
        if found is not None:
            return found
    return None


def _rfc1123(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
