"""Measurements of the packet path, for `make bench`: one request seen, a million counted, and rules by the ten thousand.

CPU time is measured where a number is short: what else the machine does must not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from k8snb.bench.measurement import Measurement

_WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - {{name: web, image: "nginx:1.27", ports: [{{containerPort: 80}}]}}
"""
#: Services of the large table, and endpoints of each
SERVICES, ENDPOINTS = 10_000, 3


def _cpu(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _web(replicas: int, nodes: int) -> Any:
    """A Deployment behind a Service, and a Pod to ask from."""
    from k8snb.cluster import Cluster

    cluster = Cluster(nodes=nodes)
    cluster.kubectl("apply -f -", stdin=_WEB.format(replicas=replicas))
    cluster.kubectl("expose deployment web --port=80")
    cluster.kubectl("run client --image=alpine --command -- sleep 1d")
    cluster.settle()
    ready = cluster.client.get("deployments.apps", "web", "default").status.readyReplicas
    if ready != replicas:
        raise RuntimeError(f"only {ready} of {replicas} Pods became Ready")
    return cluster


def traced_request() -> float:
    """Milliseconds of one request by name from a Pod to one of 100 others, with its trace."""
    cluster = _web(100, 3)

    def ask() -> None:
        for _ in range(100):
            if cluster.network.request("pod/client", "http://web").status != 200:
                raise RuntimeError("no answer")

    ask()
    return 1000 * min(_cpu(ask) for _ in range(5)) / 100


def million() -> float:
    """Seconds of wall time for 1,000,000 requests over 100 Pods, and every one of them accounted for."""
    cluster = _web(100, 3)
    traffic = cluster.network.traffic
    traffic.start("load", "http://web", 10_000, "pod/client", 100)
    start = time.perf_counter()
    cluster.advance(101)
    report = traffic.report("load")
    elapsed = time.perf_counter() - start
    pods = sum(item.requests for item in report.edges() if item.end.startswith("pod/"))
    if not report.sent == report.answered == pods == 1_000_000 or report.in_flight:
        raise RuntimeError(f"requests were lost: {report.outcomes}")
    return elapsed


class _Rules:
    """The API as kube-proxy needs it, with many Services, and kube-proxy alone behind it."""

    def __init__(self) -> None:
        from k8snb.api.core.namespace import Namespace
        from k8snb.api.core.node import Node, NodeAddress, NodeSpec, NodeStatus
        from k8snb.api.meta import ObjectMeta
        from k8snb.apiserver.context import Settings
        from k8snb.apiserver.indexes import add_indexes
        from k8snb.apiserver.server import APIServer
        from k8snb.apiserver.store import Store
        from k8snb.client.client import Client
        from k8snb.engine import Engine
        from k8snb.network.atlas import add_indexes as add_network_indexes
        from k8snb.network.kubeproxy import KubeProxy
        from k8snb.sim.clock import Clock
        from k8snb.sim.journal import Journal
        from k8snb.sim.rng import Rng

        self.store, self.clock = Store(), Clock(0.0)
        add_indexes(self.store)
        add_network_indexes(self.store)
        client = Client(APIServer(self.store, self.clock, Rng(1), Settings()))
        self.proxy = KubeProxy(client)
        self.engine = Engine(self.store, self.clock, Journal(self.clock))
        self.engine.add(self.proxy)
        self.store.put("namespaces", Namespace(metadata=ObjectMeta(name="default")), 0.0)
        for number in range(3):
            address = NodeAddress(type="InternalIP", address=f"192.168.49.{number + 2}")
            spec, status = NodeSpec(podCIDR=f"10.244.{number}.0/24"), NodeStatus(addresses=(address,))
            node = Node(metadata=ObjectMeta(name=f"node-{number}"), spec=spec, status=status)
            self.store.put("nodes", node, 0.0)
        for number in range(SERVICES):
            self.add(number)
        self.settle()

    def add(self, number: int) -> None:
        from k8snb.api.core.service import Service, ServicePort, ServiceSpec
        from k8snb.api.meta import ObjectMeta

        ip = self.address(number)
        ports = (ServicePort(port=80, protocol="TCP", targetPort=80),)
        spec = ServiceSpec(clusterIP=ip, clusterIPs=(ip,), ports=ports, type="ClusterIP")
        meta = ObjectMeta(name=f"s{number}", namespace="default", uid=f"service-{number}")
        self.store.put("services", Service(metadata=meta, spec=spec), 0.0)
        self.endpoints(number, ENDPOINTS)

    def endpoints(self, number: int, count: int) -> None:
        """Give a Service so many endpoints."""
        from k8snb.api.discovery.endpointslice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
        from k8snb.api.meta import ObjectMeta
        from k8snb.api.model import FrozenMap

        labels = FrozenMap({"kubernetes.io/service-name": f"s{number}"})
        meta = ObjectMeta(name=f"s{number}-x", namespace="default", uid=f"slice-{number}", labels=labels)
        found = tuple(
            Endpoint(addresses=(f"10.244.{item}.{2 + number % 250}",), conditions=EndpointConditions(ready=True))
            for item in range(count)
        )
        ports = (EndpointPort(name="", port=80, protocol="TCP"),)
        one = EndpointSlice(metadata=meta, addressType="IPv4", endpoints=found, ports=ports)
        self.store.put("endpointslices.discovery.k8s.io", one, 0.0)

    def settle(self) -> None:
        self.engine.run_until(self.clock.now + 2)

    @staticmethod
    def address(number: int) -> str:
        return f"10.{96 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def rule_change() -> float:
    """Milliseconds from one changed endpoint to the rules of all nodes, among 10,000 Services × 3."""
    rules, times = _Rules(), []
    for turn in range(6):
        rules.endpoints(77, ENDPOINTS - turn % 2 - 1)
        times.append(_cpu(rules.settle))
        chains = rules.proxy.table("node-2").shared.services["default/s77/tcp"].chains
        if len(chains) != 1 + ENDPOINTS - turn % 2 - 1:
            raise RuntimeError(f"the rules did not follow: {list(chains)}")
    return 1000 * max(times)


def rule_lookup() -> float:
    """Microseconds of one packet through a node's rules, among 10,000 Services × 3."""
    from k8snb.network.netfilter import Kernel, Packet, walk
    from k8snb.sim.rng import Rng

    rules, rng = _Rules(), Rng(1)
    table, kernel = rules.proxy.table("node-1"), Kernel(frozenset({"192.168.49.3"}), lambda: rng.bits("draw") >> 33)
    packets = [Packet("10.244.0.9", rules.address(number), "tcp", 80) for number in range(SERVICES)]

    def run() -> None:
        for packet in packets:
            if walk(table, packet, kernel).packet.port != 80:
                raise RuntimeError("no rule took the packet")

    return 1e6 * min(_cpu(run) for _ in range(5)) / SERVICES


ROWS: Final = (
    Measurement("traced-request", "one traced request", "ms", 1, 0, traced_request),
    Measurement("million-requests", "1,000,000 requests over 100 Pods", "s", 5, 0, million),
    Measurement("rule-change", "one endpoint change, 10,000 Services × 3", "ms", 50, 0, rule_change),
    Measurement("rule-lookup", "one packet through those rules", "µs", 20, 0, rule_lookup),
)
