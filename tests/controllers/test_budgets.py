"""Quotas and disruption budgets: what is written into their status."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.model import FrozenMap
from tests.controllers.test_deployment import deployment
from tests.controllers.world import World


@pytest.fixture
def world() -> World:
    return World("replicaset", "deployment", "resourcequota", "disruption", scheduler=True)


def quota(world: World, **hard: str) -> None:
    names = {key.replace("__", "."): value for key, value in hard.items()}
    world.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": names}})
    world.run()


def used(world: World) -> dict[str, str]:
    return dict(world.client.get("resourcequotas", "q", "default").status.used)


def test_a_quota_says_what_is_used(world: World) -> None:
    world.pod("a", cpu="100m")
    quota(world, pods="10", requests__cpu="1")
    assert used(world) == {"pods": "1", "requests.cpu": "100m"}
    world.pod("b", cpu="200m")
    world.run()
    assert used(world) == {"pods": "2", "requests.cpu": "300m"}
    pod = world.client.get("pods", "a", "default")
    world.client.update_status(pod.replace(status=pod.status.replace(phase="Succeeded")), "pods")
    world.run()
    assert used(world)["pods"] == "1"
    world.client.delete("pods", "b", "default", grace=0)
    world.run()
    assert used(world)["pods"] == "0"


def budget(world: World, **spec: Any) -> None:
    fields = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    world.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "b"},
            "spec": fields,
        }
    )
    world.run(3)


def status(world: World) -> dict[str, int]:
    found = world.client.get("poddisruptionbudgets.policy", "b", "default").status
    return {
        "healthy": found.currentHealthy,
        "desired": found.desiredHealthy,
        "expected": found.expectedPods,
        "allowed": found.disruptionsAllowed,
    }


@pytest.mark.parametrize(
    ("spec", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 2, 2),
        ({"minAvailable": "50%"}, 2, 2),
        ({"minAvailable": "60%"}, 3, 1),
        ({"maxUnavailable": 1}, 3, 1),
        ({"maxUnavailable": "25%"}, 3, 1),
        ({"minAvailable": 4}, 4, 0),
        ({"maxUnavailable": 0}, 4, 0),
    ],
)
def test_what_a_budget_allows(world: World, spec: dict[str, Any], desired: int, allowed: int) -> None:
    world.create(deployment(replicas=4))
    budget(world, **spec)
    assert status(world) == {"healthy": 4, "desired": desired, "expected": 4, "allowed": allowed}
    found = world.client.get("poddisruptionbudgets.policy", "b", "default")
    (condition,) = found.status.conditions
    assert condition.type == "DisruptionAllowed"
    assert condition.reason == ("SufficientPods" if allowed else "InsufficientPods")


def test_a_budget_counts_only_healthy_pods(world: World) -> None:
    world.kubelet.broken.add("nginx:1")
    world.create(deployment(replicas=2))
    budget(world, minAvailable=1)
    assert status(world) == {"healthy": 0, "desired": 1, "expected": 2, "allowed": 0}


def test_evicted_pods_count_as_gone_until_they_are_late(world: World) -> None:
    world.create(deployment(replicas=2))
    budget(world, minAvailable=1)
    name = world.pods()[0].metadata.name
    found = world.client.get("poddisruptionbudgets.policy", "b", "default")
    spent = found.status.replace(disruptionsAllowed=0, disruptedPods=FrozenMap({name: world.clock.timestamp()}))
    world.client.update_status(found.replace(status=spent))
    world.run(60)
    assert status(world)["allowed"] == 0
    world.run(70)
    assert status(world)["allowed"] == 1
    assert any("NotDeleted" in event for event in world.events("Pod", name))


def test_unmanaged_pods_are_told(world: World) -> None:
    world.pod("a", labels={"app": "web"})
    budget(world, maxUnavailable=1)
    assert any("UnmanagedPods" in event for event in world.events("PodDisruptionBudget"))
    assert status(world)["allowed"] == 0


def test_no_pods(world: World) -> None:
    budget(world, minAvailable=1)
    assert world.events("PodDisruptionBudget")[0] == "Normal NoPods No matching pods found"
