"""Deployments: rollouts, revisions, scaling, pausing, deadlines, with upstream's events, conditions and annotations."""

from __future__ import annotations

import re
from typing import Any

import pytest

from k8snb.api.apps.deployment import DeploymentStrategy
from k8snb.api.model import FrozenMap
from k8snb.controllers.deployment import notes
from k8snb.controllers.podstate import condition_of
from k8snb.controllers.templatehash import fnv32a, safe_encode, template_hash
from tests.controllers.world import World


def deployment(name: str = "web", replicas: int = 3, image: str = "nginx:1", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
            **spec,
        },
    }


@pytest.fixture
def world() -> World:
    return World("replicaset", "deployment", scheduler=True)


def get(world: World, name: str = "web") -> Any:
    return world.client.get("deployments.apps", name, "default")


def sets(world: World) -> list[Any]:
    """The ReplicaSets by revision."""
    return sorted(world.client.list("replicasets.apps", "default").items, key=notes.revision)


def change(world: World, name: str = "web", **spec: Any) -> None:
    found = get(world, name)
    world.client.update(found.replace(spec=found.spec.replace(**spec)))


def set_image(world: World, image: str) -> None:
    template = get(world).spec.template
    container = template.spec.containers[0].replace(image=image)
    change(world, template=template.replace(spec=template.spec.replace(containers=(container,))))


def scaled(world: World) -> list[str]:
    """What the events say of scaling, with revisions instead of names."""
    names = {rs.metadata.name: f"r{notes.revision(rs)}" for rs in sets(world)}
    texts = [e.removeprefix("Normal ScalingReplicaSet Scaled ") for e in world.events("Deployment")]
    return [re.sub("replica set ([^ ]+)", lambda m: names.get(m[1], m[1]), text) for text in texts]


def conditions(world: World) -> list[tuple[str, str, str]]:
    return [(c.type, c.status, c.reason) for c in get(world).status.conditions]


