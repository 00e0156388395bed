"""PersistentVolumes. Source: `pkg/registry/core/persistentvolume/strategy.go`, printers' printPersistentVolume."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.persistentvolume import PersistentVolume, PersistentVolumeStatus
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.persistentvolumeclaim import access_modes
from k8snb.apiserver.registry.podwarnings import node_term_warnings
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.volumewarnings import persistent_volume_warnings, storage_annotation_warnings


class PersistentVolumeStrategy(Strategy):
    """A piece of storage."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Capacity"),
        Column("Access Modes"),
        Column("Reclaim Policy"),
        Column("Status"),
        Column("Claim"),
        Column("StorageClass"),
        Column("VolumeAttributesClass"),
        Column("Reason"),
        Column("Age"),
        Column("VolumeMode", priority=1),
    )

    def defaults(self, obj: PersistentVolume) -> PersistentVolume:
        spec = obj.spec
        changes: dict[str, Any] = {"persistentVolumeReclaimPolicy": spec.persistentVolumeReclaimPolicy or "Retain"}
        if spec.volumeMode is None:
            changes["volumeMode"] = "Filesystem"
        if spec.hostPath is not None and spec.hostPath.type is None:
            changes["hostPath"] = spec.hostPath.replace(type="")
        return obj.replace(spec=spec.replace(**changes))

    def prepare_create(self, ctx: Context, obj: PersistentVolume) -> PersistentVolume:
        return obj.replace(
            status=PersistentVolumeStatus(phase="Pending", lastPhaseTransitionTime=ctx.clock.timestamp())
        )

    def validate(self, ctx: Context, obj: PersistentVolume) -> list[FieldError]:
        return rule("persistentvolume", "validate_persistent_volume")(obj)

    def validate_update(self, ctx: Context, obj: PersistentVolume, old: PersistentVolume) -> list[FieldError]:
        return rule("persistentvolume", "validate_persistent_volume_update")(obj, old)

    def warnings(self, ctx: Context, obj: PersistentVolume, old: PersistentVolume | None) -> list[str]:
        said = [*storage_annotation_warnings(obj.metadata.annotations)]
        if "volume.beta.kubernetes.io/mount-options" in obj.metadata.annotations:
            instead = 'deprecated since v1.31; use "mountOptions" attribute instead'
            said.append(f"metadata.annotations[volume.beta.kubernetes.io/mount-options]: {instead}")
        affinity = obj.spec.nodeAffinity
        terms = affinity.required.nodeSelectorTerms if affinity is not None and affinity.required is not None else ()
        for i, term in enumerate(terms):
            said += node_term_warnings(term, f"spec.nodeAffinity.required.nodeSelectorTerms[{i}]")
        if obj.spec.persistentVolumeReclaimPolicy == "Recycle":
            instead = "Instead, the recommended approach is to use dynamic provisioning."
            said.append(f"spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. {instead}")
        return [*said, *persistent_volume_warnings(obj.spec, "spec")]

    def row(self, obj: PersistentVolume, now: float) -> list[Any]:
        spec, claim = obj.spec, obj.spec.claimRef
        return [
            obj.metadata.name,
            spec.capacity.get("storage", ""),
            access_modes(spec.accessModes),
            spec.persistentVolumeReclaimPolicy,
            "Terminating" if obj.metadata.deletionTimestamp is not None else obj.status.phase,
            f"{claim.namespace}/{claim.name}" if claim is not None else "",
            spec.storageClassName,
            spec.volumeAttributesClassName or "<unset>",
            obj.status.reason,
            age(obj, now),
            spec.volumeMode or "<unset>",
        ]
