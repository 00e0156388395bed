"""Deprecated list of a service's addresses, truncated at 1000; EndpointSlice replaces it (v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import ObjectReference
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class EndpointAddress(Struct):
    """One address of an endpoint."""

    hostname: str = Field("string", "Host name of the endpoint, published in DNS for headless services.", zero="")
    ip: str = Field("string", "Address; loopback and link-local ones are refused.", zero="", always=True)
    nodeName: str | None = Field("*string", "Node the endpoint is on.")
    targetRef: ObjectReference | None = Field("*ObjectReference", "Object behind the address, normally a pod.")
    map_type: ClassVar[str] = "atomic"


class EndpointPort(Struct):
    """One port of an endpoint."""

    appProtocol: str | None = Field(
        "*string", "Application protocol as a hint to implementations, copied from the service."
    )
    name: str = Field(
        "string", "Name of the service port this belongs to; empty only when there is a single one.", zero=""
    )
    port: int = Field("int32", "Port number on the endpoint.", zero=0, always=True)
    protocol: str = Field("Protocol", "TCP (default), UDP or SCTP.", zero="", enum=("SCTP", "TCP", "UDP"))
    map_type: ClassVar[str] = "atomic"


class EndpointSubset(Struct):
    """Addresses that all offer the same ports."""

    addresses: tuple[EndpointAddress, ...] = Field(
        "[]EndpointAddress", "Addresses ready to receive traffic.", zero=(), list_type="atomic"
    )
    notReadyAddresses: tuple[EndpointAddress, ...] = Field(
        "[]EndpointAddress",
        "Addresses that are not ready yet, or are failing their readiness probe.",
        zero=(),
        list_type="atomic",
    )
    ports: tuple[EndpointPort, ...] = Field(
        "[]EndpointPort", "Ports open at each of the addresses.", zero=(), list_type="atomic"
    )


class Endpoints(Object):
    """Deprecated list of a service's addresses, truncated at 1000; EndpointSlice replaces it."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Endpoints"
    subsets: tuple[EndpointSubset, ...] = Field(
        "[]EndpointSubset",
        "Groups of addresses that share ports; the endpoints are every address combined with every port.",
        zero=(),
        list_type="atomic",
    )
