"""The topology view: from the outside through Services and each node's iptables to the Pods and their containers.

Internet or your machine on top, load balancers and node ports below, then the Services, then the nodes as boxes with kubelet,
kube-proxy, iptables and their Pods. Lines lead from each Service to the Pods behind it; with traffic, also from the node whose
rules chose a Pod on another node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from k8snb.views import cards, districts, legend, services, traffic
from k8snb.views.districts import HEADER, LANE, PAD, District, Place
from k8snb.views.drawing import Box, Drawing, Frame
from k8snb.views.lettering import shorten
from k8snb.views.model import ClusterPicture, NodeView, PodView, State
from k8snb.views.routes import Routes, routes
from k8snb.views.services import Spot
from k8snb.views.theme import LANES

WIDTH = 960
_MARGIN = 16
_MOST_LANES = 8
_MOST_NODES = 24
UNSCHEDULED = "no node yet"


def draw(picture: ClusterPicture, width: int = WIDTH) -> Frame:
    """The view as DOT, `width` points wide, with the ways of its requests."""
    size = cards.GROUPED if len(picture.nodes) > _MOST_NODES else cards.density(len(picture.pods))
    places = _places(picture, size)
    if not places:
        return Frame(legend.empty("Topology", picture.silence or "The cluster has no nodes.", width))
    upstairs = services.lay_out(picture, Box(_MARGIN, _MARGIN, width - 2 * _MARGIN, 0))
    lanes = min(_MOST_LANES, sum(spot.lane is not None for spot in upstairs.spots))
    breadth = lanes + traffic.forwards(picture)
    plan = _plan(places, size, breadth, upstairs.bottom, width)
    height = plan.bottom + legend.HEIGHT + _MARGIN
    drawing = Drawing(f"Topology: {legend.summary(picture)}", width, height)
    for district in plan.districts:
        _district(drawing, district, breadth, size)
    services.draw(drawing, picture, upstairs)
    streets = routes(plan)
    _endpoints(drawing, upstairs.spots, streets, lanes)
    ways = traffic.draw(drawing, picture, upstairs.spots, streets, lanes)
    note = "broken line: sent on to another node" if breadth > lanes else ""
    legend.draw(drawing, picture, Box(_MARGIN, plan.bottom + 10, width - 2 * _MARGIN, legend.HEIGHT), note)
    return Frame(drawing.source, ways)


def _places(picture: ClusterPicture, size: cards.Density) -> list[Place]:
    on: dict[str, list[PodView]] = defaultdict(list)
    known = {node.name for node in picture.nodes}
    for pod in picture.pods:
        on[pod.node if pod.node in known else ""].append(pod)
    if len(picture.nodes) > _MOST_NODES:
        places = _together(picture, on)
    else:
        places = [_place(picture, node, on[node.name], size) for node in picture.nodes]
    if on[""]:
        waiting = cards.cards(picture, on[""], UNSCHEDULED, size)
        places.append(
            Place(f"node/{UNSCHEDULED}", UNSCHEDULED, "not placed by the scheduler", State.WAITING, waiting, bar=False)
        )
    return places


def _place(picture: ClusterPicture, node: NodeView, pods: Sequence[PodView], size: cards.Density) -> Place:
    detail = " · ".join(part for part in (node.status, node.ip) if part)
    return Place(
        f"node/{node.name}", node.name, detail, node.state, cards.cards(picture, pods, node.name, size), node=node
    )


def _together(picture: ClusterPicture, on: Mapping[str, list[PodView]]) -> list[Place]:
    """One place for all nodes of a status: hundreds of boxes could not be read."""
    alike: dict[str, list[NodeView]] = defaultdict(list)
    for node in picture.nodes:
        alike[node.status].append(node)
    places = []
    for status, nodes in sorted(alike.items()):
        pods = [pod for node in nodes for pod in on[node.name]]
        id, title = f"nodes/{status}", f"{len(nodes)} nodes"
        shown = cards.cards(picture, pods, id, cards.GROUPED)
        places.append(Place(id, title, f"{status} · {len(pods)} Pods", nodes[0].state, shown))
    return places


def _plan(places: Sequence[Place], size: cards.Density, lanes: int, top: float, width: int) -> districts.Plan:
    room = Box(_MARGIN, top, width - 2 * _MARGIN, 0)
    plan = districts.plan(places, size, lanes, room)
    if len(plan.channels) == 1 or not lanes:
        return plan
    risers = lanes * LANE  # lower rows are reached on the left
    return districts.plan(places, size, lanes, Box(_MARGIN + risers, top, width - 2 * _MARGIN - risers, 0))


def _district(drawing: Drawing, district: District, lanes: int, size: cards.Density) -> None:
    place = district.place
    tip = _tip(place.node) if place.node is not None else place.detail
    with drawing.frame(place.id, district.box, "node", place.state, tip):
        _header(drawing, district, lanes)
        if not place.cards:
            spot = Box(district.box.x + PAD, district.bar.bottom + 14, district.box.w - 2 * PAD, 20)
            drawing.words(f"note/{place.id}", spot, ["no Pods"], "note", centred=True)
        for card, box, _ in district.cards:
            cards.draw(drawing, card, box, size)


def _tip(node: NodeView) -> str:
    return ", ".join(
        part for part in (node.status, node.ip, node.version, *(f"taint {t}" for t in node.taints)) if part
    )


def _header(drawing: Drawing, district: District, lanes: int) -> None:
    place, box, left = district.place, district.box, PAD + lanes * LANE + (5 if lanes else 0)
    chips = 62 if place.node is not None and box.w - left > 150 else 0
    room = box.w - left - PAD - chips
    lines = [shorten(place.title, room, 11, bold=True), shorten(place.detail, room)]
    drawing.words(f"heading/{place.id}", Box(box.x + left, box.y + 3, room, HEADER - 6), lines, "heading")
    if place.bar:
        drawing.box(f"iptables/{place.title}", district.bar, "iptables", ["iptables"], centred=True)
    if place.node is not None and chips:
        for index, component in enumerate(place.node.components):
            spot = Box(box.right - PAD - 58, box.y + 4 + index * 15, 58, 13)
            state = None if component.state in (State.READY, State.UNKNOWN) else component.state
            id = f"component/{place.title}/{component.name}"
            words = component.name if state is None else f"✕ {component.name}"
            drawing.box(id, spot, "component", [words], state, centred=True)


def _endpoints(drawing: Drawing, spots: Sequence[Spot], streets: Routes, lanes: int) -> None:
    for spot in spots:
        if spot.lane is None:
            continue
        ends: dict[str, tuple[str, bool]] = {}  # card -> a Pod on it, whether any of them is ready
        for endpoint in spot.service.endpoints:
            target = streets.targets.get(endpoint.pod)
            if target is not None:
                _, ready = ends.get(target.card, ("", False))
                ends[target.card] = (endpoint.pod, ready or endpoint.ready)
        for card, (pod, ready) in ends.items():
            corners = spot.way_out()
            street = streets.to_pod(corners[-1], spot.lane % lanes, pod)
            more = f"lane{spot.lane % len(LANES)}" + ("" if ready else " unready")
            line = traffic.line_to(spot.service.key, card)
            drawing.line(line, f"service/{spot.service.key}", card, [*corners[:-1], *street], "request", more=more)
