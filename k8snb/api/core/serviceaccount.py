"""An identity for the processes in pods (v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import ObjectReference
from k8snb.api.core.volume import LocalObjectReference
from k8snb.api.model import Field
from k8snb.api.object import Object


class ServiceAccount(Object):
    """An identity for the processes in pods."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ServiceAccount"
    automountServiceAccountToken: bool | None = Field(
        "*bool", "Whether pods of this account get its token mounted; the pod may override it."
    )
    imagePullSecrets: tuple[LocalObjectReference, ...] = Field(
        "[]LocalObjectReference",
        "Registry credentials given to pods of this account that list none.",
        zero=(),
        list_type="atomic",
    )
    secrets: tuple[ObjectReference, ...] = Field(
        "[]ObjectReference",
        "Secrets that pods of this account may use; only enforced on request, and no longer filled automatically.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
