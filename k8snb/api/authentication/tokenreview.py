"""Asks whether a token is valid and whose it is; answered at once, not stored (authentication.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field, Struct
from k8snb.api.object import Object


class TokenReviewSpec(Struct):
    """Content of a token review."""

    audiences: tuple[str, ...] = Field(
        "[]string",
        "Audiences of which the token must have one; the API server's own when empty.",
        zero=(),
        list_type="atomic",
    )
    token: str = Field("string", "The token in question.", zero="", always=True)


class UserInfo(Struct):
    """An authenticated user."""

    extra: Mapping[str, tuple[str, ...]] = Field("map[string]ExtraValue", "Further attributes, by key.", zero=EMPTY_MAP)
    groups: tuple[str, ...] = Field("[]string", "Groups the user is in.", zero=(), list_type="atomic")
    uid: str = Field("string", "Id that tells the user from another one who had the name before.", zero="")
    username: str = Field("string", "Name, unique among active users.", zero="")


class TokenReviewStatus(Struct):
    """Verdict on a token."""

    audiences: tuple[str, ...] = Field(
        "[]string", "Those of the audiences asked for that the token is valid for.", zero=(), list_type="atomic"
    )
    authenticated: bool = Field("bool", "Whether the token belongs to a known user.", zero=False)
    error: str = Field("string", "Why the token could not be checked.", zero="")
    user: UserInfo = Field("UserInfo", "Whose token it is.", zero=UserInfo(), always=True)


class TokenReview(Object):
    """Asks whether a token is valid and whose it is; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authentication.k8s.io/v1"
    kind: ClassVar[str] = "TokenReview"
    spec: TokenReviewSpec = Field("TokenReviewSpec", "The token in question.", zero=TokenReviewSpec(), always=True)
    status: TokenReviewStatus = Field("TokenReviewStatus", "The verdict.", zero=TokenReviewStatus(), always=True)
