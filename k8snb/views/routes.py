"""Routes: how lines run from Services to Pods without crossing a card.

Each Service has a lane of its own. A line leaves its Service, follows the lane in the channel above a row of nodes (by the
riser on the far left to lower rows), comes down the node's trunk into its iptables bar and leaves that in the gutter beside
the Pod. So the picture says what happens: a Service is nothing but rules, and the rules of a node send a request to a Pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from k8snb.views.districts import GAP, LANE, District, Plan
from k8snb.views.drawing import Box, Point

_RISER = 10


@dataclass(frozen=True, slots=True)
class Target:
    """Where a Pod's card stands, and the card's id."""

    card: str
    district: District
    box: Box
    gutter: float


@dataclass(frozen=True, slots=True)
class Routes:
    """The street map of one picture."""

    plan: Plan
    targets: Mapping[str, Target]
    districts: Mapping[str, District]

    def to_pod(self, start: Point, lane: int, pod: str) -> list[Point]:
        """From a point above the first channel into a Pod's card. KeyError if the Pod is not in the picture."""
        target = self.targets[pod]
        return [start, *self._arrive(start[0], 0, lane, target.district), *self._inside(target, lane)]

    def to_node(self, start: Point, lane: int, node: str) -> list[Point]:
        """From a point above the first channel to a node's iptables."""
        district = self.districts[node]
        return [start, *self._arrive(start[0], 0, lane, district), (_trunk(district, lane), district.bar.y)]

    def between(self, node: str, lane: int, pod: str) -> list[Point]:
        """From one node's iptables to a Pod, on whichever node it is."""
        source, target = self.districts[node], self.targets[pod]
        x = _trunk(source, lane)
        if source is target.district:
            return [(x, source.bar.y), *self._inside(target, lane)]
        return [(x, source.bar.y), *self._arrive(x, source.row, lane, target.district), *self._inside(target, lane)]

    def _arrive(self, x: float, row: int, lane: int, district: District) -> list[Point]:
        """Corners from column `x` above a row of nodes to the top of a district's trunk."""
        here, there = self._lane(row, lane), self._lane(district.row, lane)
        trunk = _trunk(district, lane)
        if row == district.row:
            return [(x, here), (trunk, here)]
        riser = _RISER + lane * LANE
        return [(x, here), (riser, here), (riser, there), (trunk, there)]

    def _lane(self, row: int, lane: int) -> float:
        return self.plan.channels[row] + GAP / 2 + lane * LANE

    def _inside(self, target: Target, lane: int) -> list[Point]:
        """From a district's trunk through its iptables and the gutter into a card."""
        bar = target.district.bar.middle[1]
        down = target.gutter + 4 + lane * LANE
        trunk = _trunk(target.district, lane)
        edge, middle = target.box.x, target.box.middle[1] + (lane - 1) * 3
        if trunk == down:
            return [(trunk, middle), (edge, middle)]
        return [(trunk, bar), (down, bar), (down, middle), (edge, middle)]


def _trunk(district: District, lane: int) -> float:
    return district.trunk + 4 + lane * LANE


def routes(plan: Plan) -> Routes:
    """The street map of a plan."""
    targets = {}
    for district in plan.districts:
        for card, box, gutter in district.cards:
            for pod in card.pods:
                targets[pod] = Target(card.id, district, box, gutter)
    return Routes(plan, targets, {district.place.title: district for district in plan.districts})
