"""The kinds around storage drivers: CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment, VolumeAttributesClass.

Source: `pkg/registry/storage/*/strategy.go`, `pkg/apis/storage/v1/defaults.go`, printers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class CSIDriverStrategy(Strategy):
    """A storage driver and what it can do."""

    unconditional_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("AttachRequired", "boolean"),
        Column("PodInfoOnMount", "boolean"),
        Column("StorageCapacity", "boolean"),
        Column("TokenRequests"),
        Column("RequiresRepublish", "boolean"),
        Column("Modes"),
        Column("Age"),
    )

    def defaults(self, obj: Any) -> Any:
        spec = obj.spec
        wanted = (
            ("attachRequired", True),
            ("podInfoOnMount", False),
            ("storageCapacity", False),
            ("fsGroupPolicy", "ReadWriteOnceWithFSType"),
            ("requiresRepublish", False),
            ("seLinuxMount", False),
        )
        changes: dict[str, Any] = {name: value for name, value in wanted if name not in spec.__dict__}
        if not spec.volumeLifecycleModes:
            changes["volumeLifecycleModes"] = ("Persistent",)
        return obj.replace(spec=spec.replace(**changes))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("csidriver", "validate_csi_driver")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("csidriver", "validate_csi_driver_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        spec = obj.spec
        return [
            obj.metadata.name,
            bool(spec.attachRequired),
            bool(spec.podInfoOnMount),
            bool(spec.storageCapacity),
            ",".join(t.audience for t in spec.tokenRequests) or "<unset>",
            bool(spec.requiresRepublish),
            ",".join(spec.volumeLifecycleModes) or "<none>",
            age(obj, now),
        ]


class CSINodeStrategy(Strategy):
    """Which storage drivers a node has."""

    generation: ClassVar[bool] = False
    unconditional_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Drivers", "integer"), Column("Age"))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("csinode", "validate_csi_node")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("csinode", "validate_csi_node_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, len(obj.spec.drivers), age(obj, now)]


class CSIStorageCapacityStrategy(Strategy):
    """How much room a class has where."""

    unconditional_update: ClassVar[bool] = False

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("csistoragecapacity", "validate_csi_storage_capacity")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("csistoragecapacity", "validate_csi_storage_capacity")(obj) + rule(
            "csistoragecapacity", "validate_csi_storage_capacity_update"
        )(obj, old)


class VolumeAttachmentStrategy(Strategy):
    """A volume attached to a node."""

    generation: ClassVar[bool] = False
    unconditional_update: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Attacher", format="name"),
        Column("PV"),
        Column("Node"),
        Column("Attached", "boolean"),
        Column("Age"),
    )

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("volumeattachment", "validate_volume_attachment")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("volumeattachment", "validate_volume_attachment_update")(obj, old)

    def validate_status(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("volumeattachment", "validate_volume_attachment_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        spec = obj.spec
        volume = spec.source.persistentVolumeName or ""
        return [obj.metadata.name, spec.attacher, volume, spec.nodeName, bool(obj.status.attached), age(obj, now)]


class VolumeAttributesClassStrategy(Strategy):
    """Properties of volumes that can be changed."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("DriverName"), Column("Age"))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("volumeattributesclass", "validate_volume_attributes_class")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("volumeattributesclass", "validate_volume_attributes_class_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, obj.driverName, age(obj, now)]
