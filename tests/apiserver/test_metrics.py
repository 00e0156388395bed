"""The resource metrics API: who serves it, what clients see while nobody does, the numbers, and what reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from k8snb import Cluster, addons
from k8snb.api.errors import StatusError
from k8snb.minikube import run
from tests.apiserver.face import TABLE, Face

API = "/apis/metrics.k8s.io/v1beta1"
SYSTEM = f"{API}/namespaces/kube-system/pods"
STALE = (
    "error: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: "
    "metrics.k8s.io/v1beta1\n"
)
UNABLE = "the server is currently unable to handle the request"
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: nginx, image: nginx, resources: {requests: {cpu: 100m, memory: 64Mi}}}
"""


def kubectl(cluster: Cluster, line: str) -> str:
    """What a command that must succeed prints."""
    result = cluster.kubectl(line)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def said(cluster: Cluster, line: str) -> str:
    """What a command that must fail complains of."""
    result = cluster.kubectl(line)
    assert (result.exit_code, result.stdout) == (1, ""), result
    return result.stderr


@pytest.fixture(scope="module")
def bare() -> Cluster:
    cluster = Cluster()
    cluster.settle()
    return cluster


@pytest.fixture(scope="module")
def measured(bare: Cluster) -> Cluster:
    """Two Pods of a Deployment, and a metrics server that has asked twice."""
    cluster = bare.fork()
    cluster.apply(WEB)
    kubectl(cluster, "expose deployment web --port=80")
    addons.install(cluster.client, "metrics-server")
    cluster.advance(135)
    return cluster


@pytest.fixture
def cluster(measured: Cluster) -> Iterator[Cluster]:
    copy = measured.fork()
    yield copy
    copy.close()


def available(cluster: Cluster) -> str:
    return kubectl(cluster, "get apiservice v1beta1.metrics.k8s.io --no-headers").split("   ")[2].strip()


# -- who serves it ----------------------------------------------------------------------------------------------------------


def test_without_the_add_on(bare: Cluster) -> None:
    for line in ("top nodes", "top pods", "top pod web", "top node minikube"):
        assert said(bare, line) == "error: Metrics API not available\n"
    assert 'doesn\'t have a resource type "podmetrics"' in said(bare, "get podmetrics")
    assert Face(bare).call("GET", API).code == 404


def test_from_the_add_on_to_the_first_numbers(bare: Cluster) -> None:
    cluster = bare.fork()
    answer = run(cluster, "addons enable metrics-server").stdout
    assert "    ▪ Using image registry.k8s.io/metrics-server/metrics-server:v0.8.0\n" in answer
    assert answer.endswith("🌟  The 'metrics-server' addon is enabled\n")
    cluster.settle(quiet=2, timeout=20)

    assert available(cluster) == "False (MissingEndpoints)"
    assert (
        said(cluster, "top nodes") == f"Error from server (ServiceUnavailable): {UNABLE} (get nodes.metrics.k8s.io)\n"
    )
    assert (
        said(cluster, "top pod x") == f"Error from server (ServiceUnavailable): {UNABLE} (get pods.metrics.k8s.io x)\n"
    )
    listed = cluster.kubectl("api-resources")
    assert (listed.exit_code, listed.stderr) == (1, STALE)
    assert "pods                                po " in listed.stdout
    assert "metrics.k8s.io/v1beta1\n" in kubectl(cluster, "api-versions")
    assert Face(cluster).refused("GET", API) == (503, "ServiceUnavailable", UNABLE)

    cluster.advance(90)
    assert available(cluster) == "True"
    assert kubectl(cluster, "api-resources --api-group=metrics.k8s.io") == (
        "NAME    SHORTNAMES   APIVERSION               NAMESPACED   KIND\n"
        "nodes                metrics.k8s.io/v1beta1   false        NodeMetrics\n"
        "pods                 metrics.k8s.io/v1beta1   true         PodMetrics\n"
    )
    assert "minikube" in kubectl(cluster, "top nodes")

    kubectl(cluster, "delete pod -n kube-system -l k8s-app=metrics-server --now")
    cluster.advance(5)
    assert available(cluster) == "False (MissingEndpoints)"
    run(cluster, "addons disable metrics-server")
    cluster.advance(5)
    assert said(cluster, "top nodes") == "error: Metrics API not available\n"


