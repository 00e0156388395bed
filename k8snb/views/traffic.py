"""Traffic on the map: which lines each flow of requests follows, and how many requests pass where.

A request from outside follows the lines through its Service's entry, comes to the node whose rules choose a Pod, and goes on
to that Pod, on this node or another; a Pod's request begins at its card. What fails ends where it failed. Rates stand at the
cards: nothing is sampled, the numbers at the Pods add up to those at their Service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from k8snb.views.drawing import Box, Drawing, Way
from k8snb.views.lettering import shorten, width
from k8snb.views.model import ClusterPicture, Flow
from k8snb.views.routes import Routes
from k8snb.views.services import Spot
from k8snb.views.theme import LANES

_MOST_LINES = 40


def forwards(picture: ClusterPicture) -> int:
    """Lanes needed for requests that go on to another node: one, or none."""
    return int(any(_forwarded(picture, flow) for flow in picture.flows))


def _forwarded(picture: ClusterPicture, flow: Flow) -> bool:
    return bool(flow.node and flow.pod) and any(p.key == flow.pod and p.node != flow.node for p in picture.pods)


def line_to(service: str, card: str) -> str:
    """Id of the line from a Service to a card."""
    return f"to/{service}/{card}"


def draw(
    drawing: Drawing, picture: ClusterPicture, spots: Sequence[Spot], streets: Routes, lanes: int
) -> tuple[Way, ...]:
    """Draw the lines that only traffic needs and the rates; the ways of all flows."""
    by_service = {spot.service.key: spot for spot in spots}
    drawn: set[str] = set()
    ways = []
    for flow in sorted(picture.flows, key=lambda f: (-f.rate, f.source, f.service, f.node, f.pod)):
        spot = by_service.get(flow.service)
        if spot is None or len(drawn) > _MOST_LINES:
            continue
        lines = _outside(flow, spot) + _call(drawing, flow, spot, streets, lanes, drawn)
        if flow.stop != "service":
            lines += _inside(drawing, flow, spot, streets, lanes, drawn)
        ways.append(Way(tuple(lines), flow.rate, flow.failed, _says(flow), flow.once))
    _rates(drawing, picture, by_service, streets)
    return tuple(ways)


def _says(flow: Flow) -> str:
    lost = f", {rate(flow.failed, flow.once)} failed: {flow.reason}" if flow.failed else ""
    return f"{flow.source} → {flow.service}{f' → {flow.pod}' if flow.pod else ''}: {rate(flow.rate, flow.once)}{lost}"


def _outside(flow: Flow, spot: Spot) -> list[str]:
    if flow.source not in ("internet", "host") or spot.entry is None:
        return []
    return [f"from/{flow.source}/{flow.service}", f"into/{flow.service}"]


def _call(drawing: Drawing, flow: Flow, spot: Spot, streets: Routes, lanes: int, drawn: set[str]) -> list[str]:
    """The line from a client Pod up to the Service."""
    client = streets.targets.get(flow.source)
    if client is None:
        return []
    id = f"call/{client.card}/{flow.service}"
    if id not in drawn:
        drawn.add(id)
        start = spot.way_out()
        corners = [*start[:-1], *streets.to_pod(start[-1], (spot.lane or 0) % max(lanes, 1), flow.source)]
        drawing.line(id, client.card, f"service/{flow.service}", corners[::-1], "call", more=_lane(spot))
    return [id]


def _inside(drawing: Drawing, flow: Flow, spot: Spot, streets: Routes, lanes: int, drawn: set[str]) -> list[str]:
    target = streets.targets.get(flow.pod)
    if flow.node in ("", target.district.place.title if target else "") and target is not None:
        return [line_to(flow.service, target.card)]
    if flow.node not in streets.districts:
        return []
    lane, start = (spot.lane or 0) % max(lanes, 1), spot.way_out()
    hop = f"hop/{flow.service}/{flow.node}"
    if hop not in drawn:
        drawn.add(hop)
        corners = [*start[:-1], *streets.to_node(start[-1], lane, flow.node)]
        drawing.line(hop, f"service/{flow.service}", f"iptables/{flow.node}", corners, "request", more=_lane(spot))
    if target is None or flow.stop == "node":
        return [hop]
    forward = f"forward/{flow.node}/{target.card}"
    if forward not in drawn:
        drawn.add(forward)
        drawing.line(
            forward, f"iptables/{flow.node}", target.card, streets.between(flow.node, lanes, flow.pod), "forward"
        )
    return [hop, forward]


def _lane(spot: Spot) -> str:
    return f"lane{spot.lane % len(LANES)}" if spot.lane is not None else ""


def _rates(drawing: Drawing, picture: ClusterPicture, spots: dict[str, Spot], streets: Routes) -> None:
    passed: dict[str, float] = defaultdict(float)
    lost: dict[str, float] = defaultdict(float)
    reasons: dict[str, str] = {}
    once: set[str] = set()
    places: dict[str, Box] = {}
    for flow in picture.flows:
        stops = {"service": _at_service(flow, spots), "node": _at_node(flow, streets), "pod": _at_pod(flow, streets)}
        for place, found in stops.items():
            if found is None:
                continue
            id, places[id] = found
            if flow.once:
                once.add(id)
            if place != "node":
                passed[id] += flow.rate
            if flow.failed and flow.stop == place:
                lost[id] += flow.failed
                reasons[id] = flow.reason
            if flow.stop == place:
                break
    for id, box in places.items():
        right = box.right - 6
        if passed[id]:
            right = _badge(drawing, f"rate/{id}", rate(passed[id], id in once), "rate", right, box.y, "")
        if lost[id]:
            count = rate(lost[id], id in once)
            words = shorten(f"✕ {count} {reasons[id]}".rstrip(), max(40, right - box.x - 10), 8)
            _badge(drawing, f"lost/{id}", words, "lost", right, box.y, f"{count} failed: {reasons[id]}")


def _at_service(flow: Flow, spots: dict[str, Spot]) -> tuple[str, Box] | None:
    spot = spots.get(flow.service)
    return (f"service/{flow.service}", spot.box) if spot is not None else None


def _at_node(flow: Flow, streets: Routes) -> tuple[str, Box] | None:
    district = streets.districts.get(flow.node)
    return (f"iptables/{flow.node}", district.bar._replace(y=district.bar.y + 10)) if district is not None else None


def _at_pod(flow: Flow, streets: Routes) -> tuple[str, Box] | None:
    target = streets.targets.get(flow.pod)
    return (target.card, target.box) if target is not None else None


def _badge(drawing: Drawing, id: str, words: str, kind: str, right: float, y: float, tip: str) -> float:
    room = round(width(words, 8) * 1.08) + 8
    drawing.box(id, Box(right - room, y - 8, room, 12), kind, [words], centred=True, tip=tip)
    return right - room - 4


def rate(value: float, once: bool = False) -> str:
    """`0.5/s`, `48/s`, `1.2k/s`; `1×` for single requests."""
    if once:
        return f"{value:.0f}×"
    if value >= 1000:
        return f"{value / 1000:.1f}".removesuffix(".0") + "k/s"
    return (f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")) + "/s"
