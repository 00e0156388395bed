"""A request for storage of some size and kind, which pods of the namespace mount (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.volume import PersistentVolumeClaimSpec
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class ModifyVolumeStatus(Struct):
    """Progress of a change of the VolumeAttributesClass."""

    status: str = Field(
        "PersistentVolumeClaimModifyVolumeStatus",
        "Pending (class missing), InProgress, or Infeasible (the driver refused it).",
        zero="",
        always=True,
        enum=("InProgress", "Infeasible", "Pending"),
    )
    targetVolumeAttributesClassName: str = Field("string", "Class the volume is being changed to.", zero="")


class PersistentVolumeClaimCondition(Struct):
    """One aspect of a claim's state."""

    lastProbeTime: Time | None = Field("metav1.Time", "When the condition was last checked.")
    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field(
        "string", 'CamelCase word for the cause; "Resizing" means that the volume is being resized.', zero=""
    )
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "PersistentVolumeClaimConditionType",
        "Resizing, FileSystemResizePending, ControllerResizeError, NodeResizeError, ModifyingVolume or ModifyVolumeError.",
        zero="",
        always=True,
    )


class PersistentVolumeClaimStatus(Struct):
    """State of a claim."""

    accessModes: tuple[str, ...] = Field(
        "[]PersistentVolumeAccessMode",
        "Modes the bound volume offers.",
        zero=(),
        enum=("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"),
        list_type="atomic",
    )
    allocatedResourceStatuses: Mapping[str, str] = Field(
        "map[ResourceName]ClaimResourceStatus",
        "Progress of a resize per resource, such as ControllerResizeInProgress or NodeResizePending; no entry when none runs.",
        zero=EMPTY_MAP,
        map_type="granular",
    )
    allocatedResources: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Size being worked towards, which can exceed capacity while a resize runs; quota counts the larger one.",
        zero=EMPTY_MAP,
    )
    capacity: Mapping[str, Quantity] = Field("ResourceList", "Real size of the bound volume.", zero=EMPTY_MAP)
    conditions: tuple[PersistentVolumeClaimCondition, ...] = Field(
        "[]PersistentVolumeClaimCondition",
        "Present states: Resizing, FileSystemResizePending, ModifyingVolume and the like.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    currentVolumeAttributesClassName: str | None = Field(
        "*string", "VolumeAttributesClass the volume has now; unset when none."
    )
    modifyVolumeStatus: ModifyVolumeStatus | None = Field(
        "*ModifyVolumeStatus", "Progress of a change of the VolumeAttributesClass; unset when none runs."
    )
    phase: str = Field(
        "PersistentVolumeClaimPhase",
        "Pending, Bound or Lost (its volume has disappeared).",
        zero="",
        enum=("Bound", "Lost", "Pending"),
    )


class PersistentVolumeClaim(Object):
    """A request for storage of some size and kind, which pods of the namespace mount."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "PersistentVolumeClaim"
    spec: PersistentVolumeClaimSpec = Field(
        "PersistentVolumeClaimSpec",
        "Storage wanted; only the size and volumeAttributesClassName can change after binding.",
        zero=PersistentVolumeClaimSpec(),
        always=True,
    )
    status: PersistentVolumeClaimStatus = Field(
        "PersistentVolumeClaimStatus",
        "Storage actually bound and the state of resizing.",
        zero=PersistentVolumeClaimStatus(),
        always=True,
    )
