"""A lock with an expiry: node heartbeats and leader election are built on it (coordination.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, MicroTime, Struct
from k8snb.api.object import Object


class LeaseSpec(Struct):
    """Holder and timing of a lease."""

    acquireTime: MicroTime | None = Field("*metav1.MicroTime", "When the present holder took the lease.")
    holderIdentity: str | None = Field("*string", "Name of the holder; for node leases the node's name.")
    leaseDurationSeconds: int | None = Field(
        "*int32", "Seconds after renewTime at which others may take the lease over."
    )
    leaseTransitions: int | None = Field("*int32", "How often the lease has changed hands.")
    preferredHolder: str | None = Field("*string", "Candidate that should take the lease next; only with a strategy.")
    renewTime: MicroTime | None = Field("*metav1.MicroTime", "When the holder last renewed the lease.")
    strategy: str | None = Field(
        "*CoordinatedLeaseStrategy",
        "How a leader is picked by coordinated election, such as OldestEmulationVersion; unset without it.",
    )


class Lease(Object):
    """A lock with an expiry: node heartbeats and leader election are built on it."""

    apiVersion: ClassVar[str] = "coordination.k8s.io/v1"
    kind: ClassVar[str] = "Lease"
    spec: LeaseSpec = Field("LeaseSpec", "Who holds the lease, and until when.", zero=LeaseSpec(), always=True)