def test_a_namespace_cannot_go_while_the_api_is_silent(bare: Cluster) -> None:
    cluster = bare.fork()
    addons.install(cluster.client, "metrics-server")
    kubectl(cluster, "create namespace shop")
    kubectl(cluster, "delete namespace shop --wait=false")
    cluster.advance(30)
    shop = cluster.client.get("namespaces", "shop")
    first = shop.status.conditions[0]
    assert (first.type, first.status, first.reason) == ("NamespaceDeletionDiscoveryFailure", "True", "DiscoveryFailed")
    assert first.message == f"Discovery failed for some groups, 1 failing: {STALE.removeprefix('error: ').strip()}"
    cluster.advance(90)
    assert cluster.client.find("namespaces", "shop") is None


def test_an_api_that_nobody_serves(cluster: Cluster) -> None:
    service = {"name": "nobody", "namespace": "default"}
    spec = {"group": "x.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100}
    body = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.x.example.com"},
        "spec": {**spec, "service": service, "insecureSkipTLSVerify": True},
    }
    Face(cluster).ok("POST", "/apis/apiregistration.k8s.io/v1/apiservices", body)
    cluster.run_ready()
    kept = cluster.client.get("apiservices.apiregistration.k8s.io", "v1.x.example.com")
    assert [(c.status, c.reason, c.message) for c in kept.status.conditions] == [
        ("False", "ServiceNotFound", 'service/nobody in "default" is not present')
    ]
    kubectl(cluster, "create service clusterip nobody --tcp=443:8443")
    cluster.run_ready()
    kept = cluster.client.get("apiservices.apiregistration.k8s.io", "v1.x.example.com")
    assert kept.status.conditions[0].reason in ("MissingEndpoints", "EndpointsNotFound")
    assert Face(cluster).refused("GET", "/apis/x.example.com/v1/anything")[:2] == (503, "ServiceUnavailable")


# -- what it says ----------------------------------------------------------------------------------------------------------


def test_objects(cluster: Cluster) -> None:
    face = Face(cluster)
    pod = face.ok("GET", f"{SYSTEM}/etcd-minikube")
    assert (pod["kind"], pod["apiVersion"]) == ("PodMetrics", "metrics.k8s.io/v1beta1")
    assert pod["metadata"]["labels"] == {"component": "etcd", "tier": "control-plane"}
    assert "uid" not in pod["metadata"]
    assert pod["window"] == "1m0s"
    assert pod["containers"] == [{"name": "etcd", "usage": {"cpu": "20m", "memory": "45Mi"}}]
    node = face.ok("GET", f"{API}/nodes/minikube")
    assert node["kind"] == "NodeMetrics"
    assert sorted(node["usage"]) == ["cpu", "memory"]
    listed = face.ok("GET", SYSTEM)
    assert (listed["kind"], listed["apiVersion"]) == ("PodMetricsList", "metrics.k8s.io/v1beta1")
    names = [item["metadata"]["name"] for item in listed["items"]]
    assert names == sorted(names)
    assert len(names) == len(cluster.client.list("pods", "kube-system").items)


def test_a_node_uses_what_its_pods_use_and_more(cluster: Cluster) -> None:
    face = Face(cluster)
    pods = [each for each in face.ok("GET", f"{API}/pods")["items"] if each["containers"]]
    memory = sum(int(c["usage"]["memory"].removesuffix("Mi")) for pod in pods for c in pod["containers"])
    node = face.ok("GET", f"{API}/nodes/minikube")
    assert int(node["usage"]["memory"].removesuffix("Mi")) == memory + 380


def test_selectors(cluster: Cluster) -> None:
    face = Face(cluster)
    assert face.names(SYSTEM, labelSelector="component=etcd") == ["etcd-minikube"]
    assert face.names(f"{API}/pods", fieldSelector="metadata.name=etcd-minikube") == ["etcd-minikube"]
    assert face.names(f"{API}/nodes", labelSelector="nope") == []
    assert len(face.names(f"{API}/pods", labelSelector="app=web")) == 2


