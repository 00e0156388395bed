"""A stable name and virtual address for a changing set of pods (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.meta import Condition
from k8snb.api.model import EMPTY_MAP, Field, IntOrString, Struct
from k8snb.api.object import Object


class ServicePort(Struct):
    """One port of a service."""

    appProtocol: str | None = Field(
        "*string",
        "Application protocol as a hint to implementations: an IANA name, kubernetes.io/… or another prefixed name.",
    )
    name: str = Field(
        "string", "Port name, a DNS label; required and unique when the service has several ports.", zero=""
    )
    nodePort: int = Field(
        "int32", "Port opened on every node, by default from 30000 to 32767; assigned when the type needs one.", zero=0
    )
    port: int = Field("int32", "Port of the virtual address, 1 to 65535.", zero=0, always=True)
    protocol: str = Field(
        "Protocol", "TCP (default), UDP or SCTP.", zero="", default="TCP", enum=("SCTP", "TCP", "UDP")
    )
    targetPort: IntOrString | None = Field(
        "intstr.IntOrString", "Port number or port name on the pods. Defaults to port."
    )


class ClientIPConfig(Struct):
    """Settings of affinity by client address."""

    timeoutSeconds: int | None = Field(
        "*int32", "Seconds a client sticks to its pod: 1 to 86400. Default 10800 (3 hours)."
    )


class SessionAffinityConfig(Struct):
    """Settings of session affinity."""

    clientIP: ClientIPConfig | None = Field("*ClientIPConfig", "Settings of affinity by client address.")


class ServiceSpec(Struct):
    """How a service is exposed and where its traffic goes."""

    allocateLoadBalancerNodePorts: bool | None = Field(
        "*bool", "Whether a LoadBalancer service also gets node ports. Default true."
    )
    clusterIP: str = Field(
        "string",
        'Virtual address; assigned by the server unless given. "None" makes the service headless; immutable in most cases.',
        zero="",
    )
    clusterIPs: tuple[str, ...] = Field(
        "[]string",
        "Virtual addresses of both IP families, at most two; the first equals clusterIP.",
        zero=(),
        list_type="atomic",
    )
    externalIPs: tuple[str, ...] = Field(
        "[]string",
        "Further addresses, managed outside the cluster, for which nodes accept the service's traffic.",
        zero=(),
        list_type="atomic",
    )
    externalName: str = Field("string", "DNS name that a service of type ExternalName is an alias (CNAME) of.", zero="")
    externalTrafficPolicy: str = Field(
        "ServiceExternalTrafficPolicy",
        "Cluster (default) spreads outside traffic over all endpoints; Local keeps it on the node and preserves the client's IP.",
        zero="",
        enum=("Cluster", "Local"),
    )
    healthCheckNodePort: int = Field(
        "int32",
        "Node port for load balancer health checks; only for LoadBalancer with policy Local. Assigned when unset.",
        zero=0,
    )
    internalTrafficPolicy: str | None = Field(
        "*ServiceInternalTrafficPolicy",
        "Cluster (default), or Local to send in-cluster traffic only to endpoints on the client's own node.",
        enum=("Cluster", "Local"),
    )
    ipFamilies: tuple[str, ...] = Field(
        "[]IPFamily",
        "IP families in use, primary first: IPv4, IPv6.",
        zero=(),
        enum=("", "IPv4", "IPv6"),
        list_type="atomic",
    )
    ipFamilyPolicy: str | None = Field(
        "*IPFamilyPolicy",
        "SingleStack (default), PreferDualStack or RequireDualStack.",
        enum=("PreferDualStack", "RequireDualStack", "SingleStack"),
    )
    loadBalancerClass: str | None = Field(
        "*string",
        "Implementation that should serve this LoadBalancer; unset means the cloud's default. Immutable once set.",
    )
    loadBalancerIP: str = Field("string", "Deprecated wish for a particular load balancer address.", zero="")
    loadBalancerSourceRanges: tuple[str, ...] = Field(
        "[]string", "Client address ranges the load balancer admits; all when empty.", zero=(), list_type="atomic"
    )
    ports: tuple[ServicePort, ...] = Field(
        "[]ServicePort",
        "Ports the service offers; names are required when there are several.",
        zero=(),
        list_type="map",
        list_keys=("port", "protocol"),
        merge_key="port",
        strategy="merge",
    )
    publishNotReadyAddresses: bool = Field(
        "bool",
        "Also publish endpoints that are not ready, as peers discovering each other need. Default false.",
        zero=False,
    )
    selector: Mapping[str, str] = Field(
        "map[string]string",
        "Labels of the pods behind the service; with none, endpoints are managed by hand.",
        zero=EMPTY_MAP,
        map_type="atomic",
    )
    sessionAffinity: str = Field(
        "ServiceAffinity",
        "None (default), or ClientIP to keep a client on the same pod.",
        zero="",
        enum=("ClientIP", "None"),
    )
    sessionAffinityConfig: SessionAffinityConfig | None = Field(
        "*SessionAffinityConfig", "Settings of the session affinity."
    )
    trafficDistribution: str | None = Field(
        "*string",
        "Preference among endpoints: PreferSameZone (older name PreferClose) or PreferSameNode; unset spreads evenly.",
    )
    type: str = Field(
        "ServiceType",
        "ClusterIP (default), NodePort, LoadBalancer or ExternalName.",
        zero="",
        enum=("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
    )


class PortStatus(Struct):
    """State of one port of a load balancer."""

    error: str | None = Field(
        "*string", "CamelCase reason why the port is not served; a domain prefix marks provider-specific ones."
    )
    port: int = Field("int32", "Port number of the service.", zero=0, always=True)
    protocol: str = Field("Protocol", "TCP, UDP or SCTP.", zero="", always=True, enum=("SCTP", "TCP", "UDP"))


class LoadBalancerIngress(Struct):
    """An entry point of a load balancer."""

    hostname: str = Field("string", "DNS name, for balancers that are known by name.", zero="")
    ip: str = Field("string", "Address, for balancers that are known by address.", zero="")
    ipMode: str | None = Field(
        "*LoadBalancerIPMode",
        "VIP (default) keeps the address as packet destination; Proxy means the balancer rewrites it.",
    )
    ports: tuple[PortStatus, ...] = Field(
        "[]PortStatus", "Ports served, and errors with them.", zero=(), list_type="atomic"
    )


class LoadBalancerStatus(Struct):
    """State of a load balancer."""

    ingress: tuple[LoadBalancerIngress, ...] = Field(
        "[]LoadBalancerIngress",
        "Its entry points; traffic to any of them reaches the service.",
        zero=(),
        list_type="atomic",
    )


class ServiceStatus(Struct):
    """Observed state of a service."""

    conditions: tuple[Condition, ...] = Field(
        "[]metav1.Condition",
        "Conditions set by whoever implements the service.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    loadBalancer: LoadBalancerStatus = Field(
        "LoadBalancerStatus",
        "Addresses at which the load balancer is reachable.",
        zero=LoadBalancerStatus(),
        always=True,
    )


class Service(Object):
    """A stable name and virtual address for a changing set of pods."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Service"
    spec: ServiceSpec = Field(
        "ServiceSpec", "Which pods to reach, through which ports and in which manner.", zero=ServiceSpec(), always=True
    )
    status: ServiceStatus = Field(
        "ServiceStatus", "Load balancer addresses and conditions.", zero=ServiceStatus(), always=True
    )
