"""Asks what the caller may do in a namespace; answered at once, not stored (authorization.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class SelfSubjectRulesReviewSpec(Struct):
    """Content of a rules review."""

    namespace: str = Field("string", "Namespace to evaluate; required.", zero="")


class NonResourceRule(Struct):
    """Verbs allowed on some plain URLs."""

    nonResourceURLs: tuple[str, ...] = Field(
        "[]string", 'URL paths; "*" is allowed only as last element.', zero=(), list_type="atomic"
    )
    verbs: tuple[str, ...] = Field(
        "[]string", 'HTTP verbs allowed, in lower case; "*" means all.', zero=(), always=True, list_type="atomic"
    )


class ResourceRule(Struct):
    """Verbs allowed on some resources."""

    apiGroups: tuple[str, ...] = Field(
        "[]string", 'API groups of the resources; "*" means all.', zero=(), list_type="atomic"
    )
    resourceNames: tuple[str, ...] = Field(
        "[]string", "Names the rule is limited to; empty allows all.", zero=(), list_type="atomic"
    )
    resources: tuple[str, ...] = Field(
        "[]string",
        'Resources; "*" means all in the groups, "*/log" that subresource of all.',
        zero=(),
        list_type="atomic",
    )
    verbs: tuple[str, ...] = Field(
        "[]string", 'Verbs allowed; "*" means all.', zero=(), always=True, list_type="atomic"
    )


class SubjectRulesReviewStatus(Struct):
    """Rules found; a help for user interfaces, not a basis for decisions."""

    evaluationError: str = Field("string", "What went wrong while collecting.", zero="")
    incomplete: bool = Field(
        "bool", "Whether some authorizer could not list its rules, so that there may be more.", zero=False, always=True
    )
    nonResourceRules: tuple[NonResourceRule, ...] = Field(
        "[]NonResourceRule", "Plain URLs allowed, in no particular order.", zero=(), always=True, list_type="atomic"
    )
    resourceRules: tuple[ResourceRule, ...] = Field(
        "[]ResourceRule", "Resources allowed, in no particular order.", zero=(), always=True, list_type="atomic"
    )


class SelfSubjectRulesReview(Object):
    """Asks what the caller may do in a namespace; answered at once, not stored."""

    apiVersion: ClassVar[str] = "authorization.k8s.io/v1"
    kind: ClassVar[str] = "SelfSubjectRulesReview"
    spec: SelfSubjectRulesReviewSpec = Field(
        "SelfSubjectRulesReviewSpec", "The namespace in question.", zero=SelfSubjectRulesReviewSpec(), always=True
    )
    status: SubjectRulesReviewStatus = Field(
        "SubjectRulesReviewStatus", "The rules found.", zero=SubjectRulesReviewStatus(), always=True
    )
