"""Programs as a learner meets them in Pods: a signal to process 1, a port that is taken, an echo of the address asked."""

from __future__ import annotations

from k8snb import Cluster

PAIR = """\
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  containers:
  - {name: left, image: zxcvbnius/docker-demo}
  - {name: right, image: zxcvbnius/docker-demo}
"""


def test_who_ends_process_1_has_its_say_first() -> None:
    cluster = Cluster()
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    said = cluster.kubectl(["exec", "web", "--", "kill", "1"])
    assert (said.stdout, said.stderr, said.exit_code) == ("", "", 0)
    cluster.advance(5)
    status = cluster.client.get("pods", "web", "default").status.containerStatuses[0]
    assert (status.restartCount, status.ready) == (1, True)


def test_one_address_has_one_port_3000() -> None:
    cluster = Cluster()
    cluster.apply(PAIR)
    cluster.advance(40)
    left, right = cluster.client.get("pods", "pair", "default").status.containerStatuses
    assert (left.ready, right.ready) == (True, False)
    assert right.restartCount
    assert "Error: listen EADDRINUSE :::3000\n" in cluster.kubectl("logs pair -c right").stdout


def test_echoserver_names_the_host_without_its_port() -> None:
    cluster = Cluster()
    cluster.kubectl("run echo --image=registry.k8s.io/echoserver:1.10 --port=8080")
    cluster.kubectl("expose pod echo --type=NodePort")
    cluster.settle()
    port = cluster.client.get("services", "echo", "default").spec.ports[0].nodePort
    answer = cluster.http(f"http://192.168.49.2:{port}/hellokube").text
    assert "\treal path=/hellokube\n" in answer
    assert "\trequest_uri=http://192.168.49.2:8080/hellokube\n" in answer
    assert f"\thost=192.168.49.2:{port}  \n" in answer
