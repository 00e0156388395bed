"""A request to attach a volume to a node, or to detach it by being deleted (storage.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.persistentvolume import PersistentVolumeSpec
from k8snb.api.model import EMPTY_MAP, Field, Struct, Time
from k8snb.api.object import Object


class VolumeAttachmentSource(Struct):
    """The volume to attach; exactly one member is set."""

    inlineVolumeSpec: PersistentVolumeSpec | None = Field(
        "*v1.PersistentVolumeSpec", "Spec made up for a pod's in-tree inline volume that was migrated to CSI."
    )
    persistentVolumeName: str | None = Field("*string", "Name of the PersistentVolume.")


class VolumeAttachmentSpec(Struct):
    """What is to be attached where."""

    attacher: str = Field("string", "CSI driver that must carry it out.", zero="", always=True)
    nodeName: str = Field("string", "Node to attach to.", zero="", always=True)
    source: VolumeAttachmentSource = Field(
        "VolumeAttachmentSource", "Volume to attach.", zero=VolumeAttachmentSource(), always=True
    )


class VolumeError(Struct):
    """An error met while attaching or detaching."""

    errorCode: int | None = Field("*int32", "gRPC status code of the driver's answer, if there was one.")
    message: str = Field("string", "Text of the error; it may be logged, so it must not hold secrets.", zero="")
    time: Time | None = Field("metav1.Time", "When the error occurred.")


class VolumeAttachmentStatus(Struct):
    """Outcome of an attachment."""

    attachError: VolumeError | None = Field("*VolumeError", "Last error while attaching; cleared on success.")
    attached: bool = Field("bool", "Whether the volume is attached; set by the attacher only.", zero=False, always=True)
    attachmentMetadata: Mapping[str, str] = Field(
        "map[string]string", "Facts from attaching that the node needs for mounting.", zero=EMPTY_MAP
    )
    detachError: VolumeError | None = Field("*VolumeError", "Last error while detaching.")


class VolumeAttachment(Object):
    """A request to attach a volume to a node, or to detach it by being deleted."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "VolumeAttachment"
    spec: VolumeAttachmentSpec = Field(
        "VolumeAttachmentSpec", "Volume, node and driver concerned.", zero=VolumeAttachmentSpec(), always=True
    )
    status: VolumeAttachmentStatus = Field(
        "VolumeAttachmentStatus", "How far attaching or detaching has got.", zero=VolumeAttachmentStatus(), always=True
    )
