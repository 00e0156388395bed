"""Leases: heartbeats and leaders. Source: printers' printLease.

A kubelet renews its node's Lease every ten seconds; writing that down would keep an idle cluster busy. So the Lease of a node
whose kubelet runs is stored without `renewTime`, and whoever looks sees the last renewal there would have been. A kubelet
that stops writes its last one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.coordination.lease import Lease
from k8snb.api.duration import format_micro_time, parse_time
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

#: where the Leases of nodes are, and how often a kubelet renews its own
NODE_NAMESPACE = "kube-node-lease"
RENEW_SECONDS = 10.0


class LeaseStrategy(Strategy):
    """Who holds what, and since when."""

    unconditional_update: ClassVar[bool] = False
    generation: ClassVar[bool] = False
    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Holder"), Column("Age"))

    def validate(self, ctx: Context, obj: Lease) -> list[FieldError]:
        return rule("lease", "validate_lease")(obj)

    def validate_update(self, ctx: Context, obj: Lease, old: Lease) -> list[FieldError]:
        return rule("lease", "validate_lease_update")(obj, old)

    def on_read(self, ctx: Context, obj: Lease) -> Lease:
        if obj.metadata.namespace != NODE_NAMESPACE or obj.spec.renewTime is not None:
            return obj
        began = parse_time(obj.metadata.creationTimestamp) if obj.metadata.creationTimestamp else ctx.clock.epoch
        renewed = began + (ctx.clock.unix - began) // RENEW_SECONDS * RENEW_SECONDS
        return obj.replace(spec=obj.spec.replace(renewTime=format_micro_time(renewed)))

    def row(self, obj: Lease, now: float) -> list[Any]:
        return [obj.metadata.name, obj.spec.holderIdentity or "", age(obj, now)]
