"""HTTP that tools carry into the cluster: the API's proxies of Pods and Services, and port-forwards."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request

import pytest

from k8snb.cluster import Cluster
from k8snb.loopback import Loopback

SLICE = """apiVersion: v1
kind: Service
metadata: {{name: by-hand}}
spec:
  ports: [{{name: web, port: 8080}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: by-hand-1, labels: {{kubernetes.io/service-name: by-hand}}}}
addressType: IPv4
ports: [{{name: web, port: 80, protocol: TCP}}]
endpoints: [{{addresses: ["{ip}"]}}]
"""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.kubectl("create deployment web --image=nginx --replicas=3")
    cluster.kubectl("expose deployment web --port=8080 --target-port=80")
    cluster.kubectl("create service clusterip empty --tcp=80")
    cluster.settle()
    cluster.kubectl("apply -f -", stdin=SLICE.format(ip=cluster.client.list("pods", "default").items[0].status.podIP))
    cluster.settle()
    return cluster


def get(cluster: Cluster, path: str) -> str:
    result = cluster.kubectl(f"get --raw /api/v1/namespaces/default/{path}")
    return result.stdout or result.stderr


def test_services_pass_requests_to_their_endpoints_in_turn(cluster: Cluster) -> None:
    before = {
        pod.metadata.name: requests(cluster, pod.metadata.name) for pod in cluster.client.list("pods", "default").items
    }
    for _ in range(30):
        assert "Welcome to nginx!" in get(cluster, "services/web:8080/proxy/")
    served = {name: requests(cluster, name) - count for name, count in before.items()}
    assert sum(served.values()) == 30
    assert all(served.values())
    assert "Welcome to nginx!" in get(cluster, "services/http:by-hand:web/proxy/")


def requests(cluster: Cluster, pod: str) -> int:
    return cluster.kubectl(f"logs {pod}").stdout.count('"GET /')


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (
            "services/web:81/proxy/",
            'Error from server (ServiceUnavailable): no service port 81 found for service "web"',
        ),
        ("services/empty/proxy/", 'Error from server (ServiceUnavailable): no endpoints available for service "empty"'),
        (
            "services/web:nope/proxy/",
            'Error from server (ServiceUnavailable): no endpoints available for service "web:nope"',
        ),
        # a port with a name has to be named
        (
            "services/by-hand/proxy/",
            'Error from server (ServiceUnavailable): no endpoints available for service "by-hand"',
        ),
        ("services/none/proxy/", 'Error from server (NotFound): services "none" not found'),
        (
            "services/web:8080/proxy/nope",
            "Error from server (NotFound): the server could not find the requested resource",
        ),
    ],
)
def test_refusals(cluster: Cluster, path: str, answer: str) -> None:
    assert get(cluster, path).strip() == answer


def test_a_pod_that_cannot_be_reached(cluster: Cluster) -> None:
    other = cluster.fork()
    pod = next(p for p in other.client.list("pods", "default").items if p.spec.nodeName == "minikube-m02")
    other.stop_component("node/minikube-m02")
    answer = get(other, f"pods/{pod.metadata.name}:80/proxy/")
    assert answer.strip().endswith(f"dial tcp {pod.status.podIP}:80: connect: no route to host")
    assert "connection refused" in get(cluster, f"pods/{pod.metadata.name}:81/proxy/")


def test_node_ports_on_the_learners_own_machine(cluster: Cluster) -> None:
    other = cluster.fork()
    free = next(port for port in range(30000, 32768) if _is_free(port))
    other.kubectl(f"create service nodeport web-out --tcp=80 --node-port={free}")
    other.kubectl(["patch", "service", "web-out", "-p", '{"spec":{"selector":{"app":"web"}}}'])
    other.settle()
    assert other.network.request("host", f"http://127.0.0.1:{free}").outcome == "refused"
    loopback = Loopback(other)
    try:
        assert other.network.fabric.open_ports() == []
        other.network.fabric.node_ports = True
        assert other.network.fabric.open_ports() == [free]
        assert other.network.request("host", f"http://127.0.0.1:{free}").status == 200
        assert other.network.request("internet", f"http://127.0.0.1:{free}").outcome == "refused"
        assert loopback.sync() == []
        with urllib.request.urlopen(f"http://127.0.0.1:{free}/", timeout=10) as answer:
            assert b"Welcome to nginx!" in answer.read()
        other.network.fabric.node_ports = False
        loopback.sync()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{free}/", timeout=10)
    finally:
        loopback.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
