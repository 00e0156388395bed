"""The invariants of ARCHITECTURE.md, one test each, on a cluster that has been worked on."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import k8snb
from k8snb import Cluster
from k8snb.engine import ComponentError, DoesNotSettleError, Watch

PACKAGE = Path(k8snb.__file__).parent
#: the edge: what may look at the wall clock or start threads
EDGE = (
    "pacer.py",
    "bench",
    "demo.py",
    "serve.py",
    "loopback.py",
    "client/download.py",
    "client/http.py",
    "client/websocket.py",
    "kubectl/remote.py",
    "apiclient",
    "cluster.py",
    "cli.py",
    "magics",
    "views",
    "grading",
)
FACE = "apiserver/http"

COMMANDS = (
    "create deployment web --image=nginx --replicas=3",
    "scale deployment web --replicas=5",
    "set image deployment/web nginx=httpd",
    "set image deployment/web nginx=nginx:no-such-tag",
    "rollout undo deployment/web",
    "expose deployment web --port=80 --type=NodePort",
    "run one --image=busybox --restart=Never -- sh -c 'echo hi; exit 3'",
    "create configmap settings --from-literal=a=1",
    "create namespace shop",
    "run two --image=nginx -n shop",
    "label pods --all lesson=8",
    "delete pod --all --wait=false",
    "delete namespace shop --wait=false",
    "delete deployment web --cascade=orphan",
    "create job once --image=busybox -- true",
)


def worked_on(commands: tuple[str, ...] = COMMANDS, seed: int = 0) -> Cluster:
    cluster = Cluster(2, seed)
    for command in commands:
        cluster.kubectl(command)
        cluster.advance(7)
    return cluster


def contents(cluster: Cluster) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (resource, f"{obj.metadata.namespace}/{obj.metadata.name}"): obj.to_dict()
        for resource in sorted(cluster.store.resources())
        for obj in cluster.store.list(resource)
    }


def test_1_resource_version_rises_and_the_watch_rebuilds_the_store() -> None:
    cluster = worked_on()
    changes, _ = cluster.store.changes_since(0)
    revisions = [change.revision for change in changes]
    assert revisions == sorted(set(revisions))
    replayed: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        key = (change.resource, f"{change.object.metadata.namespace}/{change.object.metadata.name}")
        if change.type == "DELETED":
            del replayed[key]
        else:
            replayed[key] = change.object.to_dict()
    assert replayed == contents(cluster)


def test_2_a_write_that_changes_nothing_emits_nothing() -> None:
    cluster = worked_on()
    cluster.settle()
    revision = cluster.store.revision
    for resource in sorted(cluster.store.resources()):
        for obj in cluster.store.list(resource):
            cluster.client.update(obj)
    cluster.settle()
    assert cluster.store.revision == revision


def test_2_what_never_ends_is_named() -> None:
    class Restless:
        name = "restless"
        watches = (Watch("configmaps"),)

        def __init__(self, cluster: Cluster) -> None:
            self.client = cluster.client

        def reconcile(self, key: str) -> None:
            namespace, _, name = key.partition("/")
            found = self.client.get("configmaps", name, namespace)
            self.client.update(found.replace(data={"count": str(int(found.data.get("count", "0")) + 1)}))

    cluster = Cluster()
    cluster.engine.add(Restless(cluster))
    with pytest.raises(DoesNotSettleError, match=r"restless.*default/hot"):
        cluster.kubectl("create configmap hot --from-literal=count=0")


@settings(max_examples=5)
@given(st.permutations(COMMANDS), st.integers(0, 3))
def test_3_same_seed_and_inputs_give_the_same_bytes(commands: list[str], seed: int) -> None:
    first, second = (worked_on(tuple(commands[:8]), seed) for _ in range(2))
    assert contents(first) == contents(second)
    assert first.kubectl("get all -A -o yaml").stdout == second.kubectl("get all -A -o yaml").stdout


def test_3_a_fork_goes_the_same_way_and_leaves_no_trace() -> None:
    cluster = worked_on()
    before = contents(cluster)
    fork = cluster.fork()
    fork.advance(600)
    assert contents(cluster) == before
    cluster.advance(600)
    assert contents(cluster) == contents(fork)


def test_3_restoring_goes_back_exactly() -> None:
    cluster = worked_on(COMMANDS[:6])
    snapshot, before = cluster.snapshot(), contents(cluster)
    cluster.kubectl("delete all --all")
    cluster.advance(100)
    assert contents(cluster) != before
    cluster.restore(snapshot)
    assert contents(cluster) == before
    again = worked_on(COMMANDS[:6])
    for one in (cluster, again):
        one.kubectl("scale deployment web --replicas=1")
        one.settle()
    assert contents(cluster) == contents(again)


def test_4_nothing_is_left_after_deleting_everything() -> None:
    cluster = Cluster(2)
    cluster.settle()
    pods, before = set(cluster.kubelet.pods), {key for key in contents(cluster) if key[0] != "events"}
    timers = len(cluster.clock.dump().armed)
    for command in COMMANDS:
        cluster.kubectl(command)
        cluster.advance(7)
    cluster.kubectl("delete all,configmaps,secrets,pvc,ingress --all --wait=false")
    cluster.kubectl("delete namespace shop --ignore-not-found --wait=false")
    cluster.advance(2 * 3600)  # events are forgotten after an hour
    after = {key for key in contents(cluster) if key[0] != "events"}
    renewed = {("services", "default/kubernetes"), ("configmaps", "default/kube-root-ca.crt")}
    assert after - before <= renewed
    assert before - after <= renewed
    assert set(cluster.kubelet.pods) == pods
    assert len(cluster.clock.dump().armed) <= timers + 2
    taken = {service.spec.clusterIP for service in cluster.client.list("services").items}
    assert len(taken) == len(cluster.client.list("services").items)


def test_5_an_unexpected_exception_surfaces_with_its_key() -> None:
    class Broken:
        name = "broken"
        watches = (Watch("configmaps"),)

        def reconcile(self, key: str) -> None:
            raise ZeroDivisionError(key)

    cluster = Cluster()
    cluster.engine.add(Broken())
    with pytest.raises(ComponentError, match="default/a"):
        cluster.kubectl("create configmap a")


def test_6_no_wall_clock_chance_or_threads_inside() -> None:
    forbidden = {"random", "uuid", "secrets", "threading", "multiprocessing", "concurrent", "time"}
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        if where.startswith((FACE, *EDGE)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found += [f"{where}: {name}" for name in names if name.partition(".")[0] in forbidden]
            if isinstance(node, ast.Attribute) and node.attr in ("utcnow", "today"):
                found.append(f"{where}: {node.attr}")
    assert found == []


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("kind: Pod", "apiVersion not set"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: A_b}\nspec: {containers: [{name: a, image: b}]}", "RFC 1123"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}", "Required value"),
        ("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}", "no matches for kind"),
        ("a: [", "error"),
    ],
)
def test_7_bad_input_changes_nothing(manifest: str, says: str) -> None:
    cluster = Cluster()
    revision = cluster.store.revision
    result = cluster.kubectl("create -f -", stdin=manifest)
    assert (result.exit_code, cluster.store.revision) == (1, revision)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
