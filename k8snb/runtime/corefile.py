"""The Corefile: CoreDNS' configuration, read into server blocks as far as it changes answers, ports and logs.

Simulated: kubernetes, hosts (inline entries), rewrite (names), forward, loadbalance, log, reload, health, ready, prometheus.
Without effect on an answer, and passed over: errors, cache, loop and others (`_SILENT`). A plugin that would change
answers and is not simulated is refused by name; one that CoreDNS does not know makes it stop at its start, as upstream.
Source: https://coredns.io/manual/configuration/ and the manual page of each plugin.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

#: plugins of the CoreDNS image that have no part in an answer here
_SILENT = frozenset({
    "errors", "lameduck", "cache", "loop", "debug", "bind", "bufsize", "cancel", "minimal", "nsid",
    "timeouts", "trace", "tls", "whoami", "any", "local", "metadata", "pprof", "root", "dnstap", "multisocket", "quic",
})  # fmt: skip
_REFUSED = frozenset({
    "acl", "auto", "autopath", "azure", "chaos", "clouddns", "dns64", "dnssec", "erratic", "etcd", "file", "geoip",
    "grpc", "header", "import", "k8s_external", "nomad", "route53", "secondary", "sign", "template", "transfer", "tsig",
    "view",
})  # fmt: skip
_PODS = ("disabled", "verified", "insecure")
#: what `log` writes down, by the class of an answer
CLASSES = ("success", "denial", "error")
_MATCHES = ("exact", "prefix", "suffix", "substring", "regex")
#: CoreDNS looks at its Corefile this often
RELOAD_SECONDS = 30.0


class Rewrite(NamedTuple):
    """One `rewrite name` rule. `match`: exact, prefix, suffix, substring or regex; `more`: the next rule is tried, too."""

    match: str
    old: str
    new: str
    more: bool = False

    def apply(self, name: str) -> str | None:
        """The other name, or None if the rule does not match."""
        if self.match == "exact":
            return self.new if name == self.old else None
        if self.match == "prefix":
            return self.new + name.removeprefix(self.old) if name.startswith(self.old) else None
        if self.match == "suffix":
            return name.removesuffix(self.old) + self.new if f".{name}".endswith(self.old) else None
        if self.match == "substring":
            return name.replace(self.old, self.new) if self.old in name else None
        found = re.fullmatch(self.old, name) or re.fullmatch(self.old, f"{name}.")
        if found is None:
            return None
        return re.sub(r"\{(\d+)\}", lambda group: str(found.group(int(group[1])) or ""), self.new).rstrip(".")


class ServerBlock(NamedTuple):
    """One `zone { … }` of a Corefile. `kubernetes` are the cluster's zones, `hosts` the lines of a hosts file."""

    zones: tuple[str, ...] = (".",)
    port: int = 53
    kubernetes: tuple[str, ...] = ()
    reverse: bool = False
    pods: str = "disabled"
    ttl: int = 5
    hosts: tuple[str, ...] | None = None
    hosts_fall_through: bool = False
    forward: tuple[str, ...] = ()
    forward_from: str = "."
    rewrites: tuple[Rewrite, ...] = ()
    log: tuple[str, ...] = ()
    loadbalance: bool = False
    reload: float = 0.0
    health: int = 0
    ready: int = 0
    prometheus: int = 0
    lameduck: str = ""

    def rewritten(self, name: str) -> str:
        """What a question is turned into."""
        for rule in self.rewrites:
            found = rule.apply(name)
            if found is not None:
                name = found
                if not rule.more:
                    break
        return name


class Corefile(NamedTuple):
    """A whole configuration; with an `error` (CoreDNS' own words) it is none."""

    blocks: tuple[ServerBlock, ...] = ()
    error: str = ""

    def block(self, name: str) -> ServerBlock | None:
        """The server block that answers for a name: the one with the longest zone around it."""
        best: tuple[int, ServerBlock | None] = (-1, None)
        for block in self.blocks:
            for zone in block.zones:
                if (zone == "." or name == zone or name.endswith(f".{zone}")) and len(zone) > best[0]:
                    best = (len(zone) if zone != "." else 0, block)
        return best[1]

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports it listens on."""
        found = {block.port for block in self.blocks}
        found |= {port for block in self.blocks for port in (block.health, block.ready, block.prometheus) if port}
        return tuple(sorted(found))


class _Mistake(Exception):
    """What is wrong, in CoreDNS' words without file and line; `line` 0 takes that of the directive."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


#: one line of a Corefile: its number, its words, and the lines of its own block
class _Line(NamedTuple):
    number: int
    words: list[str]
    inside: list[_Line]
    raw: str


@lru_cache(maxsize=64)
def parse(text: str, name: str = "Corefile") -> Corefile:
    """Read a Corefile of this file name. A mistake is kept as `error`: such a CoreDNS does not start."""
    try:
        return Corefile(tuple(_server(line) for line in _lines(text)))
    except _Mistake as mistake:
        return Corefile((), f"{name}:{mistake.line} - Error during parsing: {mistake}")


def _lines(text: str) -> list[_Line]:
    top: list[_Line] = []
    stack = [top]
    rows = text.splitlines()
    for number, raw in enumerate(rows, 1):
        words = raw.partition("#")[0].split()
        if not words:
            continue
        if words == ["}"]:
            if len(stack) == 1:
                raise _Mistake("Unexpected '}' because no matching opening brace", number)
            stack.pop()
            continue
        opens = words[-1] == "{"
        line = _Line(number, words[:-1] if opens else words, [], raw)
        stack[-1].append(line)
        if opens:
            stack.append(line.inside)
    if len(stack) > 1:
        raise _Mistake("Unexpected EOF, expecting '}'", len(rows))
    return top


