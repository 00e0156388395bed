"""Services on the map: who asks from outside, the load balancers and node ports they come through, and the Services' cards.

Stands above the nodes. A Service with an outside address has its entry right above it; what cannot be reached from outside
has none. At most two dozen Services get a card, those with requests and endpoints first; the rest is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from k8snb.views.drawing import Box, Drawing, Point
from k8snb.views.lettering import shorten, width
from k8snb.views.model import ClusterPicture, ServiceView, State
from k8snb.views.theme import LANES

_MOST = 24
_LEAST, _WIDTH, _HEIGHT, _GAP = 152, 206, 52, 26
_ENTRY, _OUTSIDE, _STREET = 24, 26, 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A Service's place: its card, the entry above it if it has one, its lane (None without endpoints)."""

    service: ServiceView
    box: Box
    entry: Box | None
    lane: int | None
    first: bool
    last: bool

    @property
    def exit(self) -> Point:
        """Where its lines begin."""
        return self.box.middle[0], self.box.bottom

    def way_out(self) -> list[Point]:
        """First corners of a line to the nodes: straight down, or beside the rows of cards below."""
        if self.last:
            return [self.exit]
        corridor = self.box.x - _GAP / 2 + (self.lane or 0) % len(LANES) * 2 - len(LANES)
        return [(self.box.x, self.box.middle[1]), (corridor, self.box.middle[1])]


@dataclass(frozen=True, slots=True)
class Upstairs:
    """Everything above the nodes."""

    outside: tuple[tuple[str, Box], ...]
    spots: tuple[Spot, ...]
    hidden: int
    bottom: float


def lay_out(picture: ClusterPicture, room: Box) -> Upstairs:
    """Place sources, entries and Services into the top of `room`."""
    asked = {flow.service for flow in picture.flows}
    ranked = sorted(picture.services, key=lambda s: (s.key not in asked, not s.endpoints, s.namespace, s.name))
    shown = sorted(ranked[:_MOST], key=lambda s: (s.namespace, s.name))
    sources = _sources(picture, shown)
    y = room.y
    above = y
    y += _OUTSIDE + _STREET if sources else 0
    across, wide = _columns(len(shown), room.w)
    if across < len(shown):  # lines of the upper rows come down on the left
        room = room._replace(x=room.x + _GAP, w=room.w - _GAP)
        across, wide = _columns(len(shown), room.w)
    rows = [shown[start : start + across] for start in range(0, len(shown), across)]
    lanes = {service.key: index for index, service in enumerate(s for s in shown if s.endpoints)}
    spots: list[Spot] = []
    for row in rows:
        entries = any(service.outside for service in row)
        y += (_ENTRY + _STREET) if entries else 0
        for service, box in _row(row, across, wide, room, y):
            entry = Box(box.x + 8, y - _STREET - _ENTRY, wide - 16, _ENTRY) if service.outside else None
            spots.append(Spot(service, box, entry, lanes.get(service.key), row is rows[0], row is rows[-1]))
        y += _HEIGHT + _STREET
    entries_x = [spot.entry.middle[0] for spot in spots if spot.entry is not None] or [room.middle[0]]
    outside = tuple(_centred(sources, sum(entries_x) / len(entries_x), above, 128, _OUTSIDE))
    return Upstairs(outside, tuple(spots), max(0, len(ranked) - _MOST), y - _STREET if rows else y)


def _sources(picture: ClusterPicture, shown: Sequence[ServiceView]) -> list[str]:
    found = sorted({flow.source for flow in picture.flows} & {"internet", "host"})
    if found or not any(service.outside for service in shown):
        return found
    return ["host" if "minikube" in picture.gateway else "internet"]


def _centred(names: Sequence[str], x: float, y: float, wide: float, high: float) -> list[tuple[str, Box]]:
    span = len(names) * wide + (len(names) - 1) * _GAP
    left = x - span / 2
    return [(name, Box(left + index * (wide + _GAP), y, wide, high)) for index, name in enumerate(names)]


