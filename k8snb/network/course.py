"""The courses that requests of a flow may take right now: each way through the rules, joined to the server at its
end.

A course knows how likely it is, what the answer is, how long it takes without waiting, and the queue it stands in:
the port of one Pod, which serves as many at once as it has workers and no faster than its CPU allows.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.network import lookup
from k8snb.network.atlas import pod_name
from k8snb.network.chance import Chance, Way, ways
from k8snb.network.diagnosis import not_listening
from k8snb.network.endpoint import Answered, Listener, Outcome, TimedOut
from k8snb.network.fabric import Fabric
from k8snb.network.machine import machine_answer
from k8snb.network.netfilter import Packet
from k8snb.network.origin import Origin
from k8snb.network.path import Arrival, Path
from k8snb.network.tally import Lane
from k8snb.network.trace import DNS, REFUSED, RESET, TIMEOUT, Failure
from k8snb.network.url import Url
from k8snb.runtime.net import HttpRequest

#: where requests queue: a Pod's UID and port
QueueKey = tuple[str, int]


class Course(NamedTuple):
    """One way a request may go, from its client to its outcome. Times are virtual seconds."""

    probability: float
    lane: Lane
    #: HTTP status, or what kind of failure
    outcome: str
    seconds: float = 0.0
    reason: str = ""
    queue: QueueKey | None = None
    pod: Pod | None = None
    #: how long one request keeps the queue busy, and how long a queue may get before connections are dropped
    slot: float = 0.0
    patience: float = inf
    cpu_seconds: float = 0.0
    opened: float = 0.0
    closed: float = inf
    drains: bool = False


class Request(NamedTuple):
    """What every request of a flow looks like."""

    url: Url
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


def courses(fabric: Fabric, start: Origin, request: Request) -> tuple[Course, ...]:
    """All courses at this instant; their probabilities add up to 1."""
    path = Path(fabric, start, Chance(fabric))
    path.logs = False
    addresses = lookup.resolve(path, request.url.host)
    if isinstance(addresses, Failure):
        return (Course(1.0, Lane((start.place,)), DNS, addresses.seconds, addresses.why),)
    answers: dict[QueueKey, Outcome] = {}
    found: list[Course] = []
    chosen = addresses if path.balanced else addresses[:1]  # mixed anew for each question: every one as often
    for address in chosen:
        packet = Packet(start.ip, address, "tcp", request.url.port)
        each = ways(fabric, start, packet)
        if any(way.learned for way in each):
            each = _stay(fabric, start, packet, each)
        for way in each:
            share = way._replace(probability=way.probability / len(chosen))
            found.append(_course(fabric, start, request, share, answers))
    return tuple(found)


def _stay(fabric: Fabric, start: Origin, packet: Packet, found: list[Way]) -> list[Way]:
    """Session affinity: the first request decides for all that follow."""
    draw = fabric.rng.uniform("iptables")
    for way in found:
        draw -= way.probability
        if draw < 0:
            break
    for node, name in way.learned:
        fabric.learn(node, name, start.ip)
    return ways(fabric, start, packet)


def _course(fabric: Fabric, start: Origin, request: Request, way: Way, answers: dict[QueueKey, Outcome]) -> Course:
    lane, end = _lane(start, way), way.end
    if isinstance(end, Failure):
        return Course(way.probability, lane, end.kind, way.seconds + end.seconds, end.why)
    question = _question(request, end)
    if end.pod is None:
        found = machine_answer(fabric, end, question)
        if found is None or found.response is None:
            return Course(
                way.probability, lane, REFUSED, way.seconds, f"nothing listens on port {end.port} of {end.place}"
            )
        return Course(way.probability, lane, str(found.response.status), way.seconds + found.service_seconds)
    key = (end.pod.metadata.uid, end.port)
    if key not in answers:
        answers[key] = fabric.endpoints.http(end.pod, end.port, question)
    listener = fabric.endpoints.listener(end.pod, end.port)
    return _served(way, lane, end, end.pod, answers[key], listener)


def _question(request: Request, end: Arrival) -> HttpRequest:
    headers = {"Host": request.url.authority, **dict(request.headers)}
    return HttpRequest(request.method, request.url.target, headers, b"", end.client_ip, request.url.scheme)


def _served(way: Way, lane: Lane, end: Arrival, pod: Pod, outcome: Outcome, listener: Listener | None) -> Course:
    if not isinstance(outcome, Answered) or listener is None or outcome.response is None:
        if isinstance(outcome, TimedOut):
            return Course(way.probability, lane, TIMEOUT, inf, outcome.reason)
        if isinstance(outcome, Answered) and listener is not None:
            return Course(way.probability, lane, RESET, way.seconds, "the process does not speak HTTP")
        return Course(way.probability, lane, REFUSED, way.seconds, not_listening(pod, end.port))
    busy = outcome.service_seconds / listener.workers
    slot = max(busy, outcome.cpu_seconds / listener.cores if listener.cores > 0 else inf)
    return Course(
        way.probability,
        lane,
        str(outcome.response.status),
        way.seconds + max(outcome.service_seconds, slot),
        queue=(pod.metadata.uid, end.port),
        pod=pod,
        slot=slot,
        patience=listener.backlog * slot if slot else inf,
        cpu_seconds=outcome.cpu_seconds,
        opened=listener.opened,
        closed=inf if listener.closed is None else listener.closed,
        drains=listener.drains,
    )


def _lane(start: Origin, way: Way) -> Lane:
    """The places along a way: client, node of entry, Service, the Pod's node if it is another one, Pod."""
    places = [start.place]
    if way.entry:
        places.append(f"node/{way.entry}")
    if way.service:
        places.append(f"service/{way.service}")
    end = way.end
    if isinstance(end, Arrival):
        if end.node and end.node != way.entry:
            places.append(f"node/{end.node}")
        if end.pod is not None and f"pod/{pod_name(end.pod)}" != start.place:
            places.append(f"pod/{pod_name(end.pod)}")
    return Lane(tuple(places))


def still(fabric: Fabric, course: Course, now: float) -> Course:
    """The course with what is known by now of its port: whether, and when, it was closed meanwhile."""
    if course.pod is None or course.queue is None or course.closed < inf:
        return course
    listener = fabric.endpoints.listener(course.pod, course.queue[1])
    if listener is None:
        return course._replace(closed=now)
    if listener.opened > course.opened:  # closed and opened again since
        return course._replace(closed=listener.opened)
    return course if listener.closed is None else course._replace(closed=listener.closed)
