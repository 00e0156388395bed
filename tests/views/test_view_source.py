"""Live views of an embedded cluster: what happens in it is what is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import views_demo as demo

from k8snb import Cluster
from k8snb.api.core.service import Service
from k8snb.views.model import ClusterPicture, State
from k8snb.views.source import ClusterSource
from k8snb.views.widget import ClusterView

NODE_PORT = {
    "metadata": {"name": "hello", "namespace": "default"},
    "spec": {"type": "NodePort", "selector": {"app": "hello"}, "ports": [{"port": 80, "targetPort": 3000}]},
}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster(nodes=3, seed=0)
    made.settle()
    yield made
    made.close()


def run(cluster: Cluster, *commands: str) -> None:
    for command in commands:
        done = cluster.kubectl(command)
        assert done.exit_code == 0, done.stderr


def hello(cluster: Cluster) -> str:
    """A Deployment of three behind a NodePort; the address of that on the first node."""
    run(cluster, "create deployment hello --image=zxcvbnius/docker-demo --replicas=3 --port=3000")
    cluster.client.create(demo.make(Service, NODE_PORT))
    cluster.settle()
    port = cluster.client.get("services", "hello", "default").spec.ports[0].nodePort
    return f"http://192.168.49.2:{port}/"


def look(source: ClusterSource) -> ClusterPicture:
    return source()[1]()


def test_a_rollout_is_seen_as_it_happens(cluster: Cluster) -> None:
    view = ClusterView(ClusterSource(lambda: cluster), live=False)
    run(cluster, "create deployment hello --image=zxcvbnius/docker-demo --replicas=3 --port=3000")
    cluster.advance(0.5)
    view.refresh()
    assert {pod.state for pod in view.picture.pods} == {State.STARTING}
    cluster.settle()
    view.refresh()
    assert [pod.state for pod in view.picture.pods] == [State.READY] * 3
    run(cluster, "set image deployment/hello docker-demo=zxcvbnius/docker-demo:v2.0.0")
    cluster.advance(1)
    assert "revision 2" in view.text("ownership")
    owners = {pod.owner.name for pod in view.picture.pods if pod.owner}
    assert len(owners) == 2, "Pods of both ReplicaSets at the same time"


def test_a_quiet_cluster_has_one_revision(cluster: Cluster) -> None:
    source = ClusterSource(lambda: cluster)
    hello(cluster)
    assert source()[0] == source()[0]
    before = source()[0]
    run(cluster, "get pods -A")
    assert source()[0] == before
    run(cluster, "scale deployment hello --replicas=4")
    assert source()[0] != before


def test_yaml_is_kubectls_and_events_are_the_objects(cluster: Cluster) -> None:
    hello(cluster)
    source = ClusterSource(lambda: cluster)
    name = next(pod.name for pod in look(source).pods if pod.namespace == "default")
    details = source.details("Pod", "default", name)
    assert details.yaml == cluster.kubectl(f"get pod {name} -o yaml").stdout
    reasons = [line.split()[2].rstrip(":") for line in details.events.splitlines()]
    assert reasons[0] == "Scheduled"
    assert "Started" in reasons
    assert source.details("Node", "", "minikube").yaml.startswith("apiVersion: v1\nkind: Node\n")
    assert source.details("Pod", "default", "gone").error == 'Error from server (NotFound): pods "gone" not found'


def test_a_traced_request_is_drawn_once(cluster: Cluster) -> None:
    url = hello(cluster)
    source = ClusterSource(lambda: cluster)
    before = source()[0]
    trace = cluster.network.request("host", url)
    assert source()[0] != before
    (flow,) = look(source).flows
    assert (flow.source, flow.service, flow.node, flow.pod) == ("host", "default/hello", "minikube", trace.pod)
    assert (flow.once, flow.failed) == (True, 0)


def test_a_failed_request_blames_the_service_without_endpoints(cluster: Cluster) -> None:
    url = hello(cluster)
    run(cluster, "scale deployment hello --replicas=0")
    cluster.settle()
    cluster.network.request("host", url)
    (flow,) = look(ClusterSource(lambda: cluster)).flows
    assert (flow.service, flow.pod, flow.stop, flow.failed) == ("default/hello", "", "service", 1)
    assert "no endpoints" in flow.reason


def test_rates_add_up_to_what_was_sent(cluster: Cluster) -> None:
    url = hello(cluster)
    source = ClusterSource(lambda: cluster)
    cluster.network.traffic.start("load", url, rps=60)
    cluster.advance(5)
    look(source)
    sent = cluster.network.traffic.report("load")
    cluster.advance(10)
    flows = look(source).flows
    settled = cluster.network.traffic.report("load")
    counted = sum(settled.outcomes.values()) - sum(sent.outcomes.values())
    assert sum(flow.rate for flow in flows) * 10 == pytest.approx(counted)
    assert {flow.service for flow in flows} == {"default/hello"}
    assert len({flow.pod for flow in flows}) == 3
    cluster.network.traffic.stop("load")
    assert all(flow.once for flow in look(source).flows)


def test_a_stopped_kube_proxy_is_marked(cluster: Cluster) -> None:
    hello(cluster)
    source = ClusterSource(lambda: cluster)
    before = source()[0]
    cluster.stop_component("kube-proxy/minikube-m02")
    assert source()[0] != before
    found = {node.name: node.components[1].state for node in look(source).nodes}
    assert found == {"minikube": State.READY, "minikube-m02": State.FAILED, "minikube-m03": State.READY}


def test_the_chains_of_a_service(cluster: Cluster) -> None:
    hello(cluster)
    source = ClusterSource(lambda: cluster)
    dot = source.iptables("default", "hello", "minikube-m02").dot
    assert dot.count("DNAT to 10.244.") == 3
    for pod in look(source).pods:
        if pod.namespace == "default":
            assert pod.name in dot
    with pytest.raises(KeyError):
        source.iptables("default", "hello", "nowhere")


def test_a_view_follows_the_learner_to_another_cluster() -> None:
    clusters = [Cluster(nodes=1), Cluster(nodes=2)]
    view = ClusterView(ClusterSource(lambda: clusters[-1]), live=False)
    assert len(view.picture.nodes) == 2
    clusters.pop()
    view.refresh()
    assert len(view.picture.nodes) == 1


def test_a_stopped_cluster_is_not_shown_as_running(cluster: Cluster) -> None:
    source = ClusterSource(lambda: cluster)
    before, _ = source()
    for node in cluster.nodes:
        cluster.kubelet.stop_node(node.metadata.name, power=False)
    assert source()[0] != before
    picture = look(source)
    assert not picture.nodes
    assert "stopped" in picture.silence
    for view in ("topology", "ownership", "nodes"):
        assert picture.silence in ClusterView(source, live=False, view=view).dot()
    assert ClusterView(source, live=False).text() == picture.silence
