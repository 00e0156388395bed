"""A kind of ingress, tied to the controller that implements it (networking.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class IngressClassParametersReference(Struct):
    """Points at an object with settings of an ingress class."""

    apiGroup: str | None = Field("*string", "API group of the object; unset for the core group.")
    kind: str = Field("string", "Kind of the object.", zero="", always=True)
    name: str = Field("string", "Name of the object.", zero="", always=True)
    namespace: str | None = Field(
        "*string", "Namespace of the object; required if scope is Namespace, forbidden otherwise."
    )
    scope: str | None = Field("*string", "Cluster (default) or Namespace.")


class IngressClassSpec(Struct):
    """Content of an ingress class."""

    controller: str = Field(
        "string", "Name of the controller, as domain/path with at most 250 characters; immutable.", zero=""
    )
    parameters: IngressClassParametersReference | None = Field(
        "*IngressClassParametersReference", "Object with further settings for the controller."
    )


class IngressClass(Object):
    """A kind of ingress, tied to the controller that implements it."""

    apiVersion: ClassVar[str] = "networking.k8s.io/v1"
    kind: ClassVar[str] = "IngressClass"
    spec: IngressClassSpec = Field(
        "IngressClassSpec", "The controller and its parameters.", zero=IngressClassSpec(), always=True
    )
