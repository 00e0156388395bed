"""A request for devices, for one pod or several to use (resource.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import NodeSelector
from k8snb.api.meta import Condition, ObjectMeta
from k8snb.api.model import EMPTY_MAP, JSON, Field, Quantity, Struct, Time
from k8snb.api.object import Object
from k8snb.api.resource.deviceclass import DeviceSelector, OpaqueDeviceConfiguration


class DeviceClaimConfiguration(Struct):
    """Settings for devices of a claim."""

    opaque: OpaqueDeviceConfiguration | None = Field(
        "*OpaqueDeviceConfiguration", "Settings that only the driver understands; required."
    )
    requests: tuple[str, ...] = Field(
        "[]string", "Requests the settings are for; empty means all.", zero=(), list_type="atomic"
    )


class DeviceConstraint(Struct):
    """What the devices of several requests must have in common."""

    distinctAttribute: str | None = Field(
        "*FullyQualifiedName", "Attribute (domain/name) that must be different on all devices."
    )
    matchAttribute: str | None = Field(
        "*FullyQualifiedName", "Attribute (domain/name) that must be the same on all devices."
    )
    requests: tuple[str, ...] = Field(
        "[]string", "Requests the constraint is about; empty means all.", zero=(), list_type="atomic"
    )


class CapacityRequirements(Struct):
    """How much of a device's capacities is asked for."""

    requests: Mapping[str, Quantity] = Field(
        "map[QualifiedName]resource.Quantity",
        "Amount by capacity; a capacity that is not named is used as the device's policy says.",
        zero=EMPTY_MAP,
    )


class DeviceToleration(Struct):
    """Device taints that a request puts up with."""

    effect: str = Field(
        "DeviceTaintEffect",
        "Taint effect: NoSchedule, NoExecute or None; empty means all.",
        zero="",
        enum=("NoExecute", "NoSchedule", "None"),
    )
    key: str = Field("string", "Taint key; empty, with Exists, means all taints.", zero="")
    operator: str = Field(
        "DeviceTolerationOperator",
        "Exists, or Equal (default), which compares values.",
        zero="",
        default="Equal",
        enum=("Equal", "Exists"),
    )
    tolerationSeconds: int | None = Field(
        "*int64", "Seconds for which a NoExecute taint is put up with; unset means forever."
    )
    value: str = Field("string", "Taint value, if operator is Equal.", zero="")


class DeviceSubRequest(Struct):
    """One of the alternatives of a request."""

    allocationMode: str = Field(
        "DeviceAllocationMode",
        "ExactCount (default): as many as count says, or All: every matching device of the pool.",
        zero="",
        enum=("All", "ExactCount"),
    )
    capacity: CapacityRequirements | None = Field(
        "*CapacityRequirements", "How much of the devices' capacities is asked for."
    )
    count: int = Field("int64", "Number of devices, with ExactCount. Default 1.", zero=0)
    deviceClassName: str = Field("string", "Class of the devices; required.", zero="", always=True)
    name: str = Field("string", "Name of the alternative: a DNS label, unique in the request.", zero="", always=True)
    selectors: tuple[DeviceSelector, ...] = Field(
        "[]DeviceSelector",
        "What a device must be like beyond its class; all must hold. At most 32.",
        zero=(),
        list_type="atomic",
    )
    tolerations: tuple[DeviceToleration, ...] = Field(
        "[]DeviceToleration", "Device taints that are put up with; at most 16.", zero=(), list_type="atomic"
    )


class ExactDeviceRequest(Struct):
    """A request for one or more devices that are alike."""

    adminAccess: bool | None = Field(
        "*bool", "Use devices that others have, too, as an administrator; needs a namespace that is labelled for it."
    )
    allocationMode: str = Field(
        "DeviceAllocationMode",
        "ExactCount (default): as many as count says, or All: every matching device of the pool.",
        zero="",
        enum=("All", "ExactCount"),
    )
    capacity: CapacityRequirements | None = Field(
        "*CapacityRequirements", "How much of the devices' capacities is asked for."
    )
    count: int = Field("int64", "Number of devices, with ExactCount. Default 1.", zero=0)
    deviceClassName: str = Field("string", "Class of the devices; required.", zero="", always=True)
    selectors: tuple[DeviceSelector, ...] = Field(
        "[]DeviceSelector",
        "What a device must be like beyond its class; all must hold. At most 32.",
        zero=(),
        list_type="atomic",
    )
    tolerations: tuple[DeviceToleration, ...] = Field(
        "[]DeviceToleration", "Device taints that are put up with; at most 16.", zero=(), list_type="atomic"
    )


