"""The order of the output: what others need comes first. Source: kustomize `api/internal/utils`, `legacyIDSort`."""

from __future__ import annotations

from collections.abc import Iterable

from k8snb.kubectl.kustomize.resource import Resource

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


def ordered(resources: Iterable[Resource]) -> list[Resource]:
    """The resources as they are written."""
    return sorted(resources, key=_key)


def _key(resource: Resource) -> tuple[int, str, str, str]:
    rank = {
        **{kind: at - len(_FIRST) for at, kind in enumerate(_FIRST)},
        **{kind: at + 1 for at, kind in enumerate(_LAST)},
    }
    group = f"{resource.group or '~G'}_{resource.version or '~V'}_{resource.kind}"
    return rank.get(resource.kind, 0), group, resource.namespace or "~X", resource.name
