"""The node view: what each node has to give and what its Pods have asked for.

Three bars a node: CPU, memory, number of Pods. Each Pod's request is a piece of the bar, as long as its share, in its
state's colour; what Pods that are not shown have taken is grey. The scheduler looks at exactly these numbers, never at use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from k8snb.views import cards, legend
from k8snb.views.drawing import Box, Drawing, Frame
from k8snb.views.lettering import shorten, width
from k8snb.views.model import ClusterPicture, NodeView, PodView, State
from k8snb.views.theme import MARKS
from k8snb.views.topology import WIDTH

_MARGIN, _GAP, _PAD = 16, 12, 10
_HEADER, _METER = 36, 32
_LEAST_WIDTH, _MOST_WIDTH = 280, 460
_MOST_NODES = 48
_MOST_PIECES = 200


class _Meter(NamedTuple):
    """One bar: what it measures, its whole, what is taken, and by which Pods or by how many of each state."""

    name: str
    whole: int
    taken: int
    pieces: Sequence[tuple[PodView, int]]
    unit: str
    shares: Sequence[tuple[State, int]] = ()


def draw(picture: ClusterPicture, width: int = WIDTH) -> Frame:
    """The view as DOT, `width` points wide."""
    nodes = _merged(picture.nodes) if len(picture.nodes) > _MOST_NODES else picture.nodes
    if not nodes:
        return Frame(legend.empty("Nodes", picture.silence or "The cluster has no nodes.", width))
    room = width - 2 * _MARGIN
    across = max(1, min(len(nodes), int((room + _GAP) / (_LEAST_WIDTH + _GAP))))
    tile_w = min(_MOST_WIDTH, int((room - (across - 1) * _GAP) / across))
    tile_h = _HEADER + 3 * _METER + _PAD
    left = _MARGIN + (room - across * tile_w - (across - 1) * _GAP) // 2
    rows = -(-len(nodes) // across)
    bottom = _MARGIN + rows * (tile_h + _GAP)
    drawing = Drawing(f"Nodes: {legend.summary(picture)}", width, bottom + legend.HEIGHT + _MARGIN)
    on = _on(picture)
    for index, node in enumerate(nodes):
        row, column = divmod(index, across)
        box = Box(left + column * (tile_w + _GAP), _MARGIN + row * (tile_h + _GAP), tile_w, tile_h)
        _tile(drawing, node, on[node.name], box)
    legend.draw(drawing, picture, Box(_MARGIN, bottom, room, legend.HEIGHT))
    return Frame(drawing.source)


def _on(picture: ClusterPicture) -> dict[str, list[PodView]]:
    on: dict[str, list[PodView]] = defaultdict(list)
    if len(picture.pods) <= _MOST_PIECES:
        for pod in picture.pods:
            on[pod.node].append(pod)
    return on


def _merged(nodes: Iterable[NodeView]) -> list[NodeView]:
    """Hundreds of nodes as one for each status."""
    alike: dict[str, list[NodeView]] = defaultdict(list)
    for node in nodes:
        alike[node.status].append(node)
    return [
        replace(
            group[0],
            name=f"{len(group)} nodes",
            ip="",
            taints=(),
            cpu=sum(n.cpu for n in group),
            memory=sum(n.memory for n in group),
            pods=sum(n.pods for n in group),
            cpu_requested=sum(n.cpu_requested for n in group),
            memory_requested=sum(n.memory_requested for n in group),
            pod_count=sum(n.pod_count for n in group),
        )
        for _, group in sorted(alike.items())
    ]


def _tile(drawing: Drawing, node: NodeView, pods: Sequence[PodView], box: Box) -> None:
    meters = (
        _Meter("CPU", node.cpu, node.cpu_requested, [(pod, pod.cpu) for pod in pods], "cpu"),
        _Meter("Memory", node.memory, node.memory_requested, [(pod, pod.memory) for pod in pods], "memory"),
        _Meter("Pods", node.pods, node.pod_count, [], "", cards.count_states(pods)),
    )
    roles = ", ".join(node.roles)
    with drawing.frame(f"node/{node.name}", box, "node", node.state, ", ".join([node.status, *node.taints])):
        inner = box.w - 2 * _PAD
        detail = " · ".join(
            part for part in (node.status, roles, node.ip, *(f"taint {t}" for t in node.taints)) if part
        )
        lines = [shorten(node.name, inner, 11, bold=True), shorten(detail, inner)]
        drawing.words(f"heading/{node.name}", Box(box.x + _PAD, box.y + 3, inner, _HEADER - 6), lines, "heading")
        for index, meter in enumerate(meters):
            _meter(drawing, node, meter, Box(box.x + _PAD, box.y + _HEADER + 2 + index * _METER, inner, _METER - 6))


def _meter(drawing: Drawing, node: NodeView, meter: _Meter, box: Box) -> None:
    share = f" · {100 * meter.taken / meter.whole:.0f} %" if meter.whole else ""
    what = "" if meter.name == "Pods" else " requested"
    words = f"{amount(meter.taken, meter.unit)} of {amount(meter.whole, meter.unit)}{what}{share}"
    id = f"{node.name}/{meter.name}"
    drawing.words(f"meter/{id}", Box(box.x, box.y, 60, 13), [meter.name], "legend")
    room = round(width(words, 9) * 1.08) + 2
    drawing.words(f"amount/{id}", Box(box.right - room, box.y, room, 13), [words], "amount", right=True)
    bar = Box(box.x, box.y + 14, box.w, 10)
    drawing.box(f"bar/{id}", bar, "bar")
    pieces = _pieces(meter)
    places = cards.shares_of(bar, [piece for _, _, piece in pieces], meter.whole)
    for (name, state, piece), (left, length) in zip(pieces, places, strict=True):
        if piece:
            spot = Box(left, bar.y, length - (length > 3), bar.h)
            drawing.box(f"part/{id}/{name}", spot, "part", (), state, tip=f"{name}: {amount(piece, meter.unit)}")


def _pieces(meter: _Meter) -> list[tuple[str, State, int]]:
    """Name, colour and size of the pieces of a bar; the last one is what nobody shown has taken."""
    pieces = [(pod.key, pod.state, piece) for pod, piece in meter.pieces]
    pieces += [(MARKS[state].word, state, count) for state, count in meter.shares if state is not State.DONE]
    rest = meter.taken - sum(piece for _, _, piece in pieces)
    return [*pieces, ("other Pods", State.DONE, rest)] if rest > 0 else pieces


def amount(value: int, unit: str) -> str:
    """`1.5` cores, `512Mi`, or a plain number."""
    if unit == "cpu":
        return f"{value}m" if value % 1000 and value < 1000 else f"{value / 1000:.2f}".rstrip("0").rstrip(".")
    if unit != "memory":
        return str(value)
    for power, suffix in ((30, "Gi"), (20, "Mi"), (10, "Ki")):
        if value >= 1 << power:
            return f"{value / (1 << power):.1f}".removesuffix(".0") + suffix
    return str(value)
