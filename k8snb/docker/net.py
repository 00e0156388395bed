"""The network as the programs of one container see it: other containers, the learner's machine, and what lies beyond.

Containers of a user-defined network find each other by name through docker's own resolver; on the default bridge only by
address or `--link`. What is neither is asked of the cluster's network, as the learner's machine would ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from k8snb.docker.state import GATEWAY, Box
from k8snb.network.dns import OUTSIDE
from k8snb.network.origin import HOST
from k8snb.network.trace import Failure
from k8snb.network.url import BadUrl, parse
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError

if TYPE_CHECKING:
    from k8snb.docker.engine import Docker

#: a hop over a bridge of this machine
_HOP = 0.0003


class ContainerNet:
    """`runtime.net.Net` of one container; `identity` is "" for a build's own steps."""

    def __init__(self, docker: Docker, identity: str) -> None:
        self._docker, self._identity = docker, identity

    @property
    def _box(self) -> Box | None:
        return self._docker.state.boxes.get(self._identity)

    def _mode(self) -> str:
        box = self._box
        return box.networks[0].network if box is not None and box.networks else "none" if box is not None else "bridge"

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        """Send one request from inside the container."""
        try:
            where = parse(url)
        except BadUrl as error:
            return NetError("dns", "", str(error))
        found = self.lookup(where.host)
        if isinstance(found, NetError):
            return found
        address = found[0]
        request = HttpRequest(
            method, where.target, {"Host": where.authority, **headers}, body, self._ip(), where.scheme
        )
        answer = self._deliver(address, where.port, request)
        if answer is not None:
            return answer
        network = self._docker.network
        if network is None:
            return NetError("unreachable", address, "Network is unreachable")
        trace = network.request(HOST, where, method, headers, body, None, address)
        if trace.response is None:
            assert trace.failure is not None
            return NetError(trace.outcome, trace.address, trace.failure.why, trace.seconds)
        return HttpResponse(trace.response.status, trace.response.body, trace.response.headers, trace.seconds)

    def _ip(self) -> str:
        box = self._box
        return box.networks[0].ip if box is not None and box.networks else ""

    def _deliver(self, address: str, port: int, request: HttpRequest) -> HttpResponse | NetError | None:
        """The answer of a container of this machine, or of the machine itself; None if the address is neither."""
        docker, box = self._docker, self._box
        if address.startswith("127.") or (box is not None and address == self._ip()):
            if box is None:
                return NetError("refused", address, "Connection refused")
            return docker.request(box.id, port, replace(request, client=address))
        other = docker.at(address, {place.network for place in box.networks} if box is not None else {"bridge"})
        if other is not None:
            return docker.request(other.id, port, request)
        if address == GATEWAY or address.startswith("172."):
            published = docker.publisher(port)
            if published is None:
                refused = address == GATEWAY
                return NetError(
                    "refused" if refused else "unreachable",
                    address,
                    "Connection refused" if refused else "No route to host",
                )
            return docker.request(published[0].id, published[1].inner, request)
        return None

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        """IPv4 addresses: /etc/hosts, containers of the same network, then the world."""
        name = name.lower().rstrip(".")
        if name.replace(".", "").isdigit():
            return (name,)
        if name == "localhost":
            return ("127.0.0.1",)
        box = self._box
        if self._mode() == "none":
            return NetError("dns", message="Temporary failure in name resolution")
        if box is not None:
            if name in (box.container.hostname.lower(), box.id[:12]):
                return (self._ip(),)
            found = self._docker.named(box, name)
            if found:
                return (found,)
        if name in ("host.docker.internal", "gateway.docker.internal"):
            return (GATEWAY,)
        network = self._docker.network
        if network is not None:
            known: tuple[str, ...] | Failure = network.resolve(HOST, name)
            if not isinstance(known, Failure):
                return known
        outside = OUTSIDE.get(name)
        return (outside,) if outside else NetError("dns", message="Name or service not known")

    def connect(self, host: str, port: int) -> NetError | None:
        """Open a TCP connection and close it again."""
        found = self.lookup(host)
        if isinstance(found, NetError):
            return found
        docker, box, address = self._docker, self._box, found[0]
        other = box if address.startswith("127.") or (box and address == self._ip()) else None
        if other is None:
            other = docker.at(address, {place.network for place in box.networks} if box is not None else {"bridge"})
        if other is not None:
            return None if port in other.container.ports else NetError("refused", address, "Connection refused")
        if address == GATEWAY:
            return None if docker.publisher(port) is not None else NetError("refused", address, "Connection refused")
        if docker.network is None:
            return NetError("unreachable", address, "Network is unreachable")
        arrived = docker.network.connect(HOST, address, port)
        return NetError(arrived.kind, address, arrived.why, arrived.seconds) if isinstance(arrived, Failure) else None

    def ping(self, host: str) -> float | NetError:
        """Seconds of one ICMP round trip."""
        found = self.lookup(host)
        if isinstance(found, NetError):
            return found
        box = self._box
        here = {place.network for place in box.networks} if box is not None else {"bridge"}
        if found[0].startswith("127.") or found[0] == GATEWAY or self._docker.at(found[0], here) is not None:
            return _HOP
        return NetError("timeout", found[0], "100% packet loss")
