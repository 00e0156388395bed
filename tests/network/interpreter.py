"""A second opinion on iptables: reads an `iptables-save` text rule by rule and follows packets through it.

It knows nothing of kube-proxy and shares no code with the data path; all ways are followed, each with its probability.
"""

from __future__ import annotations

import ipaddress
import shlex
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Line:
    """One `-A` line: tests that must all hold, and a target with its arguments."""

    tests: list[tuple[str, bool, str]] = field(default_factory=list)
    target: str = ""
    arguments: list[str] = field(default_factory=list)


def parse(text: str) -> dict[str, list[Line]]:
    chains: dict[str, list[Line]] = defaultdict(list)
    for raw in text.splitlines():
        if raw.startswith("-A "):
            words = shlex.split(raw)
            chains[words[1]].append(_line(words[2:]))
    return chains


def _line(words: list[str]) -> Line:
    line, negated = Line(), False
    while words:
        word = words.pop(0)
        if word == "!":
            negated = True
        elif word == "-m":
            words.pop(0)
        elif word == "-j":
            line.target, line.arguments = words[0], words[1:]
            return line
        elif word == "--nfacct-name":
            words.pop(0)  # it only counts
        elif word in ("--set", "--reap", "--rsource") or word == "--rcheck":
            line.tests.append((word, negated, ""))
        else:
            line.tests.append((word, negated, words.pop(0)))
            negated = False
    return line  # without a target: it does nothing


@dataclass(frozen=True)
class Packet:
    source: str
    destination: str
    protocol: str
    port: int
    marked: bool = False


Outcome = tuple[str, str, int, bool]  # what, destination, port, marked


def follow(nat: str, filters: str, packet: Packet, local: frozenset[str]) -> dict[Outcome, float]:
    """Every outcome of a packet with its probability."""
    found: dict[Outcome, float] = defaultdict(float)
    chains = parse(nat)
    for probability, after, what in _chain(chains, "KUBE-SERVICES", packet, local):
        if what == "DNAT":
            found["ACCEPT", after.destination, after.port, after.marked] += probability
            continue
        verdict = _filter(parse(filters), after, local)
        found[verdict, after.destination, after.port, after.marked] += probability
    return dict(found)


def _chain(
    chains: dict[str, list[Line]], name: str, packet: Packet, local: frozenset[str]
) -> list[tuple[float, Packet, str]]:
    """(probability, packet, "DNAT" or "" if the chain was left at its end)."""
    ends: list[tuple[float, Packet, str]] = []
    alive = [(1.0, packet)]
    for line in chains[name]:
        next_alive = []
        for probability, current in alive:
            share = _share(line, current, local)
            if share < 1:
                next_alive.append((probability * (1 - share), current))
            if share > 0:
                for p, after, what in _jump(chains, line, current, local):
                    if what:
                        ends.append((probability * share * p, after, what))
                    else:
                        next_alive.append((probability * share * p, after))
        alive = next_alive
    return ends + [(probability, current, "") for probability, current in alive]


def _jump(
    chains: dict[str, list[Line]], line: Line, packet: Packet, local: frozenset[str]
) -> list[tuple[float, Packet, str]]:
    if line.target == "DNAT":
        ip, _, port = line.arguments[1].rpartition(":")
        return [(1.0, Packet(packet.source, ip, packet.protocol, int(port), packet.marked), "DNAT")]
    if line.target == "MARK":
        return [(1.0, Packet(packet.source, packet.destination, packet.protocol, packet.port, True), "")]
    return _chain(chains, line.target, packet, local) if line.target else [(1.0, packet, "")]


def _filter(chains: dict[str, list[Line]], packet: Packet, local: frozenset[str]) -> str:
    for name in ("KUBE-PROXY-FIREWALL", "KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES"):
        for line in chains.get(name, []):
            if _share(line, packet, local) == 1:
                return line.target
    return "ACCEPT"


def _share(line: Line, packet: Packet, local: frozenset[str]) -> float:
    """0 if a rule does not match, 1 if it does, between for chance."""
    share = 1.0
    for name, negated, value in line.tests:
        if name == "--probability":
            share *= float(value)
        elif not _holds(name, value, packet, local) ^ negated:
            return 0.0
    return share


def _holds(name: str, value: str, packet: Packet, local: frozenset[str]) -> bool:
    match name:
        case "-s":
            return ipaddress.ip_address(packet.source) in ipaddress.ip_network(value)
        case "-d":
            return ipaddress.ip_address(packet.destination) in ipaddress.ip_network(value)
        case "-p":
            return packet.protocol == value
        case "--dport":
            return packet.port == int(value)
        case "--dst-type":
            return packet.destination in local
        case "--src-type":
            return packet.source in local
        case "--rcheck":
            return False  # nobody has been here before
    return True
