"""EndpointSlices."""

from __future__ import annotations

from k8snb.api.discovery.endpointslice import Endpoint, EndpointSlice
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter

_UNSET = "<unset>"


def describe(w: PrefixWriter, obj: EndpointSlice, reader: Reader) -> None:
    """An EndpointSlice."""
    metadata.head(w, obj)
    w.field(0, "AddressType", obj.addressType)
    if obj.ports:
        w.line(0, "Ports:")
        w.row(1, "Name", "Port", "Protocol")
        w.row(1, "----", "----", "--------")
        for port in obj.ports:
            w.row(1, port.name or _UNSET, _UNSET if port.port is None else port.port, port.protocol)
    else:
        w.line(0, "Ports: <unset>")
    w.line(0, "Endpoints:" if obj.endpoints else "Endpoints: <none>")
    for endpoint in obj.endpoints:
        _endpoint(w, endpoint)


def _endpoint(w: PrefixWriter, one: Endpoint) -> None:
    w.field(1, "- Addresses", ", ".join(one.addresses) or "<none>")
    w.line(2, "Conditions:")
    ready = one.conditions.ready
    w.field(3, "Ready", _UNSET if ready is None else "true" if ready else "false")
    w.field(2, "Hostname", _UNSET if one.hostname is None else one.hostname)
    if one.targetRef is not None:
        w.field(2, "TargetRef", f"{one.targetRef.kind}/{one.targetRef.name}")
    w.field(2, "NodeName", _UNSET if one.nodeName is None else one.nodeName)
    w.field(2, "Zone", _UNSET if one.zone is None else one.zone)
