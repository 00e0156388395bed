"""A kind of device that can be claimed, defined by the administrator (resource.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import JSON, Field, Struct
from k8snb.api.object import Object


class OpaqueDeviceConfiguration(Struct):
    """Settings that only the driver understands."""

    driver: str = Field("string", "Driver the settings are for.", zero="", always=True)
    parameters: JSON = Field("runtime.RawExtension", "The settings, in the driver's own form; at most 10 KiB.")


class DeviceClassConfiguration(Struct):
    """Settings for the devices of a class."""

    opaque: OpaqueDeviceConfiguration | None = Field(
        "*OpaqueDeviceConfiguration", "Settings that only the driver understands; required."
    )


class CELDeviceSelector(Struct):
    """A CEL expression over one device."""

    expression: str = Field(
        "string",
        "CEL expression over device (driver, attributes, capacity) that gives true or false; at most 10 KiB.",
        zero="",
        always=True,
    )


class DeviceSelector(Struct):
    """What a device must be like."""

    cel: CELDeviceSelector | None = Field(
        "*CELDeviceSelector", "CEL expression that the device must satisfy; required."
    )


class DeviceClassSpec(Struct):
    """What the devices of a class are like."""

    config: tuple[DeviceClassConfiguration, ...] = Field(
        "[]DeviceClassConfiguration", "Settings for all claims of the class; at most 32.", zero=(), list_type="atomic"
    )
    extendedResourceName: str | None = Field(
        "*string", "Extended resource (example.com/gpu) by which pods may ask for devices of the class without a claim."
    )
    selectors: tuple[DeviceSelector, ...] = Field(
        "[]DeviceSelector", "What a device must be like; all must hold. At most 32.", zero=(), list_type="atomic"
    )


class DeviceClass(Object):
    """A kind of device that can be claimed, defined by the administrator."""

    apiVersion: ClassVar[str] = "resource.k8s.io/v1"
    kind: ClassVar[str] = "DeviceClass"
    spec: DeviceClassSpec = Field(
        "DeviceClassSpec", "What the devices are like and how they are set up.", zero=DeviceClassSpec(), always=True
    )
