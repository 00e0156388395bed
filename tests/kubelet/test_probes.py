"""Probes: their thresholds, what they do to readiness and restarts, and that settled ones cost nothing."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.container import ExecAction, HTTPGetAction, Probe, TCPSocketAction
from k8snb.cluster import Cluster
from tests.kubelet.rig import conditions, events, make_cluster, make_pod, run, status


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster()


def probe(**fields: Any) -> Probe:
    defaults = {"periodSeconds": 10, "failureThreshold": 3, "successThreshold": 1, "timeoutSeconds": 1}
    return Probe(**{**defaults, **fields})


def http(path: str, port: int | str, **fields: Any) -> Probe:
    return probe(httpGet=HTTPGetAction(path=path, port=port, scheme="HTTP"), **fields)


def started_at(cluster: Cluster, name: str) -> float:
    from k8snb.api.duration import parse_time

    return parse_time(status(cluster, name).state.running.startedAt) - cluster.clock.epoch


def test_readiness_decides_whether_a_pod_is_ready(cluster: Cluster) -> None:
    make_pod(cluster, "good", readinessProbe=http("/", 80))
    make_pod(cluster, "bad", readinessProbe=http("/", 81))
    cluster.advance(60)
    assert (status(cluster, "good").ready, status(cluster, "bad").ready) == (True, False)
    ready = next(item for item in conditions(cluster, "bad") if item[0] == "Ready")
    assert ready == ("Ready", "False", "ContainersNotReady", "containers with unready status: [c]")
    ip = cluster.client.get("pods", "bad", "default").status.podIP
    text = f'Readiness probe failed: Get "http://{ip}:81/": dial tcp {ip}:81: connect: connection refused'
    assert ("Warning", "Unhealthy", text) in [item[:3] for item in events(cluster, "bad")]
    assert status(cluster, "bad").restartCount == 0


def test_liveness_restarts_after_its_threshold(cluster: Cluster) -> None:
    script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"
    check = probe(exec=ExecAction(command=("cat", "/tmp/healthy")), initialDelaySeconds=5, periodSeconds=5)
    make_pod(
        cluster, "live", "busybox", command=("sh", "-c", script), livenessProbe=check, terminationGracePeriodSeconds=2
    )
    cluster.wait(lambda: bool(cluster.client.get("pods", "live", "default").status.containerStatuses), 10)
    cluster.wait(lambda: status(cluster, "live").state.running is not None, 30)
    began = started_at(cluster, "live")
    cluster.wait(lambda: any(item[1] == "Killing" for item in events(cluster, "live")), 120)
    # removed after 30 s; the ticks are 5, 10, …: those at 35, 40 and 45 fail (or from 30 on, if it was removed just before)
    assert 39 <= cluster.now - began <= 47
    assert ("Normal", "Killing", "Container c failed liveness probe, will be restarted") in [
        item[:3] for item in events(cluster, "live")
    ]
    failed = next(item for item in events(cluster, "live") if item[1] == "Unhealthy")
    assert failed[2].startswith("Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory")
    assert failed[3] == 3
    cluster.wait(lambda: status(cluster, "live").restartCount == 1, 30)
    assert status(cluster, "live").restartCount == 1


def test_a_startup_probe_holds_the_others_back(cluster: Cluster) -> None:
    script = "sleep 25; touch /tmp/up; sleep 600"
    startup = probe(exec=ExecAction(command=("cat", "/tmp/up")), periodSeconds=5, failureThreshold=30)
    liveness = probe(exec=ExecAction(command=("cat", "/tmp/up")), periodSeconds=1, failureThreshold=1)
    make_pod(cluster, "slow", "busybox", command=("sh", "-c", script), startupProbe=startup, livenessProbe=liveness)
    cluster.advance(15)
    assert (status(cluster, "slow").started, status(cluster, "slow").ready) == (False, False)
    cluster.advance(30)
    found = status(cluster, "slow")
    assert (found.started, found.ready, found.restartCount) == (True, True, 0)


def test_readiness_follows_a_change_of_the_container_at_the_next_tick(cluster: Cluster) -> None:
    check = probe(exec=ExecAction(command=("cat", "/tmp/ready")), periodSeconds=7, failureThreshold=1)
    make_pod(cluster, "web", readinessProbe=check)
    cluster.advance(30)
    assert not status(cluster, "web").ready
    run(cluster, "web", "touch", "/tmp/ready", seconds=0.01)
    cluster.advance(7.1)
    assert status(cluster, "web").ready
    run(cluster, "web", "rm", "/tmp/ready", seconds=0.01)
    cluster.advance(7.1)
    assert not status(cluster, "web").ready


def test_tcp_probes_and_named_ports(cluster: Cluster) -> None:
    from k8snb.api.core.container import ContainerPort

    ports = (ContainerPort(containerPort=80, name="http", protocol="TCP"),)
    make_pod(cluster, "named", ports=ports, readinessProbe=http("/", "http"))
    make_pod(cluster, "socket", readinessProbe=probe(tcpSocket=TCPSocketAction(port=80)))
    make_pod(cluster, "status", readinessProbe=http("/nope", 80))
    cluster.advance(60)
    assert [status(cluster, name).ready for name in ("named", "socket", "status")] == [True, True, False]
    assert "Readiness probe failed: HTTP probe failed with statuscode: 404" in [
        item[2] for item in events(cluster, "status")
    ]


def test_an_exec_probe_that_takes_too_long_fails(cluster: Cluster) -> None:
    check = probe(exec=ExecAction(command=("sleep", "10")), timeoutSeconds=2)
    make_pod(cluster, "slow", readinessProbe=check)
    cluster.advance(30)
    assert not status(cluster, "slow").ready
    assert any("command timed out" in item[2] for item in events(cluster, "slow"))
    quick = probe(exec=ExecAction(command=("sleep", "1")), timeoutSeconds=2)
    make_pod(cluster, "quick", readinessProbe=quick)
    cluster.advance(30)
    assert status(cluster, "quick").ready


def test_settled_probes_cost_nothing(cluster: Cluster) -> None:
    for index in range(5):
        make_pod(cluster, f"web-{index}", readinessProbe=http("/", 80), livenessProbe=http("/", 80))
    cluster.advance(120)
    due = [timer for timer in cluster.clock.timers() if timer.owner == "kubelet" and "web-" in timer.key]
    assert due == []
    revision = cluster.store.revision
    cluster.advance(3600)
    assert [change for change in cluster.store.history("pods") if change.revision > revision] == []
