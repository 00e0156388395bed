"""Where a request starts: the learner's machine, the internet, a node, or inside a Pod.

Written `host`, `internet`, `node/NAME`, `pod/NAME`, `pod/NAMESPACE/NAME`.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.client.client import Client
from k8snb.network.atlas import Atlas, pod_name

#: the learner's machine as the nodes see it: minikube's Docker network
HOST_IP = "192.168.49.1"
#: somebody out there (RFC 5737)
INTERNET_IP = "203.0.113.7"


class NoSuchOrigin(ValueError):
    """A source that does not exist: the text says what is wrong with it."""


class Origin(NamedTuple):
    """One client. `node` is where its packets meet iptables ("" for clients outside the cluster)."""

    place: str
    ip: str
    node: str = ""
    pod: Pod | None = None


HOST = Origin("host", HOST_IP)
INTERNET = Origin("internet", INTERNET_IP)


def origin(client: Client, atlas: Atlas, source: str, namespace: str = "default") -> Origin:
    """Read a source. NoSuchOrigin if there is no such Pod or node, or the Pod has no network."""
    if source == "host":
        return HOST
    if source == "internet":
        return INTERNET
    kind, _, name = source.partition("/")
    if kind in ("node", "nodes", "no"):
        place = atlas.nodes.get(name)
        if place is None:
            raise NoSuchOrigin(f'nodes "{name}" not found')
        return Origin(f"node/{name}", place.ip, name)
    if kind not in ("pod", "pods", "po"):
        raise NoSuchOrigin(
            f"{source!r} is no place to send from: use host, internet, node/NAME or pod/[NAMESPACE/]NAME"
        )
    space, _, name = name.rpartition("/")
    pod = client.find("pods", name, space or namespace)
    if pod is None:
        raise NoSuchOrigin(f'pods "{name}" not found')
    return pod_origin(pod)


def pod_origin(pod: Pod) -> Origin:
    """Inside this Pod. NoSuchOrigin if it has no network (yet)."""
    if pod.status.phase in ("Succeeded", "Failed"):
        raise NoSuchOrigin(f"pod {pod.metadata.name} has ended (phase {pod.status.phase}): nothing can be sent from it")
    if not pod.status.podIP:
        raise NoSuchOrigin(f"pod {pod.metadata.name} has no address yet (phase {pod.status.phase or 'Pending'})")
    return Origin(f"pod/{pod_name(pod)}", pod.status.podIP, pod.spec.nodeName, pod)
