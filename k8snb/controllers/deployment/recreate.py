"""Recreate: all old Pods go before the first new one comes. Source: `pkg/controller/deployment/recreate.go`."""

from __future__ import annotations

from k8snb.controllers.deployment.progress import is_complete, sync_rollout_status
from k8snb.controllers.deployment.revisions import clean_up, sort_out
from k8snb.controllers.deployment.rollout import Rollout, active, actual
from k8snb.controllers.deployment.scaling import resize
from k8snb.controllers.podstate import ENDED
from k8snb.engine import After


def recreate(rollout: Rollout) -> After | None:
    """One step: down to nothing, wait, then up at once."""
    sort_out(rollout, create=False)
    shrunk = [rs for rs in active(rollout.old) if resize(rollout, rs, 0)]
    if shrunk or _old_pods_run(rollout):
        return sync_rollout_status(rollout)
    if rollout.new is None:
        sort_out(rollout, create=True)
    assert rollout.new is not None
    resize(rollout, rollout.new, rollout.replicas)
    if is_complete(rollout, rollout.deployment.status):
        clean_up(rollout)
    return sync_rollout_status(rollout)


def _old_pods_run(rollout: Rollout) -> bool:
    if actual(rollout.old):
        return True
    return any(
        pod.status.phase not in ENDED
        for rs in rollout.old
        for pod in rollout.client.indexed("pods", "controller", rs.metadata.uid)
    )
