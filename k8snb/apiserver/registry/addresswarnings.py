"""What the server remarks on addresses it accepts though they are spelled in a way of their own.

Source: `apimachinery/pkg/util/validation/ip.go`. Leading zeros and mapped addresses are refused before (strict since v1.36).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from k8snb.api.validation.field import quote
from k8snb.api.validation.names import address, cidr


def ip_warnings(value: str, path: str) -> Iterator[str]:
    """Remarks on an IP address."""
    parsed = address(value)
    if parsed is not None and parsed.version == 6 and str(parsed) != value:
        yield f"{path}: IPv6 address {quote(value)} should be in RFC 5952 canonical format ({quote(str(parsed))})"


def cidr_warnings(value: str, path: str) -> Iterator[str]:
    """Remarks on a block of addresses."""
    if cidr(value):
        return
    network = ipaddress.ip_network(value)
    if network.version == 6 and str(network) != value:
        yield f"{path}: IPv6 CIDR value {quote(value)} should be in RFC 5952 canonical format ({quote(str(network))})"
