"""Rules that route HTTP traffic from outside to services; an ingress controller carries them out (networking.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.volume import TypedLocalObjectReference
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ServiceBackendPort(Struct):
    """A service's port, by name or by number."""

    name: str = Field("string", "Name of the port; excludes number.", zero="")
    number: int = Field("int32", "Number of the port; excludes name.", zero=0)
    map_type: ClassVar[str] = "atomic"


class IngressServiceBackend(Struct):
    """A service as backend."""

    name: str = Field("string", "Name of the service.", zero="", always=True)
    port: ServiceBackendPort = Field(
        "ServiceBackendPort", "Port of the service; required.", zero=ServiceBackendPort(), always=True
    )


class IngressBackend(Struct):
    """Where requests go; either a service or a resource."""

    resource: TypedLocalObjectReference | None = Field(
        "*v1.TypedLocalObjectReference",
        "Object of the namespace to route to, such as a storage bucket; excludes service.",
    )
    service: IngressServiceBackend | None = Field("*IngressServiceBackend", "Service of the namespace to route to.")


class HTTPIngressPath(Struct):
    """A path and its backend."""

    backend: IngressBackend = Field("IngressBackend", "Where matching requests go.", zero=IngressBackend(), always=True)
    path: str = Field("string", 'Path to match, starting with "/"; required for Exact and Prefix.', zero="")
    pathType: str = Field(
        "*PathType",
        "Exact, Prefix (by path elements) or ImplementationSpecific.",
        zero="",
        always=True,
        enum=("Exact", "ImplementationSpecific", "Prefix"),
    )


class HTTPIngressRuleValue(Struct):
    """Paths of a host."""

    paths: tuple[HTTPIngressPath, ...] = Field(
        "[]HTTPIngressPath",
        "Paths and their backends; the longest match wins, exact before prefix.",
        zero=(),
        always=True,
        list_type="atomic",
    )


class IngressRule(Struct):
    """Routing for one host."""

    host: str = Field(
        "string", "Host name, or *.domain for one label; empty matches all hosts. No port or address.", zero=""
    )
    http: HTTPIngressRuleValue | None = Field(
        "*HTTPIngressRuleValue", "Paths of the host; without it all traffic goes to the default backend."
    )


class IngressTLS(Struct):
    """Hosts sharing a certificate."""

    hosts: tuple[str, ...] = Field(
        "[]string", "Hosts in the certificate; all of the ingress when empty.", zero=(), list_type="atomic"
    )
    secretName: str = Field(
        "string", "Secret of type kubernetes.io/tls in the namespace with certificate and key.", zero=""
    )


class IngressSpec(Struct):
    """Desired routing of an ingress."""

    defaultBackend: IngressBackend | None = Field(
        "*IngressBackend", "Where requests go that no rule matches; required if there are no rules."
    )
    ingressClassName: str | None = Field(
        "*string", "IngressClass, and so the controller, in charge; the default class when unset."
    )
    rules: tuple[IngressRule, ...] = Field("[]IngressRule", "Routing by host and path.", zero=(), list_type="atomic")
    tls: tuple[IngressTLS, ...] = Field(
        "[]IngressTLS", "Hosts served over TLS and their certificates.", zero=(), list_type="atomic"
    )


class IngressPortStatus(Struct):
    """State of one port of an ingress."""

    error: str | None = Field("*string", "CamelCase reason why the port is not served.")
    port: int = Field("int32", "Port number.", zero=0, always=True)
    protocol: str = Field("v1.Protocol", "TCP, UDP or SCTP.", zero="", always=True, enum=("SCTP", "TCP", "UDP"))


class IngressLoadBalancerIngress(Struct):
    """An entry point of an ingress."""

    hostname: str = Field("string", "DNS name, for balancers that are known by name.", zero="")
    ip: str = Field("string", "Address, for balancers that are known by address.", zero="")
    ports: tuple[IngressPortStatus, ...] = Field(
        "[]IngressPortStatus", "Ports served, and errors with them.", zero=(), list_type="atomic"
    )


class IngressLoadBalancerStatus(Struct):
    """Addresses of an ingress."""

    ingress: tuple[IngressLoadBalancerIngress, ...] = Field(
        "[]IngressLoadBalancerIngress", "Its entry points.", zero=(), list_type="atomic"
    )


class IngressStatus(Struct):
    """Observed state of an ingress."""

    loadBalancer: IngressLoadBalancerStatus = Field(
        "IngressLoadBalancerStatus",
        "Addresses of the load balancer in front.",
        zero=IngressLoadBalancerStatus(),
        always=True,
    )


class Ingress(Object):
    """Rules that route HTTP traffic from outside to services; an ingress controller carries them out."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1"
    kind: ClassVar[str] = "Ingress"
    spec: IngressSpec = Field(
        "IngressSpec", "Rules, TLS settings and the class in charge.", zero=IngressSpec(), always=True
    )
    status: IngressStatus = Field(
        "IngressStatus", "Addresses at which the ingress is reachable.", zero=IngressStatus(), always=True
    )
