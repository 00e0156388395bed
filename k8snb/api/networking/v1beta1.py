"""networking.k8s.io/v1beta1, gone since v1.22: Ingresses whose backends are a service's name and port in one line."""

from typing import ClassVar

from k8snb.api.core.volume import TypedLocalObjectReference
from k8snb.api.model import Field, IntOrString, Struct
from k8snb.api.networking import ingressclass
from k8snb.api.networking.ingress import IngressStatus, IngressTLS
from k8snb.api.object import Object


class IngressBackend(Struct):
    """Where requests go."""

    resource: TypedLocalObjectReference | None = Field(
        "*v1.TypedLocalObjectReference", "Object of the namespace to route to; excludes a service."
    )
    serviceName: str = Field("string", "Name of the service.", zero="")
    servicePort: IntOrString | None = Field("intstr.IntOrString", "Port of the service, by number or by name.")


class HTTPIngressPath(Struct):
    """A path and its backend."""

    backend: IngressBackend = Field("IngressBackend", "Where matching requests go.", zero=IngressBackend(), always=True)
    path: str = Field("string", 'Path to match, starting with "/"; all paths when empty.', zero="")
    pathType: str | None = Field(
        "*PathType",
        "Exact, Prefix or ImplementationSpecific (default).",
        enum=("Exact", "ImplementationSpecific", "Prefix"),
    )


class HTTPIngressRuleValue(Struct):
    """Paths of a host."""

    paths: tuple[HTTPIngressPath, ...] = Field(
        "[]HTTPIngressPath", "Paths and their backends.", zero=(), always=True, list_type="atomic"
    )


class IngressRule(Struct):
    """Routing for one host."""

    host: str = Field("string", "Host name, or *.domain for one label; empty matches all hosts.", zero="")
    http: HTTPIngressRuleValue | None = Field("*HTTPIngressRuleValue", "Paths of the host.")


class IngressSpec(Struct):
    """Desired routing of an ingress."""

    backend: IngressBackend | None = Field("*IngressBackend", "Where requests go that no rule matches.")
    ingressClassName: str | None = Field("*string", "IngressClass, and so the controller, in charge.")
    rules: tuple[IngressRule, ...] = Field("[]IngressRule", "Routing by host and path.", zero=(), list_type="atomic")
    tls: tuple[IngressTLS, ...] = Field(
        "[]IngressTLS", "Hosts served over TLS and their certificates.", zero=(), list_type="atomic"
    )


class Ingress(Object):
    """Rules that route HTTP traffic from outside to services."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1beta1"
    kind: ClassVar[str] = "Ingress"
    spec: IngressSpec = Field("IngressSpec", "Rules, TLS settings and the class.", zero=IngressSpec(), always=True)
    status: IngressStatus = Field("IngressStatus", "Where the ingress is reachable.", zero=IngressStatus(), always=True)


class IngressClass(ingressclass.IngressClass):
    """A kind of ingress and the controller in charge of it."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1beta1"
