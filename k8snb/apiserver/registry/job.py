"""Jobs. Source: `pkg/registry/batch/job/strategy.go`, `pkg/apis/batch/v1/defaults.go`, printers' printJob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.batch.job import Job, JobSpec, JobStatus
from k8snb.api.duration import human_duration, parse_time
from k8snb.api.meta import LabelSelector
from k8snb.api.model import FrozenMap
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import hostname_warning, template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.workload import containers_and_images, selector_cell

_MANY_COMPLETIONS, _MANY_AT_ONCE = 100_000, 10_000


class JobStrategy(Strategy):
    """Pods that run until enough of them have succeeded."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Status"),
        Column("Completions"),
        Column("Duration"),
        Column("Age"),
        Column("Containers", priority=1),
        Column("Images", priority=1),
        Column("Selector", priority=1),
    )
    selectable: ClassVar[tuple[str, ...]] = ("status.successful",)

    def defaults(self, obj: Job) -> Job:
        return obj.replace(spec=job_spec_defaults(obj.spec))

    def prepare_create(self, ctx: Context, obj: Job) -> Job:
        spec = obj.spec
        if not spec.manualSelector:
            obj = obj.replace(spec=_own_selector(obj, spec))
        labels = obj.spec.template.metadata.labels
        if labels and not obj.metadata.labels:  # a Job without labels takes those of its Pods
            obj = obj.replace(metadata=obj.metadata.replace(labels=labels))
        return obj.replace(status=JobStatus())

    def validate(self, ctx: Context, obj: Job) -> list[FieldError]:
        return rule("job", "validate_job")(obj)

    def validate_update(self, ctx: Context, obj: Job, old: Job) -> list[FieldError]:
        return rule("job", "validate_job_update")(obj, old)

    def validate_status(self, ctx: Context, obj: Job, old: Job) -> list[FieldError]:
        return rule("jobstatus", "validate_job_status_update")(obj, old)

    def selectable_fields(self, obj: Job) -> Mapping[str, str]:
        return {"status.successful": str(obj.status.succeeded)}

    def warnings(self, ctx: Context, obj: Job, old: Job | None) -> list[str]:
        before = old.spec.template if old is not None else None
        said = [] if old is not None else hostname_warning(obj.metadata.name, "the Pod's hostname")
        said += index_warnings(obj.spec, "spec")
        return said + template_warnings(obj.spec.template, "spec.template", before)

    def row(self, obj: Job, now: float) -> list[Any]:
        spec, status = obj.spec, obj.status
        containers, images = containers_and_images(spec.template.spec)
        return [
            obj.metadata.name,
            _status(obj),
            _completions(spec, status.succeeded),
            _duration(status, now),
            age(obj, now),
            containers,
            images,
            selector_cell(spec.selector),
        ]


def job_spec_defaults(spec: JobSpec) -> JobSpec:
    """A Job's spec, complete."""
    changes: dict[str, Any] = {"template": template_defaults(spec.template)}
    if spec.completions is None and spec.parallelism is None:
        changes |= {"completions": 1, "parallelism": 1}
    elif spec.parallelism is None:
        changes["parallelism"] = 1
    if spec.backoffLimit is None:
        changes["backoffLimit"] = 6 if spec.backoffLimitPerIndex is None else 2**31 - 1
    for name, value in (("completionMode", "NonIndexed"), ("suspend", False), ("manualSelector", False)):
        if name not in spec.__dict__:
            changes[name] = value
    if spec.podReplacementPolicy is None:
        changes["podReplacementPolicy"] = "Failed" if spec.podFailurePolicy is not None else "TerminatingOrFailed"
    return spec.replace(**changes)


def _own_selector(job: Job, spec: JobSpec) -> JobSpec:
    """The selector and labels that tie Pods to exactly this Job."""
    uid, name = job.metadata.uid, job.metadata.name
    ours = {
        "controller-uid": uid,
        "job-name": name,
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
    }
    meta = spec.template.metadata
    template = spec.template.replace(metadata=meta.replace(labels=FrozenMap({**meta.labels, **ours})))
    if spec.selector is not None:
        return spec.replace(template=template)
    labels = FrozenMap({"batch.kubernetes.io/controller-uid": uid})
    return spec.replace(template=template, selector=LabelSelector(matchLabels=labels))


def index_warnings(spec: JobSpec, path: str) -> list[str]:
    """A remark on an indexed Job with more indexes than can be listed if many fail."""
    many = (spec.completions or 0) > _MANY_COMPLETIONS and (spec.parallelism or 0) > _MANY_AT_ONCE
    if spec.completionMode != "Indexed" or not many:
        return []
    return [
        f"{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "
        "Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
    ]


def _status(job: Job) -> str:
    held = {c.type for c in job.status.conditions if c.status == "True"}
    for word, condition in (("Complete", "Complete"), ("Failed", "Failed")):
        if condition in held:
            return word
    if job.metadata.deletionTimestamp is not None:
        return "Terminating"
    for word, condition in (
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
        ("SuccessCriteriaMet", "SuccessCriteriaMet"),
    ):
        if condition in held:
            return word
    return "Running"


def _completions(spec: JobSpec, succeeded: int) -> str:
    if spec.completions is not None:
        return f"{succeeded}/{spec.completions}"
    parallelism = spec.parallelism or 0
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def _duration(status: JobStatus, now: float) -> str:
    if status.startTime is None:
        return ""
    end = parse_time(status.completionTime) if status.completionTime else now
    return human_duration(end - parse_time(status.startTime))