def test_a_deployment_makes_a_replica_set_and_becomes_available(world: World) -> None:
    made = world.create(deployment())
    world.run(2)
    (rs,) = sets(world)
    name = rs.metadata.name
    hash_label = rs.metadata.labels["pod-template-hash"]
    assert re.fullmatch("[456789bcdf]{7,10}", hash_label)
    assert name == f"web-{hash_label}"
    assert rs.spec.selector.matchLabels == {"app": "web", "pod-template-hash": hash_label}
    assert rs.spec.template.metadata.labels == {"app": "web", "pod-template-hash": hash_label}
    assert rs.metadata.annotations == {
        "deployment.kubernetes.io/desired-replicas": "3",
        "deployment.kubernetes.io/max-replicas": "4",
        "deployment.kubernetes.io/revision": "1",
    }
    assert rs.metadata.ownerReferences[0].uid == made.metadata.uid
    status = get(world).status
    assert (status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas) == (3, 3, 3, 3)
    assert (status.unavailableReplicas, status.terminatingReplicas, status.observedGeneration) == (0, 0, 1)
    assert [(c.type, c.status, c.reason, c.message) for c in status.conditions] == [
        ("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        ("Progressing", "True", "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.'),
    ]
    assert world.events("Deployment") == [f"Normal ScalingReplicaSet Scaled up replica set {name} from 0 to 3"]
    assert get(world).metadata.annotations == {"deployment.kubernetes.io/revision": "1"}


def test_a_rollout_replaces_pods_step_by_step(world: World) -> None:
    world.create(deployment(replicas=2))
    world.run(2)
    set_image(world, "nginx:2")
    world.run(10)
    assert scaled(world) == [
        "up r1 from 0 to 2",
        "up r2 from 0 to 1",
        "down r1 from 2 to 1",
        "up r2 from 1 to 2",
        "down r1 from 1 to 0",
    ]
    assert [p.spec.containers[0].image for p in world.pods()] == ["nginx:2", "nginx:2"]
    old, new = sets(world)
    assert (old.spec.replicas, new.spec.replicas) == (0, 2)
    assert get(world).metadata.annotations["deployment.kubernetes.io/revision"] == "2"


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable"),
    [
        (10, "25%", "25%"),
        (10, 0, 1),
        (10, 3, 0),
        (4, "100%", "100%"),
        (5, "10%", "10%"),
        (1, "25%", "25%"),
        (7, 2, "30%"),
    ],
)
def test_a_rollout_keeps_its_promises(replicas: int, surge: int | str, unavailable: int | str) -> None:
    world = World("replicaset", "deployment", scheduler=True)
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    world.create(deployment(replicas=replicas, strategy=rolling))
    world.run(2)
    cursor = world.store.revision
    set_image(world, "nginx:2")
    world.run(60)
    top = replicas + (surge if isinstance(surge, int) else -(-int(surge[:-1]) * replicas // 100))
    missing = unavailable if isinstance(unavailable, int) else int(unavailable[:-1]) * replicas // 100
    pods = {}
    for entry in world.store.changes_since(0)[0]:
        if entry.resource != "pods":
            continue
        pods[entry.key] = entry
        if entry.revision <= cursor:
            continue
        alive = [c.object for c in pods.values() if c.type != "DELETED" and c.object.metadata.deletionTimestamp is None]
        assert len(alive) <= top
        ready = [p for p in alive if any(c.type == "Ready" and c.status == "True" for c in p.status.conditions)]
        assert len(ready) >= replicas - max(missing, 0 if top > replicas else 1)
    assert {p.spec.containers[0].image for p in world.pods()} == {"nginx:2"}
    assert get(world).status.updatedReplicas == replicas


def test_scaling_changes_the_one_replica_set(world: World) -> None:
    world.create(deployment(replicas=1))
    world.run(2)
    change(world, replicas=3)
    world.run(2)
    change(world, replicas=0)
    world.run(2)
    assert scaled(world) == ["up r1 from 0 to 1", "up r1 from 1 to 3", "down r1 from 3 to 0"]
    assert get(world).status.replicas == 0
    (rs,) = sets(world)
    assert rs.metadata.annotations["deployment.kubernetes.io/max-replicas"] == "0"
    assert notes.revision(rs) == 1


def test_scaling_in_the_middle_of_a_rollout_is_in_proportion(world: World) -> None:
    world.kubelet.broken.add("nginx:bad")
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}
    world.create(deployment(replicas=10, strategy=rolling))
    world.run(2)
    set_image(world, "nginx:bad")
    world.run(5)
    assert [rs.spec.replicas for rs in sets(world)] == [8, 5]
    change(world, replicas=15)
    world.run(5)
    assert [rs.spec.replicas for rs in sets(world)] == [11, 7], "the documentation's own example"


def test_undo_by_template_takes_the_old_replica_set_again(world: World) -> None:
    world.create(deployment())
    world.run(2)
    first = sets(world)[0].metadata.name
    set_image(world, "nginx:2")
    world.run(5)
    set_image(world, "nginx:1")
    world.run(5)
    by_name = {rs.metadata.name: rs for rs in sets(world)}
    assert len(by_name) == 2
    assert notes.revision(by_name[first]) == 3
    assert by_name[first].metadata.annotations["deployment.kubernetes.io/revision-history"] == "1"
    assert by_name[first].spec.replicas == 3
    assert get(world).metadata.annotations["deployment.kubernetes.io/revision"] == "3"


def test_change_cause_is_inherited(world: World) -> None:
    world.create(deployment())
    world.run(2)
    cause = {"kubernetes.io/change-cause": "first", "kubectl.kubernetes.io/last-applied-configuration": "{}"}
    found = get(world)
    world.client.update(found.with_metadata(annotations=FrozenMap({**found.metadata.annotations, **cause})))
    world.run(2)
    (rs,) = sets(world)
    assert rs.metadata.annotations["kubernetes.io/change-cause"] == "first"
    assert "kubectl.kubernetes.io/last-applied-configuration" not in rs.metadata.annotations


def test_paused_deployments_scale_but_do_not_roll(world: World) -> None:
    world.create(deployment())
    world.run(2)
    change(world, paused=True)
    world.run(1)
    assert ("Progressing", "Unknown", "DeploymentPaused") in conditions(world)
    set_image(world, "nginx:2")
    world.run(2)
    assert len(sets(world)) == 1
    assert get(world).status.updatedReplicas == 0
    change(world, replicas=4)
    world.run(2)
    assert get(world).status.readyReplicas == 4
    change(world, paused=None)
    world.run(10)
    assert [rs.spec.replicas for rs in sets(world)] == [0, 4]
    assert ("Progressing", "True", "NewReplicaSetAvailable") in conditions(world)


def test_a_stuck_rollout_misses_its_deadline_and_recovers(world: World) -> None:
    world.kubelet.broken.add("nginx:bad")
    world.create(deployment(progressDeadlineSeconds=4))
    world.run(2)
    set_image(world, "nginx:bad")
    world.run(3)
    assert ("Progressing", "True", "ReplicaSetUpdated") in conditions(world)
    world.run(5)
    assert conditions(world) == [
        ("Available", "True", "MinimumReplicasAvailable"),
        ("Progressing", "False", "ProgressDeadlineExceeded"),
    ]
    name = sets(world)[-1].metadata.name
    late = condition_of(get(world), "Progressing")
    assert late is not None
    assert late.message == f'ReplicaSet "{name}" has timed out progressing.'
    assert get(world).status.readyReplicas == 3
    set_image(world, "nginx:1")
    world.run(5)
    assert ("Progressing", "True", "NewReplicaSetAvailable") in conditions(world)


def test_a_scaled_up_deployment_is_not_late_while_its_pods_wait(world: World) -> None:
    world.create(deployment(replicas=1, progressDeadlineSeconds=2))
    world.run(5)
    world.kubelet.broken.add("nginx:1")
    change(world, replicas=2)
    world.run(20)
    assert ("Progressing", "True", "NewReplicaSetAvailable") in conditions(world)


def test_recreate_waits_for_the_last_old_pod(world: World) -> None:
    world.create(deployment(strategy={"type": "Recreate"}))
    world.run(2)
    cursor = world.store.revision
    set_image(world, "nginx:2")
    world.run(10)
    assert scaled(world) == ["up r1 from 0 to 3", "down r1 from 3 to 0", "up r2 from 0 to 3"]
    images = set()
    for entry in world.store.changes_since(cursor)[0]:
        pod: Any = entry.object
        if entry.resource == "pods" and entry.type == "ADDED":
            old = [c for c in world.store.changes_since(cursor)[0] if c.type == "DELETED" and c.resource == "pods"]
            assert len([c for c in old if c.revision < entry.revision]) == 3
            images.add(pod.spec.containers[0].image)
    assert images == {"nginx:2"}


def test_old_revisions_are_cleared_away(world: World) -> None:
    world.create(deployment(replicas=1, revisionHistoryLimit=2))
    world.run(2)
    for index in range(2, 7):
        set_image(world, f"nginx:{index}")
        world.run(3)
    assert [notes.revision(rs) for rs in sets(world)] == [4, 5, 6]


def test_min_ready_seconds_slow_a_rollout_down(world: World) -> None:
    world.create(deployment(replicas=2, minReadySeconds=10))
    world.run(5)
    assert get(world).status.readyReplicas == 2
    assert get(world).status.availableReplicas == 0
    assert ("Available", "False", "MinimumReplicasUnavailable") in conditions(world)
    world.run(10)
    assert get(world).status.availableReplicas == 2


def test_a_name_taken_by_another_template_is_a_collision(world: World) -> None:
    made = world.create(deployment())
    name = f"web-{template_hash(made.spec.template, None)}"
    intruder = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"x": "y"}},
            "template": {
                "metadata": {"labels": {"x": "y"}},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
        },
    }
    world.create(intruder)
    world.run(3)
    assert get(world).status.collisionCount == 1
    assert get(world).status.readyReplicas == 3


