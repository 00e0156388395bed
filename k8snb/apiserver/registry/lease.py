"""Leases: heartbeats and leaders. Source: printers' printLease."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.coordination.lease import Lease
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule


class LeaseStrategy(Strategy):
    """Who holds what, and since when."""

    generation: ClassVar[bool] = False
    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Holder"), Column("Age"))

    def validate(self, ctx: Context, obj: Lease) -> list[FieldError]:
        return rule("lease", "validate_lease")(obj)

    def validate_update(self, ctx: Context, obj: Lease, old: Lease) -> list[FieldError]:
        return rule("lease", "validate_lease_update")(obj, old)

    def row(self, obj: Lease, now: float) -> list[Any]:
        return [obj.metadata.name, obj.spec.holderIdentity or "", age(obj, now)]
