"""`iptables -L`: a node's rules as the table for people, made of the lines that `iptables-save` prints.

Counters are always 0, as in the dump. Without `-n` the real tool also asks for names of addresses; here only `anywhere` and the
usual ports get one. Source: iptables(8), and the columns of iptables 1.8.9 (nf_tables).
"""

from __future__ import annotations

import shlex
from collections import Counter
from typing import NamedTuple

_PORTS = {"53": "domain", "80": "http", "443": "https"}


class Shape(NamedTuple):
    """How a listing is to look: `-n`, `-v`, `--line-numbers`."""

    numeric: bool = False
    verbose: bool = False
    numbered: bool = False


class _Row(NamedTuple):
    target: str
    protocol: str
    source: str
    destination: str
    rest: tuple[str, ...]


def listing(dump: str, chain: str, shape: Shape) -> str | None:
    """One chain (or all, with "") of a table's dump as `iptables -L` shows it; None if there is no such chain."""
    lines = dump.splitlines()
    policies = {name: policy for name, policy, _ in (line[1:].split() for line in lines if line.startswith(":"))}
    if chain and chain not in policies:
        return None
    rules: dict[str, list[_Row]] = {name: [] for name in policies}
    for line in lines:
        if line.startswith("-A "):
            words = shlex.split(line)
            rules[words[1]].append(_row(words[2:], shape))
    users = Counter(row.target for rows in rules.values() for row in rows)
    shown = [chain] if chain else list(policies)
    return "\n".join(_chain(name, policies[name], users[name], rules[name], shape) for name in shown)


def _chain(name: str, policy: str, users: int, rows: list[_Row], shape: Shape) -> str:
    counted = " 0 packets, 0 bytes" if shape.verbose else ""
    about = f"policy {policy}{counted}" if policy != "-" else f"{users} references"
    head = "target     prot opt source               destination         "
    if shape.verbose:
        head = " pkts bytes target     prot opt in     out     source               destination         "
    lines = [f"Chain {name} ({about})", f"num  {head}" if shape.numbered else head]
    for number, row in enumerate(rows, 1):
        counters, devices = ("    0     0 ", "*      *       ") if shape.verbose else ("", "")
        start = f"{number:<4} " if shape.numbered else ""
        where = f"{row.source:<19}  {row.destination:<19}  "
        lines.append(f"{start}{counters}{row.target:<9}  {row.protocol:<4} --  {devices}{where}{' '.join(row.rest)}")
    return "\n".join(lines) + "\n"


def _row(words: list[str], shape: Shape) -> _Row:
    """One rule: its columns, and what else it asks for, in the words of each extension."""
    everywhere = "0.0.0.0/0" if shape.numeric else "anywhere"
    protocol, source, destination, target = "all", everywhere, everywhere, ""
    rest: list[str] = []
    negated = False
    while words:
        word = words.pop(0)
        sign, negated = ("!" if negated else ""), word == "!"
        if word == "-s":
            source = sign + words.pop(0).removesuffix("/32")
        elif word == "-d":
            destination = sign + words.pop(0).removesuffix("/32")
        elif word == "-p":
            protocol = words.pop(0)
        elif word == "-j":
            target, *arguments = words
            rest += _target(target, arguments)
            break
        elif word == "-m":
            rest += _match(words.pop(0), words, shape)
    number = {"tcp": "6", "udp": "17", "sctp": "132", "all": "0"}.get(protocol, protocol)
    return _Row(target, number if shape.numeric else protocol, source, destination, tuple(rest))


def _match(module: str, words: list[str], shape: Shape) -> list[str]:
    """What `-m MODULE …` says in a listing; takes its words."""
    own: list[str] = []
    while (
        words
        and words[0] not in ("-m", "-j", "-s", "-d", "-p")
        and not (words[0] == "!" and words[1] in ("-s", "-d", "-p"))
    ):
        own.append(words.pop(0))
    sign = "!" if own[:1] == ["!"] else ""
    value = own[-1] if own else ""
    if module in ("tcp", "udp", "sctp"):
        port = value if shape.numeric else _PORTS.get(value, value)
        return [module, f"dpt:{port}"] if own else [module]
    if module == "comment":
        return [f"/* {value} */"]
    if module == "addrtype":
        return [f"ADDRTYPE match {own[-2].removeprefix('--')} {sign}{value}"]
    if module == "conntrack":
        return [f"{'! ' if sign else ''}ctstate {value}"]
    if module == "mark":
        return [f"mark match {'! ' if sign else ''}{value}"]
    if module == "statistic":
        return [f"statistic mode random probability {value}"]
    if module == "nfacct":
        return [f"nfacct-name  {value}"]
    return [_recent(own)]


def _recent(words: list[str]) -> str:
    name = words[words.index("--name") + 1]
    seconds = f"seconds: {words[words.index('--seconds') + 1]} reap " if "--seconds" in words else ""
    return f"recent: {'SET' if '--set' in words else 'CHECK'} {seconds}name: {name} side: source mask: 255.255.255.255"


def _target(target: str, arguments: list[str]) -> list[str]:
    """What a target's arguments look like."""
    value = arguments[-1] if arguments else ""
    if target == "DNAT":
        return [f"to:{value}"]
    if target == "MARK":
        mark, _, mask = value.partition("/")
        return [f"MARK {'or' if mask == mark else 'xor'} {mark}"]
    if target == "REJECT":
        return [f"reject-with {value}"]
    return [value.removeprefix("--")] if value else []