class DeviceRequest(Struct):
    """One request of a claim; exactly or firstAvailable must be set."""

    exactly: ExactDeviceRequest | None = Field("*ExactDeviceRequest", "What is asked for.")
    firstAvailable: tuple[DeviceSubRequest, ...] = Field(
        "[]DeviceSubRequest",
        "Alternatives, best first; the first that can be had is taken. At most 8.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field(
        "string", "Name of the request: a DNS label, unique in the claim; containers refer to it.", zero="", always=True
    )


class DeviceClaim(Struct):
    """The devices of a claim."""

    config: tuple[DeviceClaimConfiguration, ...] = Field(
        "[]DeviceClaimConfiguration", "Settings for the devices; at most 32.", zero=(), list_type="atomic"
    )
    constraints: tuple[DeviceConstraint, ...] = Field(
        "[]DeviceConstraint", "What devices must have in common; at most 32.", zero=(), list_type="atomic"
    )
    requests: tuple[DeviceRequest, ...] = Field(
        "[]DeviceRequest", "The requests; at most 32.", zero=(), list_type="atomic"
    )


class ResourceClaimSpec(Struct):
    """What a claim asks for; it cannot be changed."""

    devices: DeviceClaim = Field("DeviceClaim", "The devices.", zero=DeviceClaim(), always=True)


class NetworkDeviceData(Struct):
    """What a network driver tells of a device."""

    hardwareAddress: str = Field("string", "Hardware address of the interface, such as a MAC address.", zero="")
    interfaceName: str = Field("string", "Name of the interface in the pod; at most 256 characters.", zero="")
    ips: tuple[str, ...] = Field(
        "[]string", "Addresses of the interface with their prefix lengths; at most 16.", zero=(), list_type="atomic"
    )


class AllocatedDeviceStatus(Struct):
    """What a driver tells of an allocated device."""

    conditions: tuple[Condition, ...] = Field(
        "[]metav1.Condition",
        "State of the device, aspect by aspect; at most 8.",
        zero=(),
        list_type="map",
        list_keys=("type",),
    )
    data: JSON = Field("*runtime.RawExtension", "Anything else, in the driver's own form; at most 10 KiB.")
    device: str = Field("string", "Name of the device in its pool.", zero="", always=True)
    driver: str = Field("string", "Driver of the device.", zero="", always=True)
    networkData: NetworkDeviceData | None = Field("*NetworkDeviceData", "What there is to tell of a network device.")
    pool: str = Field("string", "Pool of the device.", zero="", always=True)
    shareID: str | None = Field("*string", "Tells allocations of one shared device apart.")


class DeviceAllocationConfiguration(Struct):
    """Settings for allocated devices and where they come from."""

    opaque: OpaqueDeviceConfiguration | None = Field(
        "*OpaqueDeviceConfiguration", "Settings that only the driver understands; required."
    )
    requests: tuple[str, ...] = Field(
        "[]string", "Requests the settings are for; empty means all.", zero=(), list_type="atomic"
    )
    source: str = Field(
        "AllocationConfigSource", "FromClass or FromClaim.", zero="", always=True, enum=("FromClaim", "FromClass")
    )


