"""StatefulSets: numbered Pods, in order, with claims of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controllers.world import World


def stateful_set(replicas: int = 3, image: str = "redis:1", claims: bool = False, **spec: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "serviceName": "db",
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "db"}},
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "db", "image": image}]},
        },
        **spec,
    }
    if claims:
        fields["volumeClaimTemplates"] = [
            {
                "metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }
        ]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": fields}


class Bound(World):
    """A world whose Pods need no scheduler: claims stay unbound here."""

    def __init__(self) -> None:
        super().__init__("statefulset", "garbagecollector", scheduler=False)

    def run(self, seconds: float = 0.0) -> None:
        end = self.clock.now + seconds
        while True:
            self.engine.run_instant()
            for pod in self.client.indexed("pods", "node", ""):
                self.client.bind(pod.metadata.namespace, pod.metadata.name, "node-0")
            self.engine.run_instant()
            if self.clock.now >= end:
                return
            self.engine.run_until(min(self.clock.now + 0.1, end))


@pytest.fixture
def world() -> Bound:
    return Bound()


def names(world: World) -> list[str]:
    return [pod.metadata.name for pod in world.pods()]


def get(world: World) -> Any:
    return world.client.get("statefulsets.apps", "db", "default")


def change(world: World, **spec: Any) -> None:
    found = get(world)
    world.client.update(found.replace(spec=found.spec.replace(**spec)))


def set_image(world: World, image: str) -> None:
    template = get(world).spec.template
    container = template.spec.containers[0].replace(image=image)
    change(world, template=template.replace(spec=template.spec.replace(containers=(container,))))


def images(world: World) -> list[str]:
    return [pod.spec.containers[0].image for pod in world.pods()]


def test_pods_are_made_one_after_the_other(world: Bound) -> None:
    world.create(stateful_set())
    world.run(0.3)
    assert names(world) == ["db-0"]
    world.run(10)
    assert names(world) == ["db-0", "db-1", "db-2"]
    pod = world.client.get("pods", "db-1", "default")
    revision = get(world).status.updateRevision
    assert pod.metadata.labels == {
        "app": "db",
        "apps.kubernetes.io/pod-index": "1",
        "controller-revision-hash": revision,
        "statefulset.kubernetes.io/pod-name": "db-1",
    }
    assert (pod.metadata.generateName, pod.spec.hostname, pod.spec.subdomain) == ("db-", "db-1", "db")
    status = get(world).status
    assert (status.replicas, status.readyReplicas, status.availableReplicas) == (3, 3, 3)
    assert (status.currentReplicas, status.updatedReplicas, status.collisionCount) == (3, 3, 0)
    assert status.currentRevision == status.updateRevision
    assert world.events("StatefulSet") == [
        f"Normal SuccessfulCreate create Pod db-{i} in StatefulSet db successful" for i in range(3)
    ]


def test_an_unready_pod_holds_the_others_up(world: Bound) -> None:
    world.kubelet.broken.add("redis:1")
    world.create(stateful_set())
    world.run(20)
    assert names(world) == ["db-0"]


def test_parallel_pods_do_not_wait(world: Bound) -> None:
    world.kubelet.broken.add("redis:1")
    world.create(stateful_set(podManagementPolicy="Parallel"))
    world.run(1)
    assert names(world) == ["db-0", "db-1", "db-2"]


def test_scaling_down_goes_from_the_top(world: Bound) -> None:
    world.create(stateful_set())
    world.run(10)
    change(world, replicas=1)
    world.run(0.3)
    assert [p.metadata.name for p in world.pods() if p.metadata.deletionTimestamp] == ["db-2"]
    world.run(10)
    assert names(world) == ["db-0"]
    deleted = [e for e in world.events("StatefulSet") if "delete" in e]
    assert deleted == [f"Normal SuccessfulDelete delete Pod db-{i} in StatefulSet db successful" for i in (2, 1)]


def test_a_lost_pod_comes_back_under_its_name(world: Bound) -> None:
    world.create(stateful_set())
    world.run(10)
    before = world.client.get("pods", "db-1", "default").metadata.uid
    world.client.delete("pods", "db-1", "default")
    world.run(10)
    assert names(world) == ["db-0", "db-1", "db-2"]
    assert world.client.get("pods", "db-1", "default").metadata.uid != before


def test_every_pod_has_its_claim_and_the_claims_stay(world: Bound) -> None:
    world.create(stateful_set(2, claims=True))
    world.run(10)
    claims = world.client.list("persistentvolumeclaims").items
    assert [claim.metadata.name for claim in claims] == ["data-db-0", "data-db-1"]
    assert claims[0].metadata.labels == {"app": "db"}
    volume = world.client.get("pods", "db-1", "default").spec.volumes[0]
    assert (volume.name, volume.persistentVolumeClaim.claimName) == ("data", "data-db-1")
    assert world.events("StatefulSet")[0] == (
        "Normal SuccessfulCreate create Claim data-db-0 Pod db-0 in StatefulSet db success"
    )
    change(world, replicas=1)
    world.run(10)
    world.client.delete("statefulsets.apps", "db", "default")
    world.run(10)
    assert len(world.client.list("persistentvolumeclaims").items) == 2


def test_claims_go_if_the_policy_says_so(world: Bound) -> None:
    policy = {"whenScaled": "Delete", "whenDeleted": "Delete"}
    world.create(stateful_set(2, claims=True, persistentVolumeClaimRetentionPolicy=policy))
    world.run(10)
    change(world, replicas=1)
    world.run(10)
    left = [c for c in world.client.list("persistentvolumeclaims").items if c.metadata.deletionTimestamp is None]
    assert [claim.metadata.name for claim in left] == ["data-db-0"]


def test_updates_go_from_the_top_one_by_one(world: Bound) -> None:
    world.create(stateful_set())
    world.run(10)
    first = get(world).status.currentRevision
    set_image(world, "redis:2")
    world.run(0.3)
    assert [p.metadata.name for p in world.pods() if p.metadata.deletionTimestamp] == ["db-2"]
    assert get(world).status.currentRevision == first
    world.run(20)
    assert images(world) == ["redis:2"] * 3
    status = get(world).status
    assert status.currentRevision == status.updateRevision != first
    assert [r.revision for r in world.client.list("controllerrevisions.apps").items if r.metadata.name == first] == [1]


def test_a_partition_keeps_the_lower_ones(world: Bound) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    world.create(stateful_set(updateStrategy=rolling))
    world.run(10)
    set_image(world, "redis:2")
    world.run(20)
    assert images(world) == ["redis:1", "redis:1", "redis:2"]
    world.client.delete("pods", "db-0", "default")
    world.run(10)
    assert images(world) == ["redis:1", "redis:1", "redis:2"], "below the partition the old revision comes back"
    status = get(world).status
    assert (status.currentReplicas, status.updatedReplicas) == (2, 1)
    found = get(world)
    strategy = found.spec.updateStrategy
    change(world, updateStrategy=strategy.replace(rollingUpdate=strategy.rollingUpdate.replace(partition=0)))
    world.run(20)
    assert images(world) == ["redis:2"] * 3


def test_on_delete_waits_for_you(world: Bound) -> None:
    world.create(stateful_set(updateStrategy={"type": "OnDelete"}))
    world.run(10)
    set_image(world, "redis:2")
    world.run(10)
    assert images(world) == ["redis:1"] * 3
    world.client.delete("pods", "db-1", "default")
    world.run(10)
    assert images(world) == ["redis:1", "redis:2", "redis:1"]


def test_undo_takes_the_old_revision_again(world: Bound) -> None:
    world.create(stateful_set(1))
    world.run(5)
    first = get(world).status.updateRevision
    set_image(world, "redis:2")
    world.run(10)
    set_image(world, "redis:1")
    world.run(10)
    assert get(world).status.updateRevision == first
    assert sorted(r.revision for r in world.client.list("controllerrevisions.apps").items) == [2, 3]


def test_failed_pods_are_made_anew(world: Bound) -> None:
    world.create(stateful_set(1))
    world.run(5)
    pod = world.client.get("pods", "db-0", "default")
    world.client.update_status(pod.replace(status=pod.status.replace(phase="Failed")), "pods")
    world.run(5)
    fresh = world.client.get("pods", "db-0", "default")
    assert fresh.metadata.uid != pod.metadata.uid
    assert fresh.status.phase == "Running"


def test_ordinals_may_start_elsewhere(world: Bound) -> None:
    world.create(stateful_set(2, ordinals={"start": 5}))
    world.run(10)
    assert names(world) == ["db-5", "db-6"]


def test_min_ready_seconds(world: Bound) -> None:
    world.create(stateful_set(2, minReadySeconds=10))
    world.run(5)
    assert names(world) == ["db-0"]
    world.run(20)
    assert names(world) == ["db-0", "db-1"]


def test_a_quiet_set_writes_nothing(world: Bound) -> None:
    world.create(stateful_set(claims=True))
    world.run(10)
    revision = world.store.revision
    world.engine.enqueue("statefulset-controller", "default/db")
    world.run(1)
    assert world.store.revision == revision
    assert not world.clock.timers()
