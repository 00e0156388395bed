"""A cluster with nothing on it, and short words for making Pods and looking at them."""

from __future__ import annotations

from typing import Any

from k8snb.api.core.container import Container
from k8snb.api.core.pod import Pod, PodSpec
from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.api.meta import ObjectMeta
from k8snb.cluster import Cluster
from k8snb.kubelet import access


def make_cluster(profile: str = "minikube", nodes: int = 1) -> Cluster:
    """A booted cluster in jump pace."""
    cluster = Cluster(nodes=nodes, profile=profile)
    if cluster.client.find("serviceaccounts", "default", "default") is None:
        cluster.client.create(ServiceAccount(metadata=ObjectMeta(name="default", namespace="default")))
    return cluster


def make_pod(cluster: Cluster, name: str, image: str = "nginx", node: str = "", **fields: Any) -> Any:
    """Create a Pod. Keywords of a container go into its first container, all others into the Pod's spec."""
    own = {key: fields.pop(key) for key in list(fields) if key in Container.model_fields and key not in _POD_FIELDS}
    containers = fields.pop("containers", (Container(name="c", image=image, **own),))
    host = node or cluster.nodes[0].metadata.name
    spec = PodSpec(containers=containers, nodeName=host, **fields)
    return cluster.client.create(Pod(metadata=ObjectMeta(name=name, namespace="default"), spec=spec))


_POD_FIELDS = {"restartPolicy"}


def get(cluster: Cluster, name: str) -> Any:
    return cluster.client.get("pods", name, "default")


def status(cluster: Cluster, name: str, container: str = "c") -> Any:
    pod = get(cluster, name)
    listed = (*pod.status.initContainerStatuses, *pod.status.containerStatuses, *pod.status.ephemeralContainerStatuses)
    return next(item for item in listed if item.name == container)


def conditions(cluster: Cluster, name: str) -> list[tuple[str, str, str, str]]:
    return [(item.type, item.status, item.reason, item.message) for item in get(cluster, name).status.conditions]


def events(cluster: Cluster, name: str) -> list[tuple[str, str, str, int]]:
    """(type, reason, message, count) of a Pod's events, oldest first."""
    found = [item for item in cluster.client.list("events").items if item.involvedObject.name == name]
    found.sort(key=lambda item: int(item.metadata.resourceVersion))
    return [(item.type, item.reason, item.message, item.count) for item in found]


def reasons(cluster: Cluster, name: str) -> list[str]:
    return [reason for _, reason, _, _ in events(cluster, name)]


def run(
    cluster: Cluster, name: str, *argv: str, container: str = "", seconds: float = 60.0
) -> tuple[str, str, int | None]:
    """(stdout, stderr, exit status) of a command in a container."""
    stream = access.execute(cluster.kubelet, "default", name, container, list(argv))
    found: list[tuple[str, bytes]] = []

    def ended() -> bool:
        found.extend(stream.poll())
        return stream.done

    cluster.wait(ended, seconds)
    found.extend(stream.poll())
    out, err = (b"".join(data for kind, data in found if kind == wanted).decode() for wanted in ("stdout", "stderr"))
    return out, err, stream.status
