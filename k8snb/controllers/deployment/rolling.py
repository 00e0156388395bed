"""Rolling updates: the new ReplicaSet grows and the old ones shrink, within maxSurge and maxUnavailable.

Source: `pkg/controller/deployment/rolling.go`.
"""

from __future__ import annotations

from k8snb.controllers.deployment.progress import is_complete, sync_rollout_status
from k8snb.controllers.deployment.revisions import clean_up, new_replicas, sort_out
from k8snb.controllers.deployment.rollout import Rollout, active, available, by_age, wanted
from k8snb.controllers.deployment.scaling import resize
from k8snb.engine import After


def roll(rollout: Rollout) -> After | None:
    """One step of a rolling update: up, or down, or done."""
    sort_out(rollout, create=True)
    if not _grow(rollout) and not _shrink(rollout) and is_complete(rollout, rollout.deployment.status):
        clean_up(rollout)
    return sync_rollout_status(rollout)


def _grow(rollout: Rollout) -> bool:
    new = rollout.new
    assert new is not None
    size = new.spec.replicas or 0
    if size == rollout.replicas:
        return False
    if size > rollout.replicas:
        return resize(rollout, new, rollout.replicas)
    return resize(rollout, new, new_replicas(rollout, new))


def _shrink(rollout: Rollout) -> bool:
    """Take away old Pods: the broken ones first, then as many healthy ones as may be missing."""
    old, new = active(rollout.old), rollout.new
    if not wanted(old) or new is None:
        return False
    least = rollout.replicas - rollout.max_unavailable
    not_yet = (new.spec.replicas or 0) - new.status.availableReplicas
    spare = wanted(rollout.all) - least - not_yet
    if spare <= 0:
        return False
    removed = _remove_unhealthy(rollout, spare)
    return _remove_healthy(rollout, least) + removed > 0


def _remove_unhealthy(rollout: Rollout, most: int) -> int:
    removed = 0
    for rs in sorted(active(rollout.old), key=by_age):
        size = rs.spec.replicas or 0
        unhealthy = size - rs.status.availableReplicas
        if removed >= most or unhealthy <= 0:
            continue
        count = min(most - removed, unhealthy)
        resize(rollout, rs, size - count)
        removed += count
    return removed


def _remove_healthy(rollout: Rollout, least: int) -> int:
    spare = available(rollout.all) - least
    removed = 0
    for rs in sorted(active(rollout.old), key=by_age):
        if removed >= spare:
            break
        size = rs.spec.replicas or 0
        count = min(size, spare - removed)
        resize(rollout, rs, size - count)
        removed += count
    return removed
