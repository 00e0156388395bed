"""Announces a CSI driver and how the cluster should deal with its volumes (storage.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class TokenRequest(Struct):
    """A service account token wanted by a CSI driver."""

    audience: str = Field("string", "Whom the token is for; empty means the API server.", zero="", always=True)
    expirationSeconds: int | None = Field("*int64", "Lifetime wanted, in seconds; the server's default when unset.")


class CSIDriverSpec(Struct):
    """Abilities and wishes of a CSI driver."""

    attachRequired: bool | None = Field(
        "*bool",
        "Whether volumes must be attached before mounting, and VolumeAttachments are used. Default true; immutable.",
    )
    fsGroupPolicy: str | None = Field(
        "*FSGroupPolicy",
        "Whether ownership is changed to a pod's fsGroup: ReadWriteOnceWithFSType (default), File or None.",
    )
    nodeAllocatableUpdatePeriodSeconds: int | None = Field(
        "*int64", "Seconds between updates of the node's attach limit, at least 10; unset turns updates off."
    )
    podInfoOnMount: bool | None = Field(
        "*bool", "Pass pod name, namespace, UID and account to the driver when mounting. Default false."
    )
    preventPodSchedulingIfMissing: bool | None = Field(
        "*bool", "Keep pods that use the driver off nodes where it is not installed. Default false."
    )
    requiresRepublish: bool | None = Field(
        "*bool", "Call the driver again from time to time, so that it can refresh a mounted volume. Default false."
    )
    seLinuxMount: bool | None = Field(
        "*bool", "Whether volumes can be mounted with an SELinux label as mount option. Default false."
    )
    serviceAccountTokenInSecrets: bool | None = Field(
        "*bool",
        "Hand service account tokens over as secrets instead of volume context. Default false; needs tokenRequests.",
    )
    storageCapacity: bool | None = Field(
        "*bool", "Whether the scheduler should look at the driver's CSIStorageCapacity objects. Default false."
    )
    tokenRequests: tuple[TokenRequest, ...] = Field(
        "[]TokenRequest",
        "Tokens of the pod's service account that the driver wants when mounting; audiences must differ.",
        zero=(),
        list_type="atomic",
    )
    volumeLifecycleModes: tuple[str, ...] = Field(
        "[]VolumeLifecycleMode",
        "Kinds of volume supported: Persistent (default) and Ephemeral; immutable.",
        zero=(),
        list_type="set",
    )


class CSIDriver(Object):
    """Announces a CSI driver and how the cluster should deal with its volumes."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "CSIDriver"
    spec: CSIDriverSpec = Field(
        "CSIDriverSpec", "Abilities and wishes of the driver.", zero=CSIDriverSpec(), always=True
    )
