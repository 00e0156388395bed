"""Events that would be told again and again: counted as upstream's correlator counts them, written as seldom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from k8snb.api.core.container import EnvFromSource, HTTPGetAction, Probe, SecretEnvSource
from k8snb.cluster import Cluster
from tests.kubelet.rig import events, make_cluster, make_pod


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    return make_cluster()


@pytest.fixture
def cluster(prototype: Cluster) -> Iterator[Cluster]:
    copy = prototype.fork()
    yield copy
    copy.close()


def count(cluster: Cluster, pod: str, reason: str, part: str = "") -> int:
    return sum(number for _, why, text, number in events(cluster, pod) if why == reason and part in text)


def unready(cluster: Cluster) -> None:
    probe = Probe(httpGet=HTTPGetAction(path="/nope", port=80), periodSeconds=10)
    make_pod(cluster, "web", readinessProbe=probe)


def test_a_probe_that_goes_on_failing(cluster: Cluster) -> None:
    unready(cluster)
    cluster.advance(65)
    started = count(cluster, "web", "Unhealthy")
    assert started in (6, 7)
    cluster.advance(60)
    assert count(cluster, "web", "Unhealthy") == started + 6
    cluster.advance(3600)
    # after 25 events about a Pod one more is written every five minutes, which says how many there were
    last = max(event.lastTimestamp for event in cluster.client.list("events").items)
    assert count(cluster, "web", "Unhealthy") == pytest.approx(started + 6 + 360, abs=30)
    assert last > cluster.clock.at(cluster.now - 300)


def test_nothing_is_written_meanwhile(cluster: Cluster) -> None:
    unready(cluster)
    cluster.settle()
    revision, written = cluster.store.revision, count(cluster, "web", "Unhealthy")
    cluster.advance(30)
    assert count(cluster, "web", "Unhealthy") == written + 3
    assert cluster.store.revision == revision


def test_how_often_one_looks_makes_no_difference(cluster: Cluster) -> None:
    unready(cluster)
    other = cluster.fork()
    for _ in range(100):
        cluster.advance(17)
        events(cluster, "web")
    other.advance(1700)
    assert events(other, "web") == events(cluster, "web")


def test_it_is_over_when_the_probe_passes(cluster: Cluster) -> None:
    unready(cluster)
    cluster.advance(60)
    said = cluster.kubectl("exec web -- touch /usr/share/nginx/html/nope")
    assert said.exit_code == 0, said.stderr
    cluster.advance(15)
    before = count(cluster, "web", "Unhealthy")
    cluster.advance(300)
    assert count(cluster, "web", "Unhealthy") == before
    assert cluster.client.get("pods", "web", "default").status.containerStatuses[0].ready


def test_it_is_over_when_the_container_ends(cluster: Cluster) -> None:
    unready(cluster)
    cluster.advance(60)
    cluster.kubectl("delete pod web --now --wait=false")
    cluster.advance(5)
    before = count(cluster, "web", "Unhealthy")
    cluster.advance(300)
    assert count(cluster, "web", "Unhealthy") == before


def test_a_crash_loop_is_told_of_while_it_waits(cluster: Cluster) -> None:
    make_pod(cluster, "crash", "busybox", command=("sh", "-c", "exit 1"))
    cluster.advance(26 * 60)
    assert count(cluster, "crash", "BackOff") == pytest.approx(120, abs=25)
    assert count(cluster, "crash", "Pulling") < 10, "what is said first when there is a word left"


def test_an_image_that_cannot_be_pulled(cluster: Cluster) -> None:
    make_pod(cluster, "bad", "nginx:nope")
    cluster.advance(75)
    assert count(cluster, "bad", "BackOff") == count(cluster, "bad", "Failed", "ImagePullBackOff")
    assert count(cluster, "bad", "BackOff") > count(cluster, "bad", "Failed", "ErrImagePull")


def test_a_secret_that_is_missing(cluster: Cluster) -> None:
    source = (EnvFromSource(secretRef=SecretEnvSource(name="nope")),)
    make_pod(cluster, "bare", envFrom=source)
    cluster.advance(75)
    before = count(cluster, "bare", "Failed", 'secret "nope" not found')
    assert before == pytest.approx(6, abs=1)
    cluster.kubectl("create secret generic nope --from-literal=a=b")
    cluster.advance(20)
    before = count(cluster, "bare", "Failed")
    cluster.advance(60)
    assert count(cluster, "bare", "Failed") == before
    assert cluster.client.get("pods", "bare", "default").status.phase == "Running"


def test_what_may_not_be_written_is_counted(cluster: Cluster) -> None:
    make_pod(cluster, "pod")
    pod: Any = cluster.client.get("pods", "pod", "default")
    recorder = cluster.recorder(cluster.client, "somebody")
    for _ in range(40):
        recorder.event(pod, "Normal", "Same", "the same")
    assert count(cluster, "pod", "Same") == 25
    cluster.advance(301)
    recorder.event(pod, "Normal", "Same", "the same")
    assert count(cluster, "pod", "Same") == 41


def test_like_events_are_combined(cluster: Cluster) -> None:
    make_pod(cluster, "pod")
    pod: Any = cluster.client.get("pods", "pod", "default")
    recorder = cluster.recorder(cluster.client, "somebody")
    for number in range(15):
        recorder.event(pod, "Normal", "Like", f"number {number}")
    found = [(text, times) for _, reason, text, times in events(cluster, "pod") if reason == "Like"]
    assert [text for text, _ in found[:9]] == [f"number {number}" for number in range(9)]
    assert found[9:] == [("(combined from similar events): number 14", 6)]


def test_an_event_that_was_deleted_comes_back_with_its_count(cluster: Cluster) -> None:
    make_pod(cluster, "pod")
    pod: Any = cluster.client.get("pods", "pod", "default")
    recorder = cluster.recorder(cluster.client, "somebody")
    recorder.event(pod, "Normal", "Same", "the same")
    cluster.advance(10)
    cluster.kubectl("delete events --all")
    recorder.event(pod, "Normal", "Same", "the same")
    (found,) = [event for event in cluster.client.list("events").items if event.reason == "Same"]
    assert (found.count, found.firstTimestamp < found.lastTimestamp) == (2, True)
