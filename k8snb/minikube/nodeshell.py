"""What a machine's own tools show of it: iptables, routes, containers, and requests sent from the machine.

Each program is a function of the cluster, the Node and its arguments; `PROGRAMS` has a row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from k8snb.api.duration import parse_time
from k8snb.minikube.host import ShellResult
from k8snb.network.cni import internal_ip, routes
from k8snb.network.iptables import NodeTable
from k8snb.network.iptableslist import Shape, listing
from k8snb.network.iptablessave import TABLES, save
from k8snb.network.origin import HOST_IP
from k8snb.runtime.programs.basic import format_date


class Running(NamedTuple):
    """One running container of a node, with what the runtime's tools show of it."""

    id: str
    image: str
    command: str
    created: str
    name: str
    pod: Any
    attempt: int


def iptables_save(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """`iptables-save [-t TABLE]`."""
    tables: tuple[str, ...] = TABLES
    if arguments[:1] == ["-t"] and len(arguments) == 2:
        tables = (arguments[1],)
    elif arguments:
        return ShellResult("", f"iptables-save: unknown arguments found on commandline: {' '.join(arguments)}\n", 1)
    rules: NodeTable = cluster.network.proxy.table(node.metadata.name)
    cidr = cluster.server.settings.pod_cidr
    try:
        when = format_date("%a %b %e %H:%M:%S %Y", cluster.clock.unix)
        return ShellResult("".join(save(rules, table, cidr, when) for table in tables))
    except ValueError:
        return ShellResult("")


def iptables(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """`iptables [-t TABLE] -S|-L [CHAIN] [-n] [-v] [--line-numbers]`; nothing is changed by hand here."""
    words, table, verb, chain, flags = list(arguments), "filter", "", "", ""
    while words:
        word = words.pop(0)
        if word in ("-t", "--table") and words:
            table = words.pop(0)
        elif word.startswith("-"):
            known = {"--list-rules": "S", "--list": "L", "--numeric": "n", "--verbose": "v", "--line-numbers": "#"}
            flags += known.get(word, word[1:])
            verb = next((letter for letter in flags if letter in "SL"), "")
        elif not chain:
            chain = word
        else:
            flags += "?"
    if not verb or set(flags) - set("SLnv#") or table not in TABLES:
        return ShellResult(
            "", f"iptables: only `iptables [-t {'|'.join(TABLES)}] -S|-L [CHAIN] [-n] [-v]` is simulated\n", 2
        )
    rules: NodeTable = cluster.network.proxy.table(node.metadata.name)
    dump = save(rules, table, cluster.server.settings.pod_cidr)
    if verb == "L":
        shown = listing(dump, chain, Shape("n" in flags, "v" in flags, "#" in flags))
        return ShellResult(shown) if shown is not None else ShellResult("", _NO_CHAIN, 1)
    return _list_rules(dump, chain)


_NO_CHAIN = "iptables: No chain/target/match by that name.\n"


def _list_rules(dump: str, chain: str) -> ShellResult:
    """`-S`: the rules of one chain, or all of them, as they would be typed."""
    lines = dump.splitlines()
    declared = [line[1:].split() for line in lines if line.startswith(":")]
    if chain and all(name != chain for name, *_ in declared):
        return ShellResult("", _NO_CHAIN, 1)
    shown = [f"-P {n} {p}" if p != "-" else f"-N {n}" for n, p, _ in declared if chain in ("", n)]
    shown += [line for line in lines if line.startswith(f"-A {chain} " if chain else "-A ")]
    return ShellResult("\n".join(shown) + "\n")


def ip(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """`ip route`, `ip addr` in short."""
    if arguments[:1] and arguments[0] in ("r", "ro", "route"):
        lines = [f"default via {HOST_IP} dev eth0 "]
        for route in routes(node, cluster.client.list("nodes").items):
            where = (
                f"via {route.gateway} dev {route.device}"
                if route.gateway
                else f"dev {route.device} proto kernel scope link"
            )
            lines.append(f"{route.destination} {where} ")
        lines.append(f"192.168.49.0/24 dev eth0 proto kernel scope link src {internal_ip(node)} ")
        return ShellResult("\n".join(lines) + "\n")
    return ShellResult("", "ip: only `ip route` is simulated\n", 2)


def containers(cluster: Any, node: Any) -> Iterator[Running]:
    """The containers that run on a node, newest first."""
    found = []
    for pod in cluster.client.indexed("pods", "node", node.metadata.name):
        for status in pod.status.containerStatuses:
            running = status.state.running
            if running is None:
                continue
            spec = next((c for c in pod.spec.containers if c.name == status.name), None)
            command = " ".join((*spec.command, *spec.args)) if spec is not None else ""
            identity = (status.containerID or "").rpartition("/")[2]
            found.append(
                Running(identity, status.image, command, running.startedAt or "", status.name, pod, status.restartCount)
            )
    return iter(sorted(found, key=lambda item: (item.created, item.id), reverse=True))


def _ago(cluster: Any, created: str) -> str:
    """docker's and crictl's words for an age: `5 minutes`, `About an hour`."""
    seconds = max(cluster.clock.unix - parse_time(created), 0.0) if created else 0.0
    for limit, size, word in (
        (60, 1, "second"),
        (3600, 60, "minute"),
        (172800, 3600, "hour"),
        (float("inf"), 86400, "day"),
    ):
        if seconds < limit:
            count = int(seconds / size)
            if word == "second" and count < 1:
                return "Less than a second"
            if word in ("minute", "hour") and count == 1:
                return "About a minute" if word == "minute" else "About an hour"
            return f"{count} {word}{'' if count == 1 else 's'}"
    return ""


def docker(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """`docker ps`, on machines whose runtime is docker."""
    if not node.status.nodeInfo.containerRuntimeVersion.startswith("docker"):
        return ShellResult("", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the "
                               "docker daemon running? "
                           "(this machine runs containerd: use crictl)\n", 1)  # fmt: skip
    if list(arguments) != ["ps"]:
        return ShellResult("", "docker: only `docker ps` is simulated on a machine\n", 1)
    rows = [("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES")]
    for item in containers(cluster, node):
        command = f'"{item.command[:19]}…"' if len(item.command) > 20 else f'"{item.command}"'
        meta, ago = item.pod.metadata, _ago(cluster, item.created)
        name = f"k8s_{item.name}_{meta.name}_{meta.namespace}_{meta.uid}_{item.attempt}"
        rows.append((item.id[:12], item.image, command, f"{ago} ago", f"Up {ago}", "", name))
    return ShellResult(_columns(rows, 10))


def crictl(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """`crictl ps` and `crictl pods`."""
    rows: list[tuple[str, ...]]
    if list(arguments) == ["ps"]:
        rows = [("CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE")]
        for item in containers(cluster, node):
            meta = item.pod.metadata
            sandbox = meta.uid.replace("-", "")[:13]
            rows.append((item.id[:13], item.image, f"{_ago(cluster, item.created)} ago", "Running", item.name,
                str(item.attempt),
                         sandbox, meta.name, meta.namespace))  # fmt: skip
        return ShellResult(_columns(rows, 20))
    if list(arguments) == ["pods"]:
        rows = [("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME")]
        for pod in cluster.client.indexed("pods", "node", node.metadata.name):
            if pod.status.phase == "Running":
                meta, ago = pod.metadata, _ago(cluster, pod.status.startTime or "")
                rows.append(
                    (meta.uid.replace("-", "")[:13], f"{ago} ago", "Ready", meta.name, meta.namespace, "0", "(default)")
                )
        return ShellResult(_columns(rows, 20))
    return ShellResult("", "crictl: only `crictl ps` and `crictl pods` are simulated\n", 1)


def _columns(rows: Sequence[tuple[str, ...]], least: int) -> str:
    """Columns three spaces wider than their widest cell, and at least so wide."""
    widths = [max(least, 3 + max(len(row[index]) for row in rows)) for index in range(len(rows[0]))]
    return "".join("".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


def curl(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    """curl, from the machine's own network."""
    found = cluster.network.curl(list(arguments), f"node/{node.metadata.name}")
    return ShellResult(found.stdout.decode("utf-8", "replace"), found.stderr, found.exit_code)


def hostname(cluster: Any, node: Any, arguments: Sequence[str]) -> ShellResult:
    return ShellResult(f"{node.metadata.name}\n")


PROGRAMS: dict[str, Callable[[Any, Any, Sequence[str]], ShellResult]] = {
    "crictl": crictl,
    "curl": curl,
    "docker": docker,
    "hostname": hostname,
    "ip": ip,
    "iptables": iptables,
    "iptables-save": iptables_save,
}
