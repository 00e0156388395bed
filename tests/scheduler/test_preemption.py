"""Preemption: who has to leave for whom, and on which node it hurts least."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.model import FrozenMap
from k8snb.controllers.podstate import condition_of
from tests.controllers.world import World


@pytest.fixture
def world() -> World:
    world = World("disruption", scheduler=True, nodes=2)
    for name, value in (("low", 10), ("middle", 50), ("high", 1000)):
        world.priority_class(name, value)
    return world


def pod(world: World, name: str, priority: str, cpu: str, node: str = "", **spec: Any) -> None:
    if node:
        spec["nodeSelector"] = FrozenMap({"kubernetes.io/hostname": node})
    world.pod(name, cpu=cpu, priorityClassName=priority, **spec)


def names(world: World) -> list[str]:
    return [each.metadata.name for each in world.pods() if each.metadata.deletionTimestamp is None]


def get(world: World, name: str) -> Any:
    return world.client.get("pods", name, "default")


def test_a_higher_pod_pushes_a_lower_one_off(world: World) -> None:
    pod(world, "meek", "low", "3", "node-0")
    world.run(1)
    victim = get(world, "meek")
    pod(world, "bold", "high", "3", "node-0")
    world.run(0.1)
    bold = get(world, "bold")
    assert bold.status.nominatedNodeName == "node-0"
    assert bold.spec.nodeName == ""
    reasons = "1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector"
    assert condition_of(bold, "PodScheduled").message == f"0/2 nodes are available: {reasons}."
    target = condition_of(get(world, "meek"), "DisruptionTarget")
    assert (target.reason, target.message) == (
        "PreemptionByScheduler",
        "default-scheduler: preempting to accommodate a higher priority pod",
    )
    assert world.events("Pod", "meek")[-1] == f"Normal Preempted Preempted by pod {bold.metadata.uid} on node node-0"
    world.run(3)
    assert names(world) == ["bold"]
    assert get(world, "bold").spec.nodeName == "node-0"
    assert victim.metadata.name == "meek"


def test_equals_do_not_push(world: World) -> None:
    pod(world, "first", "low", "3", "node-0")
    world.run(1)
    pod(world, "second", "low", "3", "node-0")
    world.run(1)
    assert names(world) == ["first", "second"]
    assert "1 No preemption victims found for incoming pod, 1 Preemption is not helpful" in (
        condition_of(get(world, "second"), "PodScheduled").message
    )


def test_no_more_victims_than_needed(world: World) -> None:
    for index in range(4):
        pod(world, f"p{index}", "low", "1", "node-0")
    world.run(1)
    pod(world, "bold", "high", "2", "node-0")
    world.run(3)
    assert len(names(world)) == 3
    assert get(world, "bold").spec.nodeName == "node-0"


def test_the_lowest_go_first(world: World) -> None:
    pod(world, "mid", "middle", "2", "node-0")
    pod(world, "low", "low", "2", "node-0")
    world.run(1)
    pod(world, "bold", "high", "2", "node-0")
    world.run(3)
    assert names(world) == ["bold", "mid"]


def test_the_node_with_the_lowest_victims_wins(world: World) -> None:
    pod(world, "mid", "middle", "3", "node-0")
    pod(world, "low", "low", "3", "node-1")
    world.run(1)
    pod(world, "bold", "high", "3")
    world.run(3)
    assert names(world) == ["bold", "mid"]


def test_a_budget_turns_preemption_elsewhere(world: World) -> None:
    pod(world, "guarded", "low", "3", "node-0", labels={"app": "web"})
    pod(world, "free", "low", "3", "node-1")
    world.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "b"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        }
    )
    world.run(2)
    pod(world, "bold", "high", "3")
    world.run(3)
    assert names(world) == ["bold", "guarded"]


def test_some_pods_never_preempt(world: World) -> None:
    from k8snb.api.meta import ObjectMeta
    from k8snb.api.scheduling.priorityclass import PriorityClass

    meta = ObjectMeta(name="polite")
    world.client.create(PriorityClass(metadata=meta, value=1000, preemptionPolicy="Never"))
    for name in ("node-0", "node-1"):
        pod(world, f"on-{name}", "low", "3", name)
    world.run(1)
    pod(world, "polite", "polite", "3")
    world.run(2)
    assert condition_of(get(world, "polite"), "PodScheduled").message == (
        "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, "
        "preemption: not eligible due to preemptionPolicy=Never."
    )


def test_lower_pods_do_not_take_what_was_promised(world: World) -> None:
    world.kubelet.stop = 10
    pod(world, "meek", "low", "3", "node-0")
    world.run(1)
    pod(world, "bold", "high", "3", "node-0")
    world.run(1)
    pod(world, "sneaky", "low", "2", "node-0")
    world.run(20)
    assert get(world, "bold").spec.nodeName == "node-0"
    assert get(world, "sneaky").spec.nodeName == ""


def test_preemption_that_would_not_help_is_not_done(world: World) -> None:
    pod(world, "meek", "low", "1", "node-0")
    pod(world, "big", "high", "3", "node-0")
    world.run(1)
    pod(world, "bold", "middle", "2", "node-0")
    world.run(1)
    assert names(world) == ["big", "bold", "meek"]
    assert "preemption: 0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling." in (
        condition_of(get(world, "bold"), "PodScheduled").message
    )
