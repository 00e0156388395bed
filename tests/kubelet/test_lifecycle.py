"""A Pod's life from binding to deletion: status, conditions, events, restarts, init containers, termination."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from k8snb.api.core.container import Container, ExecAction, Lifecycle, LifecycleHandler, SleepAction
from k8snb.cluster import Cluster
from tests.kubelet.rig import conditions, events, get, make_cluster, make_pod, reasons, run, status


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster()


def test_a_pod_becomes_ready_and_says_how(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    cluster.run_ready()
    assert status(cluster, "web").state.waiting.reason == "ContainerCreating"
    cluster.advance(30)
    pod = get(cluster, "web")
    assert (pod.status.phase, pod.status.hostIP, pod.status.podIP) == (
        "Running",
        "192.168.49.2",
        pod.status.podIPs[0].ip,
    )
    assert [(kind, value) for kind, value, _, _ in conditions(cluster, "web")] == [
        ("PodReadyToStartContainers", "True"),
        ("Initialized", "True"),
        ("Ready", "True"),
        ("ContainersReady", "True"),
        ("PodScheduled", "True"),
    ]
    found = status(cluster, "web")
    assert (found.ready, found.started, found.restartCount) == (True, True, 0)
    assert found.containerID.startswith("containerd://")
    assert found.imageID.startswith("docker.io/library/nginx@sha256:")
    messages = [message for _, _, message, _ in events(cluster, "web")]
    assert messages[0] == 'Pulling image "nginx"'
    assert messages[1].startswith('Successfully pulled image "nginx" in ')
    assert messages[1].endswith(" including waiting). Image size: 75497472 bytes.")
    assert messages[2:] == ["Container created", "Container started"]


def test_an_image_that_is_there_is_not_pulled_again(cluster: Cluster) -> None:
    make_pod(cluster, "first", "nginx:1.27", imagePullPolicy="IfNotPresent")
    cluster.advance(30)
    make_pod(cluster, "second", "nginx:1.27", imagePullPolicy="IfNotPresent")
    cluster.advance(30)
    message = 'Container image "nginx:1.27" already present on machine and can be accessed by the pod'
    assert events(cluster, "second")[0][2] == message


def test_few_writes_for_a_pod_that_just_starts(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    cluster.advance(30)
    writes = [change for change in cluster.history("pods") if (change.type, change.key) == ("MODIFIED", "default/web")]
    assert len(writes) == 3  # creating, its address, running and ready


ENDS = (
    ("sh", "-c", "exit 0", "Succeeded", "Completed", 0),
    ("sh", "-c", "exit 3", "Failed", "Error", 3),
)


@pytest.mark.parametrize(("shell", "flag", "script", "phase", "reason", "code"), ENDS)
def test_a_pod_that_ends_by_itself(
    cluster: Cluster, shell: str, flag: str, script: str, phase: str, reason: str, code: int
) -> None:
    make_pod(cluster, "task", "busybox", restartPolicy="Never", command=(shell, flag, script))
    cluster.advance(30)
    ended = status(cluster, "task").state.terminated
    assert (get(cluster, "task").status.phase, ended.reason, ended.exitCode) == (phase, reason, code)
    ready = next(item for item in conditions(cluster, "task") if item[0] == "Ready")
    assert ready[1:3] == ("False", "PodCompleted" if code == 0 else "PodFailed")


def test_crashes_are_backed_off_from_10_seconds_to_5_minutes(cluster: Cluster) -> None:
    make_pod(cluster, "crash", "busybox:1.36", imagePullPolicy="IfNotPresent", command=("sh", "-c", "echo no; exit 1"))
    starts: list[float] = []
    while cluster.now < 1500:
        before = status(cluster, "crash").restartCount if starts else -1
        if not cluster.engine.step(1500):
            break
        found = get(cluster, "crash").status.containerStatuses
        if found and found[0].restartCount > before and (found[0].state.running or found[0].state.terminated):
            starts.append(cluster.now)
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(starts[1:])]
    assert gaps[:6] == [10, 20, 40, 80, 160, 300]
    found = status(cluster, "crash")
    assert found.state.waiting.reason == "CrashLoopBackOff"
    uid = get(cluster, "crash").metadata.uid
    assert found.state.waiting.message == (f"back-off 5m0s restarting failed container=c pod=crash_default({uid})")
    assert found.lastState.terminated.exitCode == 1
    assert ("Warning", "BackOff") in [(kind, reason) for kind, reason, _, _ in events(cluster, "crash")]


def test_a_command_that_is_not_there(cluster: Cluster) -> None:
    make_pod(cluster, "typo", "busybox", command=("foo",))
    cluster.wait(lambda: "Failed" in reasons(cluster, "typo"), 60)
    found = status(cluster, "typo")
    assert found.state.waiting.reason == "RunContainerError"
    assert 'exec: "foo": executable file not found in $PATH' in found.state.waiting.message
    cluster.advance(30)
    found = status(cluster, "typo")
    assert (found.lastState.terminated.reason, found.lastState.terminated.exitCode) == ("StartError", 128)


def test_init_containers_run_one_after_the_other(cluster: Cluster) -> None:
    init = (
        Container(name="one", image="busybox", command=("sh", "-c", "sleep 2")),
        Container(name="two", image="busybox", command=("sh", "-c", "exit 4")),
    )
    make_pod(cluster, "steps", containers=(Container(name="main", image="nginx"),), initContainers=init)
    cluster.advance(60)
    assert status(cluster, "steps", "one").state.terminated.reason == "Completed"
    assert status(cluster, "steps", "two").state.waiting.reason == "CrashLoopBackOff"
    assert status(cluster, "steps", "main").state.waiting.reason == "PodInitializing"
    assert conditions(cluster, "steps")[:4] == [
        ("PodReadyToStartContainers", "True", "", ""),
        ("Initialized", "False", "ContainersNotInitialized", "containers with incomplete status: [two]"),
        ("Ready", "False", "ContainersNotReady", "containers with unready status: [main]"),
        ("ContainersReady", "False", "ContainersNotReady", "containers with unready status: [main]"),
    ]


def test_a_sidecar_starts_before_and_stops_after_the_others(cluster: Cluster) -> None:
    init = (Container(name="helper", image="nginx", restartPolicy="Always"),)
    main = (Container(name="main", image="busybox", command=("sh", "-c", "sleep 5")),)
    make_pod(cluster, "pair", containers=main, initContainers=init, restartPolicy="Never")
    cluster.advance(6)
    assert [item.ready for item in (status(cluster, "pair", "helper"), status(cluster, "pair", "main"))] == [True, True]
    cluster.advance(60)
    assert get(cluster, "pair").status.phase == "Succeeded"
    assert status(cluster, "pair", "helper").state.terminated.exitCode == 0


GRACE = (
    ("nginx", {}, 2.0, "stops at once"),
    ("zxcvbnius/docker-demo", {}, 31.0, "npm swallows the signal"),
    ("zxcvbnius/docker-demo", {"terminationGracePeriodSeconds": 5}, 6.0, "a shorter grace period"),
    ("busybox", {"command": ("sleep", "1000"), "terminationGracePeriodSeconds": 3}, 4.0, "process 1 without a handler"),
)


@pytest.mark.parametrize(("image", "fields", "most", "why"), GRACE, ids=[row[3] for row in GRACE])
def test_how_long_a_deleted_pod_stays(
    cluster: Cluster, image: str, fields: dict[str, Any], most: float, why: str
) -> None:
    make_pod(cluster, "gone", image, **fields)
    cluster.advance(30)
    cluster.client.delete("pods", "gone", "default")
    began = cluster.now
    assert cluster.wait(lambda: cluster.client.find("pods", "gone", "default") is None, 60)
    assert cluster.now - began <= most
    assert cluster.now - began > most - 6 or most <= 2
    assert "Killing" in reasons(cluster, "gone")


def test_nothing_is_left_of_a_deleted_pod(cluster: Cluster) -> None:
    cluster.advance(30)
    addresses = cluster.kubelet.nodes["minikube"].addresses
    make_pod(cluster, "web")
    cluster.advance(30)
    cluster.client.delete("pods", "web", "default")
    cluster.advance(10)
    kubelet = cluster.kubelet
    assert "default/web" not in kubelet.pods
    assert kubelet.nodes["minikube"].addresses == addresses
    assert not [timer for timer in cluster.clock.timers() if timer.owner == "kubelet" and "web" in timer.key]


def test_hooks_run_before_and_after(cluster: Cluster) -> None:
    script = LifecycleHandler(exec=ExecAction(command=("/bin/sh", "-c", "echo hook > /tmp/started")))
    hooks = Lifecycle(postStart=script, preStop=LifecycleHandler(sleep=SleepAction(seconds=4)))
    make_pod(cluster, "web", lifecycle=hooks)
    cluster.advance(30)
    assert run(cluster, "web", "cat", "/tmp/started") == ("hook\n", "", 0)
    cluster.client.delete("pods", "web", "default")
    began = cluster.now
    cluster.wait(lambda: cluster.client.find("pods", "web", "default") is None, 60)
    assert 4 <= cluster.now - began < 6


def test_a_failing_post_start_hook_stops_its_container(cluster: Cluster) -> None:
    handler = LifecycleHandler(exec=ExecAction(command=("/bin/sh", "-c", "exit 1")))
    make_pod(cluster, "web", lifecycle=Lifecycle(postStart=handler))
    cluster.advance(10)
    assert "FailedPostStartHook" in reasons(cluster, "web")
    assert status(cluster, "web").restartCount >= 1


def test_an_active_deadline_fails_the_pod(cluster: Cluster) -> None:
    make_pod(cluster, "late", activeDeadlineSeconds=20)
    cluster.advance(40)
    pod = get(cluster, "late")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "DeadlineExceeded")
    assert pod.status.message == "Pod was active on the node longer than the specified deadline"


def test_a_new_image_restarts_the_container(cluster: Cluster) -> None:
    make_pod(cluster, "web", "nginx")
    cluster.advance(30)
    pod = get(cluster, "web")
    changed = pod.spec.containers[0].replace(image="httpd")
    cluster.client.update(pod.replace(spec=pod.spec.replace(containers=(changed,))))
    cluster.advance(30)
    found = status(cluster, "web")
    assert (found.restartCount, found.image) == (1, "docker.io/library/httpd:latest")
    assert any(
        message == "Container c definition changed, will be restarted" for _, _, message, _ in events(cluster, "web")
    )


def test_a_pod_that_does_not_fit_is_rejected(cluster: Cluster) -> None:
    from k8snb.api.core.container import ResourceRequirements
    from k8snb.api.model import FrozenMap

    resources = ResourceRequirements(requests=FrozenMap({"cpu": "64"}))
    make_pod(cluster, "huge", resources=resources)
    cluster.advance(1)
    pod = get(cluster, "huge")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "OutOfcpu")
    assert "requested: 64000" in pod.status.message


def test_memory_below_what_the_image_needs_is_oom_killed(cluster: Cluster) -> None:
    from k8snb.api.core.container import ResourceRequirements
    from k8snb.api.model import FrozenMap

    make_pod(
        cluster, "tight", "zxcvbnius/docker-demo", resources=ResourceRequirements(limits=FrozenMap({"memory": "16Mi"}))
    )
    cluster.advance(40)
    ended = status(cluster, "tight").lastState.terminated
    assert (ended.reason, ended.exitCode) == ("OOMKilled", 137)
