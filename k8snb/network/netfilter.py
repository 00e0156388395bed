"""The kernel's side of the rules: which of a node's rules a new connection meets, and what they do to it.

`walk` takes one packet through nat (PREROUTING or OUTPUT → KUBE-SERVICES → …) and filter, drawing lots where a rule
asks for chance; `spread` gives all outcomes of those lots with their probabilities, for traffic that is counted by
the thousand. Only the first packet of a connection meets these rules; the kernel's connection table does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from k8snb.api.model import EMPTY_MAP
from k8snb.network.cni import bounds, number
from k8snb.network.iptables import Key, NodeTable, Rule

#: a chance of 2³¹ in 2³¹
CERTAIN = 0x80000000


class Packet(NamedTuple):
    """The first packet of a connection. `protocol` is tcp, udp or sctp."""

    source: str
    destination: str
    protocol: str
    port: int


class Kernel(NamedTuple):
    """What rules ask of the node, beside the packet."""

    #: the node's own addresses (`addrtype LOCAL`)
    addresses: frozenset[str]
    #: 31 random bits
    draw: Callable[[], int]
    #: `-m recent` lists: list name -> source address -> when it was last seen
    recent: Mapping[str, Mapping[str, float]] = EMPTY_MAP
    now: float = 0.0


class Verdict(NamedTuple):
    """Where a packet goes. `rules` are those that matched, in order; `learned` is the `recent` list that took it up."""

    packet: Packet
    action: str = "ACCEPT"
    masquerade: bool = False
    rules: tuple[Rule, ...] = ()
    learned: str = ""


def walk(table: NodeTable, packet: Packet, kernel: Kernel) -> Verdict:
    """One packet through the node's rules."""
    matched: list[Rule] = []
    masquerade = False
    for entry in _entries(table, packet, kernel):
        matched.append(entry)
        stack: list[Iterator[Rule]] = [iter(table.chain(entry.target))]
        while stack:
            rule = next(stack[-1], None)
            if rule is None:
                stack.pop()  # the end of a chain returns to the one before it
                continue
            if not matches(rule, packet, kernel) or (rule.chance and kernel.draw() >= rule.chance):
                continue
            matched.append(rule)
            if rule.target == "KUBE-MARK-MASQ":
                masquerade = True
            elif rule.target == "DNAT":
                return _translated(packet, rule, masquerade, matched)
            else:
                stack.append(iter(table.chain(rule.target)))
    return _filtered(table, packet, kernel, masquerade, matched)


def spread(table: NodeTable, packet: Packet, kernel: Kernel) -> list[tuple[float, Verdict]]:
    """All that can become of such a packet, each with its probability; they add up to 1."""
    found: list[tuple[float, Verdict]] = []
    left, masquerade, head = 1.0, False, list[Rule]()
    for entry in _entries(table, packet, kernel):
        head.append(entry)
        left, masquerade = _branch(table, table.chain(entry.target), packet, kernel, left, masquerade, head, found)
        if not left:
            return found
    return [*found, (left, _filtered(table, packet, kernel, masquerade, head))]


def _branch(
    table: NodeTable,
    chain: tuple[Rule, ...],
    packet: Packet,
    kernel: Kernel,
    left: float,
    masquerade: bool,
    head: list[Rule],
    found: list[tuple[float, Verdict]],
) -> tuple[float, bool]:
    """Follow one chain with probability `left`; what comes out at its end, and whether it was marked."""
    for rule in chain:
        if not left:
            break
        if not matches(rule, packet, kernel):
            continue
        taken = left * rule.chance / CERTAIN if rule.chance else left
        if rule.target == "KUBE-MARK-MASQ":
            masquerade = True
            head = [*head, rule]
        elif rule.target == "DNAT":
            found.append((taken, _translated(packet, rule, masquerade, [*head, rule])))
            left -= taken
        else:
            inner = table.chain(rule.target)
            rest, marked = _branch(table, inner, packet, kernel, taken, masquerade, [*head, rule], found)
            left += rest - taken
            masquerade = masquerade or (marked and not rule.chance)
    return (left if left > 1e-12 else 0.0), masquerade


def matches(rule: Rule, packet: Packet, kernel: Kernel) -> bool:
    """Everything a rule asks of a packet but chance."""
    if rule.protocol and (rule.protocol != packet.protocol or (rule.dport and rule.dport != packet.port)):
        return False
    if rule.destination and not in_range(rule.destination, packet.destination):
        return False
    if rule.source and not in_range(rule.source, packet.source):
        return False
    if rule.addrtype:
        which, _, _ = rule.addrtype.partition(" ")
        if (packet.source if which == "--src-type" else packet.destination) not in kernel.addresses:
            return False
    if rule.recent > 0:
        seen = kernel.recent.get(rule.recent_name, {}).get(packet.source)
        return seen is not None and kernel.now - seen <= rule.recent
    return True


def in_range(pattern: str, address: str) -> bool:
    """`10.244.0.0/16`, `10.0.0.1/32`, `! 10.244.0.0/16`."""
    if pattern.endswith("/32") and pattern[0] != "!":
        return pattern[:-3] == address
    negated, low, high = _range(pattern)
    return (low <= number(address) <= high) != negated


@lru_cache(maxsize=4096)
def _range(pattern: str) -> tuple[bool, int, int]:
    """Must an address not be in it; its first and its last address."""
    return pattern[0] == "!", *bounds(pattern.removeprefix("!").strip())


def _entries(table: NodeTable, packet: Packet, kernel: Kernel) -> Iterator[Rule]:
    """Rules of KUBE-SERVICES that match; its last one sends the node's own addresses to KUBE-NODEPORTS."""
    yield from table.nat((packet.destination, packet.protocol, packet.port))
    if packet.destination in kernel.addresses:
        yield from table.nat(("", packet.protocol, packet.port))


def _translated(packet: Packet, rule: Rule, masquerade: bool, matched: list[Rule]) -> Verdict:
    ip, _, port = rule.extra.rpartition(" ")[2].rpartition(":")
    learned = rule.recent_name if rule.recent else ""
    after = Packet(packet.source, ip, packet.protocol, int(port))
    return Verdict(after, "ACCEPT", masquerade, tuple(matched), learned)


def _filtered(table: NodeTable, packet: Packet, kernel: Kernel, masquerade: bool, matched: list[Rule]) -> Verdict:
    """What nat left alone: refused or dropped by table filter, or let through as it is."""
    keys: list[Key] = [(packet.destination, packet.protocol, packet.port), ("", packet.protocol, packet.port)]
    rules = [rule for key in keys for rule in table.filter(key) if matches(rule, packet, kernel)]
    if not rules:
        return Verdict(packet, "ACCEPT", masquerade, tuple(matched))
    first = next((rule for rule in rules if rule.chain == "KUBE-PROXY-FIREWALL"), rules[0])
    return Verdict(packet, first.target, masquerade, (*matched, first))
