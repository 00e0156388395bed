"""The addresses behind a Service port, from its EndpointSlices: at most three of them.

Source: kubectl `pkg/describe/describe.go` (formatEndpointSlices).
"""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.kubectl.describe.reader import Json, Reader

_MOST = 3


def slices_of(reader: Reader, namespace: str, service: str) -> list[Json]:
    """The EndpointSlices of a Service. StatusError if they cannot be read."""
    return reader.list("endpointslices.discovery.k8s.io", namespace, f"kubernetes.io/service-name={service}")


def addresses(slices: Sequence[Json], port: str) -> str:
    """`10.0.0.1:80,10.0.0.2:80 + 2 more...` for a port by name."""
    if not slices:
        return "<none>"
    shown: list[str] = []
    more, count = False, 0
    for piece in slices:
        # A headless Service may have slices without ports.
        ports = piece.get("ports") or [None]
        for one in ports:
            if one is not None and (one.get("name") or "") != port:
                continue
            for endpoint in piece.get("endpoints") or []:
                more = more or len(shown) == _MOST
                if (endpoint.get("conditions") or {}).get("ready") is False:
                    continue
                if not more:
                    shown.append(_address(endpoint["addresses"][0], one))
                count += 1
    text = ",".join(shown)
    return f"{text} + {count - _MOST} more..." if more else text


def _address(ip: str, port: Json | None) -> str:
    if port is None:
        return ip
    return f"[{ip}]:{port['port']}" if ":" in ip else f"{ip}:{port['port']}"
