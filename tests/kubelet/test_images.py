"""Images on their way to a node: latency, one pull at a time, failures and back-off, names that are none."""

from __future__ import annotations

import itertools

import pytest

from k8snb.cluster import Cluster
from tests.kubelet.rig import events, make_cluster, make_pod, reasons, status


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster()


FAILURES = (
    (
        "nginx:nope",
        'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nope": '
        'failed to resolve reference "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found',
    ),
    (
        "apline",
        'failed to pull and unpack image "docker.io/library/apline:latest": failed to resolve reference '
        '"docker.io/library/apline:latest": pull access denied, repository does not exist or may require authorization: '
        "server message: insufficient_scope: authorization failed",
    ),
    (
        "hello-node:v1",
        'failed to pull and unpack image "docker.io/library/hello-node:v1": failed to resolve reference '
        '"docker.io/library/hello-node:v1": pull access denied, repository does not exist or may require authorization: '
        "server message: insufficient_scope: authorization failed",
    ),
)


@pytest.mark.parametrize(("image", "message"), FAILURES, ids=[row[0] for row in FAILURES])
def test_an_image_that_cannot_be_pulled(cluster: Cluster, image: str, message: str) -> None:
    make_pod(cluster, "bad", image)
    cluster.wait(lambda: "Failed" in reasons(cluster, "bad"), 30)
    waiting = status(cluster, "bad").state.waiting
    assert (waiting.reason, waiting.message) == ("ErrImagePull", message)
    cluster.advance(3)
    waiting = status(cluster, "bad").state.waiting
    assert waiting.reason == "ImagePullBackOff"
    assert waiting.message == f'Back-off pulling image "{image}": ErrImagePull: {message}'
    assert [(kind, reason, text) for kind, reason, text, _ in events(cluster, "bad")] == [
        ("Normal", "Pulling", f'Pulling image "{image}"'),
        ("Warning", "Failed", f'Failed to pull image "{image}": {message}'),
        ("Warning", "Failed", "Error: ErrImagePull"),
        ("Normal", "BackOff", f'Back-off pulling image "{image}"'),
        ("Warning", "Failed", "Error: ImagePullBackOff"),
    ]


def test_pulls_are_tried_again_later_and_later(cluster: Cluster) -> None:
    make_pod(cluster, "bad", "nginx:nope")
    retries: list[float] = []
    while cluster.now < 700 and cluster.engine.step(700):
        record = cluster.kubelet.pods.get("default/bad")
        due = [item.pull_retry_at for item in record.containers.values() if item.pull_retry_at] if record else []
        retries += [at for at in due if at not in retries]
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(retries)]
    assert gaps[:5] == pytest.approx([21, 41, 81, 161, 301], abs=1)


@pytest.mark.parametrize("image", ["Nginx", "nginx:", "ngi nx", "-x"])
def test_a_name_that_is_none(cluster: Cluster, image: str) -> None:
    make_pod(cluster, "bad", image)
    cluster.advance(5)
    waiting = status(cluster, "bad").state.waiting
    assert waiting.reason == "InvalidImageName"
    assert waiting.message.startswith(
        f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": '
    )
    assert reasons(cluster, "bad") == ["InspectFailed", "Failed"]


def test_an_image_that_may_not_be_pulled_waits_until_it_is_loaded(cluster: Cluster) -> None:
    make_pod(cluster, "local", "hello-node:v1", imagePullPolicy="Never")
    cluster.advance(5)
    waiting = status(cluster, "local").state.waiting
    assert waiting.reason == "ErrImageNeverPull"
    assert waiting.message == 'Container image "hello-node:v1" is not present with pull policy of Never'
    cluster.kubelet.load_image("minikube", "hello-node:v1")
    cluster.advance(5)
    assert status(cluster, "local").ready


def test_one_pull_at_a_time(cluster: Cluster) -> None:
    make_pod(cluster, "first", "zxcvbnius/docker-demo")
    make_pod(cluster, "second", "zxcvbnius/docker-demo")
    cluster.advance(40)
    first = next(text for _, reason, text, _ in events(cluster, "first") if reason == "Pulled")
    second = next(text for _, reason, text, _ in events(cluster, "second") if reason == "Pulled")
    took = [float(text.split(" in ")[1].split("s (")[0].removesuffix("m")) for text in (first, second)]
    assert took[0] > 5
    assert took[1] < 1 or took[1] > 100
    waited = float(second.split("(")[1].split("s including")[0])
    assert waited > took[0]


def test_a_hollow_node_pulls_anything_at_once() -> None:
    cluster = make_cluster("hollow", 3)
    make_pod(cluster, "web", "whatever/app:7")
    make_pod(cluster, "bad", "nginx:no-such-tag")
    cluster.advance(1)
    assert status(cluster, "web").ready
    assert status(cluster, "bad").state.waiting.reason == "ErrImagePull"
