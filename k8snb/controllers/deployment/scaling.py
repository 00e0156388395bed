"""Scaling: one ReplicaSet to a number, or all of them in proportion while a rollout is under way.

Source: `pkg/controller/deployment/sync.go` scale, `util.GetReplicaSetProportion`.
"""

from __future__ import annotations

from fractions import Fraction

from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.controllers.deployment import notes
from k8snb.controllers.deployment.rollout import REPLICA_SETS, Rollout, active, by_age, wanted


def is_scaling(rollout: Rollout) -> bool:
    """Whether the Deployment's size is not what its ReplicaSets were last told."""
    for rs in active(rollout.all):
        desired = notes.number(rs, notes.DESIRED_REPLICAS)
        if desired is not None and desired != rollout.replicas:
            return True
    return False


def resize(rollout: Rollout, rs: ReplicaSet, size: int) -> bool:
    """Set a ReplicaSet's size and tell; whether it has another one now."""
    before = rs.spec.replicas or 0
    counts = notes.replica_annotations(rollout.replicas, rollout.replicas + rollout.max_surge)
    changed = notes.with_annotations(rs, {**rs.metadata.annotations, **counts})
    if before != size:
        changed = changed.replace(spec=rs.spec.replace(replicas=size))
    if changed is rs:
        return False
    changed = rollout.client.update(changed, REPLICA_SETS)
    rollout.replica_sets = [changed if each is rs else each for each in rollout.replica_sets]
    rollout.old = [changed if each is rs else each for each in rollout.old]
    if rollout.new is rs:
        rollout.new = changed
    if before == size:
        return False
    way = "up" if before < size else "down"
    message = f"Scaled {way} replica set {rs.metadata.name} from {before} to {size}"
    rollout.events.event(rollout.deployment, "Normal", "ScalingReplicaSet", message)
    return True


def scale(rollout: Rollout) -> None:
    """Bring the ReplicaSets to the Deployment's size, outside or in the middle of a rollout."""
    only = _active_or_latest(rollout)
    if only is not None:
        if (only.spec.replicas or 0) != rollout.replicas:
            resize(rollout, only, rollout.replicas)
        return
    if _is_saturated(rollout):
        for rs in active(rollout.old):
            resize(rollout, rs, 0)
        return
    if rollout.is_rolling:
        _scale_in_proportion(rollout)


def _active_or_latest(rollout: Rollout) -> ReplicaSet | None:
    """The only ReplicaSet with Pods, or the latest if none has; None if there are several."""
    running = active(rollout.all)
    if len(running) == 1:
        return running[0]
    if running:
        return None
    if rollout.new is not None:
        return rollout.new
    return max(rollout.old, key=by_age) if rollout.old else None


def _is_saturated(rollout: Rollout) -> bool:
    """The new ReplicaSet has all the Pods that the Deployment wants, and they are available."""
    new = rollout.new
    return (
        new is not None
        and notes.number(new, notes.DESIRED_REPLICAS) == rollout.replicas
        and new.spec.replicas == rollout.replicas
        and new.status.availableReplicas == rollout.replicas
    )


def _scale_in_proportion(rollout: Rollout) -> None:
    """Share the difference out among the ReplicaSets by their size; what rounding leaves goes to the largest."""
    sets = active(rollout.all)
    allowed = rollout.replicas + rollout.max_surge if rollout.replicas else 0
    to_add = allowed - wanted(sets)
    # Among ReplicaSets of one size the newer grows first, the older shrinks first.
    sets.sort(key=by_age, reverse=to_add > 0)
    sets.sort(key=lambda rs: -(rs.spec.replicas or 0))
    added, sizes = 0, []
    for rs in sets:
        share = _proportion(rollout, rs, to_add, added) if to_add else 0
        sizes.append((rs.spec.replicas or 0) + share)
        added += share
    if sizes and to_add:
        sizes[0] = max(sizes[0] + to_add - added, 0)
    for rs, size in zip(sets, sizes, strict=True):
        resize(rollout, rs, size)


def _proportion(rollout: Rollout, rs: ReplicaSet, to_add: int, added: int) -> int:
    size = rs.spec.replicas or 0
    if not size or not to_add or added == to_add:
        return 0
    share = _fraction(rollout, rs)
    left = to_add - added
    return min(share, left) if to_add > 0 else max(share, left)


def _fraction(rollout: Rollout, rs: ReplicaSet) -> int:
    """How much this ReplicaSet grows when the whole Deployment goes from what it was to what it is to be."""
    size = rs.spec.replicas or 0
    if not rollout.replicas:
        return -size
    before = notes.number(rs, notes.MAX_REPLICAS) or rollout.deployment.status.replicas
    if not before:
        return 0
    target = Fraction(size * (rollout.replicas + rollout.max_surge), before)
    return int(target + Fraction(1, 2)) - size  # rounded half away from zero
