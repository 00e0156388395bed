"""EndpointSlices. Source: printers' printEndpointSlice, `pkg/registry/discovery/endpointslice/strategy.go`."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.discovery.endpointslice import EndpointPort, EndpointSlice
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_SHOWN = 3


class EndpointSliceStrategy(Strategy):
    """Up to a hundred of the endpoints of a Service."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("AddressType"),
        Column("Ports"),
        Column("Endpoints"),
        Column("Age"),
    )

    def defaults(self, obj: EndpointSlice) -> EndpointSlice:
        ports = tuple(_port(p) for p in obj.ports)
        return obj if ports == obj.ports else obj.replace(ports=ports)

    def prepare_create(self, ctx: Context, obj: EndpointSlice) -> EndpointSlice:
        return obj.replace(metadata=obj.metadata.replace(generation=1))

    def prepare_update(self, ctx: Context, obj: EndpointSlice, old: EndpointSlice) -> EndpointSlice:
        return obj

    def spec_changed(self, obj: EndpointSlice, old: EndpointSlice) -> bool:
        return obj.endpoints != old.endpoints or obj.ports != old.ports

    def validate(self, ctx: Context, obj: EndpointSlice) -> list[FieldError]:
        return rule("endpointslice", "validate_endpoint_slice")(obj)

    def validate_update(self, ctx: Context, obj: EndpointSlice, old: EndpointSlice) -> list[FieldError]:
        return rule("endpointslice", "validate_endpoint_slice_update")(obj, old)

    def row(self, obj: EndpointSlice, now: float) -> list[Any]:
        addresses = [address for endpoint in obj.endpoints for address in endpoint.addresses]
        ports = [str(port.port) if port.port is not None else "*" for port in obj.ports]
        return [
            obj.metadata.name,
            obj.addressType,
            _first(ports, "<unset>"),
            _first(addresses, "<unset>"),
            age(obj, now),
        ]


def _first(items: list[str], none: str) -> str:
    if not items:
        return none
    more = f" + {len(items) - _SHOWN} more..." if len(items) > _SHOWN else ""
    return ",".join(items[:_SHOWN]) + more


def _port(port: EndpointPort) -> EndpointPort:
    changes: dict[str, Any] = {}
    if port.name is None:
        changes["name"] = ""
    if port.protocol is None:
        changes["protocol"] = "TCP"
    return port.replace(**changes) if changes else port
