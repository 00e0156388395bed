"""ReplicaSets and ReplicationControllers: numbers, adoption, release, ranking, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.controllers.podstate import condition_of
from k8snb.controllers.ranking import deletion_cost
from tests.controllers.world import World


def replica_set(name: str = "rs", replicas: int = 2, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": "nginx"}]},
            },
            **spec,
        },
    }


def scale(world: World, replicas: int, name: str = "rs") -> None:
    rs = world.client.get("replicasets.apps", name, "default")
    world.client.update(rs.replace(spec=rs.spec.replace(replicas=replicas)))


@pytest.fixture
def world() -> World:
    return World("replicaset")


def test_pods_are_made_from_the_template_and_share_it(world: World) -> None:
    rs = world.create(replica_set(replicas=3))
    world.run()
    pods = world.pods()
    assert len(pods) == 3
    for pod in pods:
        assert pod.metadata.name.startswith("rs-")
        assert pod.metadata.labels == {"app": "rs"}
        (owner,) = pod.metadata.ownerReferences
        assert (owner.kind, owner.uid, owner.controller, owner.blockOwnerDeletion) == (
            "ReplicaSet",
            rs.metadata.uid,
            True,
            True,
        )
    assert world.events("ReplicaSet") == [
        f"Normal SuccessfulCreate Created pod: {p.metadata.name}" for p in made(world)
    ]


def made(world: World) -> list[Any]:
    return sorted(world.pods(), key=lambda pod: int(pod.metadata.resourceVersion))


def test_status_counts_what_is_there(world: World) -> None:
    world.create(replica_set(replicas=2, minReadySeconds=10))
    world.run()
    for pod in world.pods():
        world.client.bind("default", pod.metadata.name, "node-0")
    world.run(1)
    status = world.client.get("replicasets.apps", "rs", "default").status
    assert (status.replicas, status.readyReplicas, status.availableReplicas) == (2, 2, 0)
    assert (status.fullyLabeledReplicas, status.observedGeneration, status.terminatingReplicas) == (2, 1, 0)
    world.run(11)
    assert world.client.get("replicasets.apps", "rs", "default").status.availableReplicas == 2


def test_a_lost_pod_is_replaced(world: World) -> None:
    world.create(replica_set())
    world.run()
    first = world.pods()[0].metadata.name
    world.client.delete("pods", first, "default")
    world.run()
    assert len(world.pods()) == 2
    assert first not in [pod.metadata.name for pod in world.pods()]


def test_matching_orphans_are_adopted_and_counted(world: World) -> None:
    world.pod("stray", labels={"app": "rs"})
    world.pod("other", labels={"app": "no"})
    world.create(replica_set())
    world.run()
    stray, other = (world.client.get("pods", name, "default") for name in ("stray", "other"))
    assert [o.name for o in stray.metadata.ownerReferences] == ["rs"]
    assert not other.metadata.ownerReferences
    assert len(world.pods("app=rs")) == 2


def test_an_orphan_that_comes_too_late_is_adopted_and_one_is_deleted(world: World) -> None:
    world.create(replica_set())
    world.run()
    world.pod("late", labels={"app": "rs"})
    world.run()
    assert len(world.pods()) == 2
    assert all(pod.metadata.ownerReferences for pod in world.pods())


def test_a_relabelled_pod_is_released_and_replaced(world: World) -> None:
    world.create(replica_set())
    world.run()
    pod = world.pods()[0]
    world.client.update(pod.with_metadata(labels=FrozenMap({"app": "debug"})), "pods")
    world.run()
    released = world.client.get("pods", pod.metadata.name, "default")
    assert not released.metadata.ownerReferences
    assert len(world.pods("app=rs")) == 2


def test_pods_that_ended_are_replaced_and_kept(world: World) -> None:
    world.create(replica_set())
    world.run()
    pod = world.pods()[0]
    world.client.update_status(pod.replace(status=pod.status.replace(phase="Failed")), "pods")
    world.run()
    assert len(world.pods()) == 3
    assert world.client.get("replicasets.apps", "rs", "default").status.replicas == 2


def test_scaling_down_takes_the_least_useful_first(world: World) -> None:
    world.create(replica_set(replicas=4))
    world.run()
    names = [pod.metadata.name for pod in world.pods()]
    for name in names[:3]:
        world.client.bind("default", name, "node-0")
    world.run(1)
    dear = world.client.get("pods", names[0], "default")
    cost = FrozenMap({"controller.kubernetes.io/pod-deletion-cost": "5"})
    world.client.update(dear.with_metadata(annotations=cost), "pods")
    scale(world, 3)
    world.run(2)
    assert [pod.metadata.name for pod in world.pods()] == names[:3], "the unassigned one goes first"
    scale(world, 1)
    world.run(2)
    assert [pod.metadata.name for pod in world.pods()] == names[:1], "the dear one stays"
    assert len([e for e in world.events("ReplicaSet") if "SuccessfulDelete Deleted pod: " in e]) == 3


def test_crowded_nodes_are_relieved_first(world: World) -> None:
    world.create(replica_set(replicas=3))
    world.run()
    names = [pod.metadata.name for pod in world.pods()]
    for name, node in zip(names, ("node-0", "node-1", "node-1"), strict=True):
        world.client.bind("default", name, node)
    world.run(1)
    scale(world, 2)
    world.run(2)
    assert sorted(pod.spec.nodeName for pod in world.pods()) == ["node-0", "node-1"]


def test_a_refusal_is_told_and_tried_again(world: World) -> None:
    world.client.delete("serviceaccounts", "default", "default")
    world.create(replica_set())
    world.run(0.05)
    rs = world.client.get("replicasets.apps", "rs", "default")
    failure = condition_of(rs, "ReplicaFailure")
    assert failure is not None
    assert (failure.status, failure.reason) == ("True", "FailedCreate")
    assert "is forbidden: error looking up service account default/default" in failure.message
    events = world.events("ReplicaSet")
    assert events
    assert all(e.startswith('Warning FailedCreate Error creating: pods "rs-') for e in events)
    from k8snb.api.core.serviceaccount import ServiceAccount

    world.client.create(ServiceAccount(metadata=ObjectMeta(name="default", namespace="default")))
    world.run(5)
    assert len(world.pods()) == 2
    assert condition_of(world.client.get("replicasets.apps", "rs", "default"), "ReplicaFailure") is None


def test_slow_start_asks_once_when_it_is_refused(world: World) -> None:
    world.client.delete("serviceaccounts", "default", "default")
    world.create(replica_set(replicas=100))
    world.run(0.004)
    # Once of its own accord, once because its status has changed.
    assert len(world.events("ReplicaSet")) == 2


def test_a_quiet_replica_set_writes_nothing(world: World) -> None:
    world.create(replica_set())
    world.run(10)
    revision = world.store.revision
    world.engine.enqueue("replicaset-controller", "default/rs")
    world.run(100)
    assert world.store.revision == revision


def test_the_tally_survives_a_rewritten_past(world: World) -> None:
    world.create(replica_set())
    world.run()
    snapshot = [part.dump() for part in (world.store, world.clock, world.engine)]
    scale(world, 5)
    world.run()
    assert len(world.pods()) == 5
    for part, state in zip((world.store, world.clock, world.engine), snapshot, strict=True):
        part.load(state)
    world.client.delete("pods", world.pods()[0].metadata.name, "default")
    world.run()
    assert len(world.pods()) == 2


def test_replication_controllers_work_the_same() -> None:
    world = World("replicationcontroller")
    world.create(
        {
            "apiVersion": "v1",
            "kind": "ReplicationController",
            "metadata": {"name": "old"},
            "spec": {
                "replicas": 2,
                "selector": {"app": "old"},
                "template": replica_set("old")["spec"]["template"],
            },
        }
    )
    world.run()
    assert len(world.pods()) == 2
    rc = world.client.get("replicationcontrollers", "old", "default")
    assert (rc.status.replicas, rc.status.observedGeneration) == (2, 1)
    assert world.events("ReplicationController")[0].startswith("Normal SuccessfulCreate Created pod: old-")


@pytest.mark.parametrize(
    ("text", "cost"), [("5", 5), ("-7", -7), ("+5", 0), ("05", 0), ("-0", 0), ("x", 0), ("9" * 12, 0)]
)
def test_deletion_cost(text: str, cost: int) -> None:
    assert deletion_cost(text) == cost
