"""Where the addresses of a cluster are: which node owns a range or an address, which Pod has an IP.

A reading of Nodes and Pods for the data path; Pods are found through the store's index `podIP`, which this module
defines.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod
from k8snb.apiserver.store import Store
from k8snb.client.client import Client
from k8snb.network.cni import contains, has_sandbox, internal_ip

LOOPBACK = "127.0.0.0/8"


def by_pod_ip(pod: Any) -> Iterable[str]:
    """`pods` · `podIP`: the address on the Pod network that a Pod holds."""
    return (pod.status.podIP,) if has_sandbox(pod) else ()


def by_address(endpoint_slice: Any) -> Iterable[str]:
    """`endpointslices` · `address`: the addresses of its endpoints."""
    return {ip for endpoint in endpoint_slice.endpoints for ip in endpoint.addresses}


def add_indexes(store: Store) -> None:
    """Give a store the indexes that the network looks things up by."""
    store.add_index("pods", "podIP", by_pod_ip)
    store.add_index("endpointslices.discovery.k8s.io", "address", by_address)


class Place(NamedTuple):
    """One node on the map."""

    name: str
    ip: str
    external_ip: str
    pod_cidr: str
    addresses: frozenset[str]
    control_plane: bool


class Atlas(NamedTuple):
    """The nodes' addresses and ranges at an instant."""

    nodes: dict[str, Place]
    by_address: dict[str, Place]

    def owner(self, ip: str) -> Place | None:
        """The node whose Pod range holds the address."""
        return next((place for place in self.nodes.values() if place.pod_cidr and contains(place.pod_cidr, ip)), None)

    @property
    def control_plane(self) -> Place | None:
        """The node that minikube's addresses lead to."""
        first = next(iter(self.nodes.values()), None)
        return next((place for place in self.nodes.values() if place.control_plane), first)


def atlas(nodes: Iterable[Node]) -> Atlas:
    """The map of these nodes."""
    places = {}
    for node in nodes:
        ip = internal_ip(node)
        external = next((a.address for a in node.status.addresses if a.type == "ExternalIP"), "")
        cidr = node.spec.podCIDR
        bridge = {_first(cidr)} if cidr else set()
        labels = node.metadata.labels
        places[node.metadata.name] = Place(
            node.metadata.name,
            ip,
            external,
            cidr,
            frozenset({"127.0.0.1", ip, *bridge}),
            "node-role.kubernetes.io/control-plane" in labels,
        )
    addresses = {place.ip: place for place in places.values() if place.ip}
    addresses.update({place.external_ip: place for place in places.values() if place.external_ip})
    return Atlas(places, addresses)


def _first(cidr: str) -> str:
    return str(IPv4Address(cidr.partition("/")[0]) + 1)


def pod_at(client: Client, ip: str) -> Pod | None:
    """The Pod that holds an address of the Pod network; the older one, should two claim it."""
    pods: list[Pod] = client.indexed("pods", "podIP", ip)
    return min(pods, key=lambda pod: pod.metadata.creationTimestamp or "") if pods else None


def host_pods(client: Client, node: str) -> list[Pod]:
    """The Pods of a node that use the node's own network."""
    pods: list[Pod] = client.indexed("pods", "node", node)
    return [pod for pod in pods if pod.spec.hostNetwork and pod.status.phase == "Running"]


def pod_name(pod: Pod) -> str:
    """`namespace/name`."""
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def is_ready(pod: Pod) -> bool:
    """Does the Pod's Ready condition hold?"""
    return any(item.type == "Ready" and item.status == "True" for item in pod.status.conditions)
