"""PersistentVolumeClaims. Source: `pkg/registry/core/persistentvolumeclaim/strategy.go`, printers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim
from k8snb.api.core.volume import PersistentVolumeClaimSpec
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule
from k8snb.apiserver.registry.volumewarnings import claim_warnings, storage_annotation_warnings

_SHORT = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


class PersistentVolumeClaimStrategy(Strategy):
    """A wish for storage."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Status"),
        Column("Volume"),
        Column("Capacity"),
        Column("Access Modes"),
        Column("StorageClass"),
        Column("VolumeAttributesClass"),
        Column("Age"),
        Column("VolumeMode", priority=1),
    )

    def defaults(self, obj: PersistentVolumeClaim) -> PersistentVolumeClaim:
        return claim_defaults(obj)

    def prepare_create(self, ctx: Context, obj: PersistentVolumeClaim) -> PersistentVolumeClaim:
        return obj.replace(status=type(obj.status)(phase="Pending"))

    def validate(self, ctx: Context, obj: PersistentVolumeClaim) -> list[FieldError]:
        return rule("persistentvolumeclaim", "validate_claim")(obj)

    def validate_update(self, ctx: Context, obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> list[FieldError]:
        return rule("persistentvolumeclaim", "validate_claim_update")(obj, old)

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("persistentvolumeclaim", "validate_claim_status_update")(obj, old)

    def warnings(self, ctx: Context, obj: PersistentVolumeClaim, old: PersistentVolumeClaim | None) -> list[str]:
        said = list(claim_warnings(obj.spec, "spec")) if old is None or obj.spec != old.spec else []
        return [*storage_annotation_warnings(obj.metadata.annotations), *said]

    def row(self, obj: PersistentVolumeClaim, now: float) -> list[Any]:
        phase = obj.status.phase
        if obj.metadata.deletionTimestamp is not None:
            phase = "Terminating"
        modes, capacity = "", ""
        if obj.spec.volumeName:
            modes = access_modes(obj.status.accessModes)
            capacity = obj.status.capacity.get("storage", "")
        return [
            obj.metadata.name,
            phase,
            obj.spec.volumeName,
            capacity,
            modes,
            obj.spec.storageClassName or "",
            obj.spec.volumeAttributesClassName or "<unset>",
            age(obj, now),
            obj.spec.volumeMode or "<unset>",
        ]


def claim_defaults(claim: PersistentVolumeClaim) -> PersistentVolumeClaim:
    """A claim (or a template of one), complete."""
    spec: PersistentVolumeClaimSpec = claim.spec
    if spec.volumeMode is None:
        claim = claim.replace(spec=spec.replace(volumeMode="Filesystem"))
    if not claim.status.phase:
        claim = claim.replace(status=claim.status.replace(phase="Pending"))
    return claim


def access_modes(modes: Sequence[str]) -> str:
    """`RWO,ROX`: without repetition, in upstream's order."""
    return ",".join(short for mode, short in _SHORT.items() if mode in modes)
