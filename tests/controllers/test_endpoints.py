"""Endpoints and EndpointSlices: which addresses stand behind a Service, and in what state."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb.api.core.container import Container, ContainerPort
from k8snb.api.model import FrozenMap
from tests.controllers.world import World


def service(name: str = "web", **spec: Any) -> dict[str, Any]:
    fields = {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": fields}


def pods(world: World, count: int, first: int = 0, **spec: Any) -> None:
    for index in range(first, first + count):
        world.pod(f"web-{index:03}", labels={"app": "web"}, node=f"node-{index % 3}", **spec)


def slices(world: World, name: str = "web") -> list[Any]:
    found = world.client.list("endpointslices.discovery.k8s.io", "default").items
    return [s for s in found if s.metadata.labels.get("kubernetes.io/service-name") == name]


def addresses(world: World) -> list[str]:
    found = world.client.get("endpoints", "web", "default")
    return [a.ip for subset in found.subsets for a in subset.addresses]


@pytest.fixture
def world() -> World:
    return World("endpoints", "endpointslice", "endpointslicemirroring")


def test_a_service_without_pods_has_a_placeholder(world: World) -> None:
    made = world.create(service())
    world.run()
    (only,) = slices(world)
    assert only.metadata.name.startswith("web-")
    assert only.metadata.labels == {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    assert only.metadata.ownerReferences[0].uid == made.metadata.uid
    assert (only.addressType, only.endpoints, only.ports) == ("IPv4", (), ())
    assert world.client.get("endpoints", "web", "default").subsets == ()
    pods(world, 1)
    world.run(1)
    (same,) = slices(world)
    assert same.metadata.name == only.metadata.name, "the placeholder is used"
    assert [p.port for p in same.ports] == [8080]


def test_ready_pods_are_endpoints(world: World) -> None:
    world.create(service())
    pods(world, 2)
    world.run(1)
    (only,) = slices(world)
    assert [(p.name, p.port, p.protocol) for p in only.ports] == [("", 8080, "TCP")]
    first = only.endpoints[0]
    pod = world.client.get("pods", "web-000", "default")
    assert first.to_dict() == {
        "addresses": [pod.status.podIP],
        "conditions": {"ready": True, "serving": True, "terminating": False},
        "targetRef": {"kind": "Pod", "namespace": "default", "name": "web-000", "uid": pod.metadata.uid},
        "nodeName": "node-0",
    }
    assert addresses(world) == sorted(p.status.podIP for p in world.pods())
    older = world.client.get("endpoints", "web", "default")
    assert older.metadata.labels == {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}
    assert older.subsets[0].ports[0].to_dict() == {"port": 8080, "protocol": "TCP"}
    assert "endpoints.kubernetes.io/last-change-trigger-time" in older.metadata.annotations


def test_pods_that_are_not_ready_are_listed_apart(world: World) -> None:
    world.kubelet.broken.add("nginx")
    world.create(service())
    pods(world, 1)
    world.run(1)
    (only,) = slices(world)
    assert only.endpoints[0].conditions.to_dict() == {"ready": False, "serving": False, "terminating": False}
    older = world.client.get("endpoints", "web", "default")
    assert [len(s.notReadyAddresses) for s in older.subsets] == [1]
    assert addresses(world) == []


def test_unready_addresses_are_published_if_asked(world: World) -> None:
    world.kubelet.broken.add("nginx")
    world.create(service(publishNotReadyAddresses=True))
    pods(world, 1)
    world.run(1)
    (only,) = slices(world)
    assert only.endpoints[0].conditions.to_dict() == {"ready": True, "serving": False, "terminating": False}
    assert len(addresses(world)) == 1


def test_terminating_pods_serve_until_they_are_gone(world: World) -> None:
    world.kubelet.stop = 5
    world.create(service())
    pods(world, 2)
    world.run(1)
    world.client.delete("pods", "web-000", "default")
    world.run(1)
    (only,) = slices(world)
    assert only.endpoints[0].conditions.to_dict() == {"ready": False, "serving": True, "terminating": True}
    assert len(addresses(world)) == 1
    world.run(10)
    (only,) = slices(world)
    assert len(only.endpoints) == 1
    assert "endpoints.kubernetes.io/last-change-trigger-time" not in only.metadata.annotations


def test_ended_pods_are_no_endpoints(world: World) -> None:
    world.kubelet.ends["nginx"] = "Succeeded"
    world.create(service())
    pods(world, 1)
    world.run(1)
    assert slices(world)[0].endpoints == ()


def test_slices_hold_a_hundred(world: World) -> None:
    world.create(service())
    pods(world, 250)
    world.run(1)
    assert sorted(len(s.endpoints) for s in slices(world)) == [50, 100, 100]
    world.client.delete("pods", "web-000", "default", grace=0)
    pods(world, 1, first=250)
    world.run(2)
    assert sum(len(s.endpoints) for s in slices(world)) == 250
    assert len(slices(world)) == 3


def test_named_ports_may_differ_between_pods(world: World) -> None:
    world.create(service(ports=[{"name": "http", "port": 80, "targetPort": "web"}]))
    for name, port in (("a", 8080), ("b", 9090)):
        container = Container(name="c", image="nginx", ports=(ContainerPort(name="web", containerPort=port),))
        world.pod(name, labels={"app": "web"}, node="node-0", containers=(container,))
    world.pod("c", labels={"app": "web"}, node="node-0")
    world.run(1)
    assert sorted(tuple(p.port for p in s.ports) for s in slices(world)) == [(), (8080,), (9090,)]
    older = world.client.get("endpoints", "web", "default")
    assert [(s.ports[0].port, len(s.addresses)) for s in older.subsets] == [(8080, 1), (9090, 1)]


def test_zones_and_hints(world: World) -> None:
    node = world.client.get("nodes", "node-0")
    labels = FrozenMap({**node.metadata.labels, "topology.kubernetes.io/zone": "a"})
    world.client.update(node.with_metadata(labels=labels))
    world.create(service(trafficDistribution="PreferClose"))
    pods(world, 1)
    world.run(1)
    (endpoint,) = slices(world)[0].endpoints
    assert endpoint.zone == "a"
    assert endpoint.hints.to_dict() == {"forZones": [{"name": "a"}]}


def test_a_changed_selector_empties_and_fills(world: World) -> None:
    world.create(service())
    pods(world, 2)
    world.run(1)
    found = world.client.get("services", "web", "default")
    world.client.update(found.replace(spec=found.spec.replace(selector=FrozenMap({"app": "wbe"}))), "services")
    world.run()
    assert addresses(world) == []
    assert [(s.endpoints, s.ports) for s in slices(world)] == [((), ())]
    pod = world.pods()[0]
    world.client.update(pod.with_metadata(labels=FrozenMap({"app": "wbe"})), "pods")
    world.run()
    assert len(addresses(world)) == 1


def test_headless_services_and_hostnames(world: World) -> None:
    world.create(service(clusterIP="None", ports=[]))
    world.pod("a", labels={"app": "web"}, node="node-0", hostname="db-0", subdomain="web")
    world.run(1)
    (only,) = slices(world)
    assert only.metadata.labels["service.kubernetes.io/headless"] == ""
    assert only.endpoints[0].hostname == "db-0"
    older = world.client.get("endpoints", "web", "default")
    assert older.subsets[0].addresses[0].hostname == "db-0"
    assert older.subsets[0].ports == ()


def test_services_without_selector_are_left_to_their_owner(world: World) -> None:
    world.create({**service(), "spec": {"ports": [{"port": 80}]}})
    world.run()
    assert slices(world) == []
    world.create(
        {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": "web"},
            "subsets": [
                {
                    "addresses": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}],
                    "ports": [{"port": 9376, "protocol": "TCP"}],
                }
            ],
        }
    )
    world.run()
    (only,) = slices(world)
    assert only.metadata.labels["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io"
    assert [e.addresses for e in only.endpoints] == [("192.0.2.1",), ("192.0.2.2",)]
    world.client.delete("endpoints", "web", "default")
    world.run()
    assert slices(world) == []


def test_a_deleted_service_takes_its_endpoints_along(world: World) -> None:
    world.create(service())
    world.run()
    world.client.delete("services", "web", "default")
    world.run()
    assert world.client.find("endpoints", "web", "default") is None


def test_nothing_is_written_twice(world: World) -> None:
    world.create(service())
    pods(world, 120)
    world.run(2)
    revision = world.store.revision
    for name in ("endpoint-controller", "endpoint-slice-controller"):
        world.engine.enqueue(name, "default/web")
    world.run(1)
    assert world.store.revision == revision


def test_a_large_service_gathers_changes(world: World) -> None:
    world.create(service())
    starts = iter(range(300))
    begin = world.kubelet.reconcile

    def one_after_the_other(key: str) -> Any:
        if key not in world.kubelet._starting:
            world.kubelet.start = 0.5 + next(starts, 0) * 0.01
        return begin(key)

    world.kubelet.reconcile = one_after_the_other  # type: ignore[method-assign]
    pods(world, 300)
    world.run(10)
    assert len(addresses(world)) == 300
    assert sum(len(s.endpoints) for s in slices(world)) == 300
    writes = [c for c in world.store.changes_since(0)[0] if c.resource == "endpoints"]
    assert len(writes) < 220
    assert not world.clock.timers()
