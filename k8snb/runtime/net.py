"""What a simulated program sees of the network: requests out, answers back, names looked up.

The data path (CNI, Services, DNS) implements `Net`; programs such as curl and the images' servers speak these shapes. HTTP is
the unit of traffic: a connection without HTTP is a `Net.connect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from k8snb.api.model import FrozenMap

REASONS: Mapping[int, str] = {
    200: "OK",
    201: "Created",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as the server sees it; `client` is the peer's IP, `target` the path with its query."""

    method: str = "GET"
    target: str = "/"
    headers: Mapping[str, str] = field(default_factory=FrozenMap)
    body: bytes = b""
    client: str = ""
    scheme: str = "http"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str, default: str = "") -> str:
        """A header by its case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), default)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer; `seconds` is how long the server and the way took, `cpu` how much of that was CPU time (None: all)."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cpu: float | None = None

    @property
    def work(self) -> float:
        """Seconds of CPU time."""
        return self.seconds if self.cpu is None else self.cpu

    @property
    def reason(self) -> str:
        return REASONS.get(self.status, "Unknown")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def header(self, name: str, default: str = "") -> str:
        """A header by its case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), default)


@dataclass(frozen=True, slots=True)
class NetError:
    """Why no answer came. `kind`: refused, timeout, unreachable or dns; `address` is what was tried, once it is known."""

    kind: str
    address: str = ""
    message: str = ""
    seconds: float = 0.0


class DnsRecord(NamedTuple):
    """One resource record: `value` is an address, a name, or `priority weight port target` for SRV."""

    name: str
    type: str
    value: str
    ttl: int = 30


class DnsAnswer(NamedTuple):
    """What a name server says to one question. `code`: NOERROR, NXDOMAIN, …; `authority` is the zone that it speaks for."""

    code: str
    records: tuple[DnsRecord, ...] = ()
    additional: tuple[DnsRecord, ...] = ()
    authority: str = ""


def ask_name_server(net: Net, name: str, type: str = "A", server: str = "") -> DnsAnswer | NetError:
    """Ask a name server one question about an absolute name. A network without name servers of its own (docker's) only knows
    addresses."""
    query = getattr(net, "query", None)
    if query is not None:
        found: DnsAnswer | NetError = query(name, type, server)
        return found
    addresses = net.lookup(name)
    if isinstance(addresses, NetError):
        return DnsAnswer("NXDOMAIN") if addresses.kind == "dns" else addresses
    return DnsAnswer("NOERROR", tuple(DnsRecord(name, "A", address) for address in addresses) if type == "A" else ())


class Net(Protocol):
    """The network as one container sees it: everything starts at that container's own address."""

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        """Send one request and give the answer; redirects are the caller's business."""

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        """IPv4 addresses of a name, after the search domains of the Pod's resolv.conf."""

    def connect(self, host: str, port: int) -> NetError | None:
        """Open a TCP connection and close it again."""

    def ping(self, host: str) -> float | NetError:
        """Seconds of one ICMP round trip."""


class NoNet:
    """A machine without a network: everything is unreachable. Stands in until a Pod has its sandbox, and in tests."""

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        return NetError("unreachable", message="Network unreachable")

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        return NetError("dns", message="no servers could be reached")

    def connect(self, host: str, port: int) -> NetError | None:
        return NetError("unreachable", message="Network unreachable")

    def ping(self, host: str) -> float | NetError:
        return NetError("unreachable", message="Network unreachable")
