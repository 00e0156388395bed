"""The scheduler at work: where Pods go, what they are told when they cannot, and when they are tried again."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.container import Container, ContainerPort
from k8snb.api.core.node import Node
from k8snb.api.core.pod import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    PodAffinity,
    PodAffinityTerm,
    PodAntiAffinity,
    PodResourceClaim,
    PodSchedulingGate,
    PreferredSchedulingTerm,
    Toleration,
    TopologySpreadConstraint,
    WeightedPodAffinityTerm,
)
from k8snb.api.meta import LabelSelector
from k8snb.api.model import FrozenMap
from k8snb.controllers.podstate import condition_of
from k8snb.scheduler import Scheduler
from tests.controllers.world import World

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"


@pytest.fixture
def world() -> World:
    return World(scheduler=True, nodes=3)


def scheduler(world: World) -> Scheduler:
    found = world.components[Scheduler.name]
    assert isinstance(found, Scheduler)
    return found


def node_of(world: World, name: str) -> str:
    return str(world.client.get("pods", name, "default").spec.nodeName)


def why_not(world: World, name: str) -> str:
    condition = condition_of(world.client.get("pods", name, "default"), "PodScheduled")
    assert condition is not None
    assert condition.status == "False"
    return str(condition.message)


def failure(count: int, reasons: str, preemption: str) -> str:
    tail = f"no new claims to deallocate, preemption: 0/{count} nodes are available: {preemption}."
    return f"0/{count} nodes are available: {reasons}. {tail}"


def selector(**labels: str) -> LabelSelector:
    return LabelSelector(matchLabels=FrozenMap(labels))


def cordon(world: World, name: str, on: bool = True) -> None:
    node = world.client.get("nodes", name)
    world.client.update(node.replace(spec=node.spec.replace(unschedulable=on or None)))


def label(world: World, name: str, **labels: str) -> None:
    node = world.client.get("nodes", name)
    world.client.update(node.with_metadata(labels=FrozenMap({**node.metadata.labels, **labels})))


def test_a_pod_gets_a_node_and_an_event(world: World) -> None:
    world.pod("a")
    world.run()
    node = node_of(world, "a")
    assert node in ("node-0", "node-1", "node-2")
    condition = condition_of(world.client.get("pods", "a", "default"), "PodScheduled")
    assert condition is not None
    assert condition.status == "True"
    assert world.events("Pod", "a") == [f"Normal Scheduled Successfully assigned default/a to {node}"]


def test_other_schedulers_pods_are_left_alone(world: World) -> None:
    world.pod("a", schedulerName="mine")
    world.run()
    assert node_of(world, "a") == ""


def test_no_nodes_at_all() -> None:
    world = World(scheduler=True, nodes=0)
    world.pod("a")
    world.run()
    assert why_not(world, "a") == "no nodes available to schedule pods"
    world.node("node-0")
    world.run()
    assert node_of(world, "a") == "node-0"


def test_selectors_and_taints(world: World) -> None:
    for name in ("node-0", "node-1"):
        world.taint(name, "dedicated", "NoSchedule", "db")
    cordon(world, "node-2")
    world.pod("ssd", nodeSelector=FrozenMap({"disk": "ssd"}))
    world.pod("any")
    world.run()
    message = failure(3, "1 node(s) were unschedulable, 2 node(s) had untolerated taint(s)", f"3 {NOT_HELPFUL}")
    for name in ("ssd", "any"):
        assert why_not(world, name) == message
        assert world.events("Pod", name) == [f"Warning FailedScheduling {message}"]
    label(world, "node-2", disk="ssd")
    world.run(1)
    assert len(world.events("Pod", "ssd")) == 1, "a label helps nobody while the node is cordoned"
    cordon(world, "node-2", on=False)
    world.run(1)
    assert (node_of(world, "ssd"), node_of(world, "any")) == ("node-2", "node-2")


def test_the_message_follows_what_changes(world: World) -> None:
    for name in ("node-0", "node-1", "node-2"):
        cordon(world, name)
    world.pod("big", cpu="5")
    world.run()
    assert "3 node(s) were unschedulable" in why_not(world, "big")
    cordon(world, "node-0", on=False)
    world.run()
    assert "1 Insufficient cpu, 2 node(s) were unschedulable" in why_not(world, "big")


def test_tolerations(world: World) -> None:
    for name in ("node-0", "node-1"):
        world.taint(name, "gpu", "NoSchedule", "yes")
    world.taint("node-2", "gone", "NoExecute")
    world.pod("a", tolerations=(Toleration(key="gpu", operator="Equal", value="yes", effect="NoSchedule"),))
    world.pod("b", tolerations=(Toleration(key="gone", operator="Exists"),))
    world.run()
    assert node_of(world, "a") in ("node-0", "node-1")
    assert node_of(world, "b") == "node-2"


def test_soft_taints_are_avoided(world: World) -> None:
    for name in ("node-0", "node-2"):
        world.taint(name, "slow", "PreferNoSchedule")
    world.pod("a")
    world.run()
    assert node_of(world, "a") == "node-1"


@pytest.mark.parametrize(
    ("operator", "values", "node"),
    [
        ("In", ("node-1",), "node-1"),
        ("NotIn", ("node-0", "node-1"), "node-2"),
        ("Exists", (), "node-0"),
        ("DoesNotExist", (), ""),
        ("Gt", ("5",), "node-0"),
        ("Lt", ("5",), ""),
    ],
)
def test_node_affinity(world: World, operator: str, values: tuple[str, ...], node: str) -> None:
    label(world, "node-0", size="7")
    key = {"In": "kubernetes.io/hostname", "NotIn": "kubernetes.io/hostname", "DoesNotExist": "kubernetes.io/os"}
    requirement = NodeSelectorRequirement(key=key.get(operator, "size"), operator=operator, values=values)
    required = NodeSelector(nodeSelectorTerms=(NodeSelectorTerm(matchExpressions=(requirement,)),))
    affinity = Affinity(nodeAffinity=NodeAffinity(requiredDuringSchedulingIgnoredDuringExecution=required))
    world.pod("a", affinity=affinity)
    world.run()
    assert node_of(world, "a") == node
    if not node:
        reasons = "3 node(s) didn't match Pod's node affinity/selector"
        assert why_not(world, "a") == failure(3, reasons, f"3 {NOT_HELPFUL}")


def test_preferred_node_affinity(world: World) -> None:
    requirement = NodeSelectorRequirement(key="kubernetes.io/hostname", operator="In", values=("node-2",))
    preferred = PreferredSchedulingTerm(weight=5, preference=NodeSelectorTerm(matchExpressions=(requirement,)))
    rules = NodeAffinity(preferredDuringSchedulingIgnoredDuringExecution=(preferred,))
    world.pod("a", affinity=Affinity(nodeAffinity=rules))
    world.run()
    assert node_of(world, "a") == "node-2"


def test_host_ports(world: World) -> None:
    container = Container(name="c", image="nginx", ports=(ContainerPort(containerPort=80, hostPort=80),))
    for name in "abcd":
        world.pod(name, containers=(container,))
    world.run()
    assert {node_of(world, name) for name in "abc"} == {"node-0", "node-1", "node-2"}
    reasons = "3 node(s) didn't have free ports for the requested pod ports"
    assert why_not(world, "d") == failure(3, reasons, f"3 {NO_VICTIMS}")
    world.client.delete("pods", "b", "default")
    world.run(1)
    assert node_of(world, "d")


def test_resources_fill_up_and_free_up(world: World) -> None:
    for index in range(4):
        world.pod(f"p{index}", cpu="3")
    world.run()
    assert {node_of(world, f"p{i}") for i in range(3)} == {"node-0", "node-1", "node-2"}
    assert why_not(world, "p3") == failure(3, "3 Insufficient cpu", f"3 {NO_VICTIMS}")
    world.pod("huge", cpu="5")
    world.run()
    assert why_not(world, "huge") == failure(3, "3 Insufficient cpu", f"3 {NOT_HELPFUL}")
    where = node_of(world, "p0")
    world.client.delete("pods", "p0", "default")
    world.run(1)
    assert node_of(world, "p3") == where


def test_too_many_pods() -> None:
    world = World(scheduler=True, nodes=0)
    world.node("small", pods="1")
    world.pod("a")
    world.pod("b")
    world.run()
    assert why_not(world, "b") == failure(1, "1 Too many pods", f"1 {NO_VICTIMS}")


def test_the_emptier_node_is_better(world: World) -> None:
    world.pod("x", cpu="2", node="node-0")
    world.pod("y", cpu="1", node="node-1")
    world.run(1)
    world.pod("a", cpu="1")
    world.run()
    assert node_of(world, "a") == "node-2"


def test_priority_goes_first() -> None:
    world = World(scheduler=True, nodes=0)
    world.priority_class("high", 100)
    world.pod("low", cpu="3")
    world.pod("high", cpu="3", priorityClassName="high")
    world.run()
    world.node("node-0")
    world.run()
    assert (node_of(world, "low"), node_of(world, "high")) == ("", "node-0")


def anti_affinity(key: str = "kubernetes.io/hostname", **labels: str) -> Affinity:
    term = PodAffinityTerm(topologyKey=key, labelSelector=selector(**labels))
    return Affinity(podAntiAffinity=PodAntiAffinity(requiredDuringSchedulingIgnoredDuringExecution=(term,)))


def test_anti_affinity_leaves_the_fourth_without_a_node(world: World) -> None:
    for index in range(4):
        world.pod(f"p{index}", labels={"app": "web"}, affinity=anti_affinity(app="web"))
    world.run()
    assert {node_of(world, f"p{i}") for i in range(3)} == {"node-0", "node-1", "node-2"}
    reasons = "3 node(s) didn't match pod anti-affinity rules"
    assert why_not(world, "p3") == failure(3, reasons, f"3 {NO_VICTIMS}")


def test_existing_pods_keep_others_away(world: World) -> None:
    world.pod("shy", affinity=anti_affinity(app="loud"), nodeSelector=FrozenMap({"kubernetes.io/hostname": "node-0"}))
    world.run()
    here = FrozenMap({"kubernetes.io/hostname": "node-0"})
    world.pod("loud", labels={"app": "loud"}, nodeSelector=here)
    world.run()
    reasons = (
        "1 node(s) didn't satisfy existing pods anti-affinity rules, "
        "2 node(s) didn't match Pod's node affinity/selector"
    )
    assert why_not(world, "loud").startswith(f"0/3 nodes are available: {reasons}.")
    world.client.delete("pods", "shy", "default")
    world.run(1)
    assert node_of(world, "loud") == "node-0"


def test_affinity_brings_pods_together(world: World) -> None:
    term = PodAffinityTerm(topologyKey="kubernetes.io/hostname", labelSelector=selector(app="db"))
    near = Affinity(podAffinity=PodAffinity(requiredDuringSchedulingIgnoredDuringExecution=(term,)))
    world.pod("web", labels={"app": "web"}, affinity=near)
    world.run()
    reasons = "3 node(s) didn't match pod affinity rules"
    assert why_not(world, "web") == failure(3, reasons, f"3 {NOT_HELPFUL}")
    world.pod("db", labels={"app": "db"})
    world.run()
    assert node_of(world, "web") == node_of(world, "db") != ""


def test_the_first_of_a_group_that_wants_to_be_together_may_start_anywhere(world: World) -> None:
    term = PodAffinityTerm(topologyKey="kubernetes.io/hostname", labelSelector=selector(app="flock"))
    near = Affinity(podAffinity=PodAffinity(requiredDuringSchedulingIgnoredDuringExecution=(term,)))
    for name in "abc":
        world.pod(name, labels={"app": "flock"}, affinity=near)
    world.run()
    assert len({node_of(world, name) for name in "abc"}) == 1


def test_preferred_affinity(world: World) -> None:
    world.pod("db", labels={"app": "db"}, node="node-1")
    term = PodAffinityTerm(topologyKey="kubernetes.io/hostname", labelSelector=selector(app="db"))
    soft = WeightedPodAffinityTerm(weight=100, podAffinityTerm=term)
    near = Affinity(podAffinity=PodAffinity(preferredDuringSchedulingIgnoredDuringExecution=(soft,)))
    world.pod("web", affinity=near)
    world.run()
    assert node_of(world, "web") == "node-1"


def constraint(**fields: Any) -> TopologySpreadConstraint:
    return TopologySpreadConstraint(
        maxSkew=1, topologyKey=fields.pop("key", "kubernetes.io/hostname"), whenUnsatisfiable="DoNotSchedule", **fields
    )


def test_topology_spread_counts_cordoned_nodes(world: World) -> None:
    cordon(world, "node-2")
    spread = (constraint(labelSelector=selector(app="web")),)
    for index in range(3):
        world.pod(f"p{index}", labels={"app": "web"}, topologySpreadConstraints=spread)
    world.run()
    reasons = "1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints"
    assert why_not(world, "p2") == failure(3, reasons, f"1 {NOT_HELPFUL}, 2 {NO_VICTIMS}")
    cordon(world, "node-2", on=False)
    world.run(1)
    assert sorted(node_of(world, f"p{i}") for i in range(3)) == ["node-0", "node-1", "node-2"]


def test_topology_spread_wants_the_label(world: World) -> None:
    label(world, "node-0", zone="a")
    spread = (constraint(key="zone", labelSelector=selector(app="web")),)
    world.pod("a", labels={"app": "web"}, topologySpreadConstraints=spread)
    world.run()
    assert node_of(world, "a") == "node-0"
    world.pod("b", topologySpreadConstraints=(constraint(key="nothing", labelSelector=selector(app="web")),))
    world.run()
    reasons = "3 node(s) didn't match pod topology spread constraints (missing required label)"
    assert why_not(world, "b") == failure(3, reasons, f"3 {NOT_HELPFUL}")


def test_missing_and_unbound_claims(world: World) -> None:
    from k8snb.api.core.volume import PersistentVolumeClaimVolumeSource, Volume

    def volume(claim: str) -> tuple[Volume, ...]:
        return (Volume(name="d", persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName=claim)),)

    world.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "manual"},
            "spec": {
                "storageClassName": "manual",
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
    )
    world.pod("noclaim", volumes=volume("missing"))
    world.pod("unbound", volumes=volume("manual"))
    world.run()
    assert why_not(world, "noclaim") == (
        '0/3 nodes are available: persistentvolumeclaim "missing" not found. not found'
    )
    assert why_not(world, "unbound") == (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    )


def test_pods_that_claim_devices_wait(world: World) -> None:
    claimed = {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com"}}]}}
    claim = {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "gpu"}, "spec": claimed}
    world.create(claim)
    world.pod("a", resourceClaims=(PodResourceClaim(name="gpu", resourceClaimName="gpu"),))
    world.pod("b", resourceClaims=(PodResourceClaim(name="gpu", resourceClaimName="missing"),))
    world.run(5)
    assert why_not(world, "a") == (
        "0/3 nodes are available: 3 cannot allocate all claims. no new claims to deallocate, preemption: "
        "0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )
    assert why_not(world, "b") == (
        '0/3 nodes are available: resourceclaim.resource.k8s.io "missing" not found. not found'
    )


def test_gated_pods_wait(world: World) -> None:
    world.pod("a", schedulingGates=(PodSchedulingGate(name="example.com/later"),))
    world.run(1)
    assert node_of(world, "a") == ""
    assert world.events("Pod", "a") == []
    pod = world.client.get("pods", "a", "default")
    world.client.update(pod.replace(spec=pod.spec.replace(schedulingGates=None)), "pods")
    world.run(1)
    assert node_of(world, "a")


def test_an_unschedulable_pod_is_tried_every_five_minutes(world: World) -> None:
    world.pod("a", nodeSelector=FrozenMap({"no": "where"}))
    world.run(290)
    assert len(world.events("Pod", "a")) == 1
    (event,) = [e for e in world.client.list("events").items if e.involvedObject.name == "a"]
    assert event.count == 1
    world.run(20)
    (event,) = [e for e in world.client.list("events").items if e.involvedObject.name == "a"]
    assert event.count == 2


def test_nothing_waits_nothing_wakes(world: World) -> None:
    world.pod("a")
    world.run(2)
    assert not world.clock.timers()
    assert not scheduler(world).queue.entries


def test_a_deleted_pod_leaves_the_queue(world: World) -> None:
    world.pod("a", nodeSelector=FrozenMap({"no": "where"}))
    world.run(1)
    world.client.delete("pods", "a", "default")
    world.run(1)
    assert not scheduler(world).queue.entries


def test_a_replaced_pod_starts_afresh(world: World) -> None:
    world.pod("a", nodeSelector=FrozenMap({"no": "where"}))
    world.run(1)
    world.client.delete("pods", "a", "default")
    world.pod("a")
    world.run(1)
    assert node_of(world, "a")


def test_why(world: World) -> None:
    cordon(world, "node-0")
    world.taint("node-1", "x", "NoSchedule")
    world.pod("a", cpu="9")
    world.run()
    answers = {answer.node: answer for answer in scheduler(world).why("default", "a")}
    assert [r.plugin for r in answers["node-0"].refusals] == ["NodeUnschedulable", "NodeResourcesFit"]
    assert [r.reasons for r in answers["node-1"].refusals] == [
        ("node(s) had untolerated taint(s)",),
        ("Insufficient cpu",),
    ]
    assert [r.plugin for r in answers["node-2"].refusals] == ["NodeResourcesFit"]
    world.pod("b", cpu="1")
    answers = {answer.node: answer for answer in scheduler(world).why("default", "b")}
    assert answers["node-2"].score is not None
    assert answers["node-1"].score is None
    with pytest.raises(KeyError):
        scheduler(world).why("default", "nobody")


def test_a_restored_past_is_scheduled_again(world: World) -> None:
    world.pod("a", nodeSelector=FrozenMap({"no": "where"}))
    world.run(1)
    parts = (world.store, world.clock, world.engine, world.rng, world.correlator, scheduler(world))
    state = [part.dump() for part in parts]
    label(world, "node-1", no="where")
    world.run(1)
    assert node_of(world, "a") == "node-1"
    for part, saved in zip(parts, state, strict=True):
        part.load(saved)
    assert node_of(world, "a") == ""
    label(world, "node-2", no="where")
    world.run(1)
    assert node_of(world, "a") == "node-2"


def test_a_lost_node_comes_back_with_its_pods(world: World) -> None:
    world.pod("a", cpu="3", node="node-0")
    world.run(1)
    node: Node = world.client.get("nodes", "node-0")
    world.client.delete("nodes", "node-0")
    world.pod("b", cpu="1")
    world.run(1)
    world.node("node-0")
    for name in ("node-1", "node-2"):
        cordon(world, name)
    world.pod("c", cpu="3")
    world.run(1)
    assert "Insufficient cpu" in why_not(world, "c")
    assert node.metadata.name == "node-0"


def test_many_pods_spread_evenly_over_many_nodes() -> None:
    world = World("replicaset", scheduler=True, nodes=120)
    from tests.controllers.test_replicaset import replica_set

    world.create(replica_set(replicas=360))
    world.run(1)
    per_node = [
        len([p for p in world.pods() if p.spec.nodeName == n.metadata.name]) for n in world.client.list("nodes").items
    ]
    assert sum(per_node) == 360
    assert max(per_node) - min(per_node) <= 2


def test_the_short_way_to_spread_over_hosts_is_exact(world: World) -> None:
    from k8snb.scheduler.plugins import podtopologyspread as spread

    world.create({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": SERVICE})
    for index, node in enumerate(("node-0", "node-0", "node-0", "node-1", "node-1", "node-2")):
        world.pod(f"p{index}", labels={"app": "web"}, node=node)
    world.pod("new", labels={"app": "web"}, schedulerName="none")
    cache = scheduler(world).cache
    cache.refresh()
    template = cache.template_of(world.client.get("pods", "new", "default"))
    (hosts, _) = spread._defaults(template, cache)
    short = spread._by_host(hosts, template, cache.nodes, cache)
    raw = [0.0] * 3
    spread._add_scores(raw, hosts, template, cache.nodes, cache, own=False)
    assert short == spread._normalized([int(score + 0.5) for score in raw])
    assert short[0] < short[1] < short[2]


SERVICE = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
