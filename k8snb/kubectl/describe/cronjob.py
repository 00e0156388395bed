"""CronJobs."""

from __future__ import annotations

from k8snb.api.batch.cronjob import CronJob
from k8snb.api.batch.job import JobSpec
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.job import selector_text
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter

_UNSET = "<unset>"


def describe(w: PrefixWriter, obj: CronJob, reader: Reader) -> None:
    """A CronJob."""
    spec, status = obj.spec, obj.status
    metadata.head(w, obj)
    w.field(0, "Schedule", spec.schedule)
    w.field(0, "Concurrency Policy", spec.concurrencyPolicy)
    w.field(0, "Suspend", _UNSET if spec.suspend is None else spec.suspend)
    w.field(0, "Time Zone", _UNSET if spec.timeZone is None else spec.timeZone)
    kept, failed = spec.successfulJobsHistoryLimit, spec.failedJobsHistoryLimit
    w.field(0, "Successful Job History Limit", _UNSET if kept is None else kept)
    w.field(0, "Failed Job History Limit", _UNSET if failed is None else failed)
    deadline = spec.startingDeadlineSeconds
    w.field(0, "Starting Deadline Seconds", _UNSET if deadline is None else f"{deadline}s")
    _job(w, spec.jobTemplate.spec)
    last = status.lastScheduleTime
    w.field(0, "Last Schedule Time", _UNSET if last is None else date(last))
    w.field(0, "Active Jobs", ", ".join(job.name for job in status.active) or "<none>")


def _job(w: PrefixWriter, spec: JobSpec) -> None:
    w.field(0, "Selector", _UNSET if spec.selector is None else selector_text(spec.selector))
    w.field(0, "Parallelism", _UNSET if spec.parallelism is None else spec.parallelism)
    w.field(0, "Completions", _UNSET if spec.completions is None else spec.completions)
    if spec.activeDeadlineSeconds is not None:
        w.field(0, "Active Deadline Seconds", f"{spec.activeDeadlineSeconds}s")
    template(w, spec.template)
