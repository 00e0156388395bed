"""Permissions within one namespace (rbac.authorization.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class PolicyRule(Struct):
    """Verbs allowed on some resources or URLs."""

    apiGroups: tuple[str, ...] = Field(
        "[]string", 'API groups of the resources; "" is the core group, "*" all.', zero=(), list_type="atomic"
    )
    nonResourceURLs: tuple[str, ...] = Field(
        "[]string",
        'URL paths, with "*" as last element if wanted; only in cluster roles and not together with resources.',
        zero=(),
        list_type="atomic",
    )
    resourceNames: tuple[str, ...] = Field(
        "[]string",
        "Names the rule is limited to; empty allows all. Does not work for create.",
        zero=(),
        list_type="atomic",
    )
    resources: tuple[str, ...] = Field(
        "[]string", 'Plural resource names, also pods/log; "*" means all.', zero=(), list_type="atomic"
    )
    verbs: tuple[str, ...] = Field(
        "[]string", 'Verbs allowed, such as get or create; "*" means all.', zero=(), always=True, list_type="atomic"
    )


class Role(Object):
    """Permissions within one namespace."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "Role"
    rules: tuple[PolicyRule, ...] = Field(
        "[]PolicyRule", "What the role allows; rules only ever add.", zero=(), list_type="atomic"
    )


class AggregationRule(Struct):
    """Where an aggregated cluster role gets its rules from."""

    clusterRoleSelectors: tuple[LabelSelector, ...] = Field(
        "[]metav1.LabelSelector",
        "Label selectors, ORed, of the cluster roles whose rules are taken over.",
        zero=(),
        list_type="atomic",
    )


class ClusterRole(Object):
    """Permissions across the cluster, on cluster-wide resources, or for reuse in namespaces."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "ClusterRole"
    aggregationRule: AggregationRule | None = Field(
        "*AggregationRule", "If set, the rules are gathered from other cluster roles and edits of them are overwritten."
    )
    rules: tuple[PolicyRule, ...] = Field(
        "[]PolicyRule", "What the role allows; rules only ever add.", zero=(), list_type="atomic"
    )
