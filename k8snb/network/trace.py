"""One request, seen: every step from the client to the process and back, as frozen data, and as a short table.

A trace is written by the data path (`path.py`) and kept for lessons, views and grading. A request that fails has a
trace that stops where it failed; its `failure` says why and which object to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from k8snb.runtime.net import HttpResponse

#: what may become of a request
ANSWERED, REFUSED, TIMEOUT, UNREACHABLE, RESET, DNS = "answered", "refused", "timeout", "unreachable", "reset", "dns"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step. `kind`: lookup, send, balancer, tunnel, forward, node, rule, dnat, snat, policy, pod, container,
    response, failure. `place` is where it happens (`host`, `node/minikube`, `pod/default/my-pod`), `seconds` what
    it costs.
    """

    kind: str
    place: str
    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no answer. `look_at` names the object that explains it (`service/default/web`)."""

    kind: str
    place: str
    why: str
    look_at: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Trace:
    """One request and what became of it. Times are virtual seconds since the cluster's start."""

    number: int
    time: float
    source: str
    method: str
    url: str
    host: str
    port: int
    hops: tuple[Hop, ...]
    outcome: str
    seconds: float
    #: the address that the client connected to, once its name was known
    address: str = ""
    response: HttpResponse | None = None
    failure: Failure | None = None
    #: `namespace/name` of the Service it went through and of the Pod that took it; the nodes of entry and of the Pod
    service: str = ""
    pod: str = ""
    container: str = ""
    entry: str = ""
    node: str = ""
    #: number of the request that a proxying Pod made this one for
    parent: int = 0
    #: virtual seconds until the name was known, and until the connection stood
    lookup_seconds: float = 0.0
    connect_seconds: float = 0.0

    @property
    def status(self) -> int:
        """The HTTP status, 0 without an answer."""
        return self.response.status if self.response else 0

    @property
    def text(self) -> str:
        """The body of the answer."""
        return self.response.text if self.response else ""

    def table(self) -> str:
        """The trace as a table of a few lines."""
        rows = [("#", "WHERE", "WHAT", "TIME")]
        for number, hop in enumerate(self.hops, 1):
            rows.append((str(number), hop.place, hop.text, milliseconds(hop.seconds)))
        lines = _align(rows)
        lines.append(self.summary())
        if self.failure and self.failure.look_at:
            lines.append(f"Look at: {self.failure.look_at}")
        return "\n".join(lines) + "\n"

    def summary(self) -> str:
        """The outcome in one line."""
        if self.response is not None:
            by = f" from pod/{self.pod}" if self.pod else ""
            return f"{self.status} {self.response.reason}{by} after {milliseconds(self.seconds)}"
        assert self.failure is not None
        return (
            f"{self.outcome} at {self.failure.place} after {milliseconds(self.seconds) or '0 ms'}: {self.failure.why}"
        )


def milliseconds(seconds: float) -> str:
    """`0.31 ms`, `12 ms`, `3.1 s`; nothing for nothing."""
    if not seconds:
        return ""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def _align(rows: Iterable[Sequence[str]]) -> list[str]:
    rows = list(rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
