"""A group and version of the API, and who serves it: this server itself or a service behind it (apiregistration.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Bytes, Field, Struct, Time
from k8snb.api.object import Object


class ServiceReference(Struct):
    """The service that serves an API."""

    name: str = Field("string", "Name of the service.", zero="")
    namespace: str = Field("string", "Namespace of the service.", zero="")
    port: int | None = Field("*int32", "Port of the service; default 443.")


class APIServiceSpec(Struct):
    """Where an API is served and its place among the others."""

    caBundle: Bytes = Field(
        "[]byte",
        "PEM certificates that the service's certificate must be signed by; not together with insecureSkipTLSVerify.",
        zero="",
        list_type="atomic",
    )
    group: str = Field("string", "API group that is served.", zero="")
    groupPriorityMinimum: int = Field(
        "int32",
        "Priority of the group among all groups, at least; the highest of its versions counts. 1 to 20000.",
        zero=0,
        always=True,
    )
    insecureSkipTLSVerify: bool = Field(
        "bool", "Do not check the service's certificate. Strongly discouraged; use caBundle.", zero=False
    )
    service: ServiceReference | None = Field(
        "*ServiceReference", "Service of the cluster that serves the API; unset means this API server itself."
    )
    version: str = Field("string", "API version that is served.", zero="")
    versionPriority: int = Field(
        "int32",
        "Priority of the version within its group, 1 to 1000; equal ones are ordered by name, v2 before v1 before v1beta1.",
        zero=0,
        always=True,
    )


class APIServiceCondition(Struct):
    """One aspect of the state of an API."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field("APIServiceConditionType", "What the condition is about: Available.", zero="", always=True)


class APIServiceStatus(Struct):
    """Observed state of an API."""

    conditions: tuple[APIServiceCondition, ...] = Field(
        "[]APIServiceCondition",
        "Available: whether requests can be passed on.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )


class APIService(Object):
    """A group and version of the API, and who serves it: this server itself or a service behind it."""

    apiVersion: ClassVar[str] = "apiregistration.k8s.io/v1"
    kind: ClassVar[str] = "APIService"
    spec: APIServiceSpec = Field(
        "APIServiceSpec",
        "Who serves the group and version, and how important it is.",
        zero=APIServiceSpec(),
        always=True,
    )
    status: APIServiceStatus = Field(
        "APIServiceStatus", "Whether it can be reached.", zero=APIServiceStatus(), always=True
    )
