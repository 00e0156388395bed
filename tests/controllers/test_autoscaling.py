"""The horizontal autoscaler: what metrics call for, how fast it may follow, what it says without metrics."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.autoscaling.horizontalpodautoscaler import HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec
from k8snb.api.decode import read
from k8snb.api.resources import RESOURCES
from k8snb.apiserver.conversion import from_stored
from k8snb.apiserver.registry import strategy_of
from k8snb.controllers.autoscaling.metrics import MetricsError, Sample
from k8snb.controllers.autoscaling.pace import Memory, decide
from k8snb.controllers.autoscaling.replicas import Tolerances, by_average, by_utilization
from tests.controllers.test_deployment import deployment
from tests.controllers.world import World


def autoscaler(low: int = 1, high: int = 10, **spec: Any) -> dict[str, Any]:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": low,
            "maxReplicas": high,
            "metrics": [{"type": "Resource", "resource": cpu}],
            **spec,
        },
    }


@pytest.fixture
def world() -> World:
    return World("replicaset", "deployment", "autoscaling", scheduler=True)


def conditions(world: World) -> list[tuple[str, str, str]]:
    found = world.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    return [(c.type, c.status, c.reason) for c in found.status.conditions]


def test_without_metrics_it_says_so(world: World) -> None:
    world.create(deployment())
    world.create(autoscaler())
    world.run(10)
    assert conditions(world) == []
    world.run(10)
    assert conditions(world) == [
        ("AbleToScale", "True", "SucceededGetScale"),
        ("ScalingActive", "False", "FailedGetResourceMetric"),
    ]
    assert world.events("HorizontalPodAutoscaler")[0] == (
        "Warning FailedGetResourceMetric failed to get cpu utilization: unable to get metrics for resource cpu: unable to "
        "fetch metrics from resource metrics API: the server could not find the requested resource "
        "(get pods.metrics.k8s.io)"
    )


def test_what_could_not_be_read_is_said_in_every_version(world: World) -> None:
    world.create(deployment())
    world.create(autoscaler())
    found = world.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    assert found.to_dict()["status"] == {"currentMetrics": None, "desiredReplicas": 0}
    world.run(20)
    found = world.client.get("horizontalpodautoscalers.autoscaling", "web", "default")
    assert found.to_dict()["status"]["currentMetrics"] == [{"type": ""}]
    older = world.server.catalogue.find("autoscaling", "v1", "horizontalpodautoscalers")
    assert older is not None
    notes = from_stored(found, older).metadata.annotations
    assert notes["autoscaling.alpha.kubernetes.io/current-metrics"] == '[{"type":""}]'


def test_bounds_hold_without_metrics(world: World) -> None:
    world.create(deployment(replicas=1))
    world.create(autoscaler(low=2, high=4))
    world.run(20)
    assert world.client.get("deployments.apps", "web", "default").spec.replicas == 2
    assert (
        "Normal SuccessfulRescale New size: 2; reason: Current number of replicas below Spec.MinReplicas"
        in world.events("HorizontalPodAutoscaler")
    )
    assert ("AbleToScale", "True", "SucceededRescale") in conditions(world)


def test_a_missing_target(world: World) -> None:
    world.create(autoscaler())
    world.run(20)
    assert conditions(world) == [("AbleToScale", "False", "FailedGetScale")]


def test_a_target_without_pods_is_left_alone(world: World) -> None:
    world.create(deployment(replicas=0))
    world.create(autoscaler())
    world.run(20)
    assert conditions(world)[-1] == ("ScalingActive", "False", "ScalingDisabled")


def test_a_deleted_autoscaler_leaves_no_timer(world: World) -> None:
    world.create(autoscaler())
    world.run(20)
    world.client.delete("horizontalpodautoscalers.autoscaling", "web", "default")
    world.run(20)
    assert not world.clock.timers()


# -- the arithmetic -------------------------------------------------------------------------------------------------------


def running(world: World, count: int) -> list[Any]:
    for index in range(count):
        world.pod(f"p{index}", cpu="100m", node="node-0")
    world.run(400)
    return world.pods()


def samples(world: World, **used: int) -> dict[str, Sample]:
    """Measurements of the last minute."""
    return {name: Sample(value, world.clock.unix, 60.0) for name, value in used.items()}


@pytest.mark.parametrize(
    ("used", "replicas", "utilization"),
    [
        ([100, 100, 100], 6, 100),
        ([50, 50, 50], 3, 50),
        ([54, 54, 54], 3, 54),
        ([10, 10, 10], 1, 10),
        ([0, 0, 0], 0, 0),
    ],
)
def test_utilization(used: list[int], replicas: int, utilization: int) -> None:
    world = World()
    pods = running(world, 3)
    usage = samples(world, **{pod.metadata.name: number for pod, number in zip(pods, used, strict=True)})
    found = by_utilization(pods, usage, "cpu", "", 50, 3, world.clock.unix)
    assert (found.replicas, found.utilization) == (replicas, utilization)


def test_pods_without_metrics_hold_a_change_back() -> None:
    world = World()
    pods = running(world, 4)
    usage = samples(world, p0=100, p1=100)
    found = by_utilization(pods, usage, "cpu", "", 50, 4, world.clock.unix)
    assert found.replicas == 4, "two at 100 % and two unknown: not a reason to grow"
    low = by_utilization(pods, samples(world, p0=0, p1=0), "cpu", "", 50, 4, world.clock.unix)
    assert low.replicas == 4, "nor, if they may be busy, to shrink"


def test_averages() -> None:
    world = World()
    pods = running(world, 2)
    found = by_average(pods, samples(world, p0=300, p1=500), "cpu", 100, 2, world.clock.unix)
    assert (found.replicas, found.average) == (8, 400)


@pytest.mark.parametrize(
    ("used", "tolerances", "replicas"),
    [
        (55, Tolerances(), 4),
        (56, Tolerances(), 5),
        (45, Tolerances(), 4),
        (40, Tolerances(), 4),
        (37, Tolerances(), 3),
        (56, Tolerances(up=0.2), 4),
        (37, Tolerances(down=0.5), 4),
        (51, Tolerances(up=0.0), 5),
    ],
)
def test_tolerance(used: int, tolerances: Tolerances, replicas: int) -> None:
    world = World()
    pods = running(world, 4)
    usage = samples(world, p0=used, p1=used, p2=used, p3=used)
    found = by_utilization(pods, usage, "cpu", "", 50, 4, world.clock.unix, tolerances)
    assert found.replicas == replicas


def test_pods_that_start_up_hold_a_change_back() -> None:
    world = World()
    pods = running(world, 2)
    world.pod("new", cpu="100m", node="node-0")
    world.run(20)
    usage = samples(world, p0=80, p1=80, new=100)
    found = by_utilization(world.pods(), usage, "cpu", "", 50, 3, world.clock.unix)
    assert found.replicas == 3, "measured over a minute, ready for less: counted as idle"
    world.run(60)
    usage = samples(world, p0=80, p1=80, new=80)
    assert by_utilization(world.pods(), usage, "cpu", "", 50, 3, world.clock.unix).replicas == 5
    assert by_utilization(pods, samples(world, p0=80, p1=80), "cpu", "", 50, 2, world.clock.unix).replicas == 4


def test_one_container_only() -> None:
    world = World()
    pods = running(world, 2)
    with pytest.raises(MetricsError, match="container sidecar not found in Pod p0"):
        by_utilization(pods, samples(world, p0=1, p1=1), "cpu", "sidecar", 50, 2, world.clock.unix)


def test_nothing_measured_of_ready_pods() -> None:
    world = World()
    world.pod("p0", cpu="100m", node="node-0")
    with pytest.raises(MetricsError, match=r"did not receive metrics for targeted pods \(pods might be unready\)"):
        by_utilization(world.pods(), samples(world, p0=5), "cpu", "", 50, 1, world.clock.unix)


def test_requests_are_needed() -> None:
    world = World()
    world.pod("bare", node="node-0")
    world.run(400)
    with pytest.raises(MetricsError, match="missing request for cpu in container c of Pod bare"):
        by_utilization(world.pods(), samples(world, bare=1), "cpu", "", 50, 1, world.clock.unix)


def spec(**fields: Any) -> HorizontalPodAutoscalerSpec:
    """As the server would keep it."""
    resource = next(row for row in RESOURCES if row.group_resource == "horizontalpodautoscalers.autoscaling")
    obj = read(HorizontalPodAutoscaler, autoscaler(**fields))
    kept: HorizontalPodAutoscalerSpec = strategy_of(resource).defaults(obj).spec
    return kept


def test_growing_is_limited_to_double_or_four() -> None:
    found = decide(spec(maxReplicas=100), Memory(), 1, 50, 0.0)
    assert (found.replicas, found.limited[1]) == (4, "ScaleUpLimit")
    found = decide(spec(maxReplicas=100), Memory(), 10, 50, 0.0)
    assert found.replicas == 20
    found = decide(spec(maxReplicas=15), Memory(), 10, 50, 0.0)
    assert (found.replicas, found.limited[1]) == (15, "TooManyReplicas")


def test_shrinking_waits_five_minutes() -> None:
    memory = Memory(recommendations=((0.0, 8),))
    found = decide(spec(), memory, 8, 2, 200.0)
    assert (found.replicas, found.able[1]) == (8, "ScaleDownStabilized")
    assert decide(spec(), memory, 8, 2, 301.0).replicas == 2
    assert decide(spec(minReplicas=3), memory, 8, 2, 301.0).limited[1] == "TooFewReplicas"


def test_policies_of_the_autoscaler() -> None:
    slow = {
        "scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}], "stabilizationWindowSeconds": 0}
    }
    found = decide(spec(behavior=slow), Memory(), 8, 2, 0.0)
    assert (found.replicas, found.limited[1]) == (7, "ScaleDownLimit")
    spent = Memory().changed(0.0, 8, 7)
    assert decide(spec(behavior=slow), spent, 7, 2, 30.0).replicas == 7
    assert decide(spec(behavior=slow), spent, 7, 2, 61.0).replicas == 6
    frozen = {"scaleDown": {"selectPolicy": "Disabled", "stabilizationWindowSeconds": 0}}
    assert decide(spec(behavior=frozen), Memory(), 8, 2, 0.0).replicas == 8


def test_up_only_as_far_as_the_window_agrees() -> None:
    patient = {"scaleUp": {"stabilizationWindowSeconds": 60}}
    memory = Memory(recommendations=((0.0, 3),))
    found = decide(spec(behavior=patient), memory, 2, 6, 30.0)
    assert (found.replicas, found.able[1]) == (3, "ScaleUpStabilized")
    found = decide(spec(behavior=patient), memory, 2, 6, 61.0)
    assert (found.replicas, found.able[1]) == (6, "ReadyForNewScale")


def test_a_behavior_without_policies_doubles_or_adds_four() -> None:
    empty: dict[str, Any] = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    assert decide(spec(behavior=empty, maxReplicas=100), Memory(), 1, 50, 0.0).replicas == 5
    assert decide(spec(behavior=empty, maxReplicas=100), Memory(), 10, 50, 0.0).replicas == 20
    assert decide(spec(behavior=empty), Memory(), 8, 1, 0.0).replicas == 1
