"""Small kinds with a table of their own: RuntimeClass, IPAddress, ServiceCIDR, and the CSI family. Source: printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.validation.field import FieldError
from k8snb.api.validation.podspec import validate_pod_template
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age


class RuntimeClassStrategy(Strategy):
    """A way of running containers."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Handler"), Column("Age"))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, obj.handler, age(obj, now)]


class IPAddressStrategy(Strategy):
    """An address of the service range that is taken."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("ParentRef"))

    def row(self, obj: Any, now: float) -> list[Any]:
        ref = obj.spec.parentRef
        if ref is None:
            return [obj.metadata.name, "<none>"]
        kind = f"{ref.resource}.{ref.group}" if ref.group else ref.resource
        return [obj.metadata.name, f"{kind}/{ref.namespace}/{ref.name}"]


class ServiceCIDRStrategy(Strategy):
    """A range of service addresses."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("CIDRs"), Column("Age"))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, ",".join(obj.spec.cidrs), age(obj, now)]


class VolumeAttributesClassStrategy(Strategy):
    """Properties of volumes that can be changed."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("DriverName"), Column("Age"))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, obj.driverName, age(obj, now)]


class CSINodeStrategy(Strategy):
    """Which storage drivers a node has."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Drivers", "integer"), Column("Age"))

    def row(self, obj: Any, now: float) -> list[Any]:
        return [obj.metadata.name, len(obj.spec.drivers), age(obj, now)]


class CSIDriverStrategy(Strategy):
    """A storage driver and what it can do."""

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


class VolumeAttachmentStrategy(Strategy):
    """A volume attached to a node."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Attacher", format="name"),
        Column("PV"),
        Column("Node"),
        Column("Attached", "boolean"),
        Column("Age"),
    )

    def row(self, obj: Any, now: float) -> list[Any]:
        spec = obj.spec
        volume = spec.source.persistentVolumeName or ""
        return [obj.metadata.name, spec.attacher, volume, spec.nodeName, bool(obj.status.attached), age(obj, now)]


class PodTemplateStrategy(Strategy):
    """A Pod template by itself."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Containers"),
        Column("Images"),
        Column("Pod Labels"),
    )

    def defaults(self, obj: Any) -> Any:
        from k8snb.apiserver.registry.podspec import template_defaults

        return obj.replace(template=template_defaults(obj.template))

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return validate_pod_template(obj.template, "template")

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return validate_pod_template(obj.template, "template")

    def row(self, obj: Any, now: float) -> list[Any]:
        from k8snb.apiserver.registry.workload import containers_and_images, labels_cell

        containers, images = containers_and_images(obj.template.spec)
        return [obj.metadata.name, containers, images, labels_cell(obj.template.metadata.labels)]
