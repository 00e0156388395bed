"""Districts: where the node boxes stand and where in them their Pods' cards do.

A node is a box with its name, kubelet and kube-proxy on top, a bar for its iptables, and columns of cards below. Left of each
column is a gutter, and above each row of nodes a channel: the lines to the Pods run there, so that none crosses a card. The
number of nodes in a row and of columns in a node is the one that makes the picture least high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from k8snb.views.cards import Card, Density
from k8snb.views.drawing import Box
from k8snb.views.model import NodeView, State

PAD = 10
GAP = 14
LANE = 5
HEADER = 36
BAR = 16
BELOW_BAR = 12
_MOST_ACROSS = 6
_MOST_COLUMNS = 6


class Place(NamedTuple):
    """Something Pods can be in, with their cards: a node, many like nodes, or (without iptables: no `bar`) no node yet."""

    id: str
    title: str
    detail: str
    state: State
    cards: Sequence[Card]
    bar: bool = True
    node: NodeView | None = None


@dataclass(frozen=True, slots=True)
class District:
    """One node box as it stands: the box, its iptables, the row it is in, where its trunk comes down, cards by column."""

    place: Place
    box: Box
    bar: Box
    row: int
    trunk: float
    cards: tuple[tuple[Card, Box, float], ...]  # card, box, left edge of its gutter


@dataclass(frozen=True, slots=True)
class Plan:
    """All districts, the top of the channel above each row, and the height of everything."""

    districts: tuple[District, ...]
    channels: tuple[float, ...]
    bottom: float


class _Shape(NamedTuple):
    across: int
    columns: int
    width: int  # of a node
    card: int  # width of a card
    gutter: int


def plan(places: Sequence[Place], size: Density, lanes: int, room: Box) -> Plan:
    """Place all nodes into `room` (its height is not looked at), with gutters and channels for so many lanes."""
    shape = _choose(places, size, lanes, room.w)
    districts: list[District] = []
    channels = []
    y = room.y
    spare = room.w - shape.across * shape.width - (shape.across - 1) * GAP
    for row, start in enumerate(range(0, len(places), shape.across)):
        channels.append(y)
        y += GAP + lanes * LANE
        members = places[start : start + shape.across]
        height = max(_height(len(place.cards), shape.columns, size) for place in members)
        for index, place in enumerate(members):
            x = round(room.x + spare / 2) + index * (shape.width + GAP)
            districts.append(_district(place, Box(x, y, shape.width, height), row, size, shape))
        y += height
    return Plan(tuple(districts), tuple(channels), y)


def _choose(places: Sequence[Place], size: Density, lanes: int, width: float) -> _Shape:
    gutter = 12 + LANE * lanes if lanes else 8
    best: tuple[float, _Shape] | None = None
    for across in range(1, min(len(places), _MOST_ACROSS) + 1):
        for columns in range(1, _MOST_COLUMNS + 1):
            inner = (width - (across - 1) * GAP) / across - 2 * PAD
            card = min(int(inner / columns) - gutter, size.most)
            if card < size.least and (across, columns) != (1, 1):
                continue
            node = 2 * PAD + columns * (card + gutter)
            shape = _Shape(across, columns, node, card, gutter)
            cost = _total(places, shape, size, lanes) + (size.most - card) * 0.6 + columns
            if best is None or cost < best[0]:
                best = cost, shape
    assert best is not None
    return best[1]


def _total(places: Sequence[Place], shape: _Shape, size: Density, lanes: int) -> float:
    rows = [places[i : i + shape.across] for i in range(0, len(places), shape.across)]
    channel = GAP + lanes * LANE
    return sum(channel + max(_height(len(p.cards), shape.columns, size) for p in row) for row in rows)


def _height(cards: int, columns: int, size: Density) -> int:
    rows = max(1, ceil(cards / columns))
    return HEADER + BAR + BELOW_BAR + rows * (size.height + size.gap) + PAD - size.gap + 4


def _district(place: Place, box: Box, row: int, size: Density, shape: _Shape) -> District:
    bar = Box(box.x + PAD, box.y + HEADER, box.w - 2 * PAD, BAR)
    top = bar.bottom + BELOW_BAR
    cards = []
    for index, card in enumerate(place.cards):
        # Row by row, so that one Pod more moves no other.
        line, column = divmod(index, shape.columns)
        gutter = box.x + PAD + column * (shape.card + shape.gutter)
        y = top + line * (size.height + size.gap)
        cards.append((card, Box(gutter + shape.gutter, y, shape.card, size.height), gutter))
    return District(place, box, bar, row, box.x + PAD, tuple(cards))
