"""Nodes that are lost and found: conditions, taints, evictions, address ranges, Pods without a node."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.pod import Toleration
from k8snb.controllers.podstate import condition_of
from tests.controllers.world import World

A_MINUTE = Toleration(key="k", operator="Exists", effect="NoExecute", tolerationSeconds=60)


@pytest.fixture
def world() -> World:
    return World("nodelifecycle", "tainteviction", "podgc", "nodeipam")


def node(world: World, name: str = "node-0") -> Any:
    return world.client.get("nodes", name)


def taints(world: World, name: str = "node-0") -> list[str]:
    return [f"{t.key.removeprefix('node.kubernetes.io/')}:{t.effect}" for t in node(world, name).spec.taints]


def names(world: World) -> list[str]:
    return [pod.metadata.name for pod in world.pods()]


def set_ready(world: World, name: str, status: str) -> None:
    found = node(world, name)
    conditions = tuple(
        c.replace(status=status, reason="KubeletReady", lastTransitionTime=world.clock.timestamp())
        if c.type == "Ready"
        else c
        for c in found.status.conditions
    )
    world.client.update_status(found.replace(status=found.status.replace(conditions=conditions)))


def test_every_node_gets_addresses(world: World) -> None:
    world.run()
    assert [n.spec.podCIDR for n in world.client.list("nodes").items] == [
        "10.244.0.0/24",
        "10.244.1.0/24",
        "10.244.2.0/24",
    ]
    world.client.delete("nodes", "node-1")
    world.node("node-9")
    world.run()
    assert node(world, "node-9").spec.podCIDRs == ("10.244.1.0/24",)


def test_cordoned_nodes_are_tainted(world: World) -> None:
    found = node(world)
    world.client.update(found.replace(spec=found.spec.replace(unschedulable=True)))
    world.run()
    assert taints(world) == ["unschedulable:NoSchedule"]
    found = node(world)
    world.client.update(found.replace(spec=found.spec.replace(unschedulable=None)))
    world.run()
    assert taints(world) == []


def test_a_silent_node_is_lost_after_fifty_seconds(world: World) -> None:
    world.pod("a", node="node-0")
    world.run(1)
    world.lease("node-0", renewed=world.clock.now)
    world.run(49)
    assert condition_of(node(world), "Ready").status == "True"
    world.run(2)
    ready = condition_of(node(world), "Ready")
    assert (ready.status, ready.reason, ready.message) == (
        "Unknown",
        "NodeStatusUnknown",
        "Kubelet stopped posting node status.",
    )
    assert taints(world) == ["unreachable:NoSchedule", "unreachable:NoExecute"]
    assert world.events("Node") == ["Normal NodeNotReady Node node-0 status is now: NodeNotReady"]
    assert world.events("Pod", "a") == ["Warning NodeNotReady Node is not ready"]
    pod = world.client.get("pods", "a", "default")
    assert condition_of(pod, "Ready").status == "False"
    world.run(290)
    assert world.client.get("pods", "a", "default").metadata.deletionTimestamp is None
    world.kubelet.stop = 10_000
    world.run(20)
    pod = world.client.get("pods", "a", "default")
    assert pod.metadata.deletionTimestamp is not None
    assert condition_of(pod, "DisruptionTarget").reason == "DeletionByTaintManager"
    assert world.events("Pod", "a")[-1] == "Normal TaintManagerEviction Marking for deletion Pod default/a"


def test_a_node_that_comes_back_keeps_its_pods(world: World) -> None:
    world.pod("a", node="node-0")
    world.lease("node-0", renewed=0)
    world.run(100)
    world.client.delete("leases.coordination.k8s.io", "node-0", "kube-node-lease")
    set_ready(world, "node-0", "True")
    world.run(1000)
    assert taints(world) == []
    assert names(world) == ["a"]
    assert "Normal TaintManagerEviction Cancelling deletion of Pod default/a" in world.events("Pod", "a")


def test_a_node_that_says_it_is_not_ready(world: World) -> None:
    set_ready(world, "node-1", "False")
    world.run(1)
    assert taints(world, "node-1") == ["not-ready:NoSchedule", "not-ready:NoExecute"]


def test_when_all_nodes_are_lost_nobody_is_evicted(world: World) -> None:
    world.pod("a", node="node-0")
    for name in ("node-0", "node-1", "node-2"):
        world.lease(name, renewed=0)
    world.run(1000)
    assert taints(world) == ["unreachable:NoSchedule"]
    assert names(world) == ["a"]


def test_no_execute_taints_evict_who_does_not_tolerate_them(world: World) -> None:
    world.pod("no", node="node-0")
    world.pod("some", node="node-0", tolerations=(A_MINUTE,))
    world.pod("ever", node="node-0", tolerations=(Toleration(key="k", operator="Exists"),))
    world.run(1)
    world.taint("node-0", "k", "NoExecute")
    world.run(5)
    assert names(world) == ["ever", "some"]
    world.run(60)
    assert names(world) == ["ever"]


def test_a_taint_taken_back_in_time_spares_the_pod(world: World) -> None:
    world.pod("some", node="node-0", tolerations=(A_MINUTE,))
    world.run(1)
    world.taint("node-0", "k", "NoExecute")
    world.run(30)
    found = node(world)
    world.client.update(found.replace(spec=found.spec.replace(taints=None)))
    world.run(60)
    assert names(world) == ["some"]
    assert not world.clock.timers()


def test_pods_of_a_deleted_node_are_lost_after_forty_seconds(world: World) -> None:
    world.pod("a", node="node-0")
    world.run(1)
    world.client.delete("nodes", "node-0")
    world.run(39)
    assert names(world) == ["a"]
    world.run(2)
    assert names(world) == []


def test_a_node_that_returns_in_time_keeps_its_pods(world: World) -> None:
    world.pod("a", node="node-0")
    world.run(1)
    world.client.delete("nodes", "node-0")
    world.run(20)
    world.node("node-0")
    world.run(60)
    assert names(world) == ["a"]


def test_out_of_service_nodes_let_go_at_once(world: World) -> None:
    world.kubelet.stop = 10_000
    world.pod("a", node="node-0")
    world.run(1)
    set_ready(world, "node-0", "False")
    world.client.delete("pods", "a", "default")
    world.run(1)
    assert names(world) == ["a"]
    world.taint("node-0", "node.kubernetes.io/out-of-service", "NoExecute", "nodeshutdown")
    world.run(1)
    assert names(world) == []
