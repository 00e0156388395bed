"""Asks whether a user may do something; answered at once, not stored (authorization.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.meta import FieldSelectorRequirement, LabelSelectorRequirement
from k8snb.api.model import EMPTY_MAP, Field, Struct
from k8snb.api.object import Object


class NonResourceAttributes(Struct):
    """A request for a plain URL, to be checked."""

    path: str = Field("string", "URL path, such as /healthz.", zero="")
    verb: str = Field("string", "HTTP verb in lower case, such as get.", zero="")


class FieldSelectorAttributes(Struct):
    """A field selector of a request; either member is set."""

    rawSelector: str = Field(
        "string", "Selector as in the URL; converted to requirements where it can be parsed.", zero=""
    )
    requirements: tuple[FieldSelectorRequirement, ...] = Field(
        "[]metav1.FieldSelectorRequirement", "Parsed selector; all must hold.", zero=(), list_type="atomic"
    )


class LabelSelectorAttributes(Struct):
    """A label selector of a request; either member is set."""

    rawSelector: str = Field(
        "string", "Selector as in the URL; converted to requirements where it can be parsed.", zero=""
    )
    requirements: tuple[LabelSelectorRequirement, ...] = Field(
        "[]metav1.LabelSelectorRequirement", "Parsed selector; all must hold.", zero=(), list_type="atomic"
    )


class ResourceAttributes(Struct):
    """A request for a resource, to be checked."""

    fieldSelector: FieldSelectorAttributes | None = Field(
        "*FieldSelectorAttributes", "Field selector that narrows a list, watch or deletecollection."
    )
    group: str = Field("string", 'API group; "*" means all.', zero="")
    labelSelector: LabelSelectorAttributes | None = Field(
        "*LabelSelectorAttributes", "Label selector that narrows a list, watch or deletecollection."
    )
    name: str = Field("string", "Name of the object; empty means all.", zero="")
    namespace: str = Field("string", "Namespace; empty means all, or none for cluster-wide resources.", zero="")
    resource: str = Field("string", 'Plural resource name; "*" means all.', zero="")
    subresource: str = Field("string", "Subresource, such as log; empty means none.", zero="")
    verb: str = Field("string", 'Verb, such as get, list or create; "*" means all.', zero="")
    version: str = Field("string", 'API version; "*" means all.', zero="")


class SubjectAccessReviewSpec(Struct):
    """Who wants to do what; exactly one of the two kinds of attributes is set."""

    extra: Mapping[str, tuple[str, ...]] = Field(
        "map[string]ExtraValue", "Further attributes of the user.", zero=EMPTY_MAP
    )
    groups: tuple[str, ...] = Field(
        "[]string", "Groups of the user; user or groups must be given.", zero=(), list_type="atomic"
    )
    nonResourceAttributes: NonResourceAttributes | None = Field("*NonResourceAttributes", "Plain URL requested.")
    resourceAttributes: ResourceAttributes | None = Field("*ResourceAttributes", "Resource requested.")
    uid: str = Field("string", "UID of the user.", zero="")
    user: str = Field("string", "Name of the user; empty with groups asks about nobody in particular.", zero="")


class SubjectAccessReviewStatus(Struct):
    """Verdict on a request."""

    allowed: bool = Field("bool", "Whether it is allowed.", zero=False, always=True)
    denied: bool = Field(
        "bool", "Whether it is expressly denied; false with allowed false means that nobody had an opinion.", zero=False
    )
    evaluationError: str = Field("string", "What went wrong while deciding; a verdict may still be given.", zero="")
    reason: str = Field("string", "Why it was allowed or denied.", zero="")


class SubjectAccessReview(Object):
    """Asks whether a user may do something; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authorization.k8s.io/v1"
    kind: ClassVar[str] = "SubjectAccessReview"
    spec: SubjectAccessReviewSpec = Field(
        "SubjectAccessReviewSpec", "The user and the request in question.", zero=SubjectAccessReviewSpec(), always=True
    )
    status: SubjectAccessReviewStatus = Field(
        "SubjectAccessReviewStatus", "The verdict.", zero=SubjectAccessReviewStatus(), always=True
    )


class SelfSubjectAccessReviewSpec(Struct):
    """What the caller wants to do; exactly one member is set."""

    nonResourceAttributes: NonResourceAttributes | None = Field("*NonResourceAttributes", "Plain URL requested.")
    resourceAttributes: ResourceAttributes | None = Field("*ResourceAttributes", "Resource requested.")


class SelfSubjectAccessReview(Object):
    """Asks whether the caller may do something; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authorization.k8s.io/v1"
    kind: ClassVar[str] = "SelfSubjectAccessReview"
    spec: SelfSubjectAccessReviewSpec = Field(
        "SelfSubjectAccessReviewSpec", "The request in question.", zero=SelfSubjectAccessReviewSpec(), always=True
    )
    status: SubjectAccessReviewStatus = Field(
        "SubjectAccessReviewStatus", "The verdict.", zero=SubjectAccessReviewStatus(), always=True
    )


class LocalSubjectAccessReview(Object):
    """Asks whether a user may do something in the namespace of the request; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authorization.k8s.io/v1"
    kind: ClassVar[str] = "LocalSubjectAccessReview"
    spec: SubjectAccessReviewSpec = Field(
        "SubjectAccessReviewSpec", "The user and the request in question.", zero=SubjectAccessReviewSpec(), always=True
    )
    status: SubjectAccessReviewStatus = Field(
        "SubjectAccessReviewStatus", "The verdict.", zero=SubjectAccessReviewStatus(), always=True
    )
