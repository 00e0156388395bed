"""Names that refer to other objects: when an object gets another name, they follow.

Source: kustomize `api/internal/konfig/builtinpluginconsts/namereference.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8snb.kubectl.kustomize.resource import Resource, pod_specs, split, visit

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
#: kind referred to -> paths below a Pod's spec
_IN_PODS: Mapping[str, tuple[str, ...]] = {
    "ConfigMap": (
        "volumes/configMap/name",
        "volumes/projected/sources/configMap/name",
        *(f"{where}/env/valueFrom/configMapKeyRef/name" for where in _CONTAINERS),
        *(f"{where}/envFrom/configMapRef/name" for where in _CONTAINERS),
    ),
    "Secret": (
        "volumes/secret/secretName",
        "volumes/projected/sources/secret/name",
        "imagePullSecrets/name",
        *(f"{where}/env/valueFrom/secretKeyRef/name" for where in _CONTAINERS),
        *(f"{where}/envFrom/secretRef/name" for where in _CONTAINERS),
    ),
    "ServiceAccount": ("serviceAccountName",),
    "PersistentVolumeClaim": ("volumes/persistentVolumeClaim/claimName",),
    "PriorityClass": ("priorityClassName",),
    "RuntimeClass": ("runtimeClassName",),
}
_SCALED = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
_RULES = ("rules/resourceNames",)
#: kind referred to -> kind that refers -> paths
_ELSEWHERE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **{kind: {"HorizontalPodAutoscaler": ("spec/scaleTargetRef/name",)} for kind in _SCALED},
    "ConfigMap": {"Role": _RULES, "ClusterRole": _RULES},
    "Secret": {
        "Ingress": ("spec/tls/secretName",),
        "ServiceAccount": ("imagePullSecrets/name", "secrets/name"),
        "Role": _RULES,
        "ClusterRole": _RULES,
    },
    "Service": {
        "StatefulSet": ("spec/serviceName",),
        "Ingress": (
            "spec/rules/http/paths/backend/service/name",
            "spec/defaultBackend/service/name",
            "spec/rules/http/paths/backend/serviceName",
            "spec/backend/serviceName",
        ),
        "MutatingWebhookConfiguration": ("webhooks/clientConfig/service/name",),
        "ValidatingWebhookConfiguration": ("webhooks/clientConfig/service/name",),
        "APIService": ("spec/service/name",),
    },
    "PersistentVolume": {"PersistentVolumeClaim": ("spec/volumeName",)},
    "StorageClass": {
        "PersistentVolume": ("spec/storageClassName",),
        "PersistentVolumeClaim": ("spec/storageClassName",),
        "StatefulSet": ("spec/volumeClaimTemplates/spec/storageClassName",),
    },
    "IngressClass": {"Ingress": ("spec/ingressClassName",)},
}


def follow(resources: Sequence[Resource], before: Sequence[str]) -> None:
    """Change the references to resources whose names are no longer those of `before`."""
    renamed: dict[tuple[str, str], Resource] = {
        (resource.kind, old): resource for resource, old in zip(resources, before, strict=True) if resource.name != old
    }
    moved = {("ServiceAccount", old): r for r, old in zip(resources, before, strict=True) if r.kind == "ServiceAccount"}
    for resource in resources:
        for kind, path in _paths(resource):
            visit(resource.object, path, lambda holder, key, kind=kind: _point(holder, key, kind, renamed))  # type: ignore[misc]
        if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
            _binding(resource.object, renamed, moved)


def _paths(resource: Resource) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind referred to, path) of every reference that the kind may hold."""
    for base in pod_specs(resource):
        for kind, paths in _IN_PODS.items():
            for path in paths:
                yield kind, (*base, *split(path))
    for kind, referrers in _ELSEWHERE.items():
        for path in referrers.get(resource.kind, ()):
            yield kind, split(path)


def _point(holder: dict[str, Any], key: str, kind: str, renamed: Mapping[tuple[str, str], Resource]) -> None:
    # A scale target names the kind it means.
    if key == "name" and holder.get("kind") in _SCALED and holder["kind"] != kind:
        return
    value = holder[key]
    if isinstance(value, list):
        holder[key] = [renamed[kind, item].name if (kind, item) in renamed else item for item in value]
    elif (kind, value) in renamed:
        holder[key] = renamed[kind, value].name


def _binding(
    obj: dict[str, Any], renamed: Mapping[tuple[str, str], Resource], accounts: Mapping[tuple[str, str], Resource]
) -> None:
    role = obj.get("roleRef") or {}
    target = renamed.get((role.get("kind", ""), role.get("name", "")))
    if target is not None:
        role["name"] = target.name
    for subject in obj.get("subjects") or []:
        if subject.get("kind") == "ServiceAccount":
            account = accounts.get(("ServiceAccount", subject.get("name", "")))
            if account is not None:
                subject["name"] = account.name
                if account.namespace:
                    subject["namespace"] = account.namespace
