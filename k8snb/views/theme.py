"""The theme: which colour and which shape stands for what, light and dark, told once for DOT, SVG and the browser.

The colours are variants of Okabe and Ito's set, which people with any colour vision can tell apart; every state also has a
shape of its own and is written out beside it. Text on each tint has a contrast of at least 4.5 : 1. In DOT and in a saved
SVG's attributes stand the light colours; CSS variables of the same names override them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from k8snb.views.model import State

FONT = "Helvetica"
FONTS = "Inter,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans','Noto Sans',sans-serif"

#: size of text, and of the kinds of things that have another
SIZE = 10
SIZES = {
    "outside": 11,
    "empty": 12,
    "iptables": 9,
    "component": 8,
    "chip": 9,
    "legend": 9,
    "amount": 9,
    "rate": 8,
    "lost": 8,
}


class Paint(NamedTuple):
    """Line and fill of a thing, light and dark."""

    line: str
    fill: str
    dark_line: str
    dark_fill: str


class Mark(NamedTuple):
    """How a state is drawn: Graphviz shape of a container, whether that is filled, and the word in the legend."""

    shape: str
    solid: bool
    word: str


STATES: dict[State, Paint] = {
    State.READY: Paint("#00795b", "#e3f4ee", "#4cc9a4", "#12352c"),
    State.RUNNING: Paint("#1f6fb2", "#e4f0fa", "#74b9f5", "#14304a"),
    State.STARTING: Paint("#8a6100", "#fdf2d8", "#ecb93f", "#3a2e10"),
    State.WAITING: Paint("#5b6472", "#f1f3f5", "#a3adba", "#2a2f37"),
    State.FAILED: Paint("#b8420b", "#fde8dc", "#ff9466", "#45210f"),
    State.STOPPING: Paint("#97407c", "#f7e8f2", "#e59bc9", "#3c2034"),
    State.DONE: Paint("#48586a", "#e9eef3", "#97a9bd", "#242c36"),
    State.UNKNOWN: Paint("#5b6472", "#ffffff", "#a3adba", "#1b1f24"),
}

MARKS: dict[State, Mark] = {
    State.READY: Mark("circle", True, "ready"),
    State.RUNNING: Mark("circle", False, "running, not ready"),
    State.STARTING: Mark("diamond", True, "starting"),
    State.WAITING: Mark("diamond", False, "waiting"),
    State.FAILED: Mark("triangle", True, "failed"),
    State.STOPPING: Mark("invtriangle", True, "terminating"),
    State.DONE: Mark("square", True, "completed"),
    State.UNKNOWN: Mark("square", False, "unknown"),
}

#: drawn with a broken outline as well: on its way in or out, or not known
DASHED = frozenset({State.WAITING, State.STOPPING, State.UNKNOWN})

#: everything that has no state
THINGS: dict[str, Paint] = {
    "canvas": Paint("#ffffff", "#ffffff", "#15181d", "#15181d"),
    "node": Paint("#c3cad4", "#f8f9fb", "#3c4450", "#1b1f25"),
    "frame": Paint("#c3cad4", "#ffffff", "#3c4450", "#15181d"),
    "iptables": Paint("#aab4c0", "#e6eaef", "#4d5765", "#2b323c"),
    "component": Paint("#c3cad4", "#ffffff", "#3c4450", "#20252c"),
    "chip": Paint("#d5dae1", "#ffffff", "#4d5765", "#20252c"),
    "service": Paint("#2b5fd0", "#eaf0fd", "#7ea6ff", "#192643"),
    "entry": Paint("#5b6472", "#ffffff", "#a3adba", "#20252c"),
    "outside": Paint("#3c4654", "#f1f3f5", "#c3cad4", "#272d35"),
    "workload": Paint("#6441a5", "#f2edfb", "#b79df0", "#2a2140"),
    "group": Paint("#c3cad4", "#ffffff", "#3c4450", "#20252c"),
    "bar": Paint("#c3cad4", "#eceff3", "#3c4450", "#20252c"),
    "request": Paint("#2b5fd0", "#2b5fd0", "#7ea6ff", "#7ea6ff"),
    "access": Paint("#5b6472", "#5b6472", "#a3adba", "#a3adba"),
    "call": Paint("#2b5fd0", "#2b5fd0", "#7ea6ff", "#7ea6ff"),
    "forward": Paint("#b0006d", "#b0006d", "#ff86cd", "#ff86cd"),
    "owns": Paint("#8a94a3", "#8a94a3", "#6d7887", "#6d7887"),
    "rate": Paint("#2b5fd0", "#ffffff", "#7ea6ff", "#15181d"),
    "lost": Paint("#b8420b", "#fde8dc", "#ff9466", "#45210f"),
}

#: kinds of lines
LINES = ("request", "access", "call", "forward", "owns")

#: Services take these for their lines in turn; none is the colour of a failure
LANES: tuple[tuple[str, str], ...] = (
    ("#2b5fd0", "#7ea6ff"),
    ("#0b7f8c", "#4fd0dd"),
    ("#8a3fb0", "#cf93f0"),
    ("#7a5c3e", "#d0a880"),
    ("#37474f", "#b0bec5"),
    ("#5a6e00", "#c0d64a"),
)

INK, INK_DARK = "#1c2128", "#e6eaf0"
FAINT, FAINT_DARK = "#57606c", "#a6b0bd"


def paint(name: str) -> Paint:
    """The paint of a state or of a thing; KeyError for neither."""
    return STATES[State(name)] if name in STATES else THINGS[name]


@cache
def stylesheet() -> str:
    """CSS of a picture: the variables of both themes, then the rules of `static/picture.css`."""
    rules = files("k8snb.views").joinpath("static/picture.css").read_text("utf-8")
    light, dark = _variables(0), _variables(2)
    return (
        f".k8snb{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{.k8snb:not(.k8snb-light){{{dark}}}}}\n"
        f".k8snb.k8snb-dark{{{dark}}}\n"
        f"{_paints()}{rules}"
    )


def _variables(offset: int) -> str:
    parts = []
    for name, colours in [*STATES.items(), *THINGS.items()]:
        parts.append(f"--{name}:{colours[offset]};--{name}-fill:{colours[offset + 1]}")
    parts += [f"--lane{index}:{lane[offset // 2]}" for index, lane in enumerate(LANES)]
    ink, faint = (INK, FAINT) if offset == 0 else (INK_DARK, FAINT_DARK)
    return ";".join([*parts, f"--ink:{ink}", f"--faint:{faint}", f"font-family:{FONTS}"])


def _paints() -> str:
    inside = ">:not(text,title)"
    rules = [f".k8snb .{name}{inside}{{stroke:var(--{name});fill:var(--{name}-fill)}}" for name in [*THINGS, *STATES]]
    rules += [
        f".k8snb .mark.{state}{{stroke:var(--{state});fill:var(--{state}{'' if mark.solid else '-fill'})}}"
        for state, mark in MARKS.items()
    ]
    rules += [f".k8snb .part.{state}{{fill:var(--{state});stroke:none;rx:2px}}" for state in STATES]
    rules += [f".k8snb .{state}{inside}{{stroke-dasharray:4 3}}" for state in sorted(DASHED)]
    rules += [f".k8snb text{{font-size:{SIZE}px}}"]
    rules += [f".k8snb .{kind}>text{{font-size:{size}px}}" for kind, size in SIZES.items()]
    rules += [f".k8snb path.{name}{{stroke:var(--{name})}}" for name in LINES]
    rules += [
        f".k8snb path.lane{index},.k8snb .lane{index}>rect{{stroke:var(--lane{index})}}" for index in range(len(LANES))
    ]
    return "\n".join(rules) + "\n"
