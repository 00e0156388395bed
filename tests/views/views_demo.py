"""API objects for pictures: real typed objects, decoded as the API server decodes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from k8snb.api.apps.deployment import Deployment
from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.api.core.namespace import Namespace
from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod
from k8snb.api.core.service import Service
from k8snb.api.decode import decode_object
from k8snb.api.discovery.endpointslice import EndpointSlice
from k8snb.views import snapshot
from k8snb.views.model import ClusterPicture, Flow


def make(cls: type[Any], data: dict[str, Any]) -> Any:
    obj, unknown = decode_object(cls, data)
    assert not unknown
    return obj


def node(name: str, index: int = 0, ready: str = "True", **spec: Any) -> Any:
    return make(
        Node,
        {
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
            "spec": spec,
            "status": {
                "conditions": [{"type": "Ready", "status": ready}],
                "addresses": [{"type": "InternalIP", "address": f"192.168.49.{2 + index}"}],
                "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "110"},
                "nodeInfo": dict.fromkeys(
                    (
                        "architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion",
                        "machineID", "operatingSystem", "osImage", "systemUUID",
                    ),
                    "x",
                )
                | {"kubeletVersion": "v1.36.2"},
            },
        },
    )  # fmt: skip


RUNNING = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
CREATING = {"waiting": {"reason": "ContainerCreating"}}
CRASHING = {"waiting": {"reason": "CrashLoopBackOff"}}
PULLING = {"waiting": {"reason": "ImagePullBackOff"}}
COMPLETED = {"terminated": {"exitCode": 0, "reason": "Completed"}}


def pod(
    name: str,
    on: str = "",
    *,
    namespace: str = "default",
    app: str = "",
    owner: tuple[str, str] | None = None,
    containers: Sequence[str] = ("app",),
    state: dict[str, Any] = RUNNING,
    ready: bool = True,
    phase: str = "",
    ip: str = "",
    restarts: int = 0,
    stopping: bool = False,
    cpu: str = "100m",
    created: str = "2026-01-01T00:00:00Z",
) -> Any:
    ready = ready and state is RUNNING
    meta: dict[str, Any] = {"name": name, "namespace": namespace, "creationTimestamp": created}
    if app:
        meta["labels"] = {"app": app}
    if owner:
        meta["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": owner[0], "name": owner[1], "uid": owner[1], "controller": True}
        ]
    if stopping:
        meta["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    status: dict[str, Any] = {"phase": phase or ("Running" if on and "running" in state else "Pending")}
    if on:
        status["conditions"] = [{"type": "Ready", "status": "True" if ready else "False"}]
        status["containerStatuses"] = [
            {"name": c, "image": f"{c}:1", "imageID": "", "ready": ready, "restartCount": restarts, "state": state}
            for c in containers
        ]
    if ip:
        status["podIP"] = ip
    spec: dict[str, Any] = {
        "containers": [
            {"name": c, "image": f"{c}:1", "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}}}
            for c in containers
        ]
    }
    if on:
        spec["nodeName"] = on
    return make(Pod, {"metadata": meta, "spec": spec, "status": status})


def service(name: str, app: str, type: str = "ClusterIP", *, namespace: str = "default", external: str = "") -> Any:
    port: dict[str, Any] = {"port": 80, "targetPort": 3000, "protocol": "TCP"}
    if type != "ClusterIP":
        port["nodePort"] = 30080 + len(name)
    status = {"loadBalancer": {"ingress": [{"ip": external}]}} if external else {}
    return make(
        Service,
        {
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"type": type, "clusterIP": f"10.96.0.{10 + len(name)}", "ports": [port], "selector": {"app": app}},
            "status": status,
        },
    )


def slice_of(svc: Any, pods: Iterable[Any]) -> Any:
    endpoints = [
        {
            "addresses": [p.status.podIP or "10.244.0.99"],
            "conditions": {"ready": any(c.type == "Ready" and c.status == "True" for c in p.status.conditions)},
            "nodeName": p.spec.nodeName,
            "targetRef": {"kind": "Pod", "name": p.metadata.name, "namespace": p.metadata.namespace},
        }
        for p in pods
        if p.spec.nodeName and p.metadata.labels.get("app") == svc.spec.selector["app"]
    ]
    return make(
        EndpointSlice,
        {
            "metadata": {
                "name": f"{svc.metadata.name}-abcde",
                "namespace": svc.metadata.namespace,
                "labels": {"kubernetes.io/service-name": svc.metadata.name},
            },
            "addressType": "IPv4",
            "endpoints": endpoints,
            "ports": [{"port": 3000, "protocol": "TCP"}],
        },
    )


def _template(app: str, image: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "app", "image": image}]}}


def deployment(
    name: str, replicas: int, ready: int, *, revision: int = 1, image: str = "app:1", namespace: str = "default"
) -> Any:
    return make(
        Deployment,
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app": name},
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            },
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": _template(name, image),
            },
            "status": {
                "replicas": replicas,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "updatedReplicas": ready,
            },
        },
    )


def replicaset(
    name: str,
    owner: str,
    replicas: int,
    ready: int,
    *,
    revision: int = 1,
    image: str = "app:1",
    namespace: str = "default",
) -> Any:
    return make(
        ReplicaSet,
        {
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app": owner},
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "Deployment", "name": owner, "uid": owner, "controller": True}
                ],
            },
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": owner}},
                "template": _template(owner, image),
            },
            "status": {"replicas": replicas, "readyReplicas": ready},
        },
    )


class World(NamedTuple):
    """The objects of a small cluster, as lists."""

    nodes: list[Any]
    pods: list[Any]
    services: list[Any]
    slices: list[Any]
    owners: list[Any]

    def picture(self, flows: Sequence[Flow] = (), gateway: str = "Load balancer") -> ClusterPicture:
        return snapshot.collect(**self._asdict(), flows=flows, gateway=gateway, version="100")


def namespaces(*names: str) -> list[Any]:
    return [make(Namespace, {"metadata": {"name": name}}) for name in names]


def small() -> World:
    """Three nodes, a Deployment of three, a Service of type NodePort."""
    nodes = [node("minikube", 0), node("minikube-m02", 1), node("minikube-m03", 2)]
    rs = ("ReplicaSet", "hello-deployment-7d9c5b8f6d")
    pods = [
        pod(
            f"hello-deployment-7d9c5b8f6d-{tail}",
            nodes[i].metadata.name,
            app="hello",
            owner=rs,
            containers=("docker-demo",),
            ip=f"10.244.{i}.5",
        )
        for i, tail in enumerate(("x2k4p", "9bzwq", "mm7tc"))
    ]
    svc = service("hello-service", "hello", "NodePort")
    owners = [deployment("hello-deployment", 3, 3), replicaset(rs[1], "hello-deployment", 3, 3)]
    return World(nodes, pods, [svc], [slice_of(svc, pods)], owners)


def busy() -> World:
    """Three nodes, a rollout under way, every state, three Services, Pods that wait for a node."""
    nodes = [node("minikube", 0), node("minikube-m02", 1, unschedulable=True), node("minikube-m03", 2, ready="Unknown")]
    names = [n.metadata.name for n in nodes]
    old, new = ("ReplicaSet", "web-6b8d9c7f54"), ("ReplicaSet", "web-58f7d6c9b8")
    pods = [
        pod("web-6b8d9c7f54-aaaaa", names[0], app="web", owner=old, ip="10.244.0.4"),
        pod("web-6b8d9c7f54-bbbbb", names[1], app="web", owner=old, ip="10.244.1.4", stopping=True),
        pod("web-58f7d6c9b8-ccccc", names[0], app="web", owner=new, ip="10.244.0.5", ready=False),
        pod("web-58f7d6c9b8-ddddd", names[1], app="web", owner=new, state=CREATING),
        pod("db-0", names[1], app="db", owner=("StatefulSet", "db"), containers=("mysql", "exporter"), ip="10.244.1.9"),
        pod("broken-1", names[0], app="broken", state=CRASHING, restarts=4, ip="10.244.0.7", phase="Running"),
        pod("no-such-image", names[0], app="x", state=PULLING, ip="10.244.0.8"),
        pod("once", names[1], app="job", state=COMPLETED, phase="Succeeded"),
        pod("big", app="big", cpu="8"),
    ]
    services = [
        service("web", "web", "LoadBalancer", external="203.0.113.10"),
        service("db", "db"),
        service("typo", "wbe", "NodePort"),
    ]
    owners = [
        deployment("web", 2, 1, revision=2, image="web:2"),
        replicaset("web-6b8d9c7f54", "web", 1, 1),
        replicaset("web-58f7d6c9b8", "web", 2, 0, revision=2, image="web:2"),
    ]
    return World(nodes, pods, services, [slice_of(s, pods) for s in services], owners)


def many(nodes: int, pods: int, apps: int = 4) -> World:
    """Many Pods of a few Deployments, spread over many nodes."""
    places = [node(f"node-{i + 1}", i % 250) for i in range(nodes)]
    made, owners, services = [], [], []
    for a in range(apps):
        name, rs = f"app{a}", f"app{a}-7d9c5b8f6d"
        count = pods // apps
        owners += [deployment(name, count, count), replicaset(rs, name, count, count)]
        services.append(service(f"app{a}", name, "NodePort" if a == 0 else "ClusterIP"))
        made += [
            pod(
                f"{rs}-{a}{i:04d}",
                places[(a * 3 + i) % nodes].metadata.name,
                app=name,
                owner=("ReplicaSet", rs),
                ip=f"10.{a}.{i // 250}.{i % 250}",
                ready=i % 17 != 3,
                state=CRASHING if i % 23 == 7 else RUNNING,
            )
            for i in range(count)
        ]
    return World(places, made, services, [slice_of(s, made) for s in services], owners)
