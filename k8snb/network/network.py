"""The network of one cluster: sends requests through the data path, keeps their traces, and wires its components.

`request` is one HTTP request from anywhere to a URL; `net_of` is the same as the programs of a Pod see it. Requests
take no virtual time by themselves: a trace says how long it took, and whoever waits for it lets the clock go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.api.model import EMPTY_MAP
from k8snb.client.client import Client
from k8snb.network import lookup
from k8snb.network.atlas import add_indexes, pod_name
from k8snb.network.chance import Chance
from k8snb.network.cloud import CloudProvider, CloudState
from k8snb.network.curl import NO_TERMINAL, Output, Terminal, run
from k8snb.network.diagnosis import not_listening
from k8snb.network.dnsreload import Reloader
from k8snb.network.endpoint import Answered, Endpoints, Outcome, Refused, TimedOut
from k8snb.network.fabric import Fabric, FabricState
from k8snb.network.kubeproxy import KubeProxy, KubeProxyState
from k8snb.network.load import Traffic, TrafficState
from k8snb.network.loadbalancer import Tunnel
from k8snb.network.machine import machine_answer
from k8snb.network.netfilter import Packet
from k8snb.network.origin import Origin, origin, pod_origin
from k8snb.network.path import CONNECT_TIMEOUT, Arrival, Path
from k8snb.network.trace import ANSWERED, REFUSED, RESET, TIMEOUT, Failure, Trace
from k8snb.network.url import Url, parse
from k8snb.runtime.net import HttpRequest
from k8snb.sim.rng import Rng

#: traces kept for lessons and views
TRACES = 2_000
#: a proxy that proxies to itself ends here
_DEPTH = 8


class NetworkState(NamedTuple):
    """Everything the network is at an instant."""

    fabric: FabricState
    proxy: KubeProxyState
    traffic: TrafficState
    traces: tuple[Trace, ...]
    requests: int
    reloader: tuple[float, str]
    cloud: CloudState


class Network:
    """The data path, with everything around it."""

    def __init__(self, client: Client, rng: Rng, endpoints: Endpoints) -> None:
        add_indexes(client.server.store)
        self.client = client
        self.proxy = KubeProxy(client)
        self.fabric = Fabric(client, self.proxy, endpoints, rng)
        self.tunnel = Tunnel(client, self.fabric)
        self.cloud = CloudProvider(client, self.fabric)
        self.reloader = Reloader(self.fabric)
        self.traffic = Traffic(self.fabric, rng)
        self._traces: list[Trace] = []
        self._requests, self._parents = 0, list[int]()

    def components(self) -> tuple[KubeProxy, Tunnel, CloudProvider, Reloader, Traffic]:
        """What the engine runs, in this order: traffic is accounted for last."""
        return self.proxy, self.tunnel, self.cloud, self.reloader, self.traffic

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The last requests, oldest first."""
        return tuple(self._traces[-TRACES:])

    def origin(self, source: str, namespace: str = "default") -> Origin:
        """A place to send from (`host`, `pod/x`, …). NoSuchOrigin if there is no such thing."""
        return origin(self.client, self.fabric.atlas, source, namespace)

    # -- requests -------------------------------------------------------------------------------------------------

    def request(
        self,
        source: str | Origin,
        url: str | Url,
        method: str = "GET",
        headers: Mapping[str, str] = EMPTY_MAP,
        body: bytes = b"",
        timeout: float | None = None,
        address: str = "",
    ) -> Trace:
        """Send one request and keep its trace. `timeout` is the client's patience in seconds; `address` saves the
        lookup.

        NoSuchOrigin for an unknown source, BadUrl for a URL nobody can use.
        """
        start = self.origin(source) if isinstance(source, str) else source
        where = parse(url) if isinstance(url, str) else url
        self._requests += 1
        journey = _Journey(self, start, where, method, headers, body, self._requests)
        journey.address = address
        parent = self._parents[-1] if self._parents else 0
        self._parents.append(self._requests)
        try:
            trace = journey.run(parent, timeout)
        finally:
            self._parents.pop()
        self._traces.append(trace)
        if len(self._traces) > 2 * TRACES:
            del self._traces[:-TRACES]
        return trace

    def curl(self, argv: Sequence[str], source: str = "host", terminal: Terminal | None = None) -> Output:
        """Run curl somewhere: what it prints, its exit code, how long it takes. NoSuchOrigin for an unknown source."""
        start = self.origin(source)

        def send(
            url: Url, method: str, headers: Mapping[str, str], body: bytes, timeout: float | None, address: str
        ) -> Trace:
            return self.request(start, url, method, headers, body, timeout, address)

        return run(argv, send, terminal or NO_TERMINAL)

    def connect(self, source: str | Origin, host: str, port: int) -> Arrival | Failure:
        """Open one TCP connection and close it again; leaves no trace."""
        start = self.origin(source) if isinstance(source, str) else source
        path = Path(self.fabric, start, Chance(self.fabric))
        addresses = lookup.resolve(path, host)
        if isinstance(addresses, Failure):
            return addresses
        end = path.send(Packet(start.ip, addresses[0], "tcp", port))
        if isinstance(end, Failure):
            return end
        if end.pod is None:
            publisher = self.fabric.publisher if end.place == "host" else None
            known = machine_answer(self.fabric, end, HttpRequest()) is not None or (
                publisher is not None and bool(publisher.publishes(end.port))
            )
            return (
                end
                if known
                else Failure(REFUSED, end.place, f"nothing listens on port {port} of {end.place}", end.place)
            )
        if not self.fabric.listens(end.pod, end.port, "TCP"):
            return Failure(REFUSED, end.place, not_listening(end.pod, end.port), end.place)
        return end

    def resolve(self, source: str | Origin, name: str) -> tuple[str, ...] | Failure:
        """The addresses of a name, as this client would find them."""
        start = self.origin(source) if isinstance(source, str) else source
        return lookup.resolve(Path(self.fabric, start, Chance(self.fabric)), name)

    def answer(self, arrival: Arrival, request: HttpRequest) -> Outcome:
        """What the process at the end of a path says."""
        if len(self._parents) > _DEPTH:
            return TimedOut("requests go round in circles: a proxy calls itself")
        if arrival.pod is None:
            publisher = self.fabric.publisher
            if arrival.place == "host" and publisher is not None and publisher.publishes(arrival.port):
                return publisher.answer(arrival.port, request)
            found = machine_answer(self.fabric, arrival, request)
            return found or Refused(f"nothing listens on port {arrival.port} of {arrival.place}")
        return self.fabric.endpoints.http(arrival.pod, arrival.port, request)

    def net_of(self, pod: Pod) -> Any:
        """The network as the programs of this Pod see it (`runtime.net.Net`). NoSuchOrigin before it has an address."""
        from k8snb.network.podnet import PodNet

        return PodNet(self, pod_origin(pod))

    # -- state ----------------------------------------------------------------------------------------------------

    def dump(self) -> NetworkState:
        traffic = self.traffic.dump()
        return NetworkState(
            self.fabric.dump(),
            self.proxy.dump(),
            traffic,
            self.traces,
            self._requests,
            self.reloader.dump(),
            self.cloud.dump(),
        )

    def load(self, state: NetworkState) -> None:
        self._requests, self._traces = state.requests, list(state.traces)
        self.fabric.load(state.fabric)
        self.proxy.load(state.proxy)
        self.reloader.load(state.reloader)
        self.cloud.load(state.cloud)
        self.traffic.load(state.traffic)


