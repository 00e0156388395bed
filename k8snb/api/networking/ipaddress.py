"""Records that an address of the service range is taken; its name is the address (networking.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ParentReference(Struct):
    """Points at the object an address belongs to."""

    group: str = Field("string", "API group of the object; empty for the core group.", zero="")
    name: str = Field("string", "Name of the object.", zero="", always=True)
    namespace: str = Field("string", "Namespace of the object.", zero="")
    resource: str = Field("string", "Plural resource name of the object, such as services.", zero="", always=True)


class IPAddressSpec(Struct):
    """Content of an IP address record."""

    parentRef: ParentReference | None = Field(
        "*ParentReference", "Object the address belongs to, normally a Service; required."
    )


class IPAddress(Object):
    """Records that an address of the service range is taken; its name is the address."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1"
    kind: ClassVar[str] = "IPAddress"
    spec: IPAddressSpec = Field("IPAddressSpec", "Who uses the address.", zero=IPAddressSpec(), always=True)