def test_tables(cluster: Cluster) -> None:
    table = Face(cluster).ok("GET", f"{API}/nodes", accept=TABLE)
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "cpu", "memory", "Window"]
    assert kubectl(cluster, "get podmetrics -n kube-system etcd-minikube") == (
        "NAME            CPU   MEMORY   WINDOW\netcd-minikube   20m   45Mi     1m0s\n"
    )


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", f"{API}/namespaces/default/pods/nope", (404, "NotFound", 'pods "nope" not found')),
        ("GET", f"{API}/nodes/nope", (404, "NotFound", 'node "nope" not found')),
        ("GET", f"{API}/nothings", (404, "NotFound", "the server could not find the requested resource")),
        (
            "DELETE",
            f"{API}/nodes/minikube",
            (405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        ),
        (
            "POST",
            f"{API}/nodes",
            (405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        ),
    ],
)
def test_refusals(cluster: Cluster, method: str, path: str, expected: tuple[int, str, str]) -> None:
    body = {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "NodeMetrics", "metadata": {"name": "x"}}
    assert Face(cluster).refused(method, path, body if method == "POST" else None) == expected


def test_a_pod_is_measured_when_it_has_run_for_a_while(cluster: Cluster) -> None:
    kubectl(cluster, "run fresh --image=nginx")
    cluster.advance(5)
    assert (
        said(cluster, "top pod fresh")
        == 'Error from server (NotFound): podmetrics.metrics.k8s.io "default/fresh" not found\n'
    )
    cluster.advance(75)
    fresh = Face(cluster).ok("GET", f"{API}/namespaces/default/pods/fresh")
    assert fresh["window"] != "1m0s"
    cluster.advance(60)
    assert Face(cluster).ok("GET", f"{API}/namespaces/default/pods/fresh")["window"] == "1m0s"


def test_load_is_measured_while_it_is_under_way(cluster: Cluster) -> None:
    cluster.network.traffic.start("load", "http://web/", 200, source="pod/" + names(cluster)[0])
    cluster.advance(125)
    used = [milli(pod) for pod in Face(cluster).ok("GET", f"{API}/namespaces/default/pods")["items"]]
    assert sum(used) == pytest.approx(200 * 0.5, rel=0.05)
    cluster.network.traffic.stop("load")
    cluster.advance(125)
    assert [milli(pod) for pod in Face(cluster).ok("GET", f"{API}/namespaces/default/pods")["items"]] == [0, 0]


def names(cluster: Cluster) -> list[str]:
    return [pod.metadata.name for pod in cluster.client.list("pods", "default").items]


def milli(pod: Any) -> float:
    """Thousandths of a CPU."""
    total = 0.0
    for container in pod["containers"]:
        number, unit = re.fullmatch(r"(\d+)([a-z]?)", container["usage"]["cpu"]).groups()  # type: ignore[union-attr]
        total += int(number) * {"n": 1e-6, "u": 1e-3, "m": 1.0, "": 1000.0}[unit]
    return total


# -- kubectl top -----------------------------------------------------------------------------------------------------------


def test_top_pods(cluster: Cluster) -> None:
    one, two = names(cluster)
    pad = " " * (len(one) - len("NAME"))
    assert kubectl(cluster, "top pods") == (
        f"NAME{pad}   CPU(cores)   MEMORY(bytes)   \n"
        f"{one}   0m           4Mi             \n"
        f"{two}   0m           4Mi             \n"
    )
    assert kubectl(cluster, f"top pod {one} --containers") == (
        f"POD{pad}    NAME    CPU(cores)   MEMORY(bytes)   \n{one}   nginx   0m           4Mi             \n"
    )
    assert kubectl(cluster, "top po -l app=web --no-headers --sum").splitlines()[-1].split() == ["0m", "8Mi"]
    ordered = kubectl(cluster, "top pods -A --sort-by=memory --no-headers").splitlines()
    assert ordered[0].split()[:2] == ["kube-system", "kube-apiserver-minikube"]
    sizes = [int(row.split()[-1].removesuffix("Mi")) for row in ordered]
    assert sizes == sorted(sizes, reverse=True)
    cpus = [
        int(r.split()[-2].removesuffix("m"))
        for r in kubectl(cluster, "top pods -A --sort-by=cpu --no-headers").splitlines()
    ]
    assert cpus == sorted(cpus, reverse=True)


