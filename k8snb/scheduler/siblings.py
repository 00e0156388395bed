"""Siblings: the Pods beside which a Pod is spread by default: those of its Services and of its owner.

Source: `plugins/helper/spread.go` DefaultSelector.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.selector import Requirement, Selector, from_label_selector, from_labels
from k8snb.client.client import Client
from k8snb.controllers.ownership import controller_of
from k8snb.scheduler.template import Template

_OWNERS = {
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "ReplicationController": "replicationcontrollers",
}


def siblings(client: Client, template: Template) -> Selector | None:
    """The selector for a Pod's siblings; None if nobody selects it."""
    labels: dict[str, str] = {}
    for service in client.list("services", template.namespace).items:
        selector = service.spec.selector
        if selector and from_labels(selector).matches(template.labels):
            labels.update(selector)
    requirements: list[Requirement] = list(from_labels(labels).requirements)
    owner = _owner(client, template)
    if owner is not None:
        kind, found = owner
        if kind == "ReplicationController":
            labels.update(found.spec.selector)
            requirements = list(from_labels(labels).requirements)
        else:
            requirements += from_label_selector(found.spec.selector).requirements
    return Selector(dict.fromkeys(requirements)) if requirements else None


def _owner(client: Client, template: Template) -> tuple[str, Any] | None:
    reference = controller_of(template.pod)
    if reference is None or reference.kind not in _OWNERS:
        return None
    found = client.find(_OWNERS[reference.kind], reference.name, template.namespace)
    return (reference.kind, found) if found is not None else None
