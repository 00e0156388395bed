"""VolumeBinding: a Pod goes where its volumes can be. Source: `plugins/volumebinding`.

Claims of binding mode Immediate have to be bound before. For those that wait for their first consumer the scheduler
picks the volume, or asks the volume controller to provision one for the node it chose, and binds the Pod when that is
done. Simplification: no storage capacity tracking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from k8snb.controllers.volumes import (
    CLASSES,
    NO_PROVISIONER,
    class_of,
    find_volume,
    is_bound,
    reachable,
    waits_for_consumer,
)
from k8snb.scheduler.cache import Cache
from k8snb.scheduler.framework import Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template

NO_MATCH = "node(s) didn't find available persistent volumes to bind"
OTHER_NODE = "node(s) didn't match PersistentVolume's node affinity"
NO_VOLUME = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"


class Volumes(NamedTuple):
    """A Pod's claims: the volumes of bound ones (None if it is gone), the claims that wait, and all volumes there are."""

    bound: tuple[Any | None, ...]
    waiting: tuple[Any, ...]
    all: tuple[Any, ...]
    provisionable: frozenset[str]


class VolumeBinding(Plugin):
    """Refuses Pods whose claims are missing or unbound, and nodes that their volumes cannot reach."""

    name = "VolumeBinding"
    relational = True

    def pre_filter(self, template: Template, cache: Cache) -> Refusal | None:
        waiting = False
        for name in template.claims:
            claim = cache.client.find("persistentvolumeclaims", name, template.namespace)
            problem = _problem(template, name, claim)
            if problem:
                return Refusal(self.name, (problem,), unresolvable=True)
            if not is_bound(claim) and not waits_for_consumer(cache.client, claim):
                waiting = True
        if waiting:
            return Refusal(self.name, ("pod has unbound immediate PersistentVolumeClaims",), unresolvable=True)
        return None

    def applies(self, template: Template, cache: Cache) -> bool:
        return bool(template.claims)

    def state(self, template: Template, cache: Cache, removed: Sequence[tuple[NodeInfo, Any]] = ()) -> Any:
        return volumes_of(template, cache)

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        if state is None:
            return None
        reasons = []
        if any(volume is None for volume in state.bound):
            reasons.append(NO_VOLUME)
        elif not all(reachable(volume, node.name, node.labels) for volume in state.bound):
            reasons.append(OTHER_NODE)
        if not reasons and plan(state, node) is None:
            reasons.append(NO_MATCH)
        return Refusal(self.name, tuple(reasons), unresolvable=True) if reasons else None

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        if occurrence.kind == "storage":
            return True
        return occurrence.kind == "node" and (
            occurrence.old is None or (occurrence.node is not None and occurrence.node.labels != occurrence.old.labels)
        )


def volumes_of(template: Template, cache: Cache) -> Volumes:
    """What is known of the claims of a Pod that has passed `pre_filter`."""
    client = cache.client
    claims = [client.find("persistentvolumeclaims", name, template.namespace) for name in template.claims]
    bound = [client.find("persistentvolumes", c.spec.volumeName) for c in claims if c is not None and is_bound(c)]
    waiting = [c for c in claims if c is not None and not is_bound(c)]
    provisionable = set()
    for claim in waiting:
        found = client.find(CLASSES, class_of(claim))
        if found is not None and found.provisioner != NO_PROVISIONER:
            provisionable.add(found.metadata.name)
    volumes = tuple(client.list("persistentvolumes").items) if waiting else ()
    return Volumes(tuple(bound), tuple(waiting), volumes, frozenset(provisionable))


def plan(volumes: Volumes, node: NodeInfo) -> list[tuple[Any, Any | None]] | None:
    """For each waiting claim the volume it gets on a node, None if one is to be made; None if a claim can get nothing."""
    chosen: list[tuple[Any, Any | None]] = []
    taken: set[str] = set()
    for claim in volumes.waiting:
        volume = find_volume(volumes.all, claim, (node.name, node.labels), taken)
        if volume is not None:
            taken.add(volume.metadata.name)
        elif class_of(claim) not in volumes.provisionable:
            return None
        chosen.append((claim, volume))
    return chosen


def _problem(template: Template, name: str, claim: Any | None) -> str:
    if claim is None:
        own = any(v.ephemeral is not None and name.endswith(f"-{v.name}") for v in template.pod.spec.volumes)
        if own:
            return f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
        return f'persistentvolumeclaim "{name}" not found'
    if claim.status.phase == "Lost":
        return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{claim.spec.volumeName}"'
    if claim.metadata.deletionTimestamp is not None:
        return f'persistentvolumeclaim "{name}" is being deleted'
    return ""
