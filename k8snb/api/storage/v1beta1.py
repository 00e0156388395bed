"""storage.k8s.io/v1beta1, gone since v1.22: today's shapes."""

from typing import ClassVar

from k8snb.api.storage import csidriver, csinode, storageclass, volumeattachment


class CSIDriver(csidriver.CSIDriver):
    """A storage driver and what it can do."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1beta1"


class CSINode(csinode.CSINode):
    """Which storage drivers a node has."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1beta1"


class StorageClass(storageclass.StorageClass):
    """A kind of storage and who provisions it."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1beta1"


class VolumeAttachment(volumeattachment.VolumeAttachment):
    """A volume attached to a node."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1beta1"
