"""From API objects to what is seen of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
import views_demo as demo

from k8snb.api.core.pod import Pod
from k8snb.views import snapshot, state
from k8snb.views.model import Flow, Owner, State

CASES: list[tuple[str, dict[str, Any], State, str]] = [
    ("ready", {"on": "n"}, State.READY, "Running"),
    ("running but not ready", {"on": "n", "ready": False}, State.RUNNING, "Running"),
    ("creating", {"on": "n", "state": demo.CREATING}, State.STARTING, "ContainerCreating"),
    ("crashing", {"on": "n", "state": demo.CRASHING, "phase": "Running"}, State.FAILED, "CrashLoopBackOff"),
    ("image missing", {"on": "n", "state": demo.PULLING}, State.FAILED, "ImagePullBackOff"),
    ("completed", {"on": "n", "state": demo.COMPLETED, "phase": "Succeeded"}, State.DONE, "Completed"),
    ("terminating", {"on": "n", "stopping": True}, State.STOPPING, "Terminating"),
    ("unscheduled", {}, State.WAITING, "Pending"),
    ("deleted after it failed", {"on": "n", "state": {"terminated": {"exitCode": 3}}, "phase": "Failed", "stopping": True},
     State.FAILED, "ExitCode:3"),
    ("killed", {"on": "n", "state": {"terminated": {"exitCode": 137, "signal": 9}}, "phase": "Failed"},
     State.FAILED, "Signal:9"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "kwargs", "expected", "status"), CASES, ids=[case[0] for case in CASES])
def test_a_pods_state(what: str, kwargs: dict[str, Any], expected: State, status: str) -> None:
    assert state.pod(demo.pod("p", **kwargs)) == (expected, status)


def _with_init(*init: dict[str, Any], restart: str = "") -> Any:
    names = [f"init{i}" for i in range(len(init))]
    specs = [{"name": name, "image": "i", **({"restartPolicy": restart} if restart else {})} for name in names]
    status = {"image": "i", "imageID": "", "ready": False, "restartCount": 0}
    return demo.make(
        Pod,
        {
            "metadata": {"name": "p", "namespace": "default"},
            "spec": {"nodeName": "n", "initContainers": specs, "containers": [{"name": "app", "image": "a"}]},
            "status": {
                "phase": "Pending",
                "initContainerStatuses": [{"name": name, **status, **s} for name, s in zip(names, init, strict=True)],
            },
        },
    )


def test_init_containers_are_counted_until_they_are_through() -> None:
    done, running = {"state": demo.COMPLETED}, {"state": demo.RUNNING}
    assert state.pod(_with_init(done, running)) == (State.STARTING, "Init:1/2")
    assert state.pod(_with_init({"state": demo.CRASHING}, running)) == (State.FAILED, "Init:CrashLoopBackOff")
    assert state.pod(_with_init({"state": {"terminated": {"exitCode": 1, "reason": "Error"}}})) == (
        State.FAILED,
        "Init:Error",
    )


def test_a_started_sidecar_does_not_hold_the_pod_back() -> None:
    assert state.pod(_with_init({"state": demo.RUNNING, "started": True}, restart="Always")) == (
        State.STARTING,
        "Pending",
    )
    assert state.pod(_with_init({"state": demo.RUNNING}, restart="Always")) == (State.STARTING, "Init:0/1")


@pytest.mark.parametrize(
    ("ready", "spec", "expected"),
    [
        ("True", {}, (State.READY, "Ready")),
        ("True", {"unschedulable": True}, (State.RUNNING, "Ready,SchedulingDisabled")),
        ("False", {}, (State.FAILED, "NotReady")),
        ("Unknown", {}, (State.UNKNOWN, "NotReady")),
    ],
)
def test_a_nodes_state(ready: str, spec: dict[str, Any], expected: tuple[State, str]) -> None:
    assert state.node(demo.node("n", ready=ready, **spec)) == expected


def test_requests_are_counted_as_the_scheduler_does() -> None:
    pods = [demo.pod("a", "n", cpu="250m"), demo.pod("b", "n", containers=("x", "y"), cpu="100m")]
    pods.append(demo.pod("done", "n", cpu="1", phase="Succeeded", state=demo.COMPLETED))
    node = snapshot.collect(nodes=[demo.node("n")], pods=pods).nodes[0]
    assert (node.cpu, node.cpu_requested, node.memory_requested, node.pod_count) == (2000, 450, 3 * 64 << 20, 2)


def test_endpoints_lead_to_pods_and_know_who_is_ready() -> None:
    web = next(service for service in demo.busy().picture().services if service.name == "web")
    assert {e.pod.rpartition("-")[2]: e.ready for e in web.endpoints} == {
        "aaaaa": True,
        "bbbbb": True,
        "ccccc": False,
        "ddddd": False,
    }
    assert (web.ready, web.external, web.outside) == (2, ("203.0.113.10",), True)


def test_a_pods_top_owner_is_the_deployment() -> None:
    picture = demo.busy().picture()
    tops = {pod.name: picture.top(pod) for pod in picture.pods}
    assert tops["web-58f7d6c9b8-ccccc"] == Owner("Deployment", "web")
    assert tops["db-0"] == Owner("StatefulSet", "db")
    assert tops["big"] == Owner("Pod", "big")


def test_order_does_not_depend_on_the_order_of_reading() -> None:
    world = demo.busy()
    backwards = demo.World(*(list(reversed(part)) for part in world))
    assert backwards.picture() == world.picture()


class _Found(NamedTuple):
    items: list[Any]
    resourceVersion: str = "7"


class _Client:
    """A client as the views need it: lists by resource."""

    def __init__(self, world: demo.World) -> None:
        self._lists = {"nodes": world.nodes, "pods": world.pods, "services": world.services}
        self._lists["endpointslices.discovery.k8s.io"] = world.slices
        self._lists["namespaces"] = demo.namespaces("default", "kube-system")
        for obj in world.owners:
            self._lists.setdefault(f"{obj.kind.lower()}s.apps", []).append(obj)

    def list(self, resource: str, namespace: str = "") -> _Found:
        return _Found(self._lists.get(resource, []))


def test_read_goes_through_a_client() -> None:
    picture = snapshot.read(_Client(demo.small()), flows=[Flow("host", "default/hello-service")])
    assert (len(picture.nodes), len(picture.pods), len(picture.services), len(picture.workloads)) == (3, 3, 1, 2)
    assert picture.version == "7"
    assert picture.namespaces == ("default", "kube-system")
    assert len(picture.flows) == 1
