"""What the metrics server knows: PodMetrics and NodeMetrics, for `kubectl top` and the horizontal Pod autoscaler.

A metrics server that runs in the cluster (`runtime/images/metricsserver.py`) asks all kubelets when it starts and then every
`--metric-resolution`; it knows what was used between its last two readings. When it has asked follows from when it
started, so nothing ticks: the readings are worked out when somebody looks. Readings are of the Pods on nodes whose kubelet
answers. Source: kubernetes-sigs/metrics-server `pkg/storage`, `pkg/api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from k8snb.api import errors, quantity
from k8snb.api.duration import format_seconds, format_time
from k8snb.api.errors import GroupResource
from k8snb.api.meta import ObjectMeta
from k8snb.api.metrics.nodemetrics import NodeMetrics
from k8snb.api.metrics.podmetrics import ContainerMetrics, PodMetrics
from k8snb.api.model import FrozenMap
from k8snb.api.object import Object
from k8snb.kubelet.usage import SYSTEM_MEMORY, SYSTEM_MILLIS, readings
from k8snb.network.endpoint import Answered, Outcome, Refused, TimedOut
from k8snb.runtime.images.metricsserver import flags
from k8snb.runtime.net import HttpRequest

if TYPE_CHECKING:
    from k8snb.api import selector
    from k8snb.api.resources import Resource
    from k8snb.client.client import Client
    from k8snb.kubelet.kubelet import Kubelet
    from k8snb.kubelet.state import PodRecord
    from k8snb.network.network import Network

METRICS_API = "metrics.k8s.io/v1beta1"
#: seconds that a container must have run for its first reading to count
_FRESH = 10.0
_SLICES = "endpointslices.discovery.k8s.io"


class _Window(NamedTuple):
    """The last two readings, in Unix seconds."""

    since: float
    until: float


class MetricsServer:
    """`aggregation.Backend` for metrics.k8s.io."""

    def __init__(self, client: Client, kubelet: Kubelet, network: Network) -> None:
        self._client, self._kubelet, self._network = client, kubelet, network

    # -- the API ------------------------------------------------------------------------------------------------------

    def get(self, resource: Resource, namespace: str, name: str) -> Object:
        """The metrics of one object. NotFound if it does not exist or has not been measured."""
        window = self._window(resource)
        if resource.plural == "nodes":
            node = self._client.find("nodes", name)
            if node is None:
                raise errors.not_found(GroupResource("", "node"), name)
            found: Object | None = self._node(node, window) if window else None
        else:
            pod = self._client.find("pods", name, namespace)
            if pod is None:
                raise errors.not_found(GroupResource("", "pods"), name)
            found, name = self._pod(pod, window) if window else None, f"{namespace}/{name}"
        if found is None:
            raise errors.not_found(GroupResource(resource.group, f"{resource.kind.lower()}"), name)
        return found

    def list(
        self,
        resource: Resource,
        namespace: str,
        labels: selector.Selector | None,
        fields: selector.FieldSelector | None,
    ) -> list[Object]:
        """The metrics of everything that has been measured, by namespace and name."""
        window = self._window(resource)
        if window is None:
            return []
        found: list[Object] = []
        for obj in self._client.list(resource.plural, namespace).items:
            meta = obj.metadata
            if labels is not None and not labels.matches(meta.labels):
                continue
            known = {"metadata.name": meta.name, "metadata.namespace": meta.namespace}
            if fields is not None and not fields.matches(known):
                continue
            measured = self._node(obj, window) if resource.plural == "nodes" else self._pod(obj, window)
            found += [measured] if measured is not None else []
        return found

    # -- readings -----------------------------------------------------------------------------------------------------

    def _window(self, resource: Resource) -> _Window | None:
        """When the server behind the API has asked the kubelets; None before its second time."""
        remote = self._client.server.catalogue.remote(resource)
        record = self._behind(remote.service) if remote is not None else None
        for item in record.containers.values() if record is not None else ():
            container = item.container
            if container is None or not container.running:
                continue
            wanted, now = flags(container.spec.argv), self._client.clock.unix
            rounds = int((now - container.started) // wanted.resolution)
            if rounds >= 1 and wanted.trusting:
                last = container.started + rounds * wanted.resolution
                self._network.traffic.catch_up()
                return _Window(last - wanted.resolution, last)
        return None

    def _behind(self, service: str) -> PodRecord | None:
        """The first ready Pod of a Service, as its node knows it."""
        for each in self._client.indexed(_SLICES, "service", service):
            for endpoint in each.endpoints:
                target = endpoint.targetRef
                if endpoint.conditions.ready is False or target is None:
                    continue
                record = self._kubelet.pods.get(f"{target.namespace}/{target.name}")
                if record is not None:
                    return record
        return None

    def _record(self, pod: Any) -> PodRecord | None:
        record = self._kubelet.pods.get(f"{pod.metadata.namespace}/{pod.metadata.name}")
        if record is None or record.uid != pod.metadata.uid:
            return None
        node = self._kubelet.nodes.get(record.node)
        return record if node is not None and node.powered and node.stopped is None else None

    def _pod(self, pod: Any, window: _Window) -> PodMetrics | None:
        """None while a container of the Pod has not been measured yet."""
        record = self._record(pod) if pod.status.phase == "Running" else None
        measured: list[ContainerMetrics] = []
        length = 0.0
        for reading in readings(self._kubelet, record, window.until) if record is not None else ():
            age = window.until - reading.started
            if age < _FRESH:
                return None
            since = max(window.since, reading.started)
            length = length or window.until - since
            usage = _usage(reading.cpu(since, window.until), reading.memory)
            measured.append(ContainerMetrics(name=reading.name, usage=usage))
        if not measured:
            return None
        meta = pod.metadata
        return PodMetrics(
            metadata=self._meta(meta, namespace=meta.namespace),
            timestamp=format_time(window.until),
            window=format_seconds(round(length, 3)),
            containers=tuple(measured),
        )

    def _node(self, node: Any, window: _Window) -> NodeMetrics | None:
        """None if the node's kubelet does not answer."""
        name = node.metadata.name
        known = self._kubelet.nodes.get(name)
        if known is None or known.stopped is not None or not known.powered or known.booted > window.since:
            return None
        cpu, memory = SYSTEM_MILLIS / 1000, SYSTEM_MEMORY
        for record in self._kubelet.pods.values():
            for reading in readings(self._kubelet, record, window.until) if record.node == name else ():
                since = max(window.since, reading.started)
                lived = window.until - since
                cpu += reading.cpu(since, window.until) * lived / (window.until - window.since) if lived > 0 else 0.0
                memory += reading.memory
        return NodeMetrics(
            metadata=self._meta(node.metadata),
            timestamp=format_time(window.until),
            window=format_seconds(round(window.until - window.since, 3)),
            usage=_usage(cpu, memory),
        )

    def _meta(self, about: Any, namespace: str = "") -> ObjectMeta:
        found = ObjectMeta(name=about.name, creationTimestamp=self._client.clock.timestamp())
        if namespace:
            found = found.replace(namespace=namespace)
        return found.replace(labels=about.labels) if about.labels else found

    # -- what the aggregator asks ---------------------------------------------------------------------------------------

    def ask(self, namespace: str, name: str, port: int, path: str) -> str:
        """Ask a Service of the cluster for a path, as the aggregator does to see whether an API is served there.

        What went wrong, with `{url}` for the address; nothing if it answers.
        """
        client = self._client
        for each in client.indexed(_SLICES, "service", f"{namespace}/{name}"):
            number = next((p.port for p in each.ports if p.port is not None), None)
            for endpoint in each.endpoints:
                target = endpoint.targetRef
                if endpoint.conditions.ready is False or target is None or number is None:
                    continue
                pod = client.find("pods", target.name, target.namespace)
                if pod is None:
                    continue
                request = HttpRequest("GET", path, {"Host": f"{name}.{namespace}.svc"}, scheme="https")
                return _problem(self._network.fabric.endpoints.http(pod, number, request))
        return 'Get "{url}": dial tcp: connect: connection refused'


def _problem(outcome: Outcome) -> str:
    if isinstance(outcome, Answered) and outcome.response is not None:
        status = outcome.response.status
        return "" if 200 <= status < 300 else f"bad status from {{url}}: {status}"
    if isinstance(outcome, Refused):
        return 'Get "{url}": dial tcp: connect: connection refused'
    if isinstance(outcome, TimedOut):
        return 'Get "{url}": context deadline exceeded'
    return 'Get "{url}": EOF'


def _usage(cpu: float, memory: int) -> FrozenMap[str, str]:
    """CPUs and bytes as the kubelet reports them: billionths of a CPU, binary units."""
    nanos = quantity.canonical(f"{int(cpu * 1e9)}n")
    return FrozenMap({"cpu": nanos, "memory": quantity.of(memory, quantity.BINARY_SI)})
