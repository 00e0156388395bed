"""A drawing: boxes, frames, marks and lines at places of our own, written down as DOT.

Views lay their things out themselves (a cluster is a map with fixed districts, which no general layout knows) and Graphviz
draws them: every position stands in the DOT, engine `nop2` keeps them, so all Graphviz versions give the same picture and
things stay where they were from one frame to the next. Points are 1/72 inch = 1 CSS pixel at 100 %, x to the right, y down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

from graphviz import Digraph

from k8snb.views import theme
from k8snb.views.model import State

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.h

    @property
    def middle(self) -> Point:
        """The centre."""
        return self.x + self.w / 2, self.y + self.h / 2


class Way(NamedTuple):
    """The ids of the lines that requests follow, in order, how many there are, and what to say of them."""

    lines: tuple[str, ...]
    rate: float
    failed: float
    says: str
    once: bool = False


class Frame(NamedTuple):
    """A drawn view: its DOT text and the ways of the requests on it."""

    dot: str
    ways: tuple[Way, ...] = ()


class Drawing:
    """DOT in the making.

    Ids are `kind/namespace/name`. The class of a thing is its kind, its state and whatever else a stylesheet should know.
    A `tip` says how the thing fares; what it is called stands in its id.
    """

    def __init__(self, title: str, width: float, height: float) -> None:
        self._body: list[str] = []
        self._depth = 1
        with self.frame("canvas", Box(0, 0, width, height), "canvas", tip=title):
            pass

    @property
    def source(self) -> str:
        """The DOT text."""
        return str(
            Digraph(
                "k8snb",
                graph_attr={
                    "layout": "nop2",
                    "notranslate": "true",
                    "outputorder": "edgesfirst",
                    "bgcolor": "transparent",
                },
                node_attr={
                    "shape": "box",
                    "style": "filled",
                    "fixedsize": "true",
                    "label": "",
                    "fontname": theme.FONT,
                    "fontsize": str(theme.SIZE),
                    "fontcolor": theme.INK,
                    "margin": "0.0834,0",
                },
                edge_attr={"arrowhead": "none"},
                body=self._body,
            ).source
        )

    @contextmanager
    def frame(self, id: str, box: Box, kind: str, state: State | None = None, tip: str = "") -> Iterator[None]:
        """A box around other things; what is drawn inside `with` belongs to it."""
        paint = theme.paint(kind)
        attributes = {
            "id": id,
            "class": _classes(kind, state),
            "bb": f"{_n(box.x)},{_n(-box.bottom)},{_n(box.right)},{_n(-box.y)}",
            "color": paint.line if state in (None, State.READY) else theme.STATES[state].line,
            "fillcolor": paint.fill,
            "style": _style(state),
        }
        if tip:
            attributes["tooltip"] = _text(tip)
        self._write(f"subgraph {_quote(f'cluster_{id}')} {{")
        self._depth += 1
        self._write(f"graph {_list(attributes)}")
        yield
        self._depth -= 1
        self._write("}")

    def box(
        self,
        id: str,
        box: Box,
        kind: str,
        lines: Sequence[str] = (),
        state: State | None = None,
        *,
        tip: str = "",
        more: str = "",
        centred: bool = False,
        top: bool = False,
    ) -> None:
        """A filled box with lines of text: to the left unless `centred`, in the middle unless on `top`. `more` adds classes."""
        paint = theme.paint(state or kind)
        if top:
            # Graphviz centres a label and knows no upper padding: empty lines below push the words up.
            lines = [*lines, *[""] * max(0, int((box.h - 10) / 12) - len(lines))]
        attributes = {"id": id, "class": _classes(kind, state, more), **_place(box.middle, box.w, box.h)}
        attributes |= {"color": _lane(more) or paint.line, "fillcolor": paint.line if kind == "part" else paint.fill}
        if lines:
            attributes |= _label(lines, kind, "n" if centred else "l")
        if state in theme.DASHED:
            attributes["style"] = _style(state)
        self._node(attributes, tip)

    def words(
        self,
        id: str,
        box: Box,
        lines: Sequence[str],
        kind: str,
        *,
        centred: bool = False,
        right: bool = False,
    ) -> None:
        """Text without a box, to the left unless `centred` or to the `right`."""
        attributes = {"id": id, "class": kind, **_place(box.middle, box.w, box.h)}
        attributes |= {"shape": "plaintext", "style": "", "margin": "0"}
        attributes |= _label(lines, kind, "n" if centred else "r" if right else "l")
        self._node(attributes, "")

    def mark(self, id: str, at: Point, size: float, state: State, tip: str = "") -> None:
        """The small shape that stands for a container in some state."""
        paint, mark = theme.STATES[state], theme.MARKS[state]
        attributes = {"id": id, "class": f"mark {state}", **_place(at, size, size), "shape": mark.shape}
        attributes |= {"color": paint.line, "fillcolor": paint.line if mark.solid else paint.fill}
        self._node(attributes, tip)

    def line(self, id: str, tail: str, head: str, corners: Sequence[Point], kind: str, *, more: str = "") -> None:
        """A line with rounded corners from one thing to another."""
        attributes = {"id": id, "class": _classes(kind, None, more), "pos": _pos(_spline(corners))}
        attributes["color"] = _lane(more) or theme.paint(kind).line
        if "unready" in more:
            attributes["style"] = "dashed"
        self._write(f"{_quote(tail)} -> {_quote(head)} {_list(attributes)}")

    def _node(self, attributes: dict[str, str], tip: str) -> None:
        if tip:
            attributes["tooltip"] = _text(tip)
        self._write(f"{_quote(attributes['id'])} {_list(attributes)}")

    def _write(self, statement: str) -> None:
        self._body.append("\t" * self._depth + statement + "\n")


def _quote(value: str) -> str:
    return '"' + value.replace('"', '\\"') + '"'


def _list(attributes: dict[str, str]) -> str:
    return f"[{' '.join(f'{name}={_quote(value)}' for name, value in attributes.items())}]"


def _text(text: str) -> str:
    # A backslash would begin one of Graphviz' escapes; a quotation mark is taken care of when the value is quoted.
    return text.replace("\\", "\\\\")


def _label(lines: Sequence[str], kind: str, justify: str) -> dict[str, str]:
    """Graphviz ends a line with \\n, \\l or \\r, which is also where it stands."""
    size = theme.SIZES.get(kind)
    label = "".join(f"{_text(line)}\\{justify}" for line in lines)
    return {"label": label} if size is None else {"label": label, "fontsize": str(size)}


def _place(middle: Point, width: float, height: float) -> dict[str, str]:
    return {"pos": f"{_n(middle[0])},{_n(-middle[1])}", "width": _inches(width), "height": _inches(height)}


def _classes(kind: str, state: State | None, more: str = "") -> str:
    return " ".join(word for word in (kind, state, more) if word)


def _style(state: State | None) -> str:
    return "filled,dashed" if state in theme.DASHED else "filled"


def _lane(classes: str) -> str:
    return next((theme.LANES[int(word[4:])][0] for word in classes.split() if word.startswith("lane")), "")


def _inches(points: float) -> str:
    return f"{points / 72:.5f}".rstrip("0").rstrip(".")


def _n(value: float) -> str:
    if value == int(value):
        return str(int(value))
    return f"{value:.1f}".removesuffix(".0")


def _pos(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(-y)}" for x, y in points)


def _spline(corners: Sequence[Point], radius: float = 6) -> list[Point]:
    """Bézier control points of a line through right-angled corners, each rounded."""
    points = [corners[0]]
    here = corners[0]
    for corner, after in pairwise(corners[1:]):
        near = min(radius, _distance(here, corner) / 2, _distance(corner, after) / 2)
        begin, end = _towards(corner, here, near), _towards(corner, after, near)
        points += [points[-1], begin, begin, corner, corner, end]
        here = corner
    return [*points, points[-1], corners[-1], corners[-1]]


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(start: Point, goal: Point, step: float) -> Point:
    """The point `step` away from `start` on the level or upright way to `goal`."""
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    length = abs(dx) + abs(dy)
    return (start[0] + dx / length * step, start[1] + dy / length * step) if length else start
