"""Ceiling on what a namespace may use in total (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct
from k8snb.api.object import Object


class ScopedResourceSelectorRequirement(Struct):
    """One scope requirement."""

    operator: str = Field(
        "ScopeSelectorOperator",
        "In, NotIn, Exists or DoesNotExist; scopes other than PriorityClass and VolumeAttributesClass need Exists.",
        zero="",
        always=True,
        enum=("DoesNotExist", "Exists", "In", "NotIn"),
    )
    scopeName: str = Field(
        "ResourceQuotaScope",
        "Name of the scope, such as PriorityClass.",
        zero="",
        always=True,
        enum=(
            "BestEffort",
            "CrossNamespacePodAffinity",
            "NotBestEffort",
            "NotTerminating",
            "PriorityClass",
            "Terminating",
            "VolumeAttributesClass",
        ),
    )
    values: tuple[str, ...] = Field(
        "[]string", "Values to compare with: non-empty for In and NotIn, empty otherwise.", zero=(), list_type="atomic"
    )


class ScopeSelector(Struct):
    """Scopes an object must be in to count."""

    matchExpressions: tuple[ScopedResourceSelectorRequirement, ...] = Field(
        "[]ScopedResourceSelectorRequirement", "Scope requirements, ANDed.", zero=(), list_type="atomic"
    )
    map_type: ClassVar[str] = "atomic"


class ResourceQuotaSpec(Struct):
    """Content of a quota."""

    hard: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Ceilings by resource: requests.cpu, limits.memory, pods, count/deployments.apps, requests.storage and so on.",
        zero=EMPTY_MAP,
    )
    scopeSelector: ScopeSelector | None = Field(
        "*ScopeSelector", "Scopes with values, for example a set of priority classes; all must match."
    )
    scopes: tuple[str, ...] = Field(
        "[]ResourceQuotaScope",
        "Count only matching objects: Terminating, NotTerminating, BestEffort, NotBestEffort, CrossNamespacePodAffinity, …",
        zero=(),
        enum=(
            "BestEffort",
            "CrossNamespacePodAffinity",
            "NotBestEffort",
            "NotTerminating",
            "PriorityClass",
            "Terminating",
            "VolumeAttributesClass",
        ),
        list_type="atomic",
    )


class ResourceQuotaStatus(Struct):
    """Use of a quota."""

    hard: Mapping[str, Quantity] = Field("ResourceList", "Ceilings in force.", zero=EMPTY_MAP)
    used: Mapping[str, Quantity] = Field("ResourceList", "What is used at present, per ceiling.", zero=EMPTY_MAP)


class ResourceQuota(Object):
    """Ceiling on what a namespace may use in total."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ResourceQuota"
    spec: ResourceQuotaSpec = Field(
        "ResourceQuotaSpec", "The ceilings, and which objects count.", zero=ResourceQuotaSpec(), always=True
    )
    status: ResourceQuotaStatus = Field(
        "ResourceQuotaStatus", "The ceilings in force and present use.", zero=ResourceQuotaStatus(), always=True
    )
