"""Machines and their kubelets: who is where in a new cluster, what is said of them, and what is heard of one that is away."""

from __future__ import annotations

from k8snb import Cluster
from k8snb.api.errors import StatusError
from k8snb.kubelet import access


def cluster_with(pod: str, nodes: int = 2) -> tuple[Cluster, str]:
    """A cluster with a Pod of Mei's page on its last node."""
    cluster = Cluster(nodes=nodes)
    node = cluster.nodes[-1].metadata.name
    cluster.apply(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {pod}}}\nspec:\n  nodeName: {node}\n"
        "  containers:\n  - {name: page, image: zxcvbnius/docker-demo}\n"
    )
    cluster.settle()
    return cluster, node


def refused(cluster: Cluster, pod: str, **options: bool) -> str:
    try:
        access.logs(cluster.kubelet, "default", pod, **options)  # type: ignore[arg-type]
    except StatusError as error:
        return error.message
    return ""


def test_the_add_ons_are_on_the_first_node() -> None:
    cluster = Cluster(nodes=3)
    pods = cluster.client.list("pods", "kube-system").items
    assert {pod.spec.nodeName for pod in pods if pod.metadata.name.startswith(("coredns", "storage"))} == {"minikube"}


def test_logs_are_fetched_from_the_kubelet() -> None:
    cluster, node = cluster_with("web")
    url = 'Get "https://192.168.49.3:10250/containerLogs/default/web/page{}": dial tcp 192.168.49.3:10250: connect: {}'
    cluster.stop_component(f"kubelet/{node}")
    assert refused(cluster, "web") == url.format("", "connection refused")
    assert refused(cluster, "web", follow=True) == url.format("?follow=true", "connection refused")
    said = cluster.kubectl("logs web")
    assert (said.stderr, said.exit_code) == (f"Error from server: {url.format('', 'connection refused')}\n", 1)
    cluster.stop_component(f"node/{node}")
    assert refused(cluster, "web") == url.format("", "no route to host")
    assert "connect: no route to host" in cluster.kubectl("exec web -- ls").stderr
    cluster.start_component(f"node/{node}")
    cluster.settle()
    assert refused(cluster, "web") == ""


def reasons(cluster: Cluster, node: str) -> list[str]:
    events = cluster.client.list("events", "default").items
    return [event.reason for event in events if event.involvedObject.name == node]


def test_a_kubelet_says_that_it_has_come_up() -> None:
    cluster = Cluster(nodes=2)
    up = ["Starting", "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"]
    assert set(reasons(cluster, "minikube-m02")) == {*up, "NodeAllocatableEnforced"}
    cluster.stop_component("kubelet/minikube-m02")
    cluster.advance(60)
    assert "NodeNotReady" in reasons(cluster, "minikube-m02")
    cluster.start_component("kubelet/minikube-m02")
    cluster.advance(5)
    assert "NodeReady" in reasons(cluster, "minikube-m02")
    assert "NodeReady" not in reasons(cluster, "minikube")


def test_hollow_kubelets_do_not_talk() -> None:
    assert Cluster(profile="hollow").client.list("events", "default").items == []
