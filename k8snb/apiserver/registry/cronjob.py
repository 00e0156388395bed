"""CronJobs. Source: `pkg/registry/batch/cronjob/strategy.go`, `pkg/apis/batch/v1/defaults.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.batch.cronjob import CronJob, CronJobStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.job import index_warnings
from k8snb.apiserver.registry.podspec import template_defaults
from k8snb.apiserver.registry.podwarnings import hostname_warning, template_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule, since
from k8snb.apiserver.registry.workload import containers_and_images, selector_cell


class CronJobStrategy(Strategy):
    """A Job again and again."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Schedule"),
        Column("Timezone"),
        Column("Suspend", "boolean"),
        Column("Active", "integer"),
        Column("Last Schedule"),
        Column("Age"),
        Column("Containers", priority=1),
        Column("Images", priority=1),
        Column("Selector", priority=1),
    )

    def defaults(self, obj: CronJob) -> CronJob:
        spec = obj.spec
        job = spec.jobTemplate.spec
        template = spec.jobTemplate.replace(spec=job.replace(template=template_defaults(job.template)))
        changes: dict[str, Any] = {
            "jobTemplate": template,
            "concurrencyPolicy": spec.concurrencyPolicy or "Allow",
        }
        for name, value in (("suspend", False), ("successfulJobsHistoryLimit", 3), ("failedJobsHistoryLimit", 1)):
            if name not in spec.__dict__:
                changes[name] = value
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: CronJob) -> CronJob:
        return obj.replace(status=CronJobStatus())

    def validate(self, ctx: Context, obj: CronJob) -> list[FieldError]:
        return rule("cronjob", "validate_cron_job")(obj)

    def validate_update(self, ctx: Context, obj: CronJob, old: CronJob) -> list[FieldError]:
        return rule("cronjob", "validate_cron_job_update")(obj, old)

    def warnings(self, ctx: Context, obj: CronJob, old: CronJob | None) -> list[str]:
        before = old.spec.jobTemplate.spec.template if old is not None else None
        said = [] if old is not None else hostname_warning(obj.metadata.name, "Pod names and hostnames")
        path = "spec.jobTemplate.spec.template"
        said += index_warnings(obj.spec.jobTemplate.spec, "spec.jobTemplate.spec")
        said += template_warnings(obj.spec.jobTemplate.spec.template, path, before)
        if "TZ" in obj.spec.schedule:
            more = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"
            said.append(f"CRON_TZ or TZ used in spec.schedule is not officially supported, see {more} for more details")
        return said

    def row(self, obj: CronJob, now: float) -> list[Any]:
        spec, status = obj.spec, obj.status
        job = spec.jobTemplate.spec
        containers, images = containers_and_images(job.template.spec)
        last = since(status.lastScheduleTime, now) if status.lastScheduleTime else "<none>"
        return [
            obj.metadata.name,
            spec.schedule,
            spec.timeZone or "<none>",
            "True" if spec.suspend else "False",
            len(status.active),
            last,
            age(obj, now),
            containers,
            images,
            selector_cell(job.selector),
        ]
