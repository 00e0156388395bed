"""Says which traffic the selected pods may receive and send; pods selected by no policy are unrestricted (networking.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, IntOrString, Struct
from k8snb.api.object import Object


class IPBlock(Struct):
    """An address range with holes."""

    cidr: str = Field("string", "The range, such as 192.168.0.0/16 or 2001:db8::/64.", zero="", always=True)
    except_: tuple[str, ...] = Field(
        "[]string", "Ranges inside cidr that are left out.", zero=(), alias="except", list_type="atomic"
    )


class NetworkPolicyPeer(Struct):
    """Who traffic is allowed with: an address block, or pods by selectors."""

    ipBlock: IPBlock | None = Field("*IPBlock", "Address range; excludes the selectors.")
    namespaceSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Namespaces whose pods are meant, all of them or those of podSelector; empty selects every namespace.",
    )
    podSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Pods meant, in the policy's namespace or those of namespaceSelector; empty selects all.",
    )


class NetworkPolicyPort(Struct):
    """A port or range of ports."""

    endPort: int | None = Field(
        "*int32", "Last port of a range that starts at port; needs a numeric port not above it."
    )
    port: IntOrString | None = Field("*intstr.IntOrString", "Port number or name; all ports when unset.")
    protocol: str | None = Field("*v1.Protocol", "TCP (default), UDP or SCTP.", enum=("SCTP", "TCP", "UDP"))


class NetworkPolicyEgressRule(Struct):
    """Traffic let out: it must match ports and to."""

    ports: tuple[NetworkPolicyPort, ...] = Field(
        "[]NetworkPolicyPort", "Ports that may be reached, ORed; all when empty.", zero=(), list_type="atomic"
    )
    to: tuple[NetworkPolicyPeer, ...] = Field(
        "[]NetworkPolicyPeer", "Receivers allowed, ORed; everybody when empty.", zero=(), list_type="atomic"
    )


class NetworkPolicyIngressRule(Struct):
    """Traffic let in: it must match ports and from."""

    from_: tuple[NetworkPolicyPeer, ...] = Field(
        "[]NetworkPolicyPeer", "Senders allowed, ORed; everybody when empty.", zero=(), alias="from", list_type="atomic"
    )
    ports: tuple[NetworkPolicyPort, ...] = Field(
        "[]NetworkPolicyPort", "Ports they may reach, ORed; all when empty.", zero=(), list_type="atomic"
    )


class NetworkPolicySpec(Struct):
    """Content of a network policy."""

    egress: tuple[NetworkPolicyEgressRule, ...] = Field(
        "[]NetworkPolicyEgressRule",
        "Traffic the pods may send; none if empty and Egress is in force.",
        zero=(),
        list_type="atomic",
    )
    ingress: tuple[NetworkPolicyIngressRule, ...] = Field(
        "[]NetworkPolicyIngressRule",
        "Traffic the pods may receive; none if empty and Ingress is in force.",
        zero=(),
        list_type="atomic",
    )
    podSelector: LabelSelector = Field(
        "metav1.LabelSelector", "Pods of the namespace concerned; empty selects all.", zero=LabelSelector(), always=True
    )
    policyTypes: tuple[str, ...] = Field(
        "[]PolicyType",
        "Directions restricted: Ingress, Egress. Default: Ingress, and Egress when there are egress rules.",
        zero=(),
        enum=("Egress", "Ingress"),
        list_type="atomic",
    )


class NetworkPolicy(Object):
    """Says which traffic the selected pods may receive and send; pods selected by no policy are unrestricted."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1"
    kind: ClassVar[str] = "NetworkPolicy"
    spec: NetworkPolicySpec = Field(
        "NetworkPolicySpec", "Pods concerned and traffic allowed.", zero=NetworkPolicySpec(), always=True
    )
