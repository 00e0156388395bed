"""What checks see besides objects: the learner's kubeconfig, and a copy on which a machine goes dark."""

from __future__ import annotations

from k8snb import Cluster
from k8snb.grading import lint
from k8snb.grading.world import World


def ready(world: World, node: str) -> str:
    found = world.obj("node", node)
    assert found is not None
    return next(condition.status for condition in found.status.conditions if condition.type == "Ready")


def test_a_machine_of_the_copy_goes_dark_and_not_the_learners() -> None:
    world = World(Cluster(nodes=2))
    fork = world.perturb()
    fork.power_off("minikube-m02")
    fork.advance(60)
    assert (ready(fork, "minikube-m02"), ready(world, "minikube-m02")) == ("Unknown", "True")


def test_the_kubeconfig_is_the_learners() -> None:
    cluster = Cluster()
    cluster.kubectl("config set-context market --namespace=market")
    names = [entry["name"] for entry in World(cluster).kubeconfig()["contexts"]]
    assert names == ["market", "minikube"]


def test_a_replay_starts_with_the_kubeconfig_of_the_setup_cells() -> None:
    prepared = Cluster()
    prepared.kubectl("config set current-context kitchen")
    played = lint._played(prepared, lambda cluster: cluster.kubectl("config set-context x --namespace=x"))
    assert World(played).kubeconfig()["current-context"] == "kitchen"
    assert [entry["name"] for entry in World(prepared).kubeconfig()["contexts"]] == ["minikube"]