def test_a_refused_replica_set_shows_in_the_conditions(world: World) -> None:
    world.client.delete("serviceaccounts", "default", "default")
    world.create(deployment())
    world.run(1)
    failure = condition_of(get(world), "ReplicaFailure")
    assert failure is not None
    assert (failure.status, failure.reason) == ("True", "FailedCreate")
    assert "service account" in failure.message
    assert failure.lastUpdateTime == failure.lastTransitionTime


def test_matching_orphans_are_adopted(world: World) -> None:
    world.create(deployment())
    world.run(2)
    (rs,) = sets(world)
    world.client.update(rs.with_metadata(ownerReferences=None))
    world.run(2)
    (rs,) = sets(world)
    assert rs.metadata.ownerReferences[0].name == "web"
    assert len(world.pods()) == 3


def test_a_quiet_deployment_writes_nothing(world: World) -> None:
    world.create(deployment())
    world.run(30)
    revision = world.store.revision
    world.engine.enqueue("deployment-controller", "default/web")
    world.run(3600)
    assert world.store.revision == revision
    assert not world.clock.timers()


def test_strategy_can_change_in_the_middle(world: World) -> None:
    world.create(deployment())
    world.run(2)
    change(world, strategy=DeploymentStrategy(type="Recreate"))
    set_image(world, "nginx:2")
    world.run(10)
    assert [rs.spec.replicas for rs in sets(world)] == [0, 3]


@pytest.mark.parametrize(("data", "value"), [(b"", 0x811C9DC5), (b"a", 0xE40C292C), (b"foobar", 0xBF9CF968)])
def test_fnv(data: bytes, value: int) -> None:
    assert fnv32a(data) == value


def test_safe_encode() -> None:
    assert safe_encode("0123456789") == "456789bcdf"
