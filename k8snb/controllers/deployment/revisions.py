"""Revisions: which ReplicaSet carries the Deployment's template, making a new one, clearing away old ones.

Source: `pkg/controller/deployment/sync.go` getNewReplicaSet, cleanupDeployment.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.apps.replicaset import ReplicaSet, ReplicaSetSpec
from k8snb.api.errors import StatusError
from k8snb.api.meta import LabelSelector, ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.controllers.deployment import notes
from k8snb.controllers.deployment.progress import condition, has_deadline, record, with_condition, write
from k8snb.controllers.deployment.rollout import HASH_LABEL, REPLICA_SETS, Rollout, by_age, same_template, wanted
from k8snb.controllers.fields import nonzero
from k8snb.controllers.ownership import controller_reference, is_controlled_by
from k8snb.controllers.podstate import condition_of
from k8snb.controllers.templatehash import template_hash

_NO_LIMIT = (1 << 31) - 1


def sort_out(rollout: Rollout, create: bool) -> None:
    """Find the new and the old ReplicaSets, number the new one, and make it if it is missing and `create` says so."""
    template = rollout.deployment.spec.template
    rollout.replica_sets.sort(key=by_age)
    rollout.new = next((rs for rs in rollout.replica_sets if same_template(rs.spec.template, template)), None)
    rollout.old = [rs for rs in rollout.replica_sets if rs is not rollout.new]
    next_revision = max((notes.revision(rs) for rs in rollout.old), default=0) + 1
    if rollout.new is not None:
        _use(rollout, rollout.new, next_revision)
    elif create:
        _make(rollout, next_revision)


def _use(rollout: Rollout, rs: ReplicaSet, next_revision: int) -> None:
    """Take an existing ReplicaSet as the new one: it becomes the latest revision."""
    deployment = rollout.deployment
    changed = notes.with_annotations(rs, notes.inherited(deployment, rs, next_revision))
    if (rs.spec.minReadySeconds or 0) != (deployment.spec.minReadySeconds or 0):
        changed = changed.replace(spec=rs.spec.replace(minReadySeconds=deployment.spec.minReadySeconds or None))
    if changed is not rs:
        changed = rollout.client.update(changed, REPLICA_SETS)
        rollout.replica_sets = [changed if each is rs else each for each in rollout.replica_sets]
        rollout.new = changed
    renumbered = _number(rollout, notes.revision(changed))
    if has_deadline(deployment) and condition_of(deployment, "Progressing") is None:
        message = f'Found new replica set "{rs.metadata.name}"'
        record(rollout, condition(rollout, "Progressing", "True", "FoundNewReplicaSet", message))
    elif renumbered:
        write(rollout, rollout.deployment.status)


def _number(rollout: Rollout, revision: int) -> bool:
    """Put the revision on the Deployment (in memory); whether it is another one."""
    deployment = rollout.deployment
    annotations = {**deployment.metadata.annotations, notes.REVISION: str(revision)}
    rollout.deployment = notes.with_annotations(deployment, annotations)
    return rollout.deployment is not deployment


def _make(rollout: Rollout, revision: int) -> None:
    deployment = rollout.deployment
    fresh = _fresh(rollout, revision)
    name, count = fresh.metadata.name, fresh.spec.replicas or 0
    existed = False
    try:
        made = rollout.client.create(fresh, REPLICA_SETS)
    except StatusError as error:
        if error.reason != "AlreadyExists":
            _could_not_make(rollout, name, error)
            raise
        made, existed = _taken(rollout, name, error), True
    rollout.new = made
    rollout.replica_sets.append(made)
    if not existed and count:
        message = f"Scaled up replica set {name} from 0 to {count}"
        rollout.events.event(deployment, "Normal", "ScalingReplicaSet", message)
    renumbered = _number(rollout, revision)
    if not existed and has_deadline(deployment):
        message = f'Created new replica set "{name}"'
        record(rollout, condition(rollout, "Progressing", "True", "NewReplicaSetCreated", message))
    elif renumbered:
        write(rollout, rollout.deployment.status)


def _fresh(rollout: Rollout, revision: int) -> ReplicaSet:
    deployment = rollout.deployment
    spec, template = deployment.spec, deployment.spec.template
    label = template_hash(template, deployment.status.collisionCount)
    labels = FrozenMap({**template.metadata.labels, HASH_LABEL: label})
    selector = spec.selector or LabelSelector()
    meta = ObjectMeta(
        name=f"{deployment.metadata.name}-{label}",
        namespace=deployment.metadata.namespace,
        labels=labels,
        ownerReferences=(controller_reference(deployment),),
    )
    fields: dict[str, Any] = {
        "replicas": 0,
        **nonzero(minReadySeconds=spec.minReadySeconds),
        "selector": selector.replace(matchLabels=FrozenMap({**selector.matchLabels, HASH_LABEL: label})),
        "template": template.replace(metadata=template.metadata.replace(labels=labels)),
    }
    rs = ReplicaSet.of({"metadata": meta, "spec": ReplicaSetSpec.of(fields)})
    fields["replicas"] = new_replicas(rollout, rs)
    counts = notes.replica_annotations(rollout.replicas, rollout.replicas + rollout.max_surge)
    return notes.with_annotations(rs, {**notes.inherited(deployment, rs, revision), **counts})  # type: ignore[no-any-return]


def _taken(rollout: Rollout, name: str, error: StatusError) -> ReplicaSet:
    """The name of the new ReplicaSet is taken: by itself (then use it), or by another template with the same hash."""
    deployment = rollout.deployment
    other: ReplicaSet = rollout.client.get(REPLICA_SETS, name, deployment.metadata.namespace)
    if is_controlled_by(other, deployment) and same_template(other.spec.template, deployment.spec.template):
        return other
    status = deployment.status
    write(rollout, status.replace(collisionCount=(status.collisionCount or 0) + 1))
    raise error


def _could_not_make(rollout: Rollout, name: str, error: StatusError) -> None:
    if error.has_cause("NamespaceTerminating"):
        return
    message = f'Failed to create new replica set "{name}": {error.message}'
    deployment = rollout.deployment
    if has_deadline(deployment):
        failed = condition(rollout, "Progressing", "False", "ReplicaSetCreateError", message)
        write(rollout, deployment.status.replace(conditions=with_condition(deployment.status.conditions, failed)))
    rollout.events.event(deployment, "Warning", "ReplicaSetCreateError", message)


def new_replicas(rollout: Rollout, new: ReplicaSet) -> int:
    """How many Pods the new ReplicaSet may have now: all, or as many as the surge leaves room for."""
    present = new.spec.replicas or 0
    if not rollout.is_rolling:
        return rollout.replicas
    others = [rs for rs in rollout.all if rs.metadata.name != new.metadata.name]
    room = rollout.replicas + rollout.max_surge - wanted(others) - present
    return present if room <= 0 else present + min(room, rollout.replicas - present)


def clean_up(rollout: Rollout) -> None:
    """Delete the oldest ReplicaSets beyond `revisionHistoryLimit`, if nothing of them is left."""
    limit = rollout.deployment.spec.revisionHistoryLimit
    if limit is None or limit == _NO_LIMIT:
        return
    kept = [rs for rs in rollout.old if rs.metadata.deletionTimestamp is None]
    surplus = len(kept) - limit
    for rs in sorted(kept, key=lambda rs: (notes.revision(rs), by_age(rs)))[: max(surplus, 0)]:
        idle = not rs.status.replicas and not rs.spec.replicas
        if idle and rs.metadata.generation <= rs.status.observedGeneration:
            rollout.client.delete(REPLICA_SETS, rs.metadata.name, rs.metadata.namespace)
