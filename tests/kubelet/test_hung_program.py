"""A program that is frozen: its port is open, nobody answers, and probes notice when their patience is over."""

from __future__ import annotations

import pytest

from k8snb import Cluster

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: webapp
        image: zxcvbnius/docker-demo
        ports: [{name: webapp-port, containerPort: 3000}]
        PROBE
"""


def hung(probe: str) -> tuple[Cluster, str]:
    """A cluster in which the only Pod has been frozen just now, and the Pod's name."""
    cluster = Cluster()
    cluster.apply(DEPLOYMENT.replace("PROBE", probe))
    cluster.settle()
    name = cluster.kubectl("get pods -l app=web -o jsonpath={.items[0].metadata.name}").stdout
    assert cluster.kubectl(["exec", name, "--", "pkill", "-STOP", "node"]).exit_code == 0
    return cluster, name


def restarts(cluster: Cluster, name: str) -> str:
    return str(
        cluster.kubectl(["get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0].restartCount}"]).stdout
    )


@pytest.mark.parametrize(
    ("probe", "earliest", "latest"),
    [
        # three checks of 30 seconds each, one after the other, then 30 seconds of grace
        ("livenessProbe: {httpGet: {path: /, port: webapp-port}, periodSeconds: 15, timeoutSeconds: 30}", 120, 137),
        # checks at 0, 5, 10, and one second of patience
        ("livenessProbe: {httpGet: {path: /, port: 3000}, periodSeconds: 5}", 40, 49),
    ],
)
def test_the_container_is_restarted_when_patience_is_over(probe: str, earliest: int, latest: int) -> None:
    cluster, name = hung(probe)
    cluster.advance(earliest)
    assert restarts(cluster, name) == "0"
    cluster.advance(latest - earliest)
    assert restarts(cluster, name) == "1"
    said = cluster.kubectl(["events", "--for", f"pod/{name}"]).stdout
    assert "context deadline exceeded (Client.Timeout exceeded while awaiting headers)" in said
    assert "Container webapp failed liveness probe, will be restarted" in said
    cluster.settle()
    assert restarts(cluster, name) == "1"


def test_it_goes_on_where_it_stood() -> None:
    cluster, name = hung("readinessProbe: {httpGet: {path: /, port: 3000}, periodSeconds: 5}")
    cluster.advance(30)
    assert cluster.kubectl(f"get pod {name}").stdout.split()[6] == "0/1"
    assert "node index.js" in cluster.kubectl(["exec", name, "--", "ps", "-ef"]).stdout
    cluster.kubectl(["exec", name, "--", "pkill", "-CONT", "node"])
    cluster.advance(10)
    assert cluster.kubectl(f"get pod {name}").stdout.split()[6] == "1/1"
    assert restarts(cluster, name) == "0"


def test_an_open_port_is_enough_for_a_tcp_probe() -> None:
    cluster, name = hung("livenessProbe: {tcpSocket: {port: 3000}, periodSeconds: 5}")
    cluster.advance(300)
    assert restarts(cluster, name) == "0"


def test_a_program_that_ends_takes_its_container_along() -> None:
    cluster, name = hung("")
    cluster.kubectl(["exec", name, "--", "pkill", "-CONT", "node"])
    cluster.kubectl(["exec", name, "--", "kill", "-STOP", "1"])  # process 1 does not hear this from inside
    cluster.kubectl(["exec", name, "--", "pkill", "-KILL", "node"])
    cluster.advance(5)
    assert restarts(cluster, name) == "1"
    assert "npm ERR! Exit status 137" in cluster.kubectl(["logs", "-p", name]).stdout


def test_traffic_under_way_notices_at_once() -> None:
    cluster, name = hung("")
    cluster.kubectl(["exec", name, "--", "pkill", "-CONT", "node"])
    cluster.kubectl("expose deployment web --type=NodePort --port=3000")
    port = cluster.kubectl("get service web -o jsonpath={.spec.ports[0].nodePort}").stdout
    cluster.network.traffic.start("rain", f"http://192.168.49.2:{port}/", 10.0, "host", None, "constant")
    cluster.advance(10)
    assert cluster.network.traffic.report("rain").failed == 0
    cluster.kubectl(["exec", name, "--", "pkill", "-STOP", "node"])
    cluster.advance(10)
    assert cluster.network.traffic.report("rain").failed > 0
