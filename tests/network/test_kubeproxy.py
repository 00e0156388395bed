"""kube-proxy as Pods of a DaemonSet: where none runs, a node's rules stay as they are."""

from __future__ import annotations

import pytest

from k8snb.cluster import Cluster
from k8snb.network.iptablessave import save


@pytest.fixture(scope="module")
def base() -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.kubectl("create deployment web --image=nginx --replicas=2")
    cluster.kubectl("expose deployment web --port=80 --type=NodePort")
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(base: Cluster) -> Cluster:
    return base.fork()


def rules(cluster: Cluster, node: str) -> str:
    return save(cluster.network.proxy.table(node), "nat", "10.244.0.0/16")


def test_without_its_daemonset_the_rules_freeze(cluster: Cluster) -> None:
    template = '{"spec":{"template":{"spec":{"nodeSelector":{"nobody":"here"}}}}}'
    cluster.kubectl(["patch", "daemonset", "kube-proxy", "-n", "kube-system", "--type=merge", "-p", template])
    cluster.settle()
    assert "No resources found" in cluster.kubectl("get pods -n kube-system -l k8s-app=kube-proxy").stderr
    before = {name: rules(cluster, name) for name in ("minikube", "minikube-m02")}
    cluster.kubectl("scale deployment web --replicas=5")
    cluster.kubectl("create service clusterip other --tcp=80")
    cluster.settle()
    assert {name: rules(cluster, name) for name in before} == before
    other = cluster.client.get("services", "other", "default").spec.clusterIP
    trace = cluster.network.request("node/minikube", f"http://{other}")
    assert trace.failure is not None
    assert (trace.outcome, trace.failure.look_at) == ("timeout", "node/minikube")
    cluster.kubectl("rollout undo daemonset kube-proxy -n kube-system")
    cluster.settle()
    for name, old in before.items():
        assert rules(cluster, name) != old
        assert rules(cluster, name).count("KUBE-SEP-") > old.count("KUBE-SEP-")
    assert cluster.network.request("node/minikube", f"http://{other}").outcome == "refused"


def test_what_is_brought_up_to_date_bit_by_bit_is_what_a_fresh_start_writes(cluster: Cluster) -> None:
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"externalTrafficPolicy":"Local"}}'])
    cluster.kubectl("scale deployment web --replicas=6")
    cluster.kubectl("expose deployment web --name=again --port=8080 --target-port=80")
    cluster.settle()
    cluster.kubectl(["patch", "service", "again", "-p", '{"spec":{"internalTrafficPolicy":"Local"}}'])
    cluster.kubectl("scale deployment web --replicas=3")
    cluster.settle()
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"externalTrafficPolicy":"Cluster"}}'])
    cluster.kubectl("delete service again")
    cluster.settle()
    before = {name: rules(cluster, name) for name in ("minikube", "minikube-m02")}
    assert "default/again" not in before["minikube"]
    cluster.kubectl("delete pods -n kube-system -l k8s-app=kube-proxy")
    cluster.settle()
    assert {name: rules(cluster, name) for name in before} == before
    cluster.stop_component("kube-proxy")
    cluster.start_component("kube-proxy")
    cluster.settle()
    assert {name: rules(cluster, name) for name in before} == before


NAMED = """apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: named}}}}
spec:
  containers:
  - name: web
    image: registry.k8s.io/e2e-test-images/agnhost:2.47
    args: [netexec, "--http-port={port}"]
    ports: [{{name: http, containerPort: {port}}}]
"""


def test_a_named_port_may_be_another_number_in_every_pod(cluster: Cluster) -> None:
    for name, port in (("one", 8081), ("two", 8082)):
        cluster.kubectl("apply -f -", stdin=NAMED.format(name=name, port=port))
    cluster.kubectl("create service clusterip named --tcp=80:http")
    cluster.settle()
    ip = cluster.client.get("services", "named", "default").spec.clusterIP
    traces = [cluster.network.request("node/minikube", f"http://{ip}/hostname") for _ in range(20)]
    assert {trace.text for trace in traces} == {"one", "two"}
    assert rules(cluster, "minikube").count('"default/named:80-http"') > 0
    for port in (8081, 8082):
        assert f":{port}" in rules(cluster, "minikube")


def test_traffic_that_prefers_its_own_node_stays_there(cluster: Cluster) -> None:
    cluster.kubectl("scale deployment web --replicas=4")
    cluster.kubectl(["patch", "service", "web", "-p", '{"spec":{"trafficDistribution":"PreferSameNode"}}'])
    cluster.settle()
    ip = cluster.client.get("services", "web", "default").spec.clusterIP
    for node in ("minikube", "minikube-m02"):
        assert {cluster.network.request(f"node/{node}", f"http://{ip}").node for _ in range(20)} == {node}
    names = cluster.kubectl(
        ["get", "pods", "-l", "app=web", "--field-selector=spec.nodeName=minikube", "-o", "name"]
    ).stdout.split()
    cluster.kubectl("cordon minikube")
    cluster.kubectl(["delete", *names])
    cluster.settle()
    assert {cluster.network.request("node/minikube", f"http://{ip}").node for _ in range(10)} == {"minikube-m02"}
