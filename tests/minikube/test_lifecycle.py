"""A cluster's life on its own machines: stopped, started, forked while it is off; what a terminal meets meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from k8snb import Cluster
from k8snb.client.refused import NOWHERE, ClosedPort, ConnectionRefused
from k8snb.kubectl import cli
from k8snb.kubectl.cli import Result
from k8snb.kubectl.command import Session
from k8snb.kubectl.completion import complete
from k8snb.kubectl.kubeconfig import KubeConfig
from k8snb.minikube import Host, run

REFUSED = "The connection to the server 192.168.49.2:8443 was refused - did you specify the right host or port?\n"
DIAL = "dial tcp 192.168.49.2:8443: connect: connection refused"


def minikube(cluster: Cluster, line: str) -> Result:
    return run(Host(cluster, add_node=cluster.add_node, remove_node=cluster.remove_node), line)


@pytest.fixture(scope="module")
def settled() -> Cluster:
    cluster = Cluster(2)
    for line in (
        "create deployment web --image=nginx --replicas=2",
        "expose deployment web --port=80 --type=NodePort",
        "run bare --image=nginx",
        "run once --image=nginx --restart=Never",
        "create configmap keep --from-literal=k=v",
    ):
        assert cluster.kubectl(line).exit_code == 0
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(settled: Cluster) -> Iterator[Cluster]:
    """A copy for every test; its terminal has looked at the server once."""
    copy = settled.fork()
    copy.kubectl("get nodes")
    yield copy
    copy.close()


@pytest.fixture
def stopped(cluster: Cluster) -> Cluster:
    assert minikube(cluster, "stop").exit_code == 0
    return cluster


def test_nobody_answers_while_it_is_off(stopped: Cluster) -> None:
    assert stopped.kubectl("get nodes") == Result("", REFUSED, 1)
    assert stopped.kubectl("get pod,svc") == Result("", REFUSED * 2, 1)
    with pytest.raises(ConnectionRefused):
        stopped.rest_client().request("GET", "/version")


def test_the_first_look_is_logged_try_by_try(cluster: Cluster) -> None:
    fresh = cluster.fork()
    minikube(fresh, "stop")
    line = '"Unhandled Error" err="couldn\'t get current server API group list: Get \\"https://192.168.49.2:8443/api?timeout=32s\\"'
    said = fresh.kubectl("get nodes").stderr.splitlines(keepends=True)
    assert said[-1] == REFUSED
    assert len(said) == 6
    assert all(f' memcache.go:265] {line}: {DIAL}"' in one for one in said[:-1])


#: what kubectl says to a closed port: command, lines of its log before the first look at the server, last words after it
WORDS = (
    ("get pods", 5, REFUSED),
    ("get pod,svc", 6, REFUSED * 2),  # one for each kind
    ("get deploy/web", 4, REFUSED),
    ("describe pod bare", 5, REFUSED),
    ("delete pod bare", 5, REFUSED),
    ("logs bare", 4, REFUSED),
    ("exec bare -- ls", 4, REFUSED),
    ("run more --image=nginx", 1, REFUSED),
    ("set image deploy/web nginx=nginx:1", 4, REFUSED),
    ("rollout status deploy web", 5, REFUSED),
    ("cordon minikube", 4, REFUSED),
    ("explain pod", 2, REFUSED),
    ("create namespace new", 0, REFUSED),
    (
        "create configmap a --from-literal=k=v",
        0,
        'error: failed to create configmap: Post "https://192.168.49.2:8443/api/v1/namespaces/default/configmaps'
        f'?fieldManager=kubectl-create&fieldValidation=Strict": {DIAL}\n',
    ),
    (
        "apply -f keep.yaml",
        0,
        'error: error validating "keep.yaml": error validating data: failed to download openapi: Get '
        f'"https://192.168.49.2:8443/openapi/v2?timeout=32s": {DIAL}; if you choose to ignore these errors, turn '
        "validation off with --validate=false\n",
    ),
    (
        "delete -f keep.yaml",
        1,
        'error: error when deleting "keep.yaml": Delete "https://192.168.49.2:8443/api/v1/namespaces/default/configmaps/keep": '
        f"{DIAL}\n",
    ),
    ("version", 0, f"Client Version: v1.36.2\nKustomize Version: v5.8.1\n{REFUSED}"),
    (
        "cluster-info",
        5,
        f"\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n{REFUSED}",
    ),
)


@pytest.mark.parametrize(("line", "tries", "words"), WORDS)
def test_what_each_command_says(stopped: Cluster, tmp_path: Path, line: str, tries: int, words: str) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keep}\n"
    (tmp_path / "keep.yaml").write_text(manifest)
    known = stopped.kubectl(line, cwd=str(tmp_path))
    assert (without_hints(known), known.exit_code) == (words, 1)
    nowhere = Session(ClosedPort(NOWHERE, stopped.unix_time), KubeConfig({}), cwd=tmp_path)
    said = cli.run(line.split(), nowhere).stderr
    assert said.count("memcache.go:265] ") == tries
    assert "localhost:8080" in said


def without_hints(result: Result) -> str:
    return result.stdout + "".join(
        line for line in result.stderr.splitlines(keepends=True) if not line.startswith("# k8snb")
    )


def test_what_needs_no_server_still_works(stopped: Cluster) -> None:
    assert stopped.kubectl("config current-context").stdout == "minikube\n"
    assert complete(stopped, ["get", "pods", ""]) == complete(stopped, ["logs", ""]) == []
    assert stopped.kubectl("version --client").exit_code == 0
    assert stopped.kubectl("create deployment x --image=nginx --dry-run=client -o name").stdout == "deployment.apps/x\n"


def test_time_goes_on_and_nothing_else(stopped: Cluster) -> None:
    revision, now = stopped.store.revision, stopped.now
    stopped.advance(7200)
    assert (stopped.store.revision, stopped.now) == (revision, now + 7200)
    port = stopped.client.get("services", "web", "default").spec.ports[0].nodePort
    trace = stopped.http(f"http://192.168.49.2:{port}")
    assert trace.outcome == "unreachable"


def test_pods_come_back_as_after_a_reboot(stopped: Cluster) -> None:
    before = {pod.metadata.name: pod for pod in stopped.client.list("pods", "default").items}
    stopped.advance(3600)
    started = minikube(stopped, "start")
    assert started.exit_code == 0
    system = stopped.client.list("pods", "kube-system").items
    assert all(status.ready for pod in system for status in pod.status.containerStatuses)  # `start` has waited
    stopped.settle()
    assert stopped.kubectl("get nodes --no-headers").stdout.count(" Ready ") == 2
    after = {pod.metadata.name: pod for pod in stopped.client.list("pods", "default").items}
    assert after.keys() == before.keys()
    for name, pod in after.items():
        old, new = before[name].status, pod.status
        was, now = old.containerStatuses[0], new.containerStatuses[0]
        assert pod.metadata.uid == before[name].metadata.uid
        if name == "once":  # what never restarts was lost with the machine
            assert (new.phase, now.state.terminated.exitCode, now.restartCount) == ("Failed", 255, 0)
            continue
        assert (new.phase, now.restartCount) == ("Running", was.restartCount + 1)
        assert now.containerID != was.containerID
        assert now.lastState.terminated.containerID == was.containerID
        assert (now.lastState.terminated.reason, now.lastState.terminated.exitCode) == ("Unknown", 255)
        assert new.podIP != old.podIP
        events = stopped.client.list("events", "default").items
        said = [event for event in events if event.involvedObject.uid == pod.metadata.uid]
        assert [event.message for event in said if event.reason == "SandboxChanged"] == [
            "Pod sandbox changed, it will be killed and re-created."
        ]
    port = stopped.client.get("services", "web", "default").spec.ports[0].nodePort
    assert stopped.http(f"http://192.168.49.2:{port}").outcome == "answered"
    assert stopped.client.get("configmaps", "keep", "default").data["k"] == "v"


def test_a_stopped_cluster_can_be_kept_and_copied(stopped: Cluster) -> None:
    kept = stopped.snapshot()
    minikube(stopped, "start")
    assert stopped.kubectl("get nodes").exit_code == 0
    stopped.restore(kept)
    assert stopped.kubectl("get nodes").stderr == REFUSED
    copy = stopped.fork()
    assert copy.kubectl("get nodes").stderr.endswith(REFUSED)
    minikube(copy, "start")
    assert copy.kubectl("get nodes").exit_code == 0
    assert stopped.kubectl("get nodes").stderr == REFUSED


def test_what_was_open_ends_with_the_cluster(cluster: Cluster) -> None:
    cluster.kubectl("expose deployment web --port=80 --type=LoadBalancer --name=balanced")
    minikube(cluster, "tunnel")
    assert cluster.kubectl("port-forward deploy/web 8000:80").exit_code == 0
    assert cluster.network.fabric.forwards
    minikube(cluster, "stop")
    assert not cluster.network.fabric.forwards
    assert not cluster.network.tunnel.status().running
    minikube(cluster, "start")
    assert cluster.kubectl("get svc balanced -o jsonpath={.status.loadBalancer}").stdout == "{}"


def test_requests_go_on_and_fail_meanwhile(cluster: Cluster) -> None:
    port = cluster.client.get("services", "web", "default").spec.ports[0].nodePort
    cluster.network.traffic.start("shop", f"http://192.168.49.2:{port}", 1.0, "host", 300.0)
    cluster.advance(60)
    minikube(cluster, "stop")
    cluster.advance(120)
    minikube(cluster, "start")
    cluster.advance(200)
    outcomes = cluster.network.traffic.report("shop").outcomes
    assert sum(outcomes.values()) == 300
    assert 115 <= outcomes["unreachable"] <= 125
    assert outcomes["200"] > 170


class TestSettings:
    """`--extra-config` is part of what the cluster is made from."""

    LOW = "create service nodeport low --tcp=80 --node-port=1000"

    def allowed(self, cluster: Cluster) -> bool:
        result = cluster.kubectl(self.LOW)
        cluster.kubectl("delete service low --ignore-not-found")
        return result.exit_code == 0

    def test_they_come_and_go_with_snapshots_and_copies(self, cluster: Cluster) -> None:
        before = cluster.snapshot()
        assert not self.allowed(cluster)
        said = minikube(cluster, "start --extra-config=apiserver.service-node-port-range=1-50000").stdout
        assert "    ▪ apiserver.service-node-port-range=1-50000\n" in said
        assert self.allowed(cluster)
        after = cluster.snapshot()
        assert self.allowed(cluster.fork())
        cluster.restore(before)
        assert not self.allowed(cluster)
        cluster.restore(after)
        assert self.allowed(cluster)
        assert cluster.server.settings == cluster.config.settings()
        assert cluster.server.settings == replace(cluster.server.settings, node_ports=(1, 50000))

    def test_the_api_server_s_pod_shows_them_and_the_profile_remembers(self, cluster: Cluster) -> None:
        old = cluster.client.get("pods", "kube-apiserver-minikube", "kube-system")
        minikube(cluster, "stop")
        minikube(cluster, "start --extra-config=apiserver.service-node-port-range=1-50000")
        pod = cluster.client.get("pods", "kube-apiserver-minikube", "kube-system")
        assert "--service-node-port-range=1-50000" in pod.spec.containers[0].command
        assert pod.metadata.uid != old.metadata.uid
        assert pod.status.containerStatuses[0].ready
        again = minikube(cluster, "start").stdout
        assert "    ▪ apiserver.service-node-port-range=1-50000\n" in again


class TestNodes:
    """Single machines."""

    def test_a_worker_goes_and_comes(self, cluster: Cluster) -> None:
        assert minikube(cluster, "node stop m02").exit_code == 0
        status = minikube(cluster, "status")
        assert status.exit_code == 7
        assert status.stdout.endswith("\n\nminikube-m02\ntype: Worker\nhost: Stopped\nkubelet: Stopped\n\n")
        assert cluster.kubectl("get nodes").exit_code == 0  # the API server is on the other one
        cluster.advance(60)
        assert " NotReady " in cluster.kubectl("get nodes minikube-m02").stdout
        assert minikube(cluster, "node start m02").exit_code == 0
        assert " Ready " in cluster.kubectl("get nodes minikube-m02").stdout
        assert minikube(cluster, "status").exit_code == 0

    def test_the_control_plane_goes_last(self, cluster: Cluster) -> None:
        assert minikube(cluster, "node stop minikube").exit_code == 16
        minikube(cluster, "node stop m02")
        assert minikube(cluster, "node stop minikube").exit_code == 0
        assert cluster.kubectl("get nodes").stderr == REFUSED
        assert minikube(cluster, "node start m02").exit_code == 83
        assert minikube(cluster, "node start minikube").exit_code == 0
        assert cluster.kubectl("get nodes").exit_code == 0

    def test_a_kubelet_that_is_off(self, cluster: Cluster) -> None:
        cluster.stop_component("kubelet/minikube-m02")
        status = minikube(cluster, "status -n m02 -o json")
        assert (status.exit_code, '"Kubelet":"Stopped"' in status.stdout) == (2, True)


def test_addons_wait_for_the_next_start(stopped: Cluster) -> None:
    host = Host(stopped)
    run(host, "addons disable default-storageclass")
    listed = run(host, "addons list").stdout
    assert "│ default-storageclass        │ minikube │ disabled   │" in listed
    assert stopped.client.find("storageclasses.storage.k8s.io", "standard") is not None
    assert "🌟  Enabled addons: storage-provisioner\n" in run(host, "start").stdout
    assert stopped.client.find("storageclasses.storage.k8s.io", "standard") is None
    assert host.addons == {}


def test_stop_takes_the_context_away_and_start_brings_it_back(cluster: Cluster) -> None:
    host = Host(cluster, terminal=cluster.session)
    assert run(host, "stop").exit_code == 0
    assert cluster.kubectl("config get-contexts -o name").stdout == ""
    assert cluster.kubectl("config current-context").stderr == "error: current-context is not set\n"
    assert "server localhost:8080 was refused" in cluster.kubectl("get pods").stderr
    assert run(host, "start").exit_code == 0
    assert cluster.kubectl("config current-context").stdout == "minikube\n"
    assert cluster.kubectl("get nodes").exit_code == 0


def test_stop_may_leave_the_context(cluster: Cluster) -> None:
    assert run(Host(cluster, terminal=cluster.session), "stop --keep-context-active").exit_code == 0
    assert cluster.kubectl("get nodes").stderr == REFUSED
