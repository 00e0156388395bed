"""The docker view: the learner's own machine, from the registries to the ports that a browser can knock at.

From the left: what lies in registries, the images on the machine, the containers that were made of them, the published ports.
A line from a registry's image to a local one says that both are the same content. Reads the daemon's state as data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from k8snb.docker.commands.containers import status
from k8snb.docker.engine import Docker
from k8snb.docker.image import disk_size, layers_of
from k8snb.docker.state import Box as Container
from k8snb.docker.state import Port
from k8snb.docker.words import size
from k8snb.runtime.registry import parse_reference, short_name
from k8snb.views import legend
from k8snb.views.drawing import Box, Drawing, Frame, Point
from k8snb.views.lettering import shorten
from k8snb.views.model import State
from k8snb.views.topology import WIDTH

_MARGIN, _GUTTER, _HEAD, _LINE, _GAP, _WIDEST = 16, 56, 24, 13, 10, 250
_TITLES = ("in a registry", "images on your machine", "containers", "ports of your machine")


class Card(NamedTuple):
    """One box: its id, its lines, the kind and state that paint it, and the ids of the cards to its left that it came from."""

    id: str
    lines: tuple[str, ...]
    kind: str
    state: State | None = None
    sources: tuple[str, ...] = ()


class Desk(NamedTuple):
    """The four columns."""

    registry: tuple[Card, ...] = ()
    images: tuple[Card, ...] = ()
    containers: tuple[Card, ...] = ()
    ports: tuple[Card, ...] = ()


def read(docker: Docker) -> Desk:
    """What there is on the machine now."""
    pushed: dict[str, list[str]] = {}
    for name, identity in docker.state.pushed.items():
        pushed.setdefault(identity, []).append(name)
    registry = tuple(
        Card(f"registry/{identity}", (*map(_short, names), _facts(docker, identity, names)), "service")
        for identity, names in pushed.items()
    )
    boxes = list(docker.state.boxes.values())
    return Desk(
        registry,
        tuple(_image(docker, identity, pushed) for identity in docker.store.identities()),
        tuple(_container(box, docker) for box in boxes),
        tuple(_port(box, port) for box in boxes if box.container.running for port in box.ports),
    )


def draw(desk: Desk, wide: int = WIDTH) -> Frame:
    """The desk as DOT."""
    columns = [column for column in zip(_TITLES, desk, strict=True) if column[1]]
    if not columns:
        return Frame(legend.empty("docker", "There are no images and no containers on this machine.", wide))
    room = min(_WIDEST, (wide - 2 * _MARGIN - (len(columns) - 1) * _GUTTER) // len(columns))
    places: dict[str, Box] = {}
    for number, (_, cards) in enumerate(columns):
        y = _MARGIN + _HEAD
        for card in cards:
            high = 12 + _LINE * len(card.lines)
            places[card.id] = Box(_MARGIN + number * (room + _GUTTER), y, room, high)
            y += high + _GAP
    drawing = Drawing(summary(desk), wide, max(box.bottom for box in places.values()) + _MARGIN)
    for number, (title, cards) in enumerate(columns):
        head = Box(_MARGIN + number * (room + _GUTTER), _MARGIN - 4, room, _HEAD)
        drawing.words(f"title/{number}", head, [title], "legend", centred=True)
        for card in cards:
            lines = [shorten(line, room - 14, bold=not index) for index, line in enumerate(card.lines)]
            drawing.box(card.id, places[card.id], card.kind, lines, card.state, more="titled")
    _lines(drawing, [card for _, cards in columns for card in cards], places)
    return Frame(drawing.source)


def describe(desk: Desk) -> str:
    """The same as text: a line for each card, with what it came from."""
    lines = [summary(desk)]
    for title, cards in zip(_TITLES, desk, strict=True):
        lines += [f"{title}:"] if cards else []
        lines += [f"  {', '.join(card.lines)}" for card in cards]
    return "\n".join(lines)


def summary(desk: Desk) -> str:
    """`docker: 2 images, 1 container (1 running)`."""
    running = sum(card.state is State.READY for card in desk.containers)
    images, containers = len(desk.images), len(desk.containers)
    return (
        f"docker: {images} image{'' if images == 1 else 's'}, {containers} container{'' if containers == 1 else 's'} "
        f"({running} running)"
    )


def _facts(docker: Docker, identity: str, names: Sequence[str]) -> str:
    image = docker.content(identity)
    places = dict.fromkeys(parse_reference(name).domain for name in names)
    return " · ".join([*places, *([image.digest[:19]] if image is not None else [])])


def _port(box: Container, port: Port) -> Card:
    answered = port.inner in box.container.ports
    lines = (f"localhost:{port.host}", f"to port {port.inner}" + ("" if answered else ": nobody there"))
    return Card(f"port/{port.host}", lines, "entry", None if answered else State.FAILED, (f"container/{box.id}",))


def _image(docker: Docker, identity: str, pushed: Mapping[str, Sequence[str]]) -> Card:
    image = docker.content(identity)
    assert image is not None
    names = [_short(name) for name in docker.store.names_of(identity)]
    count = len(layers_of(image))
    facts = (
        f"{identity.removeprefix('sha256:')[:12]} · {size(disk_size(image))} · {count} layer{'' if count == 1 else 's'}"
    )
    sources = (f"registry/{identity}",) if identity in pushed else ()
    return Card(f"image/{identity}", (*(names or ["<none>"]), facts), "workload", None, sources)


def _container(box: Container, docker: Docker) -> Card:
    inner = box.container
    if inner.running:
        state = State.WAITING if box.paused else State.READY
    elif inner.phase == "created":
        state = State.WAITING
    else:
        state = State.DONE if inner.exit_code == 0 or box.stopped else State.FAILED
    ports = ", ".join(str(port) for port in sorted(inner.ports))
    lines = (box.name, status(box, docker.now), *([f"listens on {ports}"] if ports else []))
    return Card(f"container/{box.id}", lines, "service", state, (f"image/{box.image_id}",))


def _short(name: str) -> str:
    reference = parse_reference(name)
    return f"{short_name(reference)}:{reference.tag}"


def _lines(drawing: Drawing, cards: Sequence[Card], places: Mapping[str, Box]) -> None:
    tails: dict[str, int] = {}
    for card in cards:
        for source in card.sources:
            if source not in places:
                continue
            start = (places[source].right, places[source].middle[1])
            goal = (places[card.id].x, places[card.id].middle[1])
            x = goal[0] - _GUTTER + 10 + 6 * (tails.setdefault(source, len(tails)) % 6)
            level = abs(start[1] - goal[1]) < 0.1
            corners: list[Point] = [start, goal] if level else [start, (x, start[1]), (x, goal[1]), goal]
            drawing.line(f"from/{source}/{card.id}", source, card.id, corners, "owns")
