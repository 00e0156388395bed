"""The garbage collector and the namespace controller: what goes when its owner or its namespace goes."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.configmap import ConfigMap
from k8snb.api.meta import ObjectMeta, OwnerReference
from k8snb.api.model import FrozenMap
from tests.controllers.test_deployment import deployment
from tests.controllers.world import World


@pytest.fixture
def world() -> World:
    return World("replicaset", "deployment", "garbagecollector", "namespace", "serviceaccount", scheduler=True)


def config(world: World, name: str, *owners: Any, block: bool = False, namespace: str = "default") -> Any:
    references = tuple(
        OwnerReference(
            apiVersion="v1",
            kind="ConfigMap",
            name=o.metadata.name,
            uid=o.metadata.uid,
            blockOwnerDeletion=block or None,
        )
        for o in owners
    )
    meta: dict[str, Any] = {"name": name, "namespace": namespace}
    if references:
        meta["ownerReferences"] = references
    return world.client.create(ConfigMap(metadata=ObjectMeta.of(meta), data=FrozenMap({"a": "b"})))


def exists(world: World, name: str, namespace: str = "default") -> bool:
    return world.client.find("configmaps", name, namespace) is not None


def test_background_deletion_takes_everything_along(world: World) -> None:
    world.create(deployment())
    world.run(2)
    world.client.delete("deployments.apps", "web", "default", propagation="Background")
    assert world.client.find("deployments.apps", "web", "default") is None
    world.run(2)
    assert world.client.list("replicasets.apps").items == []
    assert world.pods() == []


def test_orphaned_replica_sets_stay_with_their_pods(world: World) -> None:
    world.create(deployment())
    world.run(2)
    world.client.delete("deployments.apps", "web", "default", propagation="Orphan")
    world.run(2)
    assert world.client.find("deployments.apps", "web", "default") is None
    (rs,) = world.client.list("replicasets.apps").items
    assert not rs.metadata.ownerReferences
    assert len(world.pods()) == 3


def test_foreground_deletion_waits_for_the_last_pod(world: World) -> None:
    world.kubelet.stop = 5
    world.create(deployment())
    world.run(2)
    world.client.delete("deployments.apps", "web", "default", propagation="Foreground")
    world.run(1)
    owner = world.client.get("deployments.apps", "web", "default")
    assert owner.metadata.finalizers == ("foregroundDeletion",)
    (rs,) = world.client.list("replicasets.apps").items
    assert rs.metadata.finalizers == ("foregroundDeletion",)
    assert all(pod.metadata.deletionTimestamp for pod in world.pods())
    world.run(10)
    assert world.client.find("deployments.apps", "web", "default") is None
    assert world.client.list("replicasets.apps").items == []
    assert world.pods() == []


def test_an_owner_that_never_was(world: World) -> None:
    ghost = ConfigMap(metadata=ObjectMeta(name="ghost", uid="11111111-2222-3333-4444-555555555555"))
    config(world, "child", ghost)
    world.run(1)
    assert not exists(world, "child")


def test_an_owner_of_the_same_name_is_not_the_owner(world: World) -> None:
    first = config(world, "owner")
    config(world, "child", first)
    world.client.delete("configmaps", "owner", "default")
    config(world, "owner")
    world.run(1)
    assert exists(world, "owner")
    assert not exists(world, "child")


def test_one_of_two_owners_is_enough(world: World) -> None:
    one, two = config(world, "one"), config(world, "two")
    config(world, "child", one, two)
    world.run()
    world.client.delete("configmaps", "one", "default")
    world.run(1)
    child = world.client.get("configmaps", "child", "default")
    assert [o.name for o in child.metadata.ownerReferences] == ["two"]
    world.client.delete("configmaps", "two", "default")
    world.run(1)
    assert not exists(world, "child")


def test_only_blocking_dependents_are_waited_for(world: World) -> None:
    owner = config(world, "owner")
    child = config(world, "child", owner, block=False)
    world.client.update(child.with_metadata(finalizers=("example.com/hold",)))
    world.client.delete("configmaps", "owner", "default", propagation="Foreground")
    world.run(1)
    assert not exists(world, "owner")
    assert exists(world, "child")


def test_a_blocking_dependent_that_is_held_holds_the_owner(world: World) -> None:
    owner = config(world, "owner")
    child = config(world, "child", owner, block=True)
    world.client.update(child.with_metadata(finalizers=("example.com/hold",)))
    world.client.delete("configmaps", "owner", "default", propagation="Foreground")
    world.run(5)
    assert exists(world, "owner")
    held = world.client.get("configmaps", "child", "default")
    world.client.update(held.with_metadata(finalizers=None))
    world.run(5)
    assert not exists(world, "owner")
    assert not exists(world, "child")


def test_chains_go_link_by_link(world: World) -> None:
    first = config(world, "c0")
    for index in range(1, 5):
        first = config(world, f"c{index}", first)
    world.client.delete("configmaps", "c0", "default")
    world.run(1)
    assert not any(exists(world, f"c{i}") for i in range(5))


def test_unknown_kinds_own_for_ever(world: World) -> None:
    meta = ObjectMeta(
        name="child",
        namespace="default",
        ownerReferences=(OwnerReference(apiVersion="example.com/v1", kind="Widget", name="w", uid="u"),),
    )
    world.client.create(ConfigMap(metadata=meta))
    world.run(5)
    assert exists(world, "child")


# -- namespaces ---------------------------------------------------------------------------------------------------------


def namespace(world: World, name: str = "team-a") -> None:
    world.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    world.run()


def conditions(world: World, name: str = "team-a") -> list[tuple[str, str, str]]:
    return [(c.type, c.status, c.message) for c in world.client.get("namespaces", name).status.conditions]


def test_a_new_namespace_has_its_account(world: World) -> None:
    namespace(world)
    assert world.client.find("serviceaccounts", "default", "team-a") is not None
    world.client.delete("serviceaccounts", "default", "team-a")
    world.run()
    assert world.client.find("serviceaccounts", "default", "team-a") is not None


def test_a_namespace_takes_everything_along(world: World) -> None:
    namespace(world)
    made = deployment()
    made["metadata"]["namespace"] = "team-a"
    world.create(made)
    config(world, "a", namespace="team-a")
    world.run(2)
    assert len(world.pods(namespace="team-a")) == 3
    world.client.delete("namespaces", "team-a")
    assert world.client.get("namespaces", "team-a").status.phase == "Terminating"
    world.run(1)
    assert len(world.pods(namespace="team-a")) == 3, "it takes five seconds to begin"
    world.run(120)
    assert world.client.find("namespaces", "team-a") is None
    left = [(r, o) for r in world.store.resources() for o in world.store.list(r, "team-a")]
    assert left == []


def test_a_held_object_holds_the_namespace(world: World) -> None:
    namespace(world, "stuck")
    held = config(world, "held", namespace="stuck")
    world.client.update(held.with_metadata(finalizers=("example.com/hold",)))
    world.client.delete("namespaces", "stuck")
    world.run(10)
    assert conditions(world, "stuck") == [
        ("NamespaceDeletionDiscoveryFailure", "False", "All resources successfully discovered"),
        ("NamespaceDeletionGroupVersionParsingFailure", "False", "All legacy kube types successfully parsed"),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "All content successfully deleted, may be waiting on finalization",
        ),
        (
            "NamespaceContentRemaining",
            "True",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        (
            "NamespaceFinalizersRemaining",
            "True",
            "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        ),
    ]
    held = world.client.get("configmaps", "held", "stuck")
    world.client.update(held.with_metadata(finalizers=None))
    world.run(1)
    assert world.client.find("namespaces", "stuck") is not None
    world.run(10)
    assert world.client.find("namespaces", "stuck") is None
