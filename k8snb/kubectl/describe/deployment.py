"""Deployments, with the ReplicaSets they have and had.

Source: kubectl `pkg/describe/describe.go` (describeDeployment), `pkg/util/deployment/deployment.go`.
"""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.apps.deployment import Deployment
from k8snb.api.errors import StatusError
from k8snb.api.selector import from_label_selector
from k8snb.kubectl.describe import conditions, metadata
from k8snb.kubectl.describe.podtemplate import template
from k8snb.kubectl.describe.reader import Json, Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter

_HASH = "pod-template-hash"


def describe(w: PrefixWriter, obj: Deployment, reader: Reader) -> None:
    """A Deployment."""
    meta, spec, status = obj.metadata, obj.spec, obj.status
    w.field(0, "Name", meta.name)
    w.field(0, "Namespace", meta.namespace)
    w.field(0, "CreationTimestamp", date(meta.creationTimestamp))
    metadata.both(w, obj)
    w.field(0, "Selector", from_label_selector(spec.selector))
    counts = (
        f"{spec.replicas or 0} desired | {status.updatedReplicas} updated | {status.replicas} total | "
        f"{status.availableReplicas} available | {status.unavailableReplicas} unavailable"
    )
    w.field(0, "Replicas", counts)
    w.field(0, "StrategyType", spec.strategy.type)
    w.field(0, "MinReadySeconds", spec.minReadySeconds)
    rolling = spec.strategy.rollingUpdate
    if rolling is not None:
        bounds = f"{rolling.maxUnavailable} max unavailable, {rolling.maxSurge} max surge"
        w.field(0, "RollingUpdateStrategy", bounds)
    template(w, spec.template)
    conditions.short(w, status.conditions)
    old, new = _replica_sets(obj, reader)
    if old or new:
        w.field(0, "OldReplicaSets", _listed(old))
        w.field(0, "NewReplicaSet", _listed(new))


def _replica_sets(obj: Deployment, reader: Reader) -> tuple[list[Json], list[Json]]:
    """(all but the present one, the present one if there is one)."""
    meta = obj.metadata
    try:
        found = reader.list("replicasets.apps", meta.namespace, str(from_label_selector(obj.spec.selector)))
    except StatusError:
        return [], []
    own = [rs for rs in found if _controller_uid(rs) == meta.uid]
    wanted = _comparable(obj.spec.template.to_dict())
    by_age = sorted(own, key=lambda rs: (rs["metadata"].get("creationTimestamp", ""), rs["metadata"]["name"]))
    new = next((rs for rs in by_age if _comparable(rs["spec"]["template"]) == wanted), None)
    return [rs for rs in own if rs is not new], [new] if new is not None else []


def _controller_uid(rs: Json) -> str:
    owners = rs["metadata"].get("ownerReferences") or []
    return next((owner["uid"] for owner in owners if owner.get("controller")), "")


def _comparable(found: Json) -> Json:
    """A template without the label that the controller adds, and without what is empty."""
    meta = dict(found.get("metadata") or {})
    meta["labels"] = {key: value for key, value in (meta.get("labels") or {}).items() if key != _HASH}
    return {"metadata": {key: value for key, value in meta.items() if value}, "spec": found.get("spec") or {}}


def _listed(found: Sequence[Json]) -> str:
    texts = [
        f"{rs['metadata']['name']} ({(rs.get('status') or {}).get('replicas', 0)}/{rs['spec'].get('replicas', 0)} "
        "replicas created)"
        for rs in found
    ]
    return ", ".join(texts) or "<none>"
