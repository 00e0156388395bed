"""What the network asks of the machines at its ends: is anything listening there, and what does it answer?

The kubelet's runtime implements `Endpoints` over its containers; the data path knows nothing of images. A port is open
from the moment a process has bound it (not from the container's start) until that process ends: that is what makes
requests fail in a rollout without readiness probes. Everything here is plain data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from k8snb.api.core.pod import Pod
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.sim.clock import Clock

#: the component that accounts for traffic under way (`load.py`)
TRAFFIC = "traffic"


@dataclass(frozen=True, slots=True)
class Answered:
    """The process took the request (or, without HTTP, the connection: then `response` is None).

    `service_seconds` is how long it held the request, `cpu_seconds` the CPU time that cost, `container` who answered.
    """

    response: HttpResponse | None
    service_seconds: float = 0.0
    cpu_seconds: float = 0.0
    container: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing listens on that port: the kernel resets the connection. `reason` says why, for people."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The connection stands but no answer comes (a hanging process, a machine that is off)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reset:
    """The process ended while it held the request."""

    reason: str = ""


Outcome = Answered | Refused | TimedOut | Reset


@dataclass(frozen=True, slots=True)
class Listener:
    """One bound port of one container, as a queue in front of a server.

    `opened` and `closed` are virtual seconds since the cluster's start; `workers` requests are served at once, on at
    most `cores` CPUs; more than `backlog` waiting connections are dropped. A server that `drains` finishes what it
    has when it is told to stop.
    """

    container: str
    opened: float
    closed: float | None = None
    workers: int = 1
    cores: float = 1.0
    backlog: int = 511
    drains: bool = False
    #: what the process behind the port keeps in mind from request to request, where others may look at it
    memory: Any = None


class Endpoints(Protocol):
    """The processes of all Pods, and the machines under them."""

    def http(self, pod: Pod, port: int, request: HttpRequest) -> Outcome:
        """Give one request to whatever listens on this TCP port of the Pod (any of its containers)."""

    def listener(self, pod: Pod, port: int, protocol: str = "TCP") -> Listener | None:
        """Who has this port bound, or had it last; None if no container of the Pod ever did."""

    def account(self, pod: Pod, port: int, requests: int, cpu_seconds: float, since: float, until: float) -> None:
        """Charge the container behind a port for load it served evenly from `since` to `until` (virtual seconds since
        the cluster's start): its count of requests, and CPU time for `kubectl top` and the autoscaler.
        `Network.traffic.catch_up()` brings these charges up to now; whoever reads usage calls it first.
        """

    def machine_up(self, node: str) -> bool:
        """Is this machine switched on? A stopped kubelet does not stop the machine's network."""


def port_changed(clock: Clock) -> None:
    """To be called at the instant a process binds a port or loses it, or falls silent there: traffic under way is then
    accounted for up to now.
    """
    clock.after(0.0, TRAFFIC, "")
