"""Makes jobs on a repeating schedule (batch/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.batch.job import JobSpec
from k8snb.api.core.pod import ObjectReference
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class JobTemplateSpec(Struct):
    """The mould from which a CronJob makes jobs."""

    metadata: ObjectMeta = Field(
        "metav1.ObjectMeta", "Labels and annotations for the jobs made.", zero=ObjectMeta(), always=True
    )
    spec: JobSpec = Field("JobSpec", "Desired behaviour of the jobs made.", zero=JobSpec(), always=True)


class CronJobSpec(Struct):
    """Desired behaviour of a cron job."""

    concurrencyPolicy: str = Field(
        "ConcurrencyPolicy",
        "If the previous job still runs: Allow (default), Forbid skips the new one, Replace stops the old one.",
        zero="",
        enum=("Allow", "Forbid", "Replace"),
    )
    failedJobsHistoryLimit: int | None = Field("*int32", "Finished failed jobs that are kept. Default 1.")
    jobTemplate: JobTemplateSpec = Field("JobTemplateSpec", "Mould for the jobs.", zero=JobTemplateSpec(), always=True)
    schedule: str = Field(
        "string",
        "Five cron fields (minute, hour, day, month, weekday) or @hourly, @daily and so on; no TZ= prefix.",
        zero="",
        always=True,
    )
    startingDeadlineSeconds: int | None = Field(
        "*int64", "Seconds a run may be late before it is skipped and counted as missed; unset means no limit."
    )
    successfulJobsHistoryLimit: int | None = Field("*int32", "Finished successful jobs that are kept. Default 3.")
    suspend: bool | None = Field("*bool", "True starts no further jobs; running ones go on. Default false.")
    timeZone: str | None = Field(
        "*string", "Time zone of the schedule, such as Europe/Berlin; that of the controller manager when unset."
    )


class CronJobStatus(Struct):
    """Observed state of a cron job."""

    active: tuple[ObjectReference, ...] = Field(
        "[]v1.ObjectReference", "Jobs running now.", zero=(), list_type="atomic"
    )
    lastScheduleTime: Time | None = Field("*metav1.Time", "When a job was last due and started.")
    lastSuccessfulTime: Time | None = Field("*metav1.Time", "When a job last completed successfully.")


class CronJob(Object):
    """Makes jobs on a repeating schedule."""

    apiVersion: ClassVar[str] = "batch/v1"
    kind: ClassVar[str] = "CronJob"
    spec: CronJobSpec = Field("CronJobSpec", "The schedule and the job to make.", zero=CronJobSpec(), always=True)
    status: CronJobStatus = Field(
        "CronJobStatus", "Jobs running now and when the last one was started.", zero=CronJobStatus(), always=True
    )
