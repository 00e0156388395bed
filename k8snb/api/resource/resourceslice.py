"""Devices of a driver, and the nodes that can use them (resource.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import NodeSelector
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class Counter(Struct):
    """An amount that devices share."""

    value: Quantity | None = Field("resource.Quantity", "How much there is.")


class CounterSet(Struct):
    """Amounts from which the devices of a pool draw."""

    counters: Mapping[str, Counter] = Field(
        "map[string]Counter", "Amounts by name; at most 32.", zero=EMPTY_MAP, always=True
    )
    name: str = Field("string", "Name of the set: a DNS label, unique in the slice.", zero="", always=True)


class DeviceAttribute(Struct):
    """One value of a device; exactly one field is set."""

    bool_: bool | None = Field("*bool", "A truth value.", alias="bool")
    bools: tuple[bool, ...] = Field("[]bool", "Several truth values.", zero=(), list_type="atomic")
    int_: int | None = Field("*int64", "A number.", alias="int")
    ints: tuple[int, ...] = Field("[]int64", "Several numbers.", zero=(), list_type="atomic")
    string: str | None = Field("*string", "A text of at most 64 characters.")
    strings: tuple[str, ...] = Field("[]string", "Several texts.", zero=(), list_type="atomic")
    version: str | None = Field("*string", "A version by semver.org 2.0.0; at most 64 characters.")
    versions: tuple[str, ...] = Field("[]string", "Several versions.", zero=(), list_type="atomic")


class CapacityRequestPolicyRange(Struct):
    """The amounts between two bounds."""

    max: Quantity | None = Field("*resource.Quantity", "Largest amount; unset means the whole capacity.")
    min: Quantity | None = Field("*resource.Quantity", "Smallest amount; required.")
    step: Quantity | None = Field("*resource.Quantity", "Amounts are rounded up to min plus a multiple of this.")


class CapacityRequestPolicy(Struct):
    """Which amounts of a shared capacity can be asked for."""

    default: Quantity | None = Field("*resource.Quantity", "How much is used if nothing is asked for.")
    validRange: CapacityRequestPolicyRange | None = Field(
        "*CapacityRequestPolicyRange", "Any amount between two bounds; not together with validValues."
    )
    validValues: tuple[Quantity, ...] = Field(
        "[]resource.Quantity",
        "The amounts that can be asked for, in rising order; at most 10.",
        zero=(),
        list_type="atomic",
    )


class DeviceCapacity(Struct):
    """One capacity of a device."""

    requestPolicy: CapacityRequestPolicy | None = Field(
        "*CapacityRequestPolicy", "Which amounts can be asked for, if the device can be shared."
    )
    value: Quantity | None = Field("resource.Quantity", "How much there is of it.")


class DeviceCounterConsumption(Struct):
    """What a device takes from a counter set."""

    counterSet: str = Field("string", "The counter set.", zero="", always=True)
    counters: Mapping[str, Counter] = Field("map[string]Counter", "Amounts by name.", zero=EMPTY_MAP, always=True)


class DeviceTaint(Struct):
    """Keeps claims off a device that do not put up with it."""

    effect: str = Field(
        "DeviceTaintEffect",
        "None (no more than a note), NoSchedule, or NoExecute, which also evicts pods.",
        zero="",
        always=True,
        enum=("NoExecute", "NoSchedule", "None"),
    )
    key: str = Field("string", "Taint key, a label name.", zero="", always=True)
    timeAdded: Time | None = Field("*metav1.Time", "When it was added; the server fills it in.")
    value: str = Field("string", "Taint value, a label value.", zero="")


class NodeAllocatableResourceMapping(Struct):
    """How a device counts against a resource of its node."""

    allocationMultiplier: Quantity | None = Field(
        "*resource.Quantity", "Factor from devices, or from their capacity, to the resource. Default 1."
    )
    capacityKey: str | None = Field("*QualifiedName", "Capacity of the device that is counted; unset counts devices.")


class Device(Struct):
    """One device of a slice."""

    allNodes: bool | None = Field("*bool", "All nodes can use it; only with perDeviceNodeSelection.")
    allowMultipleAllocations: bool | None = Field("*bool", "Several claims may share the device.")
    attributes: Mapping[str, DeviceAttribute] = Field(
        "map[QualifiedName]DeviceAttribute",
        "Values by name, for selectors and constraints; with capacity at most 32.",
        zero=EMPTY_MAP,
    )
    bindingConditions: tuple[str, ...] = Field(
        "[]string",
        "Conditions that must be True before a pod that uses the device is bound; at most 4.",
        zero=(),
        list_type="atomic",
    )
    bindingFailureConditions: tuple[str, ...] = Field(
        "[]string", "Conditions of which one True gives an allocation up; at most 4.", zero=(), list_type="atomic"
    )
    bindsToNode: bool | None = Field("*bool", "An allocation of the device ties the claim to the node that was chosen.")
    capacity: Mapping[str, DeviceCapacity] = Field(
        "map[QualifiedName]DeviceCapacity", "Amounts by name, such as memory.", zero=EMPTY_MAP
    )
    consumesCounters: tuple[DeviceCounterConsumption, ...] = Field(
        "[]DeviceCounterConsumption",
        "What the device takes from counter sets of its pool; at most 2.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field("string", "Name of the device: a DNS label, unique in the pool.", zero="", always=True)
    nodeAllocatableResourceMappings: Mapping[str, NodeAllocatableResourceMapping] = Field(
        "map[v1.ResourceName]NodeAllocatableResourceMapping",
        "How the device counts against resources of its node, by resource.",
        zero=EMPTY_MAP,
    )
    nodeName: str | None = Field("*string", "Node that can use it; only with perDeviceNodeSelection.")
    nodeSelector: NodeSelector | None = Field(
        "*v1.NodeSelector", "Nodes that can use it; only with perDeviceNodeSelection."
    )
    taints: tuple[DeviceTaint, ...] = Field(
        "[]DeviceTaint", "Taints of the device; at most 16.", zero=(), list_type="atomic"
    )


class ResourcePool(Struct):
    """A pool of devices that a driver describes in one slice or several."""

    generation: int = Field(
        "int64", "Goes up with every change of the pool; slices of older generations do not count.", zero=0, always=True
    )
    name: str = Field(
        "string",
        "Name of the pool: DNS subdomains with slashes between them; often the node's name.",
        zero="",
        always=True,
    )
    resourceSliceCount: int = Field("int64", "How many slices the pool has in this generation.", zero=0, always=True)


class ResourceSliceSpec(Struct):
    """Devices of one pool. One of nodeName, nodeSelector, allNodes and perDeviceNodeSelection must be set."""

    allNodes: bool | None = Field("*bool", "All nodes can use the devices.")
    devices: tuple[Device, ...] = Field(
        "[]Device",
        "The devices; at most 128, or 64 if taints or counters are used. Not together with sharedCounters.",
        zero=(),
        list_type="atomic",
    )
    driver: str = Field(
        "string",
        "Driver that publishes the slice: a DNS subdomain of at most 63 characters; it cannot be changed.",
        zero="",
        always=True,
    )
    nodeName: str | None = Field("*string", "Node that can use the devices; it cannot be changed.")
    nodeSelector: NodeSelector | None = Field("*v1.NodeSelector", "Nodes that can use the devices; exactly one term.")
    perDeviceNodeSelection: bool | None = Field("*bool", "Each device says itself which nodes can use it.")
    pool: ResourcePool = Field("ResourcePool", "The pool that the slice belongs to.", zero=ResourcePool(), always=True)
    sharedCounters: tuple[CounterSet, ...] = Field(
        "[]CounterSet",
        "Counter sets from which devices of the pool draw; at most 8. Not together with devices.",
        zero=(),
        list_type="atomic",
    )


class ResourceSlice(Object):
    """Devices of a driver, and the nodes that can use them."""

    apiVersion: ClassVar[str] = "resource.k8s.io/v1"
    kind: ClassVar[str] = "ResourceSlice"
    spec: ResourceSliceSpec = Field("ResourceSliceSpec", "The devices.", zero=ResourceSliceSpec(), always=True)
