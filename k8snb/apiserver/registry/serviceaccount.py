"""ServiceAccounts: who a Pod is to the API. Source: printers' printServiceAccount."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.apiserver.registry.strategy import Column, Strategy, age


class ServiceAccountStrategy(Strategy):
    """An identity for processes in Pods."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Age"))

    def row(self, obj: ServiceAccount, now: float) -> list[Any]:
        return [obj.metadata.name, age(obj, now)]
