"""Asks who the server takes the caller for; answered at once, not stored (authentication.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.authentication.tokenreview import UserInfo
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class SelfSubjectReviewStatus(Struct):
    """Answer to a self subject review."""

    userInfo: UserInfo = Field("UserInfo", "Attributes of the caller.", zero=UserInfo(), always=True)


class SelfSubjectReview(Object):
    """Asks who the server takes the caller for; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authentication.k8s.io/v1"
    kind: ClassVar[str] = "SelfSubjectReview"
    status: SelfSubjectReviewStatus = Field(
        "SelfSubjectReviewStatus", "The answer.", zero=SelfSubjectReviewStatus(), always=True
    )
