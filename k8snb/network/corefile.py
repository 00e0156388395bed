"""The Corefile: CoreDNS' configuration in ConfigMap `kube-system/coredns`, as far as it changes answers.

Understood: `kubernetes` (zones, `pods`), `hosts` (inline entries), `forward`. Read and without effect here: errors,
health, ready, prometheus, cache, loop, reload, loadbalance, log. Anything else makes CoreDNS stop at its start, as
upstream does for a plugin it does not know.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from k8snb.client.client import Client
from k8snb.network.resolv import parse_hosts

#: plugins of the CoreDNS image that have no part in an answer
_SILENT = frozenset({
    "errors", "health", "lameduck", "ready", "prometheus", "cache", "loop", "reload", "loadbalance", "log", "debug",
    "bind",
    "bufsize", "cancel", "minimal", "nsid", "timeouts", "trace", "tls", "whoami", "any", "local", "metadata",
})  # fmt: skip


class Corefile(NamedTuple):
    """What the Corefile makes of CoreDNS."""

    zones: tuple[str, ...] = ("cluster.local",)
    reverse: bool = True
    pods: str = "insecure"
    hosts: dict[str, str] = {}
    forwards: bool = True
    error: str = ""


def corefile(client: Client) -> Corefile:
    """The configuration in force; the one CoreDNS was built with if there is no ConfigMap."""
    config = client.find("configmaps", "coredns", "kube-system")
    text = config.data.get("Corefile") if config is not None else None
    return Corefile() if text is None else parse(text)


@lru_cache(maxsize=64)
def parse(text: str) -> Corefile:
    """Read a Corefile. A mistake is kept as `error`, in CoreDNS' own words: such a CoreDNS does not start."""
    zones: list[str] = []
    found = Corefile(zones=(), reverse=False, hosts={}, forwards=False)
    depth, block = 0, ""
    entries: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words == ["}"]:
            depth -= 1
            block = "" if depth < 2 else block
            continue
        if depth == 1:
            block = words[0]
            found = _plugin(found, zones, words, number)
        elif depth == 2 and block == "kubernetes" and words[0] == "pods" and len(words) > 1:
            found = found._replace(pods=words[1])
        elif depth == 2 and block == "hosts" and words[0][0].isdigit():
            entries.append(line)
        depth += words[-1] == "{"
    if depth and not found.error:
        found = found._replace(
            error=f"Corefile:{len(text.splitlines())} - Error during parsing: Unexpected EOF, expecting '}}'"
        )
    forward = [zone for zone in zones if not zone.endswith(".arpa")]
    return found._replace(
        zones=tuple(forward), reverse=any(z.endswith(".arpa") for z in zones), hosts=parse_hosts("\n".join(entries))
    )


def _plugin(found: Corefile, zones: list[str], words: list[str], number: int) -> Corefile:
    name, arguments = words[0], [word for word in words[1:] if word != "{"]
    if name == "kubernetes":
        zones += [zone.rstrip(".").lower() for zone in arguments]
    elif name == "forward":
        return found._replace(forwards=True)
    elif name not in _SILENT and name != "hosts" and not found.error:
        return found._replace(error=f"Corefile:{number} - Error during parsing: Unknown directive '{name}'")
    return found
