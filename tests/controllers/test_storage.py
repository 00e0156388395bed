"""Volumes and claims: binding, provisioning, reclaiming, protection, and Pods that wait for theirs."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.volume import PersistentVolumeClaimVolumeSource, Volume
from tests.controllers.world import World


def claim(
    name: str = "data", size: str = "1Gi", modes: tuple[str, ...] = ("ReadWriteOnce",), **spec: Any
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": list(modes), "resources": {"requests": {"storage": size}}, **spec},
    }


def volume(name: str, size: str = "1Gi", modes: tuple[str, ...] = ("ReadWriteOnce",), **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "storageClassName": "manual",
            "capacity": {"storage": size},
            "accessModes": list(modes),
            "hostPath": {"path": f"/srv/{name}"},
            **spec,
        },
    }


def storage_class(
    name: str = "standard", provisioner: str = "kubernetes.io/host-path", **fields: Any
) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": provisioner,
        **fields,
    }


def mounted(name: str = "data") -> tuple[Volume, ...]:
    return (Volume(name="d", persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName=name)),)


@pytest.fixture
def world() -> World:
    return World("persistentvolume.binder", "persistentvolume.protection", "persistentvolume.minikube", scheduler=True)


def get_claim(world: World, name: str = "data") -> Any:
    return world.client.get("persistentvolumeclaims", name, "default")


def get_volume(world: World, name: str) -> Any:
    return world.client.get("persistentvolumes", name)


def test_the_smallest_volume_that_fits(world: World) -> None:
    for name, size in (("small", "1Gi"), ("large", "10Gi"), ("medium", "5Gi")):
        world.create(volume(name, size))
    world.create(claim(size="3Gi", storageClassName="manual"))
    world.run()
    bound = get_claim(world)
    assert (bound.spec.volumeName, bound.status.phase) == ("medium", "Bound")
    assert bound.status.capacity == {"storage": "5Gi"}
    assert bound.metadata.annotations == {
        "pv.kubernetes.io/bind-completed": "yes",
        "pv.kubernetes.io/bound-by-controller": "yes",
    }
    medium = get_volume(world, "medium")
    assert medium.status.phase == "Bound"
    assert medium.spec.claimRef.uid == bound.metadata.uid
    assert medium.metadata.annotations == {"pv.kubernetes.io/bound-by-controller": "yes"}
    assert get_volume(world, "small").status.phase == "Available"


def test_access_modes_class_and_labels_must_match(world: World) -> None:
    world.create(volume("rwo"))
    world.create(claim(modes=("ReadWriteMany",), storageClassName="manual"))
    world.create(claim("other", storageClassName="none"))
    world.create(claim("labelled", storageClassName="manual", selector={"matchLabels": {"fast": "yes"}}))
    world.run()
    for name in ("data", "other", "labelled"):
        assert get_claim(world, name).status.phase == "Pending"
    assert world.events("PersistentVolumeClaim", "data") == [
        'Warning ProvisioningFailed storageclass.storage.k8s.io "manual" not found'
    ]


def test_a_volume_that_comes_later_is_taken(world: World) -> None:
    world.create(claim(storageClassName="manual"))
    world.run()
    world.create(volume("late"))
    world.run()
    assert get_claim(world).spec.volumeName == "late"


def test_a_claim_may_name_its_volume(world: World) -> None:
    world.create(volume("mine", "10Gi"))
    world.create(claim(storageClassName="manual", volumeName="mine"))
    world.run()
    bound = get_claim(world)
    assert bound.status.phase == "Bound"
    assert "pv.kubernetes.io/bound-by-controller" not in bound.metadata.annotations


def test_a_reserved_volume_waits_for_its_claim(world: World) -> None:
    world.create(volume("reserved", claimRef={"namespace": "default", "name": "data"}))
    world.create(claim("greedy", storageClassName="manual"))
    world.run()
    assert get_claim(world, "greedy").status.phase == "Pending"
    assert get_volume(world, "reserved").status.phase == "Available"
    world.create(claim(storageClassName="manual"))
    world.run()
    assert get_claim(world).spec.volumeName == "reserved"


def test_the_default_class_provisions(world: World) -> None:
    world.create(storage_class())
    made = world.create(claim(size="2Gi"))
    world.run()
    name = f"pvc-{made.metadata.uid}"
    assert get_claim(world).spec.volumeName == name
    volume = get_volume(world, name)
    assert volume.spec.capacity == {"storage": "2Gi"}
    assert volume.spec.persistentVolumeReclaimPolicy == "Delete"
    assert get_claim(world).metadata.annotations == {
        "pv.kubernetes.io/bind-completed": "yes",
        "pv.kubernetes.io/bound-by-controller": "yes",
        "volume.beta.kubernetes.io/storage-provisioner": "kubernetes.io/host-path",
        "volume.kubernetes.io/storage-provisioner": "kubernetes.io/host-path",
    }
    assert world.events("PersistentVolumeClaim") == [
        f"Normal ProvisioningSucceeded Successfully provisioned volume {name} using kubernetes.io/host-path"
    ]
    world.client.delete("persistentvolumeclaims", "data", "default")
    world.run()
    assert world.client.list("persistentvolumes").items == []
    assert world.client.list("persistentvolumeclaims").items == []


def test_retained_volumes_are_released(world: World) -> None:
    world.create(volume("kept"))
    world.create(claim(storageClassName="manual"))
    world.run()
    world.client.delete("persistentvolumeclaims", "data", "default")
    world.run()
    assert get_volume(world, "kept").status.phase == "Released"
    world.create(claim(storageClassName="manual"))
    world.run()
    assert get_claim(world).status.phase == "Pending", "a released volume is not given away"


def test_a_lost_volume_is_told(world: World) -> None:
    world.create(volume("gone"))
    world.create(claim(storageClassName="manual"))
    world.run()
    found = get_volume(world, "gone")
    world.client.update(found.with_metadata(finalizers=None), "persistentvolumes")
    world.client.delete("persistentvolumes", "gone")
    world.run()
    assert get_claim(world).status.phase == "Lost"


def test_a_claim_in_use_is_not_deleted(world: World) -> None:
    world.create(storage_class())
    world.create(claim())
    world.run()
    world.pod("app", volumes=mounted())
    world.run(2)
    world.client.delete("persistentvolumeclaims", "data", "default")
    world.run(2)
    assert get_claim(world).metadata.deletionTimestamp is not None
    world.client.delete("pods", "app", "default")
    world.run(2)
    assert world.client.find("persistentvolumeclaims", "data", "default") is None
    assert world.client.list("persistentvolumes").items == []


def test_a_volume_in_use_is_not_deleted(world: World) -> None:
    world.create(volume("used"))
    world.create(claim(storageClassName="manual"))
    world.run()
    world.client.delete("persistentvolumes", "used")
    world.run()
    assert get_volume(world, "used").metadata.deletionTimestamp is not None
    world.client.delete("persistentvolumeclaims", "data", "default")
    world.run()
    assert world.client.find("persistentvolumes", "used") is None


def test_waiting_for_the_first_consumer(world: World) -> None:
    world.create(storage_class(volumeBindingMode="WaitForFirstConsumer"))
    world.create(claim())
    world.run()
    assert get_claim(world).status.phase == "Pending"
    assert world.events("PersistentVolumeClaim") == [
        "Normal WaitForFirstConsumer waiting for first consumer to be created before binding"
    ]
    world.pod("app", volumes=mounted())
    world.run(2)
    assert get_claim(world).status.phase == "Bound"
    pod = world.client.get("pods", "app", "default")
    assert get_claim(world).metadata.annotations["volume.kubernetes.io/selected-node"] == pod.spec.nodeName
    assert pod.status.phase == "Running"


def test_a_local_volume_decides_the_node(world: World) -> None:
    terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-2"]}]}]
    world.create(storage_class("local", "kubernetes.io/no-provisioner", volumeBindingMode="WaitForFirstConsumer"))
    affinity = {"required": {"nodeSelectorTerms": terms}}
    world.create(volume("disk", storageClassName="local", nodeAffinity=affinity))
    world.create(claim(storageClassName="local"))
    world.pod("app", volumes=mounted())
    world.run(2)
    assert world.client.get("pods", "app", "default").spec.nodeName == "node-2"
    assert get_claim(world).spec.volumeName == "disk"
    world.create(claim("second", storageClassName="local"))
    world.pod("other", volumes=mounted("second"))
    world.run(2)
    pod = world.client.get("pods", "other", "default")
    assert "3 node(s) didn't find available persistent volumes to bind" in pod.status.conditions[0].message


def test_a_bound_volume_keeps_its_pods_on_its_node(world: World) -> None:
    terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}]}]
    world.create(volume("disk", nodeAffinity={"required": {"nodeSelectorTerms": terms}}))
    world.create(claim(storageClassName="manual"))
    world.run()
    for index in range(3):
        world.pod(f"p{index}", volumes=mounted())
    world.run(1)
    assert {pod.spec.nodeName for pod in world.pods()} == {"node-1"}


def test_read_write_once_pod_serves_one_at_a_time(world: World) -> None:
    world.create(volume("single", modes=("ReadWriteOncePod",)))
    world.create(claim(modes=("ReadWriteOncePod",), storageClassName="manual"))
    world.run()
    world.pod("one", volumes=mounted())
    world.run(1)
    world.pod("two", volumes=mounted())
    world.run(1)
    two = world.client.get("pods", "two", "default")
    assert "ReadWriteOncePod access mode" in two.status.conditions[0].message
    world.client.delete("pods", "one", "default")
    world.run(2)
    assert world.client.get("pods", "two", "default").spec.nodeName


def test_pods_wait_for_late_claims(world: World) -> None:
    world.create(storage_class())
    world.pod("app", volumes=mounted())
    world.run(1)
    assert world.client.get("pods", "app", "default").spec.nodeName == ""
    world.create(claim())
    world.run(2)
    assert world.client.get("pods", "app", "default").status.phase == "Running"


def test_minikube_provisions_while_its_pod_runs(world: World) -> None:
    world.create(storage_class(provisioner="k8s.io/minikube-hostpath"))
    made = world.create(claim())
    world.run()
    assert get_claim(world).status.phase == "Pending"
    (event,) = world.events("PersistentVolumeClaim")
    assert event.startswith("Normal ExternalProvisioning Waiting for a volume to be created either by the external")
    world.pod("storage-provisioner", namespace="kube-system", node="node-0")
    world.run(2)
    name = f"pvc-{made.metadata.uid}"
    assert get_claim(world).spec.volumeName == name
    assert get_volume(world, name).spec.hostPath.path == "/tmp/hostpath-provisioner/default/data"
    assert world.events("PersistentVolumeClaim")[1:] == [
        'Normal Provisioning External provisioner is provisioning volume for claim "default/data"',
        f"Normal ProvisioningSucceeded Successfully provisioned volume {name}",
    ]
    world.client.delete("persistentvolumeclaims", "data", "default")
    world.run()
    assert world.client.list("persistentvolumes").items == []


def test_bound_claims_are_quiet(world: World) -> None:
    world.create(storage_class())
    world.create(claim())
    world.run()
    revision = world.store.revision
    world.engine.enqueue("persistentvolume-controller", "claim default/data")
    world.run(100)
    assert world.store.revision == revision
