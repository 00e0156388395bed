"""A range from which services get their cluster addresses (networking.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import Condition
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ServiceCIDRSpec(Struct):
    """Content of a service range."""

    cidrs: tuple[str, ...] = Field(
        "[]string",
        "One range, or one per IP family; immutable except for going from one to two families.",
        zero=(),
        list_type="atomic",
    )


class ServiceCIDRStatus(Struct):
    """Observed state of a service range."""

    conditions: tuple[Condition, ...] = Field(
        "[]metav1.Condition",
        "Ready: whether addresses can be taken from the range; False while it is being deleted.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )


class ServiceCIDR(Object):
    """A range from which services get their cluster addresses."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1"
    kind: ClassVar[str] = "ServiceCIDR"
    spec: ServiceCIDRSpec = Field("ServiceCIDRSpec", "The address ranges.", zero=ServiceCIDRSpec(), always=True)
    status: ServiceCIDRStatus = Field(
        "ServiceCIDRStatus", "Whether the range is in use.", zero=ServiceCIDRStatus(), always=True
    )
