"""Talking to servers that do not speak HTTP: one exchange of messages over a TCP connection of the simulated network.

The network carries requests; a request whose method is one of `PROTOCOLS` is a connection that speaks that protocol:
its body is what the client sends, the answer's body what comes back, and then the connection is closed. Whoever needs
more of a connection (a transaction, an authentication) sends it again at the beginning of the next.
"""

from __future__ import annotations

from typing import Final

from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.program import Call

REDIS: Final = "REDIS"
MYSQL: Final = "MYSQL"
#: a health check of gRPC: the target names the service, the answer's body is SERVING, NOT_SERVING or SERVICE_UNKNOWN
GRPC: Final = "GRPC"
#: bytes that are no known protocol's
RAW: Final = "TCP"
PROTOCOLS: Final = frozenset({REDIS, MYSQL, GRPC, RAW})


def exchange(call: Call, protocol: str, host: str, port: int, body: bytes) -> HttpResponse | NetError:
    """Connect to a server, send `body`, and give what it answered before the connection was closed."""
    if (host == "localhost" or host.startswith("127.")) and call.machine.listener(port) is not None:
        request = HttpRequest(protocol, "/", body=body, client="127.0.0.1")
        return call.machine.request(port, request, nested=True)
    return call.machine.world.net.http(protocol, f"http://{host}:{port}/", {}, body)


def over_socket(call: Call, protocol: str, port: int, body: bytes) -> HttpResponse | NetError:
    """The same through a Unix socket of this container, which the server that listens on `port` has, too."""
    return call.machine.request(port, HttpRequest(protocol, "/", body=body, client="localhost"), nested=True)
