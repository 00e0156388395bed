"""`%cluster serve` and `cluster.serve()`: cells and clients of the wire work on one cluster at the same time."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from tests.clients.manifests import configmap, deployment

kubernetes = pytest.importorskip("kubernetes", reason="the official client is not installed")

from kubernetes import client, config, watch  # noqa: E402
from kubernetes.client import ApiException  # noqa: E402

WRITERS, COUNTS = 3, 8


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = Cluster(profile="hollow")
    found.serve()
    yield found
    found.close()


def connect(cluster: Cluster) -> Any:
    from k8snb.api import yaml

    return config.new_client_from_config_dict(yaml.load(cluster.serve().kubeconfig()))


def count_up(cluster: Cluster, name: str, times: int) -> None:
    """Add one `times` times over the wire, trying again after conflicts."""
    with connect(cluster) as api:
        core = client.CoreV1Api(api)
        while times:
            found = core.read_namespaced_config_map(name, "default")
            found.data["count"] = str(int(found.data["count"]) + 1)
            try:
                core.replace_namespaced_config_map(name, "default", found)
                times -= 1
            except ApiException as error:
                if error.status != 409:
                    raise


def count_in_cells(cluster: Cluster, name: str, times: int) -> None:
    """The same with kubectl, as cells do."""
    while times:
        found = cluster.kubectl(f"get configmap {name} -o json").json()
        found["data"]["count"] = str(int(found["data"]["count"]) + 1)
        result = cluster.kubectl("replace -f -", stdin=json.dumps(found))
        assert result.exit_code == 0 or "the object has been modified" in result.stderr
        times -= result.exit_code == 0


def test_no_write_is_lost_between_cells_and_clients(cluster: Cluster) -> None:
    cluster.kubectl("create configmap shared --from-literal=count=0")
    with connect(cluster) as api, ThreadPoolExecutor(WRITERS) as pool:
        core = client.CoreV1Api(api)
        core.list_namespaced_config_map("default")
        jobs = [pool.submit(count_up, cluster, "shared", COUNTS) for _ in range(WRITERS)]
        count_in_cells(cluster, "shared", COUNTS)
        for job in jobs:
            job.result(60)
        assert core.read_namespaced_config_map("shared", "default").data["count"] == str((WRITERS + 1) * COUNTS)


def test_watches_of_the_wire_see_what_cells_do_in_order(cluster: Cluster) -> None:
    ready = threading.Barrier(4)

    def follow() -> list[tuple[str, str]]:
        with connect(cluster) as api:
            core = client.CoreV1Api(api)
            version = core.list_namespaced_config_map("default").metadata.resource_version
            ready.wait(30)
            seen = []
            stream = watch.Watch().stream(
                core.list_namespaced_config_map, "default", resource_version=version, timeout_seconds=30
            )
            for event in stream:
                seen.append((event["type"], event["object"].metadata.name))
                if seen[-1] == ("ADDED", "last"):
                    break
            return seen

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(follow) for _ in range(3)]
        ready.wait(30)
        for number in range(30):
            cluster.kubectl(f"create configmap c{number}")
            if number % 3 == 0:
                cluster.kubectl(f"delete configmap c{number}")
        cluster.kubectl("create configmap last")
        stories = [job.result(60) for job in jobs]
    assert stories[0] == stories[1] == stories[2]
    assert [kind for kind, _ in stories[0]].count("ADDED") == 31
    assert [kind for kind, _ in stories[0]].count("DELETED") == 10


def test_cells_jump_while_clients_create(cluster: Cluster) -> None:
    def roll_out(number: int) -> None:
        with connect(cluster) as api:
            client.AppsV1Api(api).create_namespaced_deployment("default", deployment(f"web-{number}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        jobs = [pool.submit(roll_out, number) for number in range(8)]
        for _ in range(20):
            cluster.advance(1)
            cluster.snapshot()
        for job in jobs:
            job.result(30)
    cluster.settle()
    found = cluster.kubectl("get deployments -o json").json()["items"]
    assert [item["status"].get("readyReplicas") for item in found] == [2] * 8


def test_a_fork_taken_while_clients_write_is_whole(cluster: Cluster) -> None:
    stopping = threading.Event()

    def write() -> int:
        made = 0
        with connect(cluster) as api:
            core = client.CoreV1Api(api)
            while not stopping.is_set():
                core.create_namespaced_config_map("default", configmap(f"c{made}"))
                made += 1
        return made

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(write)
        forks = []
        for _ in range(5):
            time.sleep(0.02)
            forks.append(cluster.fork())
        stopping.set()
        made = job.result(30)
    counts = [len(fork.client.list("configmaps", "default").items) for fork in forks]
    assert counts == sorted(counts)
    assert counts[-1] <= made + 1
    for fork in forks:
        assert fork.kubectl("create configmap own").exit_code == 0


def test_a_restored_snapshot_ends_open_watches(cluster: Cluster) -> None:
    snapshot = cluster.snapshot()
    cluster.kubectl("create configmap gone")
    with connect(cluster) as api:
        core = client.CoreV1Api(api)
        stream = watch.Watch().stream(core.list_namespaced_config_map, "default", timeout_seconds=30)
        assert {next(stream)["object"].metadata.name for _ in range(2)} == {"gone", "kube-root-ca.crt"}
        cluster.restore(snapshot)
        cluster.kubectl("create configmap other")
        with pytest.raises(ApiException) as caught:
            list(stream)
        assert caught.value.status == 410
        names = {item.metadata.name for item in core.list_namespaced_config_map("default").items}
        assert names == {"kube-root-ca.crt", "other"}


def test_serving_again_after_unserve(cluster: Cluster) -> None:
    first = cluster.serve()
    assert cluster.serve() is first
    with connect(cluster) as api:
        follower = watch.Watch().stream(client.CoreV1Api(api).list_namespace, timeout_seconds=60)
        next(follower)
        begun = time.monotonic()
        cluster.unserve()
        assert time.monotonic() - begun < 5
        names = [event["object"].metadata.name for event in follower]  # what had been sent, and a proper end
        assert set(names) <= {"kube-node-lease", "kube-public", "kube-system"}
    with connect(cluster) as api:
        assert client.VersionApi(api).get_code().git_version == "v1.36.2"


def test_from_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("K8SNB_PACE", "jump")
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    try:
        for cell in ("%load_ext k8snb", "%minikube start", "%cluster serve --kubeconfig here/config"):
            assert shell.run_cell(cell).success
        told = capsys.readouterr().out
        file = tmp_path / "here" / "config"
        assert "serving on https://127.0.0.1:" in told
        assert f"export KUBECONFIG={file}" in told
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with config.new_client_from_config(str(file)) as api:
            core = client.CoreV1Api(api)
            core.create_namespaced_config_map("default", configmap("wire", a="1"))
            assert shell.run_cell("r = %kubectl get configmap wire -o json").success
            assert shell.user_ns["r"].json()["data"] == {"a": "1"}
            assert shell.run_cell("%kubectl create configmap cell").success
            assert core.read_namespaced_config_map("cell", "default").metadata.name == "cell"
        real_kubectl(file)
        assert shell.run_cell("%cluster unserve").success
    finally:
        shell.history_manager.end_session()


def real_kubectl(kubeconfig: Path) -> None:
    """The real tool reads what the cell has written, if this machine has it."""
    found = shutil.which("kubectl")
    if found is None:
        return
    command = [found, "--kubeconfig", str(kubeconfig), "get", "configmap", "cell", "-o", "name"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "configmap/cell\n"), done.stderr
