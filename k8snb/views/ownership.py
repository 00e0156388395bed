"""The ownership view: who made whom, from Deployments over ReplicaSets to Pods; a rollout moves Pods from one box to another.

On the left what a person made, on the right the Pods it led to, in one frame for each ReplicaSet (newest revision first; of
those without Pods only the last few) or in one frame where the Pods have no controller between. Pods that nobody owns come
last: nobody will bring them back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from k8snb.views import cards, legend
from k8snb.views.cards import Density
from k8snb.views.drawing import Box, Drawing, Frame
from k8snb.views.lettering import shorten, width
from k8snb.views.model import ClusterPicture, Owner, PodView, State, WorkloadView
from k8snb.views.topology import WIDTH

_MARGIN, _GAP = 16, 12
_CARD_W, _CARD_H, _GUTTER = 204, 66, 32
_HEADER, _PAD = 24, 8
_EMPTY_SETS = 2


class _Family(NamedTuple):
    """Pods with one direct owner."""

    owner: WorkloadView | None
    id: str
    title: str
    detail: str
    pods: Sequence[PodView]


class _Row(NamedTuple):
    """One thing that a person made, and the families below it."""

    top: WorkloadView | None
    families: Sequence[_Family]


def draw(picture: ClusterPicture, width: int = WIDTH) -> Frame:
    """The view as DOT, `width` points wide."""
    size = cards.density(len(picture.pods))
    rows = _rows(picture)
    if not rows:
        return Frame(legend.empty("Ownership", picture.silence or "Nothing has been made here yet.", width))
    placed, y = [], float(_MARGIN)
    for row in rows:
        boxes = _families(row, size, y, width)
        placed.append((row, boxes))
        y = max(boxes[-1].bottom, y + (_CARD_H if row.top else 0)) + _GAP + 4
    drawing = Drawing(f"Ownership: {legend.summary(picture)}", width, y + legend.HEIGHT + _MARGIN)
    several = len({pod.namespace for pod in picture.pods}) > 1
    for row, boxes in placed:
        _row(drawing, picture, row, boxes, size, several)
    legend.draw(drawing, picture, Box(_MARGIN, y, width - 2 * _MARGIN, legend.HEIGHT))
    return Frame(drawing.source)


def _rows(picture: ClusterPicture) -> list[_Row]:
    of: dict[tuple[str, str, str], list[PodView]] = defaultdict(list)
    for pod in picture.pods:
        owner = pod.owner or Owner("", "")
        of[owner.kind, pod.namespace if pod.owner else "", owner.name].append(pod)
    below: dict[str, list[WorkloadView]] = defaultdict(list)
    for work in picture.workloads:
        if work.owner is not None:
            below[f"{work.owner.kind}/{work.namespace}/{work.owner.name}"].append(work)
    known = {work.key for work in picture.workloads}
    rows = []
    for work in picture.workloads:
        if work.owner is None or f"{work.owner.kind}/{work.namespace}/{work.owner.name}" not in known:
            rows.append(_Row(work, _below(work, below[work.key], of)))
    alone = of.pop(("", "", ""), [])
    for (kind, namespace, name), pods in of.items():  # the owner is gone, or of a kind that is not drawn
        rows.append(
            _Row(None, [_Family(None, f"family/{kind}/{namespace}/{name}", f"{kind} {name}", "not there", pods)])
        )
    if alone:
        rows.append(_Row(None, [_Family(None, "family/none", "Pods without an owner", "nobody replaces them", alone)]))
    return rows


def _below(
    top: WorkloadView, between: Sequence[WorkloadView], of: dict[tuple[str, str, str], list[PodView]]
) -> list[_Family]:
    own = of.pop((top.kind, top.namespace, top.name), [])
    families, empty = [], 0
    for work in sorted(between, key=lambda work: (-work.revision, work.name)):
        pods = of.pop((work.kind, work.namespace, work.name), [])
        empty += not pods
        if pods or empty <= _EMPTY_SETS:
            families.append(_Family(work, f"workload/{work.key}", work.name, _detail(work), pods))
    if own or not families:
        families.append(_Family(None, f"family/{top.key}", _count(len(own)), "", own))
    return families


def _detail(work: WorkloadView) -> str:
    revision = f"revision {work.revision} · " if work.revision else ""
    return f"{work.ready}/{work.desired} ready · {revision}{', '.join(work.images)}"


def _count(pods: int) -> str:
    return f"{pods} Pod{'' if pods == 1 else 's'}"


def _families(row: _Row, size: Density, y: float, width: int) -> list[Box]:
    x = _MARGIN + (_CARD_W + _GUTTER if row.top is not None else 0)
    boxes = []
    for family in row.families:
        shown = 1 if size is cards.GROUPED and family.pods else len(family.pods)
        box = Box(x, y, width - _MARGIN - x, _HEADER)
        if shown:
            lines = ceil(shown / _columns(box, size))
            box = box._replace(h=_HEADER + lines * (size.height + size.gap) - size.gap + _PAD)
        boxes.append(box)
        y = box.bottom + _GAP
    return boxes


def _columns(box: Box, size: Density) -> int:
    return max(1, int((box.w - 2 * _PAD + size.gap) / (size.most * 0.9 + size.gap)))


def _row(
    drawing: Drawing, picture: ClusterPicture, row: _Row, boxes: Sequence[Box], size: Density, several: bool
) -> None:
    for family, box in zip(row.families, boxes, strict=True):
        with drawing.frame(family.id, box, "node", None if family.pods else State.WAITING, family.detail):
            _heading(drawing, family, box)
            _pods(drawing, picture, family, box, size)
    if row.top is not None:
        card = Box(_MARGIN, boxes[0].y, _CARD_W, _CARD_H)
        _top(drawing, row, card, several)
        for family, box in zip(row.families, boxes, strict=True):
            start, goal = (card.right, card.y + _HEADER / 2), (box.x, box.y + _HEADER / 2)
            bend = card.right + _GUTTER / 2
            corners = [start, goal] if start[1] == goal[1] else [start, (bend, start[1]), (bend, goal[1]), goal]
            drawing.line(
                f"owns/{row.top.key}/{family.id}", f"workload/{row.top.key}", f"heading/{family.id}", corners, "owns"
            )


def _heading(drawing: Drawing, family: _Family, box: Box) -> None:
    room = box.w - 2 * _PAD
    title = shorten(family.title, room, bold=True)
    taken = round(width(title, bold=True) * 1.06) + 4
    drawing.words(f"heading/{family.id}", Box(box.x + _PAD, box.y, taken, _HEADER), [title], "heading")
    left = room - taken - 12
    if family.detail and left > 40:
        spot = Box(box.right - _PAD - left, box.y, left, _HEADER)
        drawing.words(f"detail/{family.id}", spot, [shorten(family.detail, left)], "note", right=True)


def _pods(drawing: Drawing, picture: ClusterPicture, family: _Family, box: Box, size: Density) -> None:
    columns = _columns(box, size)
    width = min(size.most, int((box.w - 2 * _PAD - (columns - 1) * size.gap) / columns))
    if size is cards.GROUPED:
        width = min(int(box.w) - 2 * _PAD, 2 * size.most)
    for index, card in enumerate(cards.cards(picture, family.pods, family.title, size)):
        line, column = divmod(index, columns)
        x = box.x + _PAD + column * (width + size.gap)
        y = box.y + _HEADER + line * (size.height + size.gap)
        cards.draw(drawing, card, Box(x, y, width, size.height), size)


def _top(drawing: Drawing, row: _Row, card: Box, several: bool) -> None:
    top = row.top
    assert top is not None
    pods = [pod for family in row.families for pod in family.pods]
    name = f"{top.namespace}/{top.name}" if several else top.name
    about = " · ".join(
        part for part in (top.kind, f"revision {top.revision}" if top.revision else "", top.note) if part
    )
    lines = [shorten(name, card.w - 14, bold=True), shorten(about, card.w - 14), _counts(top)]
    drawing.box(f"workload/{top.key}", card, "workload", lines, top=True, tip=", ".join(top.images))
    cards.draw_bar(
        drawing, top.key, Box(card.x + 7, card.bottom - 13, card.w - 14, 6), cards.count_states(pods), top.desired
    )


def _counts(top: WorkloadView) -> str:
    if top.kind == "Deployment":
        return f"{top.desired} desired · {top.updated} updated · {top.available} available"
    if top.kind == "CronJob":
        return f"{top.current} active"
    return f"{top.desired} desired · {top.current} current · {top.ready} {'done' if top.kind == 'Job' else 'ready'}"
