"""batch/v1beta1, gone since v1.25: CronJobs in today's shape."""

from typing import ClassVar

from k8snb.api.batch import cronjob


class CronJob(cronjob.CronJob):
    """Jobs at the times of a schedule."""

    apiVersion: ClassVar[str] = "batch/v1beta1"
