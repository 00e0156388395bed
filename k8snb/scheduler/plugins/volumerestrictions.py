"""VolumeRestrictions: a ReadWriteOncePod claim serves one Pod at a time. Source: `plugins/volumerestrictions`.

Simplification: upstream also knows which single-writer disks of removed in-tree plugins clash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8snb.scheduler.cache import Cache
from k8snb.scheduler.framework import Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.template import Template

_IN_USE = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"


class VolumeRestrictions(Plugin):
    """Refuses all nodes while another Pod has the claim."""

    name = "VolumeRestrictions"
    relational = True

    def applies(self, template: Template, cache: Cache) -> bool:
        return bool(_exclusive(template, cache))

    def state(self, template: Template, cache: Cache, removed: Sequence[tuple[NodeInfo, Placed]] = ()) -> Any:
        exclusive = _exclusive(template, cache)
        gone = {placed.key for _, placed in removed}
        return any(
            placed.template.namespace == template.namespace and exclusive.intersection(placed.template.claims)
            for node in cache.nodes
            for placed in node.pods.values()
            if placed.template.claims and placed.key not in gone
        )

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        return Refusal(self.name, (_IN_USE,)) if state else None

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        other = occurrence.template
        return occurrence.kind == "pod gone" and other is not None and bool(set(template.claims) & set(other.claims))


def _exclusive(template: Template, cache: Cache) -> frozenset[str]:
    found = set()
    for name in template.claims:
        claim = cache.client.find("persistentvolumeclaims", name, template.namespace)
        if claim is not None and "ReadWriteOncePod" in claim.spec.accessModes:
            found.add(name)
    return frozenset(found)