def _columns(services: int, room: float) -> tuple[int, int]:
    """How many cards stand side by side, and how wide each is: full rows of narrower cards rather than one left over."""
    most = max(1, min(services, int((room + _GAP) / (_LEAST + _GAP))))
    across = max(1, -(-services // -(-services // most)) if services else 1)
    return across, min(_WIDTH, int((room - (across - 1) * _GAP) / across))


def _row(row: Sequence[ServiceView], across: int, wide: int, room: Box, y: float) -> list[tuple[ServiceView, Box]]:
    span = across * wide + (across - 1) * _GAP
    left = round(room.x + (room.w - span) / 2)
    return [(service, Box(left + i * (wide + _GAP), y, wide, _HEIGHT)) for i, service in enumerate(row)]


def draw(drawing: Drawing, picture: ClusterPicture, upstairs: Upstairs) -> None:
    """Draw everything above the nodes and the lines between."""
    words = {"internet": "Internet", "host": "Your machine"}
    for name, box in upstairs.outside:
        drawing.box(f"source/{name}", box, "outside", [words[name]], centred=True)
    for spot in upstairs.spots:
        _card(drawing, spot)
        if spot.entry is not None:
            _entry(drawing, picture, spot, upstairs.outside)


def _card(drawing: Drawing, spot: Spot) -> None:
    service, room = spot.service, spot.box.w - 14
    line, state = _endpoints(service)
    lane = f"lane{spot.lane % len(LANES)}" if spot.lane is not None else ""
    lines = [shorten(service.name, room, bold=True), shorten(address(service), room), line]
    drawing.box(f"service/{service.key}", spot.box, "service", lines, state, more=lane)


def address(service: ServiceView) -> str:
    """`NodePort 10.96.0.23 : 80→3000`: type, cluster address, ports."""
    if service.type == "ExternalName":
        return f"ExternalName → {', '.join(service.external)}"
    ports = ", ".join(f"{p.port}→{p.target}" if str(p.port) != p.target else str(p.port) for p in service.ports)
    ip = "headless" if service.headless else service.cluster_ip
    return f"{service.type} {ip}" + (f" : {ports}" if ports else "")


def _endpoints(service: ServiceView) -> tuple[str, State | None]:
    if service.type == "ExternalName":
        return "a name only", None
    total = len(service.endpoints)
    if total == 0:
        return (
            ("no endpoints: no Pod matches", State.FAILED)
            if service.selector
            else ("no selector, no endpoints", State.WAITING)
        )
    words = f"{service.ready}/{total} endpoint{'s' if total > 1 else ''} ready"
    return words, None if service.ready else State.RUNNING


def _entry(drawing: Drawing, picture: ClusterPicture, spot: Spot, outside: Sequence[tuple[str, Box]]) -> None:
    service, box = spot.service, spot.entry
    assert box is not None
    id, ports = f"entry/{service.key}", ", ".join(str(p.port) for p in service.ports)
    fits = box.w - 16
    state = None
    if service.type == "NodePort":
        words = f"every node : {', '.join(str(p.node_port) for p in service.ports)}"
    elif service.external:
        words = f"{picture.gateway} {service.external[0]} : {ports}"
        if width(words) > fits:
            words = f"{service.external[0]} : {ports}"
    else:
        words, state = f"{picture.gateway}: pending", State.WAITING
    drawing.box(id, box, "entry", [shorten(words, fits)], state, centred=True)
    drawing.line(
        f"into/{service.key}", id, f"service/{service.key}", [(box.middle[0], box.bottom), spot_top(spot)], "access"
    )
    if state is not None:
        return
    for name, source in outside:
        corners = _approach(source, box, spot.first)
        drawing.line(f"from/{name}/{service.key}", f"source/{name}", id, corners, "access")


def _approach(source: Box, entry: Box, first: bool) -> list[Point]:
    """Corners from a source to an entry: straight into the first row, beside the cards into lower ones."""
    (x, _), (goal, _) = source.middle, entry.middle
    street = source.bottom + _STREET / 2
    if first and x == goal:
        return [(x, source.bottom), (goal, entry.y)]
    if first:
        return [(x, source.bottom), (x, street), (goal, street), (goal, entry.y)]
    corridor, above = entry.right + 8 + _GAP / 5, entry.y - _STREET / 2
    return [(x, source.bottom), (x, street), (corridor, street), (corridor, above), (goal, above), (goal, entry.y)]


def spot_top(spot: Spot) -> Point:
    """Where requests enter a Service's card."""
    return spot.box.middle[0], spot.box.y
