"""A part of a service's endpoints: at most 1000 of them, of one address type (discovery.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import ObjectReference
from k8snb.api.model import EMPTY_MAP, Field, Struct
from k8snb.api.object import Object


class EndpointConditions(Struct):
    """Whether an endpoint should receive traffic."""

    ready: bool | None = Field(
        "*bool", "Serving and not terminating (or the service publishes unready ones). Unset counts as true."
    )
    serving: bool | None = Field("*bool", "Passes its readiness probe, also while terminating. Unset follows ready.")
    terminating: bool | None = Field("*bool", "The pod is being deleted. Unset counts as false.")


class ForNode(Struct):
    """A node an endpoint is meant for."""

    name: str = Field("string", "Name of the node.", zero="", always=True)


class ForZone(Struct):
    """A zone an endpoint is meant for."""

    name: str = Field("string", "Name of the zone.", zero="", always=True)


class EndpointHints(Struct):
    """Which clients an endpoint is best used by."""

    forNodes: tuple[ForNode, ...] = Field(
        "[]ForNode", "Nodes whose clients should use the endpoint; at most 8.", zero=(), list_type="atomic"
    )
    forZones: tuple[ForZone, ...] = Field(
        "[]ForZone", "Zones whose clients should use the endpoint; at most 8.", zero=(), list_type="atomic"
    )


class Endpoint(Struct):
    """A backend of a service, normally one pod."""

    addresses: tuple[str, ...] = Field(
        "[]string",
        "Addresses of the endpoint; they are interchangeable, and consumers look only at the first.",
        zero=(),
        always=True,
        list_type="set",
    )
    conditions: EndpointConditions = Field(
        "EndpointConditions", "Whether it should receive traffic.", zero=EndpointConditions(), always=True
    )
    deprecatedTopology: Mapping[str, str] = Field(
        "map[string]string",
        "Leftover of the beta version; holds topology labels and cannot be set any more.",
        zero=EMPTY_MAP,
    )
    hints: EndpointHints | None = Field("*EndpointHints", "Which zones or nodes should best use this endpoint.")
    hostname: str | None = Field("*string", "Host name published in DNS for headless services; a DNS label.")
    nodeName: str | None = Field("*string", "Node the endpoint is on.")
    targetRef: ObjectReference | None = Field("*v1.ObjectReference", "Object behind the endpoint, normally a pod.")
    zone: str | None = Field("*string", "Zone the endpoint is in.")


class EndpointPort(Struct):
    """A port open at every endpoint of a slice."""

    appProtocol: str | None = Field(
        "*string",
        "Application protocol as a hint to implementations: an IANA name, kubernetes.io/… or another prefixed name.",
    )
    name: str | None = Field(
        "*string", "Name of the service port this belongs to; unique in the slice, empty by default."
    )
    port: int | None = Field("*int32", "Port number; unset means that every port is meant.")
    protocol: str | None = Field("*v1.Protocol", "TCP (default), UDP or SCTP.", enum=("SCTP", "TCP", "UDP"))
    map_type: ClassVar[str] = "atomic"


class EndpointSlice(Object):
    """A part of a service's endpoints: at most 1000 of them, of one address type."""

    apiVersion: ClassVar[str] = "discovery.k8s.io/v1"
    kind: ClassVar[str] = "EndpointSlice"
    addressType: str = Field(
        "AddressType",
        "IPv4, IPv6 or FQDN (deprecated) for all endpoints of the slice; immutable.",
        zero="",
        always=True,
        enum=("FQDN", "IPv4", "IPv6"),
    )
    endpoints: tuple[Endpoint, ...] = Field("[]Endpoint", "The endpoints; at most 1000.", zero=(), list_type="atomic")
    ports: tuple[EndpointPort, ...] = Field(
        "[]EndpointPort", "Ports open at every endpoint; at most 100.", zero=(), list_type="atomic"
    )
