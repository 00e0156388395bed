"""Reservation: once a node is chosen, the claims that waited for that choice get their volumes.

A free volume is reserved by writing the claim into it; otherwise the claim is told the node, and a provisioner makes a
volume. Source: `plugins/volumebinding/binder.go` BindPodVolumes.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.core.pod import ObjectReference
from k8snb.api.model import FrozenMap
from k8snb.controllers.volumes import BOUND_BY_CONTROLLER, SELECTED_NODE, is_bound
from k8snb.scheduler.cache import Cache
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.plugins.volumebinding import plan, volumes_of
from k8snb.scheduler.template import Template


def reserve(cache: Cache, template: Template, node: NodeInfo) -> bool:
    """Ask for the volumes of the waiting claims; whether there is anything to wait for."""
    volumes = volumes_of(template, cache)
    for claim, volume in plan(volumes, node) or ():
        if volume is None:
            annotations = FrozenMap({**claim.metadata.annotations, SELECTED_NODE: node.name})
            cache.client.update(claim.with_metadata(annotations=annotations), "persistentvolumeclaims")
        elif volume.spec.claimRef is None:
            _write_claim(cache, claim, volume)
    return bool(volumes.waiting)


def is_done(cache: Cache, template: Template) -> bool:
    """Whether all claims of a Pod are bound."""
    client = cache.client
    claims = [client.find("persistentvolumeclaims", name, template.namespace) for name in template.claims]
    return all(claim is not None and is_bound(claim) for claim in claims)


def _write_claim(cache: Cache, claim: Any, volume: Any) -> None:
    reference = ObjectReference(
        apiVersion="v1",
        kind="PersistentVolumeClaim",
        name=claim.metadata.name,
        namespace=claim.metadata.namespace,
        uid=claim.metadata.uid,
        resourceVersion=claim.metadata.resourceVersion,
    )
    annotations = FrozenMap({**volume.metadata.annotations, BOUND_BY_CONTROLLER: "yes"})
    reserved = volume.replace(
        spec=volume.spec.replace(claimRef=reference), metadata=volume.metadata.replace(annotations=annotations)
    )
    cache.client.update(reserved, "persistentvolumes")