def test_top_nodes(cluster: Cluster) -> None:
    header, row = kubectl(cluster, "top nodes").splitlines()
    assert header.split() == ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]
    assert row.split()[0] == "minikube"
    assert len(kubectl(cluster, "top node minikube --no-headers").splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("top pods --sort-by=disk", "error: --sort-by accepts only cpu or memory\n"),
        ("top nodes --sort-by=disk", "error: --sort-by accepts only cpu or memory\n"),
        ("top pod a -l b=c", "error: only one of NAME or selector can be provided\n"),
        ("top node a -l b=c", "error: only one of NAME or --selector can be provided\n"),
        ("top pod nope", 'Error from server (NotFound): pods "nope" not found\n'),
    ],
)
def test_top_complains(cluster: Cluster, line: str, complaint: str) -> None:
    assert said(cluster, line) == complaint


def test_nothing_to_show(cluster: Cluster) -> None:
    kubectl(cluster, "create namespace empty")
    result = cluster.kubectl("top pods -n empty")
    assert (result.exit_code, result.stderr) == (0, "No resources found in empty namespace.\n")


# -- the autoscaler ------------------------------------------------------------------------------------------------------


def test_an_autoscaler_follows_the_load(cluster: Cluster) -> None:
    kubectl(cluster, "autoscale deployment web --cpu=50% --min=2 --max=6")
    cluster.advance(375)
    hpa = cluster.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    assert [(c.type, c.status, c.reason) for c in hpa.status.conditions] == [
        ("AbleToScale", "True", "ReadyForNewScale"),
        ("ScalingActive", "True", "ValidMetricFound"),
        ("ScalingLimited", "True", "TooFewReplicas"),
    ]
    assert kubectl(cluster, "get hpa web --no-headers").split()[2:5] == ["cpu:", "0%/50%", "2"]

    cluster.network.traffic.start("load", "http://web/", 380, source="pod/" + names(cluster)[0])
    cluster.advance(240)
    hpa = cluster.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    assert hpa.status.desiredReplicas == 4  # 190m in all: 48m each
    assert cluster.client.get("deployments.apps", "web", "default").status.readyReplicas == 4
    text = kubectl(cluster, "describe hpa web")
    assert "New size: 4; reason: cpu resource utilization (percentage of request) above target" in text

    cluster.network.traffic.stop("load")
    cluster.advance(180)
    hpa = cluster.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    assert hpa.status.desiredReplicas == 4
    assert hpa.status.conditions[0].reason == "ScaleDownStabilized"
    cluster.advance(300)
    assert cluster.client.get("deployments.apps", "web", "default").spec.replicas == 2
    assert "New size: 2; reason: All metrics below target" in kubectl(cluster, "describe hpa web")


def test_the_numbers_survive_a_snapshot(cluster: Cluster) -> None:
    before = json.dumps(Face(cluster).ok("GET", f"{API}/nodes/minikube")["usage"])
    snapshot = cluster.snapshot()
    cluster.advance(300)
    cluster.restore(snapshot)
    assert json.dumps(Face(cluster).ok("GET", f"{API}/nodes/minikube")["usage"]) == before


def test_the_client_reads_it_as_well(cluster: Cluster) -> None:
    assert len(cluster.client.list("pods.metrics.k8s.io", "default").items) == 2
    with pytest.raises(StatusError, match='pods "nope" not found'):
        cluster.client.get("pods.metrics.k8s.io", "nope", "default")


WALKTHROUGH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: php-apache}
spec:
  selector: {matchLabels: {run: php-apache}}
  template:
    metadata: {labels: {run: php-apache}}
    spec:
      containers:
        - name: php-apache
          image: registry.k8s.io/hpa-example
          ports: [{containerPort: 80}]
          resources: {limits: {cpu: 500m}, requests: {cpu: 200m}}
---
apiVersion: v1
kind: Service
metadata: {name: php-apache}
spec: {ports: [{port: 80}], selector: {run: php-apache}}
"""


def test_upstreams_own_walkthrough(cluster: Cluster) -> None:
    cluster.apply(WALKTHROUGH)
    kubectl(cluster, "autoscale deployment php-apache --cpu=50% --min=1 --max=5")
    loop = "while sleep 0.01; do wget -q -O- http://php-apache; done"
    kubectl(cluster, f"run load-generator --image=busybox:1.28 --restart=Never -- /bin/sh -c '{loop}'")
    cluster.advance(150)
    assert kubectl(cluster, "logs load-generator").startswith("OK!OK!OK!")
    assert cluster.client.get("deployments.apps", "php-apache", "default").spec.replicas > 1
    used = [milli(pod) for pod in Face(cluster).ok("GET", f"{API}/namespaces/default/pods")["items"]]
    assert max(used) > 100
