"""Endpoints (the old form of EndpointSlices)."""

from __future__ import annotations

from k8snb.api.core.endpoints import Endpoints
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: Endpoints, reader: Reader) -> None:
    """Endpoints."""
    metadata.head(w, obj)
    w.line(0, "Subsets:")
    for subset in obj.subsets:
        w.field(1, "Addresses", ",".join(one.ip for one in subset.addresses) or "<none>")
        w.field(1, "NotReadyAddresses", ",".join(one.ip for one in subset.notReadyAddresses) or "<none>")
        if subset.ports:
            w.line(1, "Ports:")
            w.row(2, "Name", "Port", "Protocol")
            w.row(2, "----", "----", "--------")
            for port in subset.ports:
                w.row(2, port.name or "<unset>", port.port, port.protocol)
        w.line(0)
