"""A Deployment's status: counts, and the conditions Available, Progressing and ReplicaFailure with upstream's words.

Source: `pkg/controller/deployment/progress.go`, `sync.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.apps.deployment import DeploymentCondition, DeploymentStatus
from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.controllers.deployment.rollout import DEPLOYMENTS, Rollout, actual, available
from k8snb.controllers.fields import nonzero
from k8snb.controllers.podstate import condition_of, unix
from k8snb.engine import After

TIMED_OUT = "ProgressDeadlineExceeded"
NEW_RS_AVAILABLE = "NewReplicaSetAvailable"
_NO_DEADLINE = (1 << 31) - 1

Conditions = tuple[DeploymentCondition, ...]


def has_deadline(deployment: Any) -> bool:
    return deployment.spec.progressDeadlineSeconds not in (None, _NO_DEADLINE)


def condition(rollout: Rollout, type: str, status: str, reason: str, message: str) -> DeploymentCondition:
    """A condition as of now."""
    now = rollout.client.clock.timestamp()
    return DeploymentCondition(
        type=type, status=status, reason=reason, message=message, lastUpdateTime=now, lastTransitionTime=now
    )


def with_condition(conditions: Conditions, new: DeploymentCondition) -> Conditions:
    """The conditions with `new` at the end, unless it says what is known; the transition time stays with the status."""
    for known in conditions:
        if known.type == new.type:
            if known.status == new.status and known.reason == new.reason:
                return conditions
            if known.status == new.status:
                new = new.replace(lastTransitionTime=known.lastTransitionTime)
    return (*without(conditions, new.type), new)


def without(conditions: Conditions, type: str) -> Conditions:
    return tuple(c for c in conditions if c.type != type)


def record(rollout: Rollout, new: DeploymentCondition) -> None:
    """Write one condition (and the annotations that the Deployment has by now)."""
    status = rollout.deployment.status
    conditions = with_condition(status.conditions, new)
    write(rollout, status.replace(conditions=conditions))


def write(rollout: Rollout, status: DeploymentStatus) -> None:
    """Write a status."""
    changed = rollout.deployment.replace(status=status)
    rollout.deployment = rollout.client.update_status(changed, DEPLOYMENTS)


def calculate(rollout: Rollout) -> DeploymentStatus:
    """The counts, and the Available condition."""
    sets, deployment = rollout.all, rollout.deployment
    total, ready_enough = actual(sets), available(sets)
    enough = ready_enough >= rollout.replicas - rollout.max_unavailable
    if enough:
        new = condition(
            rollout, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."
        )
    else:
        new = condition(
            rollout,
            "Available",
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    fields = nonzero(
        observedGeneration=deployment.metadata.generation,
        replicas=total,
        updatedReplicas=actual([rollout.new]) if rollout.new is not None else 0,
        readyReplicas=sum(rs.status.readyReplicas for rs in sets),
        availableReplicas=ready_enough,
        unavailableReplicas=max(0, total - ready_enough),
        conditions=with_condition(deployment.status.conditions, new),
    )
    if deployment.status.collisionCount is not None:
        fields["collisionCount"] = deployment.status.collisionCount
    terminating = _terminating(sets)
    if terminating is not None:
        fields["terminatingReplicas"] = terminating
    return DeploymentStatus.of(fields)


def _terminating(sets: list[ReplicaSet]) -> int | None:
    """Pods on their way out; None as long as a ReplicaSet has not said."""
    total = 0
    for rs in sets:
        if not rs.status.observedGeneration:
            continue
        if rs.status.terminatingReplicas is None:
            return None
        total += rs.status.terminatingReplicas
    return total


def is_complete(rollout: Rollout, status: DeploymentStatus) -> bool:
    """All Pods are of the new template and available."""
    wanted = rollout.replicas
    return (
        status.updatedReplicas == status.replicas == status.availableReplicas == wanted
        and status.observedGeneration >= rollout.deployment.metadata.generation
    )


def _progressed(before: DeploymentStatus, now: DeploymentStatus) -> bool:
    return (
        now.updatedReplicas > before.updatedReplicas
        or now.replicas - now.updatedReplicas < before.replicas - before.updatedReplicas
        or now.readyReplicas > before.readyReplicas
        or now.availableReplicas > before.availableReplicas
    )


def _timed_out(rollout: Rollout) -> bool:
    known = condition_of(rollout.deployment, "Progressing")
    if known is None or known.reason == NEW_RS_AVAILABLE:
        return False
    if known.reason == TIMED_OUT:
        return True
    return _deadline(rollout, known) < rollout.client.clock.unix


def _deadline(rollout: Rollout, known: Any) -> float:
    return unix(known.lastUpdateTime) + (rollout.deployment.spec.progressDeadlineSeconds or 0)


def sync_status(rollout: Rollout) -> None:
    """The counts alone: while paused, scaling or being deleted."""
    status = calculate(rollout)
    if status != rollout.deployment.status:
        write(rollout, status)


def sync_rollout_status(rollout: Rollout) -> After | None:
    """Counts and how the rollout goes on; when to look again whether it is stuck."""
    deployment, status = rollout.deployment, calculate(rollout)
    conditions = status.conditions if has_deadline(deployment) else without(status.conditions, "Progressing")
    known = condition_of(deployment, "Progressing")
    settled = status.replicas == status.updatedReplicas and known is not None and known.reason == NEW_RS_AVAILABLE
    if has_deadline(deployment) and not settled:
        conditions = _with_progress(rollout, status, conditions, known)
    failures = [c for rs in _failing(rollout) for c in rs.status.conditions if c.type == "ReplicaFailure"]
    if failures:
        since = failures[0].lastTransitionTime
        failure = DeploymentCondition.of({**failures[0].fields(), "lastUpdateTime": since})
        conditions = with_condition(conditions, failure)
    else:
        conditions = without(conditions, "ReplicaFailure")
    status = status.replace(conditions=conditions)
    if status != deployment.status:
        write(rollout, status)
        return None  # the write wakes this key again
    return _look_again(rollout, status)


def _failing(rollout: Rollout) -> list[ReplicaSet]:
    """Where to look for refusals: at the new ReplicaSet first."""
    return [rollout.new, *rollout.old] if rollout.new is not None else rollout.old


def _with_progress(rollout: Rollout, status: DeploymentStatus, conditions: Conditions, known: Any) -> Conditions:
    what, one = ("ReplicaSet", rollout.new) if rollout.new is not None else ("Deployment", rollout.deployment)
    who = f'{what} "{one.metadata.name}"'
    if is_complete(rollout, status):
        done = condition(rollout, "Progressing", "True", NEW_RS_AVAILABLE, f"{who} has successfully progressed.")
        return with_condition(conditions, done)
    if _progressed(rollout.deployment.status, status):
        moving = condition(rollout, "Progressing", "True", "ReplicaSetUpdated", f"{who} is progressing.")
        if known is not None and known.status == "True":
            moving = moving.replace(lastTransitionTime=known.lastTransitionTime)
        # Replaced even if it says the same: its update time is what the deadline counts from.
        return (*without(conditions, "Progressing"), moving)
    if _timed_out(rollout):
        late = condition(rollout, "Progressing", "False", TIMED_OUT, f"{who} has timed out progressing.")
        return with_condition(conditions, late)
    return conditions


def _look_again(rollout: Rollout, status: DeploymentStatus) -> After | None:
    known = condition_of(rollout.deployment, "Progressing")
    if not has_deadline(rollout.deployment) or known is None:
        return None
    if is_complete(rollout, status) or known.reason in (TIMED_OUT, NEW_RS_AVAILABLE):
        return None
    return After(max(_deadline(rollout, known) - rollout.client.clock.unix, 0.0) + 1.0)


def note_pause(rollout: Rollout) -> None:
    """Record in the Progressing condition that the rollout was paused or resumed: the deadline stops or starts."""
    deployment = rollout.deployment
    known = condition_of(deployment, "Progressing")
    if not has_deadline(deployment) or (known is not None and known.reason == TIMED_OUT):
        return
    paused = known is not None and known.reason == "DeploymentPaused"
    if deployment.spec.paused and not paused:
        record(rollout, condition(rollout, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"))
    elif not deployment.spec.paused and paused:
        record(rollout, condition(rollout, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"))
