"""DynamicResources: Pods that claim devices wait. Source: `plugins/dynamicresources`.

Claims, classes and slices are stored and shown, but nobody allocates devices: a Pod that claims one stays Pending, whatever
the slices offer. Simplification: a claim that does not exist is told of, where upstream keeps the Pod back in silence.
"""

from __future__ import annotations

from typing import Any

from k8snb.scheduler.cache import Cache
from k8snb.scheduler.framework import Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template

_CLAIMS = "resourceclaims.resource.k8s.io"
_UNABLE = "cannot allocate all claims"


class DynamicResources(Plugin):
    """Refuses Pods with claims that are missing, and all nodes for the others."""

    name = "DynamicResources"
    relational = True

    def pre_filter(self, template: Template, cache: Cache) -> Refusal | None:
        for claim in template.pod.spec.resourceClaims:
            name = claim.resourceClaimName
            if name is not None and cache.client.find(_CLAIMS, name, template.namespace) is None:
                return Refusal(self.name, (f'resourceclaim.resource.k8s.io "{name}" not found',), unresolvable=True)
        return None

    def applies(self, template: Template, cache: Cache) -> bool:
        return bool(template.pod.spec.resourceClaims)

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        return Refusal(self.name, (_UNABLE,), unresolvable=True) if template.pod.spec.resourceClaims else None

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        return False
