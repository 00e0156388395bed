"""A cloud provider: addresses for LoadBalancer Services, health checks, and what it made goes with the Service."""

from __future__ import annotations

import pytest

from k8snb.cluster import Cluster


@pytest.fixture(scope="module")
def base() -> Cluster:
    cluster = Cluster(nodes=3)
    cluster.kubectl("create deployment web --image=nginx --replicas=1")
    cluster.settle()
    cluster.network.cloud.start()
    cluster.kubectl("expose deployment web --port=80 --type=LoadBalancer")
    return cluster


@pytest.fixture
def cluster(base: Cluster) -> Cluster:
    return base.fork()


def external_ip(cluster: Cluster) -> str:
    return cluster.kubectl("get service web --no-headers").stdout.split()[3]


def test_an_address_takes_a_while_and_is_reached_from_everywhere(cluster: Cluster) -> None:
    cluster.advance(5)
    assert external_ip(cluster) == "<pending>"
    cluster.advance(20)
    ip = external_ip(cluster)
    assert ip == "198.51.100.1"
    cluster.kubectl("run client --image=alpine --command -- sleep 1d")
    cluster.settle()
    for place in ("internet", "host", "pod/client", "node/minikube"):
        assert cluster.network.request(place, f"http://{ip}").status == 200
    entries = {cluster.network.request("internet", f"http://{ip}").entry for _ in range(40)}
    assert entries == {"minikube-m02", "minikube-m03"}  # control planes are left out
    assert cluster.network.request("internet", f"http://{ip}:81").outcome == "timeout"
    told = cluster.kubectl("describe service web").stdout
    for line in ("EnsuringLoadBalancer", "Ensuring load balancer", "EnsuredLoadBalancer", "service-controller"):
        assert line in told


def test_local_policy_sends_only_to_nodes_that_pass_the_health_check(cluster: Cluster) -> None:
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"externalTrafficPolicy":"Local"}}'])
    cluster.settle()
    ip = external_ip(cluster)
    (pod,) = cluster.client.list("pods", "default").items
    balancer = cluster.network.fabric.balancers[ip]
    assert balancer.health_check_port == cluster.client.get("services", "web", "default").spec.healthCheckNodePort > 0
    traces = [cluster.network.request("internet", f"http://{ip}") for _ in range(20)]
    expected = {pod.spec.nodeName} if pod.spec.nodeName in balancer.nodes else {""}
    assert {trace.entry for trace in traces} == expected
    assert {trace.status for trace in traces} == {200}
    cluster.kubectl("scale deployment web --replicas=0")
    cluster.settle()
    trace = cluster.network.request("internet", f"http://{ip}")
    assert trace.failure is not None
    assert (trace.outcome, trace.failure.look_at) == ("refused", "service/default/web")
    assert trace.failure.why.endswith("passes its health check (a local endpoint); endpoints: none")


def test_everything_goes_with_the_service(cluster: Cluster) -> None:
    cluster.settle()
    ip = external_ip(cluster)
    cluster.kubectl("delete service web")
    cluster.settle()
    assert cluster.client.find("services", "web", "default") is None
    assert not cluster.network.fabric.balancers
    assert not cluster.network.cloud.state.orders
    assert cluster.network.request("internet", f"http://{ip}").outcome == "unreachable"


def test_another_type_or_the_end_of_the_cloud_takes_the_address_back(cluster: Cluster) -> None:
    cluster.settle()
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"type":"ClusterIP"}}'])
    cluster.settle()
    assert external_ip(cluster) == "<none>"
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"type":"LoadBalancer"}}'])
    cluster.settle()
    assert external_ip(cluster) == "198.51.100.1"
    cluster.network.tunnel.start()
    cluster.settle()
    assert external_ip(cluster) == "198.51.100.1"
    cluster.network.tunnel.stop()
    cluster.network.cloud.stop()
    cluster.settle()
    assert external_ip(cluster) == "<pending>"
    assert cluster.client.get("services", "web", "default").metadata.finalizers == ()


def test_nodes_come_and_go(cluster: Cluster) -> None:
    cluster.settle()
    ip = external_ip(cluster)
    assert cluster.network.fabric.balancers[ip].nodes == ("minikube-m02", "minikube-m03")
    cluster.kubectl("label node minikube-m03 node.kubernetes.io/exclude-from-external-load-balancers=")
    cluster.settle()
    assert cluster.network.fabric.balancers[ip].nodes == ("minikube-m02",)
    assert "Updated load balancer with new hosts" in cluster.kubectl("describe service web").stdout
