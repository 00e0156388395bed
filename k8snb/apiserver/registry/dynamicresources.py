"""DeviceClasses, ResourceClaims and their templates, ResourceSlices (dynamic resource allocation).

Simplification: no driver is simulated, so nothing is ever allocated. Source: `pkg/registry/resource`,
`pkg/apis/resource/v1/defaults.go`, printers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.resource.deviceclass import DeviceClass
from k8snb.api.resource.resourceclaim import (
    DeviceClaim,
    ResourceClaim,
    ResourceClaimSpec,
    ResourceClaimStatus,
    ResourceClaimTemplate,
)
from k8snb.api.resource.resourceslice import ResourceSlice
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_NAME = Column("Name", format="name")
_AGE = Column("Age")


class DeviceClassStrategy(Strategy):
    """A kind of device."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, _AGE)

    def validate(self, ctx: Context, obj: DeviceClass) -> list[FieldError]:
        return rule("resourceclaim", "validate_device_class")(obj)

    def validate_update(self, ctx: Context, obj: DeviceClass, old: DeviceClass) -> list[FieldError]:
        return self.validate(ctx, obj)

    def row(self, obj: DeviceClass, now: float) -> list[Any]:
        return [obj.metadata.name, age(obj, now)]


class ResourceClaimStrategy(Strategy):
    """A request for devices."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("State"), _AGE)

    def defaults(self, obj: ResourceClaim) -> ResourceClaim:
        return obj.replace(spec=_claim(obj.spec))

    def prepare_create(self, ctx: Context, obj: ResourceClaim) -> ResourceClaim:
        return obj.replace(status=ResourceClaimStatus())

    def validate(self, ctx: Context, obj: ResourceClaim) -> list[FieldError]:
        return rule("resourceclaim", "validate_resource_claim")(obj)

    def validate_update(self, ctx: Context, obj: ResourceClaim, old: ResourceClaim) -> list[FieldError]:
        return rule("resourceclaim", "validate_resource_claim_update")(obj, old)

    def validate_status(self, ctx: Context, obj: ResourceClaim, old: ResourceClaim) -> list[FieldError]:
        return rule("resourceclaim", "validate_resource_claim_status_update")(obj, old)

    def row(self, obj: ResourceClaim, now: float) -> list[Any]:
        return [obj.metadata.name, ",".join(_states(obj)), age(obj, now)]


class ResourceClaimTemplateStrategy(Strategy):
    """A pattern for claims."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (_NAME, _AGE)

    def defaults(self, obj: ResourceClaimTemplate) -> ResourceClaimTemplate:
        return obj.replace(spec=obj.spec.replace(spec=_claim(obj.spec.spec)))

    def validate(self, ctx: Context, obj: ResourceClaimTemplate) -> list[FieldError]:
        return rule("resourceclaim", "validate_resource_claim_template")(obj)

    def validate_update(self, ctx: Context, obj: ResourceClaimTemplate, old: ResourceClaimTemplate) -> list[FieldError]:
        return rule("resourceclaim", "validate_resource_claim_update")(obj, old)

    def row(self, obj: ResourceClaimTemplate, now: float) -> list[Any]:
        return [obj.metadata.name, age(obj, now)]


class ResourceSliceStrategy(Strategy):
    """Devices that a driver has."""

    columns: ClassVar[tuple[Column, ...]] = (_NAME, Column("Node"), Column("Driver"), Column("Pool"), _AGE)
    selectable: ClassVar[tuple[str, ...]] = ("spec.driver", "spec.nodeName")

    def prepare_create(self, ctx: Context, obj: ResourceSlice) -> ResourceSlice:
        return _tainted(ctx, obj)

    def prepare_update(self, ctx: Context, obj: ResourceSlice, old: ResourceSlice) -> ResourceSlice:
        return _tainted(ctx, obj)

    def validate(self, ctx: Context, obj: ResourceSlice) -> list[FieldError]:
        return rule("resourceslice", "validate_resource_slice")(obj)

    def validate_update(self, ctx: Context, obj: ResourceSlice, old: ResourceSlice) -> list[FieldError]:
        return rule("resourceslice", "validate_resource_slice")(obj, old)

    def row(self, obj: ResourceSlice, now: float) -> list[Any]:
        spec = obj.spec
        node = "<unset>" if spec.nodeName is None else spec.nodeName
        return [obj.metadata.name, node, spec.driver, spec.pool.name, age(obj, now)]

    def selectable_fields(self, obj: ResourceSlice) -> Mapping[str, str]:
        return {"spec.driver": obj.spec.driver, "spec.nodeName": obj.spec.nodeName or ""}


def _states(claim: ResourceClaim) -> list[str]:
    deleted = claim.metadata.deletionTimestamp is not None
    states = ["deleted"] if deleted else []
    if claim.status.allocation is not None:
        states.append("allocated")
        if claim.status.reservedFor:
            states.append("reserved")
    elif not deleted:
        states.append("pending")
    return states


def _claim(spec: ResourceClaimSpec) -> ResourceClaimSpec:
    """Requests with the usual way of counting devices."""
    devices: DeviceClaim = spec.devices
    if not devices.requests:
        return spec
    requests = []
    for request in devices.requests:
        if request.exactly is not None:
            request = request.replace(exactly=_wish(request.exactly))
        if request.firstAvailable:
            request = request.replace(firstAvailable=tuple(_wish(wish) for wish in request.firstAvailable))
        requests.append(request)
    return spec.replace(devices=devices.replace(requests=tuple(requests)))


def _wish(wish: Any) -> Any:
    mode = wish.allocationMode or "ExactCount"
    changes: dict[str, Any] = {"allocationMode": mode}
    if mode == "ExactCount" and not wish.count:
        changes["count"] = 1
    if wish.tolerations:
        changes["tolerations"] = tuple(t if t.operator else t.replace(operator="Equal") for t in wish.tolerations)
    return wish.replace(**changes)


def _tainted(ctx: Context, obj: ResourceSlice) -> ResourceSlice:
    """Taints with the time at which they appeared."""
    if not any(taint.timeAdded is None for device in obj.spec.devices for taint in device.taints):
        return obj
    now, devices = ctx.clock.timestamp(), []
    for device in obj.spec.devices:
        taints = tuple(taint if taint.timeAdded else taint.replace(timeAdded=now) for taint in device.taints)
        devices.append(device.replace(taints=taints or None))
    return obj.replace(spec=obj.spec.replace(devices=tuple(devices)))
