"""The Pod network: every node owns a range (`node.spec.podCIDR`), every Pod an address of it, and routes join the
nodes.

As minikube's bridge and kindnet do it: the range's first address is the bridge, Pods take the next ones in turn
(host-local IPAM), and a node reaches another node's range through that node's InternalIP. All of it is derived from
Node and Pod objects; nothing is kept here. Simplification: one IPv4 range per node. Source:
https://www.cni.dev/plugins/current/ipam/host-local/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod


class AddressesExhausted(Exception):
    """A node's Pod range is full: the text is the one kubelet reports of host-local."""


class Route(NamedTuple):
    """One line of a node's routing table: packets for `destination` leave through `gateway` ("" for the bridge)."""

    destination: str
    gateway: str
    device: str
    node: str


@lru_cache(maxsize=4096)
def network(cidr: str) -> IPv4Network:
    """A parsed range."""
    return IPv4Network(cidr)


@lru_cache(maxsize=65536)
def number(address: str) -> int:
    """An IPv4 address as a number; -1 if the text is none."""
    parts = address.split(".")
    if len(parts) != 4 or not all(_is_octet(part) for part in parts):
        return -1
    return int(parts[0]) << 24 | int(parts[1]) << 16 | int(parts[2]) << 8 | int(parts[3])


def _is_octet(text: str) -> bool:
    return (
        text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) < 256 and (text[0] != "0" or text == "0")
    )


@lru_cache(maxsize=4096)
def bounds(cidr: str) -> tuple[int, int]:
    """The first and the last address of a range, as numbers."""
    net = network(cidr)
    return int(net.network_address), int(net.broadcast_address)


def contains(cidr: str, address: str) -> bool:
    """Is the address in the range?"""
    low, high = bounds(cidr)
    return low <= number(address) <= high


def gateway(cidr: str) -> str:
    """The bridge's own address: the first of the range."""
    return str(IPv4Address(bounds(cidr)[0] + 1))


def allocate(cidr: str, taken: Collection[str], last: str = "") -> str:
    """A free Pod address of the range: the next one after `last`, going round. AddressesExhausted if there is none."""
    low, high = bounds(cidr)
    first, size = low + 2, high - low - 2  # without network, bridge and broadcast
    used = {number(address) for address in taken}
    start = number(last) + 1 - first if last and first <= number(last) < high else 0
    for step in range(size):
        candidate = first + (start + step) % size
        if candidate not in used:
            return str(IPv4Address(candidate))
    raise AddressesExhausted(
        f"failed to allocate for range 0: no IP addresses available in range set: "
        f"{IPv4Address(low + 1)}-{IPv4Address(high - 1)}"
    )


def has_sandbox(pod: Pod) -> bool:
    """Does the Pod hold an address of the Pod network (not the host's, and not given back yet)?"""
    status = pod.status
    return bool(status.podIP) and not pod.spec.hostNetwork and status.phase not in ("Succeeded", "Failed")


def addresses_in_use(pods: Iterable[Pod]) -> set[str]:
    """The addresses that a node's Pods hold."""
    return {pod.status.podIP for pod in pods if has_sandbox(pod)}


def internal_ip(node: Node) -> str:
    """A node's InternalIP, or ""."""
    return next((a.address for a in node.status.addresses if a.type == "InternalIP"), "")


def routes(node: Node, nodes: Iterable[Node]) -> list[Route]:
    """The Pod part of a node's routing table, its own range first."""
    table: list[Route] = []
    for other in nodes:
        if not other.spec.podCIDR:
            continue
        if other.metadata.name == node.metadata.name:
            table.insert(0, Route(other.spec.podCIDR, "", "bridge", other.metadata.name))
        else:
            table.append(Route(other.spec.podCIDR, internal_ip(other), "eth0", other.metadata.name))
    return table
