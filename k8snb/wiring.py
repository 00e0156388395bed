"""Which components a cluster runs, in boot order, and how they are switched off and on by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from k8snb.controllers import build
from k8snb.docker.engine import Docker
from k8snb.kubelet.access import PodEndpoints
from k8snb.kubelet.kubelet import Kubelet
from k8snb.metricsserver import METRICS_API, MetricsServer
from k8snb.network.network import Network
from k8snb.podapi import pod_api, proxied_api
from k8snb.scheduler import Scheduler

if TYPE_CHECKING:
    from k8snb.cluster import Cluster, Part

_NETWORK = ("kube-proxy", "minikube-tunnel", "cloud-provider", "coredns-reload", "traffic")
#: what is no controller of the controller-manager
_CONTROL_PLANE = ("default-scheduler", "kubelet", "dockerd", *_NETWORK)


def add_components(cluster: Cluster) -> None:
    """Give the engine its components and the cluster its machines."""
    for controller in build(cluster.client_for, cluster.recorder):  # kube-controller-manager
        cluster.engine.add(controller)
        if hasattr(controller, "dump") and hasattr(
            controller, "load"
        ):  # the few that remember something the API does not know
            cluster.parts[controller.name] = cast("Part", controller)
    client = cluster.client_for("kube-scheduler")
    scheduler = Scheduler(client, cluster.recorder(client, "default-scheduler"))  # kube-scheduler
    cluster.engine.add(scheduler)
    cluster.parts["scheduler"] = scheduler
    client = cluster.client_for("node")
    recorder = partial(cluster.recorder, client, "kubelet")
    cluster.kubelet = Kubelet(client, recorder, cluster.rng, cluster.config.profile)  # the kubelets of all nodes
    cluster.engine.add(cluster.kubelet)
    cluster.parts["kubelet"] = cluster.kubelet
    cluster.network = Network(cluster.client_for("kube-proxy"), cluster.rng, PodEndpoints(cluster.kubelet))
    for component in cluster.network.components():  # kube-proxy and what carries traffic
        cluster.engine.add(component)
    cluster.parts["network"] = cluster.network
    cluster.network.cloud.recorder = partial(cluster.recorder, cluster.client_for("kube-proxy"), "service-controller")
    cluster.kubelet.connect(cluster.network)
    cluster.docker = Docker(cluster.clock, cluster.rng, cluster.kubelet.registry)  # the learner's own machine: dockerd
    cluster.engine.add(cluster.docker)
    cluster.parts["docker"] = cluster.docker
    cluster.docker.network = cluster.network
    cluster.kubelet.registry.shelf = cluster.docker
    cluster.network.fabric.publisher = cluster.docker
    metrics = MetricsServer(cluster.client_for("kube-aggregator"), cluster.kubelet, cluster.network)
    cluster.server.aggregator.connect(METRICS_API, metrics, metrics.ask)  # what the API server passes on to others
    cluster.server.is_down = partial(_is_down, cluster)
    cluster.server.retold = partial(cluster.correlator.current, clock=cluster.clock)
    cluster.network.fabric.apiserver = pod_api(cluster.rest)
    cluster.network.fabric.proxied = proxied_api(cluster.rest)
    cluster.network.fabric.apiserver_port = cluster.server.settings.secure_port


def stop(cluster: Cluster, name: str) -> None:
    """Switch a component (or a group of them, or one node's part) off. KeyError if there is no such thing."""
    part, _, node = name.partition("/")
    if node:
        _of_node(cluster, part, node)(True)
        return
    for component in _named(cluster, part):
        cluster.engine.stop(component)


def start(cluster: Cluster, name: str) -> None:
    """Switch it on again."""
    part, _, node = name.partition("/")
    if node:
        _of_node(cluster, part, node)(False)
        return
    for component in _named(cluster, part):
        cluster.engine.start(component)


class _Switch:
    def __init__(self, cluster: Cluster, part: str, node: str) -> None:
        self._cluster, self._part, self._node = cluster, part, node

    def __call__(self, off: bool) -> None:
        kubelet, proxy = self._cluster.kubelet, self._cluster.network.proxy
        if self._part == "kube-proxy":
            (proxy.stop_node if off else proxy.start_node)(self._node)
        elif off:
            kubelet.stop_node(self._node, power=self._part == "kubelet")
        else:
            kubelet.start_node(self._node)


def _of_node(cluster: Cluster, part: str, node: str) -> _Switch:
    """`kubelet/NODE`, `kube-proxy/NODE`, or `node/NODE` for the whole machine."""
    if part not in ("kubelet", "kube-proxy", "node") or cluster.client.find("nodes", node) is None:
        raise KeyError(f"{part}/{node}")
    return _Switch(cluster, part, node)


def _is_down(cluster: Cluster, name: str) -> bool:
    """Whether `scheduler` or `controller-manager` is switched off; what has no switch runs."""
    switched = name in ("scheduler", "controller-manager")
    return switched and all(map(cluster.engine.is_stopped, _named(cluster, name)))


def _named(cluster: Cluster, name: str) -> list[str]:
    if name == "scheduler":
        return ["default-scheduler"]
    if name == "controller-manager":
        return [component for component in cluster.engine.components if component not in _CONTROL_PLANE]
    if name not in cluster.engine.components:
        raise KeyError(name)
    return [name]