class _Journey:
    """One request under way."""

    def __init__(
        self,
        network: Network,
        start: Origin,
        url: Url,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        number: int,
    ) -> None:
        self.network, self.start, self.url, self.number = network, start, url, number
        self.method, self.headers, self.body = method, headers, body
        self.path = Path(network.fabric, start, Chance(network.fabric))
        self.address, self.lookup_seconds, self.connect_seconds = "", 0.0, 0.0

    def run(self, parent: int, timeout: float | None) -> Trace:
        path = self.path
        end: Arrival | Failure
        addresses = lookup.resolve(path, self.address or self.url.host)
        self.lookup_seconds = path.seconds
        if isinstance(addresses, Failure):
            end = addresses
        else:
            self.address = addresses[0]
            path.note("send", self.start.place, f"{self.method} {self.url} to {self.address}:{self.url.port}")
            end = path.send(Packet(self.start.ip, self.address, "tcp", self.url.port))
        self.connect_seconds = path.seconds
        for node, name in path.learned:
            path.fabric.learn(node, name, self.start.ip)
        if isinstance(end, Failure):
            return self._failed(end, parent, timeout)
        return self._served(end, self._ask(end), parent, timeout)

    def _ask(self, end: Arrival) -> Outcome:
        host = {"Host": self.url.authority}
        headers = {**host, **self.headers}
        request = HttpRequest(self.method, self.url.target, headers, self.body, end.client_ip, self.url.scheme)
        return self.network.answer(end, request)

    def _served(self, end: Arrival, outcome: Outcome, parent: int, timeout: float | None) -> Trace:
        path = self.path
        if isinstance(outcome, Refused):
            why = not_listening(end.pod, end.port) if end.pod is not None else outcome.reason
            return self._failed(Failure(REFUSED, end.place, why, end.place), parent, timeout, end)
        if not isinstance(outcome, Answered) or outcome.response is None:
            kind = TIMEOUT if isinstance(outcome, TimedOut) else RESET
            why = "the process does not speak HTTP" if isinstance(outcome, Answered) else outcome.reason
            seconds = CONNECT_TIMEOUT if kind == TIMEOUT else 0.0
            return self._failed(Failure(kind, end.place, why, end.place, seconds), parent, timeout, end)
        place = f"container/{pod_name(end.pod)}/{outcome.container}" if end.pod is not None else end.place
        response, elapsed = outcome.response, path.seconds
        if timeout is not None and elapsed + outcome.service_seconds > timeout:
            path.note("container", place, f"{self.method} {self.url.target}", max(timeout - elapsed, 0.0))
            why = f"{end.place} needs {outcome.service_seconds:.1f} s for its answer, the client waited {timeout:g} s"
            return self._failed(Failure(TIMEOUT, self.start.place, why, end.place), parent, timeout, end)
        path.note("container", place, f"{self.method} {self.url.target}", outcome.service_seconds)
        size = len(response.body)
        path.note("response", self.start.place, f"{response.status} {response.reason}, {size} bytes")
        return self._trace(ANSWERED, parent, end=end, outcome=outcome)

    def _failed(self, failure: Failure, parent: int, timeout: float | None, end: Arrival | None = None) -> Trace:
        path = self.path
        seconds = failure.seconds
        if timeout is not None and path.seconds + seconds > timeout:
            seconds = max(timeout - path.seconds, 0.0)
        path.note("failure", failure.place, f"✗ {failure.kind}", seconds)
        return self._trace(failure.kind, parent, end=end, failure=failure)

    def _trace(
        self,
        result: str,
        parent: int,
        end: Arrival | None = None,
        outcome: Answered | None = None,
        failure: Failure | None = None,
    ) -> Trace:
        path, pod = self.path, end.pod if end else None
        return Trace(
            number=self.number,
            time=self.network.client.clock.now,
            source=self.start.place,
            method=self.method,
            url=str(self.url),
            host=self.url.host,
            port=self.url.port,
            hops=tuple(path.hops),
            outcome=result,
            seconds=path.seconds,
            address=self.address,
            response=outcome.response if outcome else None,
            failure=failure,
            service=path.service,
            pod=pod_name(pod) if pod is not None else "",
            container=outcome.container if outcome else "",
            entry=path.entry,
            node=end.node if end else "",
            parent=parent,
            lookup_seconds=self.lookup_seconds,
            connect_seconds=self.connect_seconds,
        )
