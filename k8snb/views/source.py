"""Source: where a live view gets its pictures and details from.

A source is asked often and must answer at once whether anything has changed: it gives the present revision and a function
that reads the picture, which is only called if the revision is a new one. `ClusterSource` is that of an embedded cluster; it
enters the cluster through its lock and reads through its client, as everybody does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from k8snb.views import iptables, snapshot
from k8snb.views.drawing import Frame
from k8snb.views.model import ClusterPicture
from k8snb.views.requests import Meter

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

#: what the picture of a cluster says whose control plane is off
_STOPPED = "The API server does not answer: the cluster is stopped. `%minikube start` starts it again."

#: revision, and how to read the picture of it
Source = Callable[[], tuple[str, Callable[[], ClusterPicture]]]


class Details(NamedTuple):
    """What a person sees of one object: its YAML and its events, a line each. `error` if it cannot be had."""

    yaml: str = ""
    events: str = ""
    error: str = ""


#: kind, namespace, name -> details
Inspect = Callable[[str, str, str], Details]


class ClusterSource:
    """The pictures of an embedded cluster. `cluster` is asked anew each time: a learner may start another one."""

    def __init__(self, cluster: Callable[[], Cluster]) -> None:
        self._cluster = cluster
        self._meter = Meter()

    def __call__(self) -> tuple[str, Callable[[], ClusterPicture]]:
        cluster = self._cluster()
        if not cluster.is_reachable():
            return f"{id(cluster)}/stopped", lambda: ClusterPicture(silence=_STOPPED)
        stopped = ",".join(sorted(name for name, runs in _proxies(cluster).items() if not runs))
        return f"{id(cluster)}/{cluster.client.revision}/{self._meter.stamp(cluster)}/{stopped}", self._read

    def _read(self) -> ClusterPicture:
        cluster = self._cluster()
        with cluster.lock:
            gateway = "minikube tunnel" if cluster.config.profile == "minikube" else "Load balancer"
            flows, proxies = self._meter.flows(cluster), _proxies(cluster)
            return snapshot.read(cluster.client, system=True, flows=flows, gateway=gateway, proxies=proxies)

    def iptables(self, namespace: str, service: str, node: str = "") -> Frame:
        """The chains of a Service on a node (the first one if none is named) as a drawing. KeyError for an unknown node."""
        cluster = self._cluster()
        with cluster.lock:
            names = [found.metadata.name for found in cluster.client.list("nodes").items]
            if node and node not in names:
                raise KeyError(node)
            where = node or names[0]
            table = cluster.network.proxy.table(where)
            rules = [r for r in table.services() if (r.port.namespace, r.port.service) == (namespace, service)]
            pods = {pod.status.podIP: pod.metadata.name for pod in cluster.client.list("pods", namespace).items}
        addresses = {address: pods.get(address.rpartition(":")[0], "") for address in iptables.addresses(rules)}
        return iptables.draw(rules, addresses, where)

    def details(self, kind: str, namespace: str, name: str) -> Details:
        """YAML as kubectl prints it, and the events about the object, newest last."""
        cluster = self._cluster()
        words = ["get", kind, name, "-o", "yaml", *(["-n", namespace] if namespace else [])]
        with cluster.lock:
            shown = cluster.kubectl(words)
            events = cluster.client.list("events", namespace or "default").items
        if shown.exit_code:
            return Details(error=shown.stderr.strip())
        about = [event for event in events if _about(event, kind, name)]
        return Details(
            shown.stdout, "\n".join(_line(event) for event in sorted(about, key=lambda e: e.lastTimestamp or ""))
        )


def _proxies(cluster: Cluster) -> dict[str, bool]:
    """Whether the kube-proxy of each node runs."""
    proxy = cluster.network.proxy
    everywhere = not cluster.engine.is_stopped(proxy.name)
    return {name: everywhere and name not in proxy.state.off for name in sorted(proxy.state.tables)}


def _about(event: Any, kind: str, name: str) -> bool:
    return bool(event.involvedObject.kind == kind and event.involvedObject.name == name)


def _line(event: Any) -> str:
    when = (event.lastTimestamp or "").partition("T")[2].removesuffix("Z")
    times = f" (×{event.count})" if event.count > 1 else ""
    return f"{when} {event.type} {event.reason}{times}: {event.message.strip()}"