def _server(line: _Line) -> ServerBlock:
    zones, port = [], 53
    for key in " ".join(line.words).replace(",", " ").split():
        zone, _, number = key.removeprefix("dns://").rpartition(":") if ":" in key else (key, "", "")
        if number and not number.isdecimal():
            raise _Mistake(f"'{key}' is no zone", line.number)
        zones.append(zone.rstrip(".").lower() or ".")
        port = int(number) if number else port
    block = ServerBlock(tuple(zones), port)
    for inner in line.inside:
        try:
            block = _plugin(block, inner)
        except _Mistake as mistake:
            mistake.line = mistake.line or inner.number
            raise
    return block


def _plugin(block: ServerBlock, line: _Line) -> ServerBlock:
    name, arguments = line.words[0], line.words[1:]
    reader = _READERS.get(name)
    if reader is not None:
        return reader(block, arguments, line.inside)
    if name in _REFUSED:
        raise _Mistake(f"plugin '{name}' is not simulated here")
    if name not in _SILENT:
        raise _Mistake(f"Unknown directive '{name}'")
    return block


def _kubernetes(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    zones = [zone.rstrip(".").lower() for zone in arguments] or list(block.zones)
    reverse = any(zone.endswith(".arpa") for zone in zones)
    block = block._replace(kubernetes=tuple(z for z in zones if not z.endswith(".arpa")), reverse=reverse)
    for line in inside:
        option, values = line.words[0], line.words[1:]
        if option == "pods":
            if values[:1] == [] or values[0] not in _PODS:
                wrong = values[0] if values else ""
                text = f"wrong value for pods: {wrong}, pods must be one of: disabled, verified, insecure"
                raise _Mistake(text, line.number)
            block = block._replace(pods=values[0])
        elif option == "ttl" and values and values[0].isdecimal():
            block = block._replace(ttl=int(values[0]))
        elif option not in ("fallthrough", "endpoint", "tls", "kubeconfig", "endpoint_pod_names", "startup_timeout"):
            known = option in ("namespaces", "labels", "noendpoints", "ignore", "namespace_labels", "multicluster")
            text = f"option '{option}' of plugin 'kubernetes' is not simulated here" if known else ""
            raise _Mistake(text or f"unknown property '{option}'", line.number)
    return block


def _hosts(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    falls = any(line.words[0] == "fallthrough" for line in inside)
    entries = tuple(line.raw for line in inside if line.words[0][0].isdigit() or ":" in line.words[0])
    return block._replace(hosts=entries, hosts_fall_through=falls)


def _forward(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    if len(arguments) < 2:
        raise _Mistake("Wrong argument count or unexpected line ending after 'forward'")
    return block._replace(forward_from=arguments[0].rstrip(".").lower() or ".", forward=tuple(arguments[1:]))


def _rewrite(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    more = arguments[:1] == ["continue"]
    words = arguments[1:] if arguments[:1] in (["continue"], ["stop"]) else arguments
    if not words and inside:
        words = inside[0].words  # `rewrite stop { name … ; answer … }`: answers get their name back anyway
    if words[:1] != ["name"]:
        raise _Mistake(f"rewrite of '{' '.join(words[:1])}' is not simulated here: only of names")
    match, rest = (words[1], words[2:]) if words[1:2] and words[1] in _MATCHES else ("exact", words[1:])
    if len(rest) < 2:
        raise _Mistake(f"too few arguments for a {match} name rule")
    old, new = rest[0], rest[1]
    if match == "regex":
        try:
            re.compile(old)
        except re.error as error:
            raise _Mistake(f"invalid regex pattern in a name rule: {old}") from error
    elif match in ("exact", "suffix"):
        old, new = old.rstrip(".").lower(), new.rstrip(".").lower()
    return block._replace(rewrites=(*block.rewrites, Rewrite(match, old, new, more)))


def _log(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    classes = [word for line in inside if line.words[0] == "class" for word in line.words[1:]]
    wanted = CLASSES if not classes or "all" in classes else tuple(c for c in CLASSES if c in classes)
    return block._replace(log=wanted)


def _loadbalance(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    if arguments[:1] not in ([], ["round_robin"]):
        raise _Mistake(f"policy '{arguments[0]}' of plugin 'loadbalance' is not simulated here")
    return block._replace(loadbalance=True)


def _reload(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    return block._replace(reload=_seconds(arguments[0]) if arguments else RELOAD_SECONDS)


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)(s|m|h)", text)
    if found is None:
        raise _Mistake(f'time: invalid duration "{text}"')
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def _port(arguments: list[str], default: int) -> int:
    number = arguments[0].rpartition(":")[2] if arguments else ""
    return int(number) if number.isdecimal() else default


def _health(block: ServerBlock, arguments: list[str], inside: list[_Line]) -> ServerBlock:
    duck = next((line.words[1] for line in inside if line.words[0] == "lameduck" and len(line.words) > 1), "")
    return block._replace(health=_port(arguments, 8080), lameduck=duck)


_READERS: dict[str, Callable[[ServerBlock, list[str], list[_Line]], ServerBlock]] = {
    "kubernetes": _kubernetes,
    "hosts": _hosts,
    "forward": _forward,
    "rewrite": _rewrite,
    "log": _log,
    "loadbalance": _loadbalance,
    "reload": _reload,
    "health": _health,
    "ready": lambda block, arguments, inside: block._replace(ready=_port(arguments, 8181)),
    "prometheus": lambda block, arguments, inside: block._replace(prometheus=_port(arguments, 9153)),
}
