"""Versions of resources that v1.36 no longer serves: a cluster of an older version serves them beside today's.

One row a version of a kind: since when it was deprecated and in which version it went, both as minor versions of Kubernetes 1.
Everything else about a resource is as in the version that replaced it; objects are stored as that (`apiserver/conversion.py`).
Rows that stand in a group of today's follow its versions in discovery. Source: the lifecycle tags in `k8s.io/api`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from k8snb.api.resources import RESOURCES, Resource

#: group, version, kinds, deprecated in, removed in, group and version of the replacement
_ROWS: Final = (
    ("apps", "v1beta2", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", 9, 16, "apps/v1"),
    ("apps", "v1beta1", "ControllerRevision Deployment StatefulSet", 8, 16, "apps/v1"),
    ("autoscaling", "v2beta2", "HorizontalPodAutoscaler", 23, 26, "autoscaling/v2"),
    ("autoscaling", "v2beta1", "HorizontalPodAutoscaler", 22, 25, "autoscaling/v2"),
    ("batch", "v1beta1", "CronJob", 21, 25, "batch/v1"),
    ("networking.k8s.io", "v1beta1", "Ingress IngressClass", 19, 22, "networking.k8s.io/v1"),
    ("policy", "v1beta1", "PodDisruptionBudget", 21, 25, "policy/v1"),
    (
        "rbac.authorization.k8s.io",
        "v1beta1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        17,
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    ("storage.k8s.io", "v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", 19, 22, "storage.k8s.io/v1"),
    ("extensions", "v1beta1", "DaemonSet Deployment ReplicaSet", 8, 16, "apps/v1"),
    ("extensions", "v1beta1", "Ingress", 14, 22, "networking.k8s.io/v1"),
    ("extensions", "v1beta1", "NetworkPolicy", 9, 16, "networking.k8s.io/v1"),
)


@cache
def removed_resources() -> tuple[Resource, ...]:
    """Every version of a resource that is no longer served, whenever it went."""
    return tuple(resource for resource, _ in _all())


@cache
def removed_since(minor: int) -> tuple[Resource, ...]:
    """What Kubernetes 1.`minor` served and today's does not."""
    return tuple(resource for resource, gone in _all() if minor < gone)


def replacement_of(resource: Resource) -> Resource | None:
    """The resource that replaced a removed one; None for those of today."""
    return _replacements().get((resource.api_version, resource.plural))


@cache
def _replacements() -> dict[tuple[str, str], Resource]:
    return {(old.api_version, old.plural): new for old, new, _ in _pairs()}


def _all() -> Iterator[tuple[Resource, int]]:
    for old, _, gone in _pairs():
        yield old, gone


def _pairs() -> Iterator[tuple[Resource, Resource, int]]:
    for group, version, kinds, deprecated, gone, place in _ROWS:
        for kind in kinds.split():
            new = next(row for row in RESOURCES if (row.api_version, row.kind) == (place, kind))
            text = (
                f"{group}/{version} {kind} is deprecated in v1.{deprecated}+, unavailable in v1.{gone}+; "
                f"use {place} {kind}"
            )
            module = f"{group.partition('.')[0]}.{version}"
            old = replace(new, group=group, version=version, module=module, deprecation=text)
            # A second name of the same objects: words that mean many kinds, and short names, mean the first.
            yield replace(old, short_names=(), categories=()) if group != new.group else old, new, gone
