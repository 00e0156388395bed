"""What a check can see and try, on a real cluster that must stay as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from k8snb import Cluster
from k8snb.grading.check import Findings, exercise, expect
from k8snb.grading.runner import run
from k8snb.grading.text import Text
from k8snb.grading.world import World, doing, is_ready

TEXT = Text("x", "某")
IMAGE = "zxcvbnius/docker-demo"


@pytest.fixture(scope="module")
def shop() -> Cluster:
    """A Deployment of two behind a node port, a Pod that cannot get its image, and alpine."""
    cluster = Cluster(nodes=2)
    cluster.settle()
    cluster.kubectl(f"create deployment web --image={IMAGE} --port=3000 --replicas=2")
    cluster.kubectl("expose deployment web --type=NodePort")
    cluster.kubectl("run typo --image=no-such-image")
    cluster.kubectl("run alpine --image=alpine -- sleep 3600")
    cluster.advance(60)
    return cluster


@pytest.fixture
def world(shop: Cluster) -> Iterator[World]:
    """A world over the shop; whatever the test does, the shop must not change."""
    before = fingerprint(shop)
    yield World(shop)
    assert fingerprint(shop) == before


def fingerprint(cluster: Cluster) -> tuple[object, ...]:
    return cluster.client.revision, cluster.now, len(cluster.journal), len(cluster.traces), cluster.clock.timers()


def test_objects_by_every_name_of_their_kind(world: World) -> None:
    for kind in ("deployment", "deployments", "deploy", "deployments.apps"):
        assert world.obj(kind, "web").spec.replicas == 2  # type: ignore[union-attr]
    assert world.obj("pod", "nobody") is None
    assert world.obj("node", "minikube") is not None
    with pytest.raises(KeyError, match="podd"):
        world.obj("podd", "web")


def test_pods_by_label_and_what_they_are_doing(world: World) -> None:
    assert [is_ready(pod) for pod in world.pods("app=web")] == [True, True]
    assert doing(world.obj("pod", "typo")) in ("ErrImagePull", "ImagePullBackOff")
    assert len(world.pods()) == 4


def test_endpoints_are_the_ready_pods(world: World) -> None:
    assert sorted(world.eps("web")) == sorted(pod.status.podIP for pod in world.pods("app=web"))
    assert world.eps("nobody") == []


def test_events_by_object_and_reason(world: World) -> None:
    assert world.events("pod", "typo", "Failed")
    assert not world.events("pod", "alpine", "Failed")


def test_a_request_is_tried_on_a_fork(world: World) -> None:
    service = world.obj("service", "web")
    assert service is not None
    reply = world.http("host", f"http://192.168.49.2:{service.spec.ports[0].nodePort}/")
    assert (reply.status, reply.text) == (200, "Hello World!")
    assert world.traces() == []


def test_a_command_is_run_on_a_fork(world: World) -> None:
    assert world.run("alpine", ["sh", "-c", "echo hello"]).stdout == "hello\n"
    assert world.run("alpine", ["which", "curl"]).exit_code != 0


def test_perturbing_changes_the_copy_only(world: World) -> None:
    fork = world.perturb()
    victim = fork.pods("app=web")[0]
    fork.kubectl(["delete", "pod", victim.metadata.name, "--grace-period=1", "--wait=false"])
    fork.advance(30)
    assert victim.metadata.uid not in {pod.metadata.uid for pod in fork.pods("app=web")}
    assert len(fork.pods("app=web")) == 2
    assert victim.metadata.uid in {pod.metadata.uid for pod in world.pods("app=web")}


def test_moments_show_the_way_up(world: World) -> None:
    counts = [sum(map(is_ready, moment.objects)) for moment in world.moments("pods", "app=web")]
    assert (counts[0], counts[-1]) == (0, 2)
    times = [moment.time for moment in world.moments("pods", "app=web")]
    assert times == sorted(times)


def test_history_of_one_object(world: World) -> None:
    types = [change.type for change in world.history("deployment", "web")]
    assert types[0] == "ADDED"
    assert "DELETED" not in types
    assert not world.history("deployment", "web", ns="kube-system")


def test_answers_are_handed_in(shop: Cluster) -> None:
    assert World(shop, {"D02-E3": 8443}).answer("D02-E3") == 8443
    assert World(shop).answer("D02-E3") is None


def test_a_run_of_checks_is_quick_and_each_has_its_own_world(shop: Cluster, world: World) -> None:
    @exercise("D05-E1")
    def nosy(world: World) -> Findings:
        world.http("host", "http://192.168.49.2:30000/")
        world.run("alpine", ["which", "curl"])
        fork = world.perturb()
        fork.advance(30)
        yield expect(1, len(fork.pods()) == 4, TEXT, TEXT)

    check = nosy.check(1, TEXT, (TEXT, TEXT, TEXT))
    start = time.perf_counter()
    report = run(shop, [check])
    seconds = time.perf_counter() - start
    assert report.passed
    assert seconds < 1.0  # 0.2 s on an idle machine; this one may be shared
