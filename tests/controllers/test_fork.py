"""Restoring and forking are exact although controllers and scheduler keep derived caches; nothing is left behind."""

from __future__ import annotations

from typing import Any

from k8snb.api.model import FrozenMap
from k8snb.client.informer import Informer
from k8snb.cluster import Cluster
from tests.controllers.test_deployment import deployment
from tests.controllers.test_job import job
from tests.controllers.world import World


def objects(cluster: Cluster) -> dict[str, Any]:
    return {
        f"{resource}/{obj.metadata.namespace}/{obj.metadata.name}": obj
        for resource in cluster.store.resources()
        for obj in cluster.store.list(resource)
    }


def create(cluster: Cluster, manifest: dict[str, Any]) -> None:
    from k8snb.api.decode import read

    group, _, version = manifest["apiVersion"].rpartition("/")
    row = cluster.server.catalogue.of_kind(group, version, manifest["kind"])
    assert row is not None
    body = {k: v for k, v in manifest.items() if k not in ("apiVersion", "kind")}
    cluster.client.create(read(row.model, body), row.group_resource, "default")


def busy() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    create(cluster, deployment(replicas=12))
    create(cluster, deployment("api", replicas=4, image="nginx:2"))
    create(cluster, job("busybox", completions=3))
    stuck = deployment("stuck", replicas=2)
    stuck["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "ssd"}
    create(cluster, stuck)
    cluster.advance(0.7)
    return cluster


def go_on(cluster: Cluster) -> None:
    web = cluster.client.get("deployments.apps", "web", "default")
    container = web.spec.template.spec.containers[0].replace(image="nginx:9")
    template = web.spec.template.replace(spec=web.spec.template.spec.replace(containers=(container,)))
    cluster.client.update(web.replace(spec=web.spec.replace(template=template)))
    cluster.advance(0.3)
    api = cluster.client.get("deployments.apps", "api", "default")
    cluster.client.update(api.replace(spec=api.spec.replace(replicas=9)))
    node = cluster.client.get("nodes", "node-1")
    labels = type(node.metadata.labels)({**node.metadata.labels, "disk": "ssd"})
    cluster.client.update(node.with_metadata(labels=labels))
    cluster.settle()
    cluster.advance(30)


def test_a_fork_goes_the_same_way() -> None:
    cluster = busy()
    fork = cluster.fork()
    assert objects(cluster) == objects(fork)
    go_on(cluster)
    go_on(fork)
    assert objects(cluster) == objects(fork)
    assert cluster.store.revision == fork.store.revision


def test_a_restored_cluster_goes_the_same_way() -> None:
    cluster = busy()
    snapshot = cluster.snapshot()
    go_on(cluster)
    first = objects(cluster)
    cluster.restore(snapshot)
    go_on(cluster)
    assert objects(cluster) == first


def test_nothing_is_left_behind() -> None:
    world = World("*", scheduler=True)
    world.kubelet.ends["done:1"] = "Succeeded"
    world.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    world.run()
    for manifest in (deployment(), job("done:1"), job("fails", name="second")):
        manifest["metadata"]["namespace"] = "team"
        world.create(manifest)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "team"}}
    world.create({**service, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    world.pod("waits", namespace="team", nodeSelector=FrozenMap({"no": "where"}))
    world.run(30)
    world.client.delete("namespaces", "team")
    world.run(300)
    assert world.client.find("namespaces", "team") is None
    left = [(r, o.metadata.name) for r in world.store.resources() for o in world.store.list(r, "team")]
    assert left == []
    assert not world.clock.timers()
    scheduler: Any = world.components["default-scheduler"]
    assert not scheduler.queue.entries
    scheduler.cache.refresh()
    assert not any(node.pods for node in scheduler.cache.nodes)


def test_an_informer_notices_a_rewritten_past() -> None:
    world = World()
    informer = Informer(world.client)
    assert informer.news().relist
    assert informer.news() == (False, [])
    saved = world.store.dump()
    world.pod("a")
    assert [c.object.metadata.name for c in informer.news().changes] == ["a"]
    world.store.load(saved)
    assert informer.news().relist
    world.pod("b")
    assert not informer.news().relist
    world.store.load(saved)
    world.pod("c")
    assert informer.news().relist, "the same revision, but another past"


def test_an_informer_notices_a_compaction() -> None:
    world = World()
    informer = Informer(world.client)
    informer.news()
    for index in range(5):
        world.pod(f"p{index}")
    world.store.compact(world.store.revision - 1)
    assert informer.news().relist
    world.pod("last")
    assert [c.object.metadata.name for c in informer.news().changes] == ["last"]
