"""ServiceAccounts: who a Pod is to the API. Source: `pkg/registry/core/serviceaccount/strategy.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age

_ENFORCE = "kubernetes.io/enforce-mountable-secrets"
_WARNING = (
    f"metadata.annotations[{_ENFORCE}]: deprecated in v1.32+; "
    "prefer separate namespaces to isolate access to mounted secrets"
)


class ServiceAccountStrategy(Strategy):
    """An identity for processes in Pods."""

    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Age"))

    def warnings(self, ctx: Context, obj: ServiceAccount, old: ServiceAccount | None) -> list[str]:
        new = _ENFORCE in obj.metadata.annotations and (old is None or _ENFORCE not in old.metadata.annotations)
        return [_WARNING] if new else []

    def row(self, obj: ServiceAccount, now: float) -> list[Any]:
        return [obj.metadata.name, age(obj, now)]
