"""Cards: a Pod with its containers, or many Pods of one owner as one card.

Up to two dozen Pods a card has room for everything; up to two hundred, for a name, a status and a mark per container; beyond
that Pods of one owner on one node become a single card with their states as a bar.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from k8snb.views.drawing import Box, Drawing
from k8snb.views.lettering import shorten, width
from k8snb.views.model import ClusterPicture, ContainerView, PodView, State
from k8snb.views.theme import MARKS

_ROOMY_UNTIL = 24
GROUPED_FROM = 201
_SUFFIX = 6  # what makes a Pod's name differ from its sisters': `-x2k4p`


class Density(NamedTuple):
    """How much room a card gets: its height, the widths it may have, the gap below it."""

    height: int
    least: int
    most: int
    gap: int


ROOMY = Density(58, 148, 218, 10)
DENSE = Density(34, 104, 168, 6)
GROUPED = Density(46, 128, 190, 8)


class Card(NamedTuple):
    """What stands on a card. `pods` are the keys of the Pods it stands for; `shares` counts them by state if they are many."""

    id: str
    title: str
    detail: str
    state: State
    tip: str
    pods: tuple[str, ...]
    containers: tuple[ContainerView, ...] = ()
    shares: tuple[tuple[State, int], ...] = ()


def density(pods: int) -> Density:
    """The density for a picture with this many Pods."""
    if pods >= GROUPED_FROM:
        return GROUPED
    return ROOMY if pods <= _ROOMY_UNTIL else DENSE


def cards(picture: ClusterPicture, pods: Sequence[PodView], place: str, size: Density) -> list[Card]:
    """The cards of the Pods of one place (a node)."""
    if size is not GROUPED:
        return [_pod(pod) for pod in pods]
    together: dict[tuple[str, str, str], list[PodView]] = defaultdict(list)
    for pod in pods:
        top = picture.top(pod)
        together[pod.namespace, top.kind, top.name].append(pod)
    return [_group(place, *key, members) for key, members in together.items()]


def _pod(pod: PodView) -> Card:
    more = (
        f" · {pod.restarts} restart{'s' if pod.restarts > 1 else ''}"
        if pod.restarts
        else f" · {pod.ip}"
        if pod.ip
        else ""
    )
    own, _, all_ = pod.ready.partition("/")
    tip = "" if own == all_ else f"{pod.ready} ready"
    return Card(f"pod/{pod.key}", pod.name, pod.status + more, pod.state, tip, (pod.key,), pod.containers)


def _group(place: str, namespace: str, kind: str, name: str, pods: Sequence[PodView]) -> Card:
    shares = count_states(pods)
    words = describe(shares)
    worst = State.READY if all(state in (State.READY, State.DONE) for state, _ in shares) else shares[-1][0]
    tip = f"{kind} {namespace}/{name}"
    keys = tuple(pod.key for pod in pods)
    return Card(f"group/{place}/{kind}/{namespace}/{name}", f"{name} ×{len(pods)}", words, worst, tip, keys, (), shares)


def count_states(pods: Iterable[PodView]) -> tuple[tuple[State, int], ...]:
    """How many Pods are in each state, in the states' order."""
    counts = Counter(pod.state for pod in pods)
    return tuple((state, counts[state]) for state in State if counts[state])


def describe(shares: Sequence[tuple[State, int]]) -> str:
    """`11 ready · 1 starting`."""
    return " · ".join(f"{count} {MARKS[state].word.rpartition(', ')[2]}" for state, count in shares)


def draw(drawing: Drawing, card: Card, box: Box, size: Density) -> None:
    """Draw a card and what is on it."""
    room = box.w - 14
    tail = _SUFFIX if not card.shares else len(card.title.rpartition("×")[2]) + 1
    title = shorten(card.title, room, bold=True, tail=tail)
    if card.shares:
        drawing.box(card.id, box, "group", [title, shorten(card.detail, room)], tip=card.tip, top=True)
        draw_bar(drawing, card.id, Box(box.x + 6, box.bottom - 11, box.w - 12, 5), card.shares)
        return
    marks = 12 * len(card.containers)
    detail = shorten(
        card.detail if size is ROOMY else card.detail.partition(" · ")[0], room if size is ROOMY else room - marks
    )
    drawing.box(card.id, box, "pod", [title, detail], card.state, tip=card.tip, top=size is ROOMY)
    if size is ROOMY:
        _chips(drawing, card, box)
    else:
        for index, container in enumerate(card.containers):
            _mark(drawing, card, container, (box.right - marks - 1 + 12 * index, box.bottom - 10), told=False)


def _chips(drawing: Drawing, card: Card, box: Box) -> None:
    x, y = box.x + 7, box.bottom - 22
    left = len(card.containers)
    for container in card.containers:
        room = (box.right - 7 - x - 6 * (left - 1)) / left - 20
        if room < 8:
            _mark(drawing, card, container, (x + 5, y + 8))
            x, left = x + 13, left - 1
            continue
        name = shorten(container.name, room, 9)
        chip = Box(round(x), y, round(width(name, 9) + 22), 16)
        drawing.box(f"chip/{card.pods[0]}/{container.name}", chip, "chip", [f"\u2003{name}"])
        _mark(drawing, card, container, (chip.x + 9, chip.y + 8))
        x, left = chip.right + 6, left - 1


def _mark(drawing: Drawing, card: Card, container: ContainerView, at: tuple[float, float], told: bool = True) -> None:
    tip = f"{'init container, ' if container.init else ''}{container.image}, {container.reason}" if told else ""
    drawing.mark(f"container/{card.pods[0]}/{container.name}", at, 8, container.state, tip)


def draw_bar(drawing: Drawing, id: str, box: Box, shares: Sequence[tuple[State, int]], whole: int = 0) -> None:
    """A bar of states, each as long as its share of `whole` (of all, if that is less)."""
    drawing.box(f"bar/{id}", box, "bar")
    pieces = [(count, state) for state, count in shares]
    for (left, length), (_, state) in zip(shares_of(box, [n for n, _ in pieces], whole), pieces, strict=True):
        drawing.box(f"part/{id}/{state}", Box(left, box.y, length, box.h), "part", (), state)


def shares_of(box: Box, amounts: Sequence[int], whole: int = 0) -> list[tuple[int, int]]:
    """Where pieces of a bar begin and how long they are, in whole points: older Graphviz knows no others."""
    total = max(whole, sum(amounts), 1)
    ends = [round(box.x + box.w * sum(amounts[:i]) / total) for i in range(len(amounts) + 1)]
    return [(left, max(1, right - left)) for left, right in pairwise(ends)]
