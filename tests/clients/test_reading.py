"""How time passes for a client without a socket: who moves it, when a reading ends, and when it says that it never would."""

from __future__ import annotations

import copy
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.apiclient import NothingHappensError
from tests.clients.manifests import configmap, deployment, pod

kubernetes = pytest.importorskip("kubernetes", reason="the official client is not installed")

from kubernetes import client, dynamic, watch  # noqa: E402
from kubernetes.client import ApiException  # noqa: E402
from kubernetes.stream import stream  # noqa: E402


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    cluster = Cluster()
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(prototype: Cluster) -> Iterator[Cluster]:
    fork = prototype.fork()
    yield fork
    fork.close()


@pytest.fixture
def core(cluster: Cluster) -> Any:
    return client.CoreV1Api(cluster.api_client())


def configmaps(core: Any, **options: Any) -> Iterator[Any]:
    yield from watch.Watch().stream(core.list_namespaced_config_map, "default", **options)


def test_a_watch_jumps_to_what_happens_next(cluster: Cluster, core: Any) -> None:
    client.AppsV1Api(core.api_client).create_namespaced_deployment("default", deployment("web", 1))
    wall, begun = time.monotonic(), cluster.now
    for event in watch.Watch().stream(core.list_namespaced_pod, "default", timeout_seconds=600):
        if event["object"].status.phase == "Running":
            break
    assert 0.5 < cluster.now - begun < 60
    assert time.monotonic() - wall < 5


def test_a_watch_ends_when_its_virtual_time_is_up(cluster: Cluster, core: Any) -> None:
    begun = cluster.now
    seen = [event["object"].metadata.name for event in configmaps(core, timeout_seconds=300)]
    assert seen == ["kube-root-ca.crt"]
    assert cluster.now - begun == pytest.approx(300, abs=0.1)


def test_a_watch_that_nobody_could_end_says_so(cluster: Cluster, core: Any) -> None:
    begun = cluster.now
    with pytest.raises(NothingHappensError, match=r"GET /api/v1/namespaces/default/configmaps: 1800 s of virtual time"):
        list(configmaps(core))
    assert cluster.now - begun == pytest.approx(1800, abs=0.1)


def test_the_callers_own_patience_is_virtual_too(cluster: Cluster, core: Any) -> None:
    from urllib3.exceptions import ReadTimeoutError

    begun = cluster.now
    for patience in (5, (1, 5)):
        with pytest.raises(ReadTimeoutError, match="Read timed out"):
            list(configmaps(core, _request_timeout=patience))
    assert cluster.now - begun == pytest.approx(10, abs=0.1)


def test_a_request_takes_a_moment_so_that_polling_gets_somewhere(core: Any) -> None:
    core.create_namespaced_pod("default", pod("a"))
    for _ in range(3000):
        if core.read_namespaced_pod("a", "default").status.phase == "Running":
            break
    else:
        pytest.fail("it never ran")


def test_the_same_calls_give_the_same_bytes(prototype: Cluster) -> None:
    def run() -> tuple[float, str]:
        cluster = prototype.fork()
        core = client.CoreV1Api(cluster.api_client())
        core.create_namespaced_pod("default", pod("a", "sleep 3; echo done"))
        for event in watch.Watch().stream(core.list_namespaced_pod, "default", timeout_seconds=60):
            if event["object"].status.phase == "Succeeded":
                break
        return cluster.now, cluster.kubectl("get pods,events -o yaml").stdout

    assert run() == run()


def test_another_thread_follows_and_does_not_move_time(cluster: Cluster, core: Any) -> None:
    seen: list[str] = []
    there = threading.Event()

    def look() -> None:
        for event in configmaps(core, timeout_seconds=60):
            seen.append(event["object"].metadata.name)
            if seen[-1] == "late":
                there.set()

    thread = threading.Thread(target=look)
    thread.start()
    begun = cluster.now
    time.sleep(0.1)
    assert cluster.now == begun
    core.create_namespaced_config_map("default", configmap("late"))
    assert there.wait(5)
    assert thread.is_alive()
    cluster.advance(60)
    thread.join(5)
    assert not thread.is_alive()


def test_what_follows_ends_by_the_wall_clock_if_nobody_moves_time(cluster: Cluster, core: Any) -> None:
    thread = threading.Thread(target=lambda: list(configmaps(core, timeout_seconds=1)))
    begun, wall = cluster.now, time.monotonic()
    thread.start()
    thread.join(5)
    assert cluster.now == begun
    assert 0.9 < time.monotonic() - wall < 4


def test_a_watch_is_stopped_from_another_thread(core: Any) -> None:
    looking = watch.Watch()
    first = threading.Event()

    def look() -> None:
        for _ in looking.stream(core.list_namespaced_config_map, "default"):
            first.set()

    thread = threading.Thread(target=look)
    thread.start()
    assert first.wait(5)
    looking.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_in_live_pace_the_first_thread_follows_too(cluster: Cluster, core: Any) -> None:
    cluster.set_pace("live", 100)
    core.create_namespaced_pod("default", pod("a"))
    for event in watch.Watch().stream(core.list_namespaced_pod, "default", timeout_seconds=10):
        if event["object"].status.phase == "Running":
            break
    else:
        pytest.fail("it never ran")


def test_exec_takes_virtual_time(cluster: Cluster, core: Any) -> None:
    core.create_namespaced_pod("default", pod("box"))
    cluster.settle()
    begun = cluster.now
    console = stream(
        core.connect_get_namespaced_pod_exec,
        "box",
        "default",
        command=["sh", "-c", "sleep 100; echo done"],
        stdout=True,
        _preload_content=False,
    )
    console.run_forever(timeout=30)
    assert console.is_open()
    assert cluster.now - begun == pytest.approx(30, abs=0.1)
    assert console.readline_stdout() == "done"
    console.run_forever()
    assert (console.returncode, console.is_open()) == (0, False)
    assert cluster.now - begun == pytest.approx(100, abs=0.5)


def test_who_is_calling(cluster: Cluster, core: Any) -> None:
    account = client.AuthenticationV1Api(core.api_client)
    body = {"spec": {"expirationSeconds": 600}}
    token = core.create_namespaced_service_account_token("default", "default", body).status.token
    api = cluster.api_client()
    api.set_default_header("Authorization", f"Bearer {token}")
    with pytest.raises(ApiException) as refused:
        client.CoreV1Api(api).list_namespaced_pod("default")
    assert refused.value.status == 403
    assert 'User "system:serviceaccount:default:default" cannot list' in json.loads(refused.value.body)["message"]
    api.set_default_header("Authorization", "Bearer wrong")
    with pytest.raises(ApiException) as unknown:
        client.CoreV1Api(api).list_namespaced_pod("default")
    assert unknown.value.status == 401
    me = account.create_self_subject_review({}).status.user_info
    assert me.username == "kubernetes-admin"


def test_a_copied_configuration_leads_to_the_same_cluster(cluster: Cluster, core: Any) -> None:
    copied = copy.deepcopy(core.api_client.configuration)
    assert copied.k8snb_link is core.api_client.configuration.k8snb_link


def test_two_clusters_never_share_what_a_library_remembers_of_them(cluster: Cluster) -> None:
    hosts = {cluster.api_client().configuration.host for _ in range(3)}
    assert len(hosts) == 3


def test_a_closed_client_leaves_nothing_behind(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with cluster.api_client() as api:
        dynamic.DynamicClient(api).resources.get(api_version="v1", kind="Pod")
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_without_the_library_it_says_what_to_install(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "kubernetes.client", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'k8snb\[client\]'"):
        cluster.api_client()
