"""Revision history of DaemonSets and StatefulSets: each version of their template is kept as a ControllerRevision.

A revision's data is a patch that sets the template; `kubectl rollout undo` applies it. Source:
`pkg/controller/history/controller_history.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.apps.controllerrevision import ControllerRevision
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap, freeze
from k8snb.api.selector import Selector
from k8snb.client.client import Client
from k8snb.controllers.ownership import claim, controller_reference
from k8snb.controllers.templatehash import template_hash

REVISIONS = "controllerrevisions.apps"


def revisions_of(client: Client, owner: Any, selector: Selector) -> list[Any]:
    """The owner's revisions, oldest first."""
    found = client.list(REVISIONS, owner.metadata.namespace).items
    claimed = claim(client, REVISIONS, owner, selector, found)
    return sorted(claimed, key=lambda r: (r.revision, r.metadata.creationTimestamp or "", r.metadata.name))


def patch_of(template: Any) -> Any:
    """The patch that brings this template back."""
    return freeze({"spec": {"template": {**template.to_dict(), "$patch": "replace"}}})


def new_revision(owner: Any, number: int, hash_label: str) -> ControllerRevision:
    """A revision of the owner's present template, not yet stored."""
    template = owner.spec.template
    data = patch_of(template)
    suffix = template_hash(dict(data), owner.status.collisionCount)
    meta = {
        "name": f"{owner.metadata.name[:223]}-{suffix}",
        "namespace": owner.metadata.namespace,
        "labels": FrozenMap({**template.metadata.labels, hash_label: suffix}),
        "ownerReferences": (controller_reference(owner),),
    }
    if owner.metadata.annotations:
        meta["annotations"] = owner.metadata.annotations
    return ControllerRevision.of({"metadata": ObjectMeta.of(meta), "data": data, "revision": number})


def store(client: Client, revision: ControllerRevision) -> Any:
    """Store a new revision; None if another one has its name, that is, if the hashes collide."""
    try:
        return client.create(revision)
    except StatusError as error:
        if error.reason != "AlreadyExists":
            raise
    other = client.get(REVISIONS, revision.metadata.name, revision.metadata.namespace)
    return other if other.data == revision.data else None


def renumber(client: Client, revision: Any, number: int) -> Any:
    """Give a revision a later number."""
    return revision if revision.revision == number else client.update(revision.replace(revision=number))


def truncate(client: Client, revisions: list[Any], live: set[str], limit: int | None) -> None:
    """Delete the oldest revisions beyond the limit; the `live` ones (by name) are in use."""
    idle = [revision for revision in revisions if revision.metadata.name not in live]
    surplus = len(idle) - (10 if limit is None else limit)
    for revision in idle[: max(surplus, 0)]:
        client.delete(REVISIONS, revision.metadata.name, revision.metadata.namespace)
