"""TTL after finished: Jobs that have ended are deleted after `ttlSecondsAfterFinished`.

Source: `pkg/controller/ttlafterfinished`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.job import JOBS, is_finished
from k8snb.controllers.podstate import unix
from k8snb.engine import After, Watch, split_key


class TTLAfterFinishedController:
    """Reconciles `jobs.batch`."""

    name: ClassVar[str] = "ttl-after-finished-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(JOBS),)

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        job = self.client.find(JOBS, name, namespace)
        if job is None or job.metadata.deletionTimestamp is not None or not is_finished(job):
            return None
        if job.spec.ttlSecondsAfterFinished is None:
            return None
        left = _finished_at(job) + job.spec.ttlSecondsAfterFinished - self.client.clock.unix
        if left > 0:
            return After(left)
        self.client.delete(JOBS, name, namespace, propagation="Foreground", uid=job.metadata.uid)
        return None


def _finished_at(job: Any) -> float:
    ends = [c for c in job.status.conditions if c.type in ("Complete", "Failed") and c.status == "True"]
    return unix(ends[0].lastTransitionTime)
