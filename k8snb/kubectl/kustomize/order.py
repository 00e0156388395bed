"""The order of the output: what others need comes first. Source: kustomize `api/internal/utils`, `legacyIDSort`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import Json, Resource

_FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def ordered(resources: Sequence[Resource], options: Json | None = None) -> list[Resource]:
    """The resources as they are written; `sortOptions` of a kustomization ask for another order. CommandError."""
    order = (options or {}).get("order") or "legacy"
    if order == "fifo":
        return list(resources)
    if order != "legacy":
        raise CommandError("the field 'sortOptions.order' must be one of [fifo, legacy]")
    legacy = (options or {}).get("legacySortOptions") or {}
    first, last = legacy.get("orderFirst", _FIRST), legacy.get("orderLast", _LAST)
    ranks = {kind: at - len(first) for at, kind in enumerate(first)} | {kind: at + 1 for at, kind in enumerate(last)}
    return sorted(resources, key=lambda resource: _key(resource, ranks))


def _key(resource: Resource, ranks: Mapping[str, int]) -> tuple[int, str, str, str]:
    group = f"{resource.group or '~G'}_{resource.version or '~V'}_{resource.kind}"
    return ranks.get(resource.kind, 0), group, resource.namespace or "~X", resource.name