class DeviceRequestAllocationResult(Struct):
    """A device that was allocated for a request."""

    adminAccess: bool | None = Field("*bool", "Whether it was allocated for an administrator.")
    bindingConditions: tuple[str, ...] = Field(
        "[]string", "Conditions of the device that must be True before a pod is bound.", zero=(), list_type="atomic"
    )
    bindingFailureConditions: tuple[str, ...] = Field(
        "[]string", "Conditions of the device of which one True gives the allocation up.", zero=(), list_type="atomic"
    )
    consumedCapacity: Mapping[str, Quantity] = Field(
        "map[QualifiedName]resource.Quantity", "How much of the device's capacities the claim uses.", zero=EMPTY_MAP
    )
    device: str = Field("string", "Name of the device in its pool.", zero="", always=True)
    driver: str = Field("string", "Driver of the device.", zero="", always=True)
    pool: str = Field("string", "Pool of the device.", zero="", always=True)
    request: str = Field(
        "string", "Request it is for; REQUEST/ALTERNATIVE if that has alternatives.", zero="", always=True
    )
    shareID: str | None = Field("*types.UID", "Tells allocations of one shared device apart.")
    tolerations: tuple[DeviceToleration, ...] = Field(
        "[]DeviceToleration", "Device taints that were put up with.", zero=(), list_type="atomic"
    )


class DeviceAllocationResult(Struct):
    """The devices that were allocated."""

    config: tuple[DeviceAllocationConfiguration, ...] = Field(
        "[]DeviceAllocationConfiguration",
        "Settings for the devices, from class and claim.",
        zero=(),
        list_type="atomic",
    )
    results: tuple[DeviceRequestAllocationResult, ...] = Field(
        "[]DeviceRequestAllocationResult", "The devices; at most 32.", zero=(), list_type="atomic"
    )


class AllocationResult(Struct):
    """What was allocated for a claim."""

    allocationTimestamp: Time | None = Field("*metav1.Time", "When it was allocated.")
    devices: DeviceAllocationResult = Field(
        "DeviceAllocationResult", "The devices.", zero=DeviceAllocationResult(), always=True
    )
    nodeSelector: NodeSelector | None = Field("*v1.NodeSelector", "Nodes that can use the devices; unset means all.")


class ResourceClaimConsumerReference(Struct):
    """Who uses a claim."""

    apiGroup: str = Field("string", "API group of the user; empty for pods.", zero="")
    name: str = Field("string", "Name of the user.", zero="", always=True)
    resource: str = Field("string", "Resource of the user, such as pods.", zero="", always=True)
    uid: str = Field("types.UID", "UID of the user.", zero="", always=True)


class ResourceClaimStatus(Struct):
    """What a claim got and who uses it."""

    allocation: AllocationResult | None = Field("*AllocationResult", "What was allocated; unset while nothing is.")
    devices: tuple[AllocatedDeviceStatus, ...] = Field(
        "[]AllocatedDeviceStatus",
        "What drivers tell of the devices.",
        zero=(),
        list_type="map",
        list_keys=("driver", "device", "pool", "shareID"),
    )
    reservedFor: tuple[ResourceClaimConsumerReference, ...] = Field(
        "[]ResourceClaimConsumerReference",
        "Who may use the claim now; at most 256.",
        zero=(),
        list_type="map",
        list_keys=("uid",),
        merge_key="uid",
        strategy="merge",
    )


class ResourceClaim(Object):
    """A request for devices, for one pod or several to use."""

    apiVersion: ClassVar[str] = "resource.k8s.io/v1"
    kind: ClassVar[str] = "ResourceClaim"
    spec: ResourceClaimSpec = Field(
        "ResourceClaimSpec", "What is asked for; it cannot be changed.", zero=ResourceClaimSpec(), always=True
    )
    status: ResourceClaimStatus = Field(
        "ResourceClaimStatus", "What it got and who uses it.", zero=ResourceClaimStatus(), always=True
    )


class ResourceClaimTemplateSpec(Struct):
    """What claims made from a template are like."""

    metadata: ObjectMeta = Field(
        "metav1.ObjectMeta", "Labels and annotations for the claims; nothing else.", zero=ObjectMeta(), always=True
    )
    spec: ResourceClaimSpec = Field(
        "ResourceClaimSpec", "What the claims ask for.", zero=ResourceClaimSpec(), always=True
    )


class ResourceClaimTemplate(Object):
    """A pattern by which a claim of its own is made for each pod."""

    apiVersion: ClassVar[str] = "resource.k8s.io/v1"
    kind: ClassVar[str] = "ResourceClaimTemplate"
    spec: ResourceClaimTemplateSpec = Field(
        "ResourceClaimTemplateSpec",
        "What the claims are like; it cannot be changed.",
        zero=ResourceClaimTemplateSpec(),
        always=True,
    )
