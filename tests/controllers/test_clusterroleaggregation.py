"""Aggregated ClusterRoles: they have the rules of the roles that they select."""

from __future__ import annotations

from typing import Any

from k8snb import Cluster, addons
from tests.controllers.world import World

LABEL = {"example.com/aggregate-to-watcher": "true"}


def role(name: str, verb: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": LABEL},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}],
        **more,
    }


def verbs(world: World, name: str) -> list[str]:
    found = world.client.get("clusterroles.rbac.authorization.k8s.io", name)
    return [rule.verbs[0] for rule in found.rules]


def test_rules_are_collected_in_the_order_of_names() -> None:
    world = World("clusterroleaggregation")
    rule = {"clusterRoleSelectors": [{"matchLabels": LABEL}]}
    world.create(role("b", "get"))
    world.create(role("watcher", "delete", aggregationRule=rule))
    world.run(1)
    assert verbs(world, "watcher") == ["get"], "its own are replaced"
    world.create(role("a", "list"))
    world.create(role("c", "get"))
    world.run(1)
    assert verbs(world, "watcher") == ["list", "get"]
    world.client.delete("clusterroles.rbac.authorization.k8s.io", "a")
    world.run(1)
    assert verbs(world, "watcher") == ["get"]


def test_what_an_add_on_brings_reaches_the_roles_of_users() -> None:
    cluster = Cluster(profile="hollow")
    addons.install(cluster.client, "metrics-server")
    cluster.run_ready()
    for name in ("view", "edit", "admin"):
        found = cluster.client.get("clusterroles.rbac.authorization.k8s.io", name)
        assert any("metrics.k8s.io" in rule.apiGroups for rule in found.rules), name
