"""Asks for a token of a service account; posted to its token subresource (authentication.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class BoundObjectReference(Struct):
    """The object a token is bound to; the token dies with it."""

    apiVersion: str = Field("string", "API version of the object.", zero="")
    kind: str = Field("string", "Pod, Secret or Node.", zero="")
    name: str = Field("string", "Name of the object.", zero="")
    uid: str = Field("types.UID", "UID of the object.", zero="")


class TokenRequestSpec(Struct):
    """Content of a token request."""

    audiences: tuple[str, ...] = Field(
        "[]string",
        "Who the token is for; recipients must reject others. Defaults to the API server.",
        zero=(),
        list_type="atomic",
    )
    boundObjectRef: BoundObjectReference | None = Field(
        "*BoundObjectReference", "Object the token is bound to, so that it becomes void when that is deleted."
    )
    expirationSeconds: int | None = Field(
        "*int64", "Lifetime wanted, in seconds, at least 600. Default 3600; the issuer may choose another."
    )


class TokenRequestStatus(Struct):
    """Answer to a token request."""

    expirationTimestamp: Time | None = Field("metav1.Time", "When the token expires.")
    token: str = Field("string", "The token, a signed JWT.", zero="")


class TokenRequest(Object):
    """Asks for a token of a service account; posted to its token subresource."""

    apiVersion: ClassVar[str] = "authentication.k8s.io/v1"
    kind: ClassVar[str] = "TokenRequest"
    spec: TokenRequestSpec = Field(
        "TokenRequestSpec", "Audience, lifetime and binding wanted.", zero=TokenRequestSpec(), always=True
    )
    status: TokenRequestStatus = Field(
        "TokenRequestStatus", "The token issued.", zero=TokenRequestStatus(), always=True
    )
