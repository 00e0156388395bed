"""DaemonSets: a Pod on every node that the template suits, replaced step by step."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.model import FrozenMap
from tests.controllers.world import World


def daemon_set(image: str = "nginx:1", pod: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{"name": "a", "image": image}], **(pod or {})},
            },
            **spec,
        },
    }


@pytest.fixture
def world() -> World:
    return World("daemonset", "garbagecollector", scheduler=True)


def status(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.client.get("daemonsets.apps", "agent", "default").status.to_dict()
    return found


def nodes(world: World) -> list[str]:
    return sorted(pod.spec.nodeName for pod in world.pods())


def set_image(world: World, image: str) -> None:
    found = world.client.get("daemonsets.apps", "agent", "default")
    template = found.spec.template
    container = template.spec.containers[0].replace(image=image)
    template = template.replace(spec=template.spec.replace(containers=(container,)))
    world.client.update(found.replace(spec=found.spec.replace(template=template)))


def label(world: World, name: str, **labels: str) -> None:
    node = world.client.get("nodes", name)
    world.client.update(node.with_metadata(labels=FrozenMap({**node.metadata.labels, **labels})))


def test_one_pod_on_each_node(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    assert nodes(world) == ["node-0", "node-1", "node-2"]
    assert status(world) == {
        "currentNumberScheduled": 3,
        "desiredNumberScheduled": 3,
        "numberMisscheduled": 0,
        "numberReady": 3,
        "numberAvailable": 3,
        "observedGeneration": 1,
        "updatedNumberScheduled": 3,
    }
    pod = world.pods()[0]
    assert pod.metadata.generateName == "agent-"
    assert pod.metadata.labels["pod-template-generation"] == "1"
    (revision,) = world.client.list("controllerrevisions.apps").items
    assert revision.metadata.name == f"agent-{pod.metadata.labels['controller-revision-hash']}"
    assert revision.revision == 1
    assert revision.data["spec"]["template"]["$patch"] == "replace"
    assert len(world.events("DaemonSet")) == 3
    assert world.events("DaemonSet")[0].startswith("Normal SuccessfulCreate Created pod: agent-")


def test_a_new_node_gets_its_pod_and_a_lost_one_loses_it(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    world.node("node-3")
    world.run(3)
    assert nodes(world) == ["node-0", "node-1", "node-2", "node-3"]


def test_node_selectors_follow_labels(world: World) -> None:
    world.create(daemon_set(pod={"nodeSelector": {"disk": "ssd"}}))
    world.run(3)
    assert nodes(world) == []
    assert status(world)["desiredNumberScheduled"] == 0
    label(world, "node-1", disk="ssd")
    world.run(3)
    assert nodes(world) == ["node-1"]
    label(world, "node-1", disk="hdd")
    world.run(3)
    assert nodes(world) == []


def test_taints_are_respected_but_not_cordons(world: World) -> None:
    world.taint("node-0", "dedicated", "NoSchedule", "db")
    world.taint("node-1", "node.kubernetes.io/unschedulable", "NoSchedule")
    world.create(daemon_set())
    world.run(3)
    assert nodes(world) == ["node-1", "node-2"]
    world.taint("node-2", "later", "NoSchedule")
    world.run(3)
    assert nodes(world) == ["node-1", "node-2"], "what runs may stay"
    assert status(world)["numberMisscheduled"] == 1
    world.taint("node-2", "out", "NoExecute")
    world.run(3)
    assert nodes(world) == ["node-1"]


def test_a_deleted_pod_is_replaced(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    victim = world.pods()[0]
    world.client.delete("pods", victim.metadata.name, "default")
    world.run(3)
    assert nodes(world) == ["node-0", "node-1", "node-2"]


def test_failed_pods_are_replaced_with_back_off(world: World) -> None:
    world.create(daemon_set())
    world.run(3)

    def fail() -> None:
        pod = next(pod for pod in world.pods() if pod.spec.nodeName == "node-0")
        world.client.update_status(pod.replace(status=pod.status.replace(phase="Failed")), "pods")
        world.run(0.1)

    fail()
    assert [e for e in world.events("DaemonSet") if "FailedDaemonPod" in e]
    world.run(0.8)
    fail()
    assert len(nodes(world)) == 3
    world.run(3)
    assert len([e for e in world.events("DaemonSet") if "FailedDaemonPod" in e]) == 2


def test_a_rolling_update_takes_one_node_at_a_time(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    cursor = world.store.revision
    set_image(world, "nginx:2")
    world.run(20)
    assert {pod.spec.containers[0].image for pod in world.pods()} == {"nginx:2"}
    assert status(world)["updatedNumberScheduled"] == 3
    alive: dict[str, bool] = {}
    for change in world.store.changes_since(0)[0]:
        if change.resource != "pods":
            continue
        pod: Any = change.object
        up = change.type != "DELETED" and pod.metadata.deletionTimestamp is None
        alive[change.key] = up and any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
        if change.revision > cursor:
            assert sum(alive.values()) >= 2
    revisions = world.client.list("controllerrevisions.apps").items
    assert sorted(r.revision for r in revisions) == [1, 2]


def test_a_surge_starts_the_new_pod_first(world: World) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    world.create(daemon_set(updateStrategy=rolling))
    world.run(3)
    set_image(world, "nginx:2")
    most = 0
    for _ in range(60):
        world.run(0.1)
        most = max(most, len([pod for pod in world.pods() if pod.metadata.deletionTimestamp is None]))
    world.run(10)
    assert most == 4
    assert {pod.spec.containers[0].image for pod in world.pods()} == {"nginx:2"}


def test_on_delete_waits_for_you(world: World) -> None:
    world.create(daemon_set(updateStrategy={"type": "OnDelete"}))
    world.run(3)
    set_image(world, "nginx:2")
    world.run(10)
    assert {pod.spec.containers[0].image for pod in world.pods()} == {"nginx:1"}
    victim = world.pods()[0]
    world.client.delete("pods", victim.metadata.name, "default")
    world.run(5)
    assert sorted(pod.spec.containers[0].image for pod in world.pods()) == ["nginx:1", "nginx:1", "nginx:2"]


def test_going_back_renumbers_the_revision(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    set_image(world, "nginx:2")
    world.run(20)
    set_image(world, "nginx:1")
    world.run(20)
    revisions = world.client.list("controllerrevisions.apps").items
    assert sorted(r.revision for r in revisions) == [2, 3]


def test_history_is_limited(world: World) -> None:
    world.create(daemon_set(revisionHistoryLimit=1))
    world.run(3)
    for index in range(2, 6):
        set_image(world, f"nginx:{index}")
        world.run(20)
    revisions = world.client.list("controllerrevisions.apps").items
    assert sorted(r.revision for r in revisions) == [4, 5]


def test_a_deleted_daemon_set_takes_its_pods_along(world: World) -> None:
    world.create(daemon_set())
    world.run(3)
    world.client.delete("daemonsets.apps", "agent", "default")
    world.run(3)
    assert world.pods() == []
    assert world.client.list("controllerrevisions.apps").items == []


def test_a_quiet_daemon_set_writes_nothing(world: World) -> None:
    world.create(daemon_set())
    world.run(10)
    revision = world.store.revision
    world.engine.enqueue("daemonset-controller", "default/agent")
    world.run(100)
    assert world.store.revision == revision
    assert not world.clock.timers()
