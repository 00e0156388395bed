"""ServiceAccount admission: every Pod runs as an account and gets a short-lived token of it as a volume.

Source: `plugin/pkg/admission/serviceaccount` (the projected `kube-api-access-…` volume).
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api import errors
from k8snb.api.core.container import Container, VolumeMount
from k8snb.api.core.pod import Pod
from k8snb.api.core.volume import (
    ConfigMapProjection,
    DownwardAPIProjection,
    DownwardAPIVolumeFile,
    KeyToPath,
    ObjectFieldSelector,
    ProjectedVolumeSource,
    ServiceAccountTokenProjection,
    Volume,
    VolumeProjection,
)
from k8snb.api.errors import GroupResource
from k8snb.apiserver.admission import Plugin
from k8snb.apiserver.context import Context

MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"

#: the same for every Pod, so every Pod shares it
_PROJECTED = ProjectedVolumeSource(
    defaultMode=420,
    sources=(
        VolumeProjection(serviceAccountToken=ServiceAccountTokenProjection(expirationSeconds=3607, path="token")),
        VolumeProjection(
            configMap=ConfigMapProjection(name="kube-root-ca.crt", items=(KeyToPath(key="ca.crt", path="ca.crt"),))
        ),
        VolumeProjection(
            downwardAPI=DownwardAPIProjection(
                items=(
                    DownwardAPIVolumeFile(
                        path="namespace",
                        fieldRef=ObjectFieldSelector(apiVersion="v1", fieldPath="metadata.namespace"),
                    ),
                )
            )
        ),
    ),
)


class ServiceAccountAdmission(Plugin):
    """Names the account, and mounts its token where a container has nothing mounted yet."""

    resources: ClassVar[frozenset[str]] = frozenset({"pods"})
    operations: ClassVar[frozenset[str]] = frozenset({"create"})

    def mutate(self, ctx: Context, obj: Pod, old: Any | None) -> Pod:
        if "kubernetes.io/config.mirror" in obj.metadata.annotations:
            return obj
        spec = obj.spec
        name = spec.serviceAccountName or "default"
        account: Any = ctx.store.get("serviceaccounts", ctx.namespace, name)
        if account is None:
            raise errors.forbidden(
                GroupResource("", "pods"),
                obj.metadata.name,
                f'error looking up service account {ctx.namespace}/{name}: serviceaccount "{name}" not found',
            )
        changes: dict[str, Any] = {"serviceAccountName": name, "serviceAccount": name}
        if not spec.imagePullSecrets and account.imagePullSecrets:
            changes["imagePullSecrets"] = account.imagePullSecrets
        wants = spec.automountServiceAccountToken
        if wants is None:
            wants = account.automountServiceAccountToken is not False
        if wants:
            changes.update(_token(ctx, obj))
        return obj.replace(spec=spec.replace(**changes))


def _token(ctx: Context, pod: Pod) -> dict[str, Any]:
    spec = pod.spec
    lacking = [c for c in (*spec.containers, *spec.initContainers) if not _mounted(c)]
    if not lacking:
        return {}
    volume = f"kube-api-access-{ctx.rng.suffix(stream='volumes')}"
    mount = VolumeMount.of({"name": volume, "readOnly": True, "mountPath": MOUNT_PATH})
    changes: dict[str, Any] = {
        "containers": tuple(_with(c, mount) for c in spec.containers),
        "volumes": (*spec.volumes, Volume.of({"name": volume, "projected": _PROJECTED})),
    }
    if spec.initContainers:
        changes["initContainers"] = tuple(_with(c, mount) for c in spec.initContainers)
    return changes


def _mounted(container: Container) -> bool:
    return any(mount.mountPath == MOUNT_PATH for mount in container.volumeMounts)


def _with(container: Container, mount: VolumeMount) -> Container:
    return container if _mounted(container) else container.replace(volumeMounts=(*container.volumeMounts, mount))
