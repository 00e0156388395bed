"""Jobs."""

from __future__ import annotations

from k8snb.api.batch.job import Job, JobSpec, JobStatus
from k8snb.api.meta import LabelSelector
from k8snb.api.selector import SelectorError, from_label_selector
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import between, date
from k8snb.kubectl.describe.writer import PrefixWriter

#: letters of a list of indexes after which it is cut at the next comma
_INDEXES = 50


def describe(w: PrefixWriter, obj: Job, reader: Reader) -> None:
    """A Job."""
    spec, status = obj.spec, obj.status
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    w.field(0, "Selector", selector_text(spec.selector))
    metadata.both(w, obj)
    metadata.controlled_by(w, obj)
    _settings(w, spec)
    _times(w, status)
    if spec.activeDeadlineSeconds is not None:
        w.field(0, "Active Deadline Seconds", f"{spec.activeDeadlineSeconds}s")
    ready = "" if status.ready is None else f" ({status.ready} Ready)"
    pods = f"{status.active} Active{ready} / {status.succeeded} Succeeded / {status.failed} Failed"
    w.field(0, "Pods Statuses", pods)
    if spec.completionMode == "Indexed":
        w.field(0, "Completed Indexes", _indexes(status.completedIndexes))
    template(w, spec.template)


def selector_text(selector: LabelSelector | None) -> str:
    """The selector, or why it is none."""
    try:
        return str(from_label_selector(selector))
    except SelectorError as error:
        return f"Failed to get selector: {error}"


def _settings(w: PrefixWriter, spec: JobSpec) -> None:
    if spec.parallelism is not None:
        w.field(0, "Parallelism", spec.parallelism)
    w.field(0, "Completions", "<unset>" if spec.completions is None else spec.completions)
    if spec.completionMode is not None:
        w.field(0, "Completion Mode", spec.completionMode)
    if spec.suspend is not None:
        w.field(0, "Suspend", "true" if spec.suspend else "false")
    if spec.backoffLimit is not None:
        w.field(0, "Backoff Limit", spec.backoffLimit)
    if spec.ttlSecondsAfterFinished is not None:
        w.field(0, "TTL Seconds After Finished", spec.ttlSecondsAfterFinished)


def _times(w: PrefixWriter, status: JobStatus) -> None:
    if status.startTime is not None:
        w.field(0, "Start Time", date(status.startTime))
    if status.completionTime is not None:
        w.field(0, "Completed At", date(status.completionTime))
    if status.startTime is not None and status.completionTime is not None:
        w.field(0, "Duration", between(status.startTime, status.completionTime))


def _indexes(text: str) -> str:
    end = text.find(",", _INDEXES)
    return f"{text[: end + 1]}..." if end >= 0 else text or "<none>"
