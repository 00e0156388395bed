"""Endpoints, the older form of EndpointSlices. Source: printers' formatEndpoints."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.endpoints import Endpoints
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_SHOWN = 3


class EndpointsStrategy(Strategy):
    """The addresses behind a Service."""

    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Endpoints"), Column("Age"))

    def warnings(self, ctx: Context, obj: Endpoints, old: Endpoints | None) -> list[str]:
        if ctx.user.name.startswith("system:"):
            return []
        return ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]

    def validate(self, ctx: Context, obj: Endpoints) -> list[FieldError]:
        return rule("endpoints", "validate_endpoints")(obj)

    def validate_update(self, ctx: Context, obj: Endpoints, old: Endpoints) -> list[FieldError]:
        return rule("endpoints", "validate_endpoints_update")(obj, old)

    def row(self, obj: Endpoints, now: float) -> list[Any]:
        return [obj.metadata.name, format_endpoints(obj), age(obj, now)]


def format_endpoints(endpoints: Endpoints) -> str:
    """`ip:port,…`, the first three and how many more."""
    found = []
    for subset in endpoints.subsets:
        ports = subset.ports or (None,)
        for port in ports:
            for address in subset.addresses:
                found.append(f"{address.ip}:{port.port}" if port is not None else address.ip)
    if not found:
        return "<none>"
    more = f" + {len(found) - _SHOWN} more..." if len(found) > _SHOWN else ""
    return ",".join(found[:_SHOWN]) + more
