"""The network as the programs of one Pod see it: requests, names, connections and pings from the Pod's own address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from k8snb.network import lookup
from k8snb.network.atlas import pod_at
from k8snb.network.chance import Chance
from k8snb.network.lookup import is_address
from k8snb.network.netfilter import Packet
from k8snb.network.origin import Origin
from k8snb.network.path import NO_NEIGHBOUR, Path
from k8snb.network.trace import TIMEOUT, UNREACHABLE, Failure
from k8snb.network.url import BadUrl, parse
from k8snb.runtime.net import DnsAnswer, DnsRecord, HttpResponse, NetError

if TYPE_CHECKING:
    from k8snb.network.network import Network


class PodNet:
    """`runtime.net.Net` of one Pod."""

    def __init__(self, network: Network, start: Origin) -> None:
        self._network, self._start = network, start

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        """Send one request from inside the Pod."""
        try:
            where = parse(url)
        except BadUrl as error:
            return NetError("dns", "", str(error))
        trace = self._network.request(self._start, where, method, headers, body)
        if trace.response is None:
            assert trace.failure is not None
            return NetError(trace.outcome, trace.address, trace.failure.why, trace.seconds)
        response = trace.response
        return HttpResponse(response.status, response.body, response.headers, trace.seconds)

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        """The IPv4 addresses of a name, through the Pod's resolver."""
        found = self._network.resolve(self._start, name)
        return _error(found) if isinstance(found, Failure) else found

    def query(self, name: str, type: str, server: str) -> DnsAnswer | NetError:
        """One question to a name server of the Pod's, or to another one."""
        pod = self._start.pod
        if pod is None:
            return DnsAnswer("SERVFAIL")
        path = Path(self._network.fabric, self._start, Chance(self._network.fabric))
        conf = lookup.resolver(path, pod)
        found = lookup.query(path, conf._replace(nameservers=(server,)) if server else conf, name, type)
        if isinstance(found, Failure):
            return NetError(TIMEOUT, server, found.why, found.seconds)
        records, additional = (tuple(DnsRecord(*item) for item in items) for items in (found.records, found.additional))
        return DnsAnswer(found.code, records, additional, found.authority)

    def connect(self, host: str, port: int) -> NetError | None:
        """Open a TCP connection and close it again."""
        found = self._network.connect(self._start, host, port)
        return _error(found) if isinstance(found, Failure) else None

    def ping(self, host: str) -> float | NetError:
        """One ICMP echo: Pods and machines answer, a ClusterIP does not, for no rule takes ICMP there."""
        found = (host,) if is_address(host) else self.lookup(host)
        if isinstance(found, NetError):
            return found
        fabric, ip = self._network.fabric, found[0]
        if fabric.client.indexed("services", "clusterIP", ip):
            return NetError(
                TIMEOUT, ip, "a ClusterIP does not answer pings: its rules are for the Service's ports only"
            )
        if ip not in fabric.atlas.by_address and pod_at(fabric.client, ip) is None and not ip.startswith("127."):
            return NetError(UNREACHABLE, ip, "Destination Host Unreachable", NO_NEIGHBOUR)
        path = Path(fabric, self._start, Chance(fabric))
        end = path.send(Packet(self._start.ip, ip, "icmp", 0))
        return _error(end) if isinstance(end, Failure) else path.seconds


def _error(failure: Failure) -> NetError:
    return NetError(failure.kind, "", failure.why, failure.seconds)
