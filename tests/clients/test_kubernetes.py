"""The official client: the same code over TLS against `cluster.serve()` and in process, against `cluster.api_client()`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from k8snb import Cluster
from tests.clients.manifests import configmap, deployment, pod, web, widgets

kubernetes = pytest.importorskip("kubernetes", reason="the official client is not installed")

from kubernetes import client, config, dynamic, watch  # noqa: E402
from kubernetes.client import ApiException  # noqa: E402
from kubernetes.stream import portforward, stream  # noqa: E402


class World:
    """A client, a namespace of its own, and how to wait for something."""

    def __init__(self, cluster: Cluster, api: Any, namespace: str) -> None:
        self.cluster, self.api, self.namespace = cluster, api, namespace
        self.core, self.apps, self.custom = client.CoreV1Api(api), client.AppsV1Api(api), client.CustomObjectsApi(api)

    def watch(self, function: Callable[..., Any], **options: Any) -> Iterator[Any]:
        yield from watch.Watch().stream(function, self.namespace, **options)

    def run(self, body: dict[str, Any]) -> str:
        """Create a Pod and wait until it is ready."""
        name: str = body["metadata"]["name"]
        self.core.create_namespaced_pod(self.namespace, body)
        for event in self.watch(
            self.core.list_namespaced_pod, field_selector=f"metadata.name={name}", timeout_seconds=60
        ):
            conditions = event["object"].status.conditions or []
            if any(c.type == "Ready" and c.status == "True" for c in conditions) or event[
                "object"
            ].status.phase not in ("Pending", "Running"):
                return name
        raise AssertionError(f"{name} did not become ready")


@pytest.fixture(scope="module")
def alone() -> Cluster:
    cluster = Cluster(2)
    cluster.settle()
    return cluster


@pytest.fixture(params=["in process", "https"])
def world(request: pytest.FixtureRequest, alone: Cluster) -> Iterator[World]:
    if request.param == "https":
        namespace = request.getfixturevalue("namespace")
        with config.new_client_from_config(str(request.getfixturevalue("kubeconfig"))) as api:
            yield World(request.getfixturevalue("served"), api, namespace)
        return
    cluster = alone.fork()
    cluster.kubectl("create namespace here")
    with cluster.api_client() as api:
        yield World(cluster, api, "here")
    cluster.close()


def test_typed_verbs(world: World) -> None:
    core, space = world.core, world.namespace
    made = core.create_namespaced_config_map(space, configmap("a", x="1"))
    assert made.metadata.uid
    assert core.read_namespaced_config_map("a", space).data == {"x": "1"}
    made.data = {"x": "2"}
    assert core.replace_namespaced_config_map("a", space, made).data == {"x": "2"}
    with pytest.raises(ApiException) as stale:
        core.replace_namespaced_config_map("a", space, made)
    assert (stale.value.status, json.loads(stale.value.body)["reason"]) == (409, "Conflict")
    assert [item.metadata.name for item in core.list_namespaced_config_map(space, limit=1).items] == ["a"]
    core.delete_collection_namespaced_config_map(space, field_selector="metadata.name=a")
    with pytest.raises(ApiException) as gone:
        core.read_namespaced_config_map("a", space)
    status = json.loads(gone.value.body)
    assert (gone.value.status, status["kind"], status["message"]) == (404, "Status", 'configmaps "a" not found')


def test_pages_of_a_list(world: World) -> None:
    for number in range(7):
        world.core.create_namespaced_config_map(world.namespace, configmap(f"c{number}"))
    names: list[str] = []
    token = None
    while True:
        page = world.core.list_namespaced_config_map(world.namespace, limit=3, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert [name for name in names if name != "kube-root-ca.crt"] == [f"c{number}" for number in range(7)]


PATCHES: list[tuple[str, Any, dict[str, str]]] = [
    ("application/merge-patch+json", {"data": {"a": None, "b": "2"}}, {"b": "2"}),
    ("application/strategic-merge-patch+json", {"data": {"b": "2"}}, {"a": "1", "b": "2"}),
    ("application/json-patch+json", [{"op": "add", "path": "/data/b", "value": "2"}], {"a": "1", "b": "2"}),
]


@pytest.mark.parametrize(("kind", "patch", "expected"), PATCHES, ids=[kind for kind, _, _ in PATCHES])
def test_patches(world: World, kind: str, patch: Any, expected: dict[str, str]) -> None:
    world.core.create_namespaced_config_map(world.namespace, configmap("a", a="1"))
    path = f"/api/v1/namespaces/{world.namespace}/configmaps/a"
    request = world.api.param_serialize(
        "PATCH", path, body=patch, header_params={"Content-Type": kind, "Accept": "application/json"}
    )
    answer = world.api.call_api(*request)
    assert json.loads(answer.read())["data"] == expected


def test_server_side_apply_and_its_conflicts(world: World) -> None:
    found = dynamic.DynamicClient(world.api).resources.get(api_version="v1", kind="ConfigMap")
    for manager, value in (("one", "1"), ("two", "1")):
        found.server_side_apply(configmap("a", key=value), namespace=world.namespace, field_manager=manager)
    with pytest.raises(ApiException) as caught:
        found.server_side_apply(configmap("a", key="2"), namespace=world.namespace, field_manager="two")
    assert caught.value.status == 409
    assert json.loads(caught.value.body)["message"].startswith(
        'Apply failed with 1 conflict: conflict with "one": .data.key'
    )
    done = found.server_side_apply(
        configmap("a", key="2"), namespace=world.namespace, field_manager="two", force_conflicts=True
    )
    assert done.data.key == "2"


def test_the_dynamic_client_on_a_custom_resource(world: World) -> None:
    extensions = client.ApiextensionsV1Api(world.api)
    extensions.create_custom_resource_definition(widgets("example.com"))
    try:
        for event in watch.Watch().stream(extensions.list_custom_resource_definition, timeout_seconds=30):
            conditions = event["object"].status.conditions or []
            if any(c.type == "Established" and c.status == "True" for c in conditions):
                break
        kinds = dynamic.DynamicClient(world.api).resources
        found = kinds.get(api_version="example.com/v1", kind="Widget")
        body = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}}
        assert found.create(body=body, namespace=world.namespace).spec.size == 3
        found.status.patch(
            body={"metadata": {"name": "w"}, "status": {"phase": "Good"}},
            namespace=world.namespace,
            content_type="application/merge-patch+json",
        )
        assert found.get(name="w", namespace=world.namespace).status.phase == "Good"
        assert [item.metadata.name for item in found.get(namespace=world.namespace).items] == ["w"]
        with pytest.raises(ApiException) as caught:
            found.create(body={**body, "metadata": {"name": "x"}, "spec": {"size": 0}}, namespace=world.namespace)
        assert (caught.value.status, "spec.size" in caught.value.body) == (422, True)
    finally:
        extensions.delete_custom_resource_definition("widgets.example.com")


def test_a_watch_sees_a_rollout(world: World) -> None:
    world.apps.create_namespaced_deployment(world.namespace, deployment("web"))
    available: list[int] = []
    for event in world.watch(world.apps.list_namespaced_deployment, timeout_seconds=60):
        available.append(event["object"].status.available_replicas or 0)
        if available[-1] == 2:
            break
    assert available[-1] == 2
    assert available == sorted(available)
    scale = world.apps.patch_namespaced_deployment_scale("web", world.namespace, {"spec": {"replicas": 1}})
    assert scale.spec.replicas == 1


def test_a_watch_goes_on_from_a_list(world: World) -> None:
    version = world.core.list_namespaced_config_map(world.namespace).metadata.resource_version
    for name in ("a", "b"):
        world.core.create_namespaced_config_map(world.namespace, configmap(name))
    world.core.delete_namespaced_config_map("a", world.namespace)
    events = world.watch(
        world.core.list_namespaced_config_map,
        resource_version=version,
        timeout_seconds=1,
        field_selector="metadata.name!=kube-root-ca.crt",
    )
    seen = [(event["type"], event["object"].metadata.name) for event in events]
    assert seen == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]


def test_a_version_from_the_future_and_a_forgotten_one(world: World) -> None:
    with pytest.raises(ApiException) as future:
        list(world.watch(world.core.list_namespaced_pod, resource_version="999999999", timeout_seconds=1))
    assert "Too large resource version" in future.value.body
    with world.cluster.lock:
        world.cluster.store.compact(world.cluster.store.revision)
    with pytest.raises(ApiException) as expired:
        list(world.watch(world.core.list_namespaced_pod, resource_version="1", timeout_seconds=1))
    assert expired.value.status == 410


def test_logs_whole_and_followed(world: World) -> None:
    name = world.run(pod("talker", "for i in 1 2 3; do echo line $i; sleep 2; done"))
    lines = watch.Watch().stream(world.core.read_namespaced_pod_log, name=name, namespace=world.namespace)
    seen = []
    for line in lines:
        seen.append(line)
        if len(seen) == 3:
            break
    assert seen == ["line 1", "line 2", "line 3"]
    for event in world.watch(world.core.list_namespaced_pod, timeout_seconds=30):
        if event["object"].status.phase == "Succeeded":
            break
    else:
        pytest.fail("it did not end")
    assert world.core.read_namespaced_pod_log(name, world.namespace, tail_lines=1) == "line 3\n"
    raw = world.core.read_namespaced_pod_log(name, world.namespace, follow=True, _preload_content=False)
    assert raw.data == b"line 1\nline 2\nline 3\n"


def test_exec(world: World) -> None:
    name = world.run(pod("box"))
    method, space = world.core.connect_get_namespaced_pod_exec, world.namespace
    command = ["sh", "-c", "echo out; sleep 3; echo err >&2; exit 3"]
    assert "out" in stream(method, name, space, command=command, stdout=True, stderr=True, stdin=False, tty=False)
    console = stream(method, name, space, command=command, stdout=True, stderr=True, _preload_content=False)
    console.run_forever(timeout=20)
    assert (console.read_stdout(), console.read_stderr(), console.returncode) == ("out\n", "err\n", 3)


def test_a_conversation_with_a_shell(world: World) -> None:
    name = world.run(pod("box"))
    shell = stream(
        world.core.connect_get_namespaced_pod_exec,
        name,
        world.namespace,
        command=["sh"],
        stdin=True,
        stdout=True,
        stderr=True,
        tty=False,
        _preload_content=False,
    )
    shell.write_stdin("x=5\n")
    shell.write_stdin("echo $((x + 1))\n")
    assert shell.readline_stdout(timeout=10) == "6"
    assert shell.is_open()
    shell.write_stdin("exit 4\n")
    shell.run_forever(timeout=20)
    assert shell.returncode == 4
    shell.close()


def test_exec_into_nothing(world: World) -> None:
    with pytest.raises(ApiException) as caught:
        stream(world.core.connect_get_namespaced_pod_exec, "nobody", world.namespace, command=["true"], stdout=True)
    assert "404" in str(caught.value.reason)


def test_exec_needs_an_upgrade(world: World) -> None:
    name = world.run(pod("box"))
    with pytest.raises(ApiException) as caught:
        world.core.connect_get_namespaced_pod_exec(name, world.namespace, command=["touch", "/made"], stdout=True)
    assert caught.value.status == 400
    assert "Upgrade request required" in caught.value.body
    listed = stream(world.core.connect_get_namespaced_pod_exec, name, world.namespace, command=["ls"], stdout=True)
    assert "made" not in listed


def test_port_forward(world: World) -> None:
    name = world.run(web("web"))
    method = world.core.connect_get_namespaced_pod_portforward
    if world.cluster.pacer is None:
        with pytest.raises(ApiException, match=r"cluster\.serve\(\)"):
            portforward(method, name, world.namespace, ports="80")
        return
    forward = portforward(method, name, world.namespace, ports="80")
    line = forward.socket(80)
    line.settimeout(10)
    line.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while b"</html>" not in answer:
        piece = line.recv(4096)
        if not piece:
            break
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Welcome to nginx!" in answer
    forward.close()


def test_an_informer_follows(world: World) -> None:
    informer_module = pytest.importorskip("kubernetes.informer")
    informer = informer_module.SharedInformer(world.core.list_namespaced_config_map, world.namespace)
    added, removed = threading.Event(), threading.Event()
    informer.add_event_handler("ADDED", lambda item: item.metadata.name == "late" and added.set())
    informer.add_event_handler("DELETED", lambda item: item.metadata.name == "late" and removed.set())
    informer.start()
    try:
        world.core.create_namespaced_config_map(world.namespace, configmap("late", a="1"))
        assert added.wait(10)
        assert informer.cache.get_by_key(f"{world.namespace}/late").data == {"a": "1"}
        world.core.delete_namespaced_config_map("late", world.namespace)
        assert removed.wait(10)
    finally:
        informer.stop()


def test_leader_election(world: World) -> None:
    from kubernetes.leaderelection import electionconfig, leaderelection
    from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock

    client.ApiClient.set_default(world.api)
    try:
        lock = LeaseLock("lock", world.namespace, "me")
    finally:
        client.ApiClient.set_default(None)
    lock.api_instance = client.CoordinationV1Api(world.api)
    led, lost = threading.Event(), threading.Event()
    settings = electionconfig.Config(lock, 3, 1.5, 1, onstarted_leading=led.set, onstopped_leading=lost.set)
    thread = threading.Thread(target=leaderelection.LeaderElection(settings).run, daemon=True)
    thread.start()
    assert led.wait(10)
    leases = client.CoordinationV1Api(world.api)
    assert leases.read_namespaced_lease("lock", world.namespace).spec.holder_identity == "me"
    rival = {"spec": {"holderIdentity": "other"}}
    leases.patch_namespaced_lease("lock", world.namespace, rival)
    assert lost.wait(10)
    thread.join(5)
    assert leases.read_namespaced_lease("lock", world.namespace).spec.holder_identity == "other"


def test_a_dry_run_stores_nothing_and_warnings_come_in_a_header(world: World) -> None:
    path = f"/api/v1/namespaces/{world.namespace}/configmaps"
    request = world.api.param_serialize(
        "POST",
        path,
        query_params=[("dryRun", "All")],
        body={**configmap("a"), "bar": 1},
        header_params={"Content-Type": "application/json", "Accept": "application/json"},
    )
    answer = world.api.call_api(*request)
    assert (answer.status, answer.headers["Warning"]) == (201, '299 - "unknown field \\"bar\\""')
    with pytest.raises(ApiException, match="Not Found"):
        world.core.read_namespaced_config_map("a", world.namespace)
