"""Pictures as DOT text: golden for small cases, and what holds for all of them."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import views_demo as demo
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb.views import cards, text, topology
from k8snb.views.filter import Filter, select
from k8snb.views.model import ClusterPicture, Flow
from k8snb.views.widget import VIEWS

GOLDEN = Path(__file__).parent / "golden"
STATEMENT = re.compile(r'^\t+"([^"]+)" \[(.*)\]$', re.MULTILINE)
FRAME = re.compile(r'graph \[id="([^"]+)" class="([^"]+)" bb="([^"]+)"')
EDGE = re.compile(r'^\t+"([^"]+)" -> "([^"]+)" \[id="([^"]+)" class="([^"]+)" pos="([^"]+)"', re.MULTILINE)

Rect = tuple[float, float, float, float]


def boxes(dot: str) -> dict[str, tuple[str, Rect]]:
    """Id -> (class, left, top, right, bottom) of every node statement, y down."""
    found = {}
    for name, rest in STATEMENT.findall(dot):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        x, y = map(float, attributes["pos"].split(","))
        w, h = float(attributes["width"]) * 36, float(attributes["height"]) * 36
        found[name] = (attributes["class"], (x - w, -y - h, x + w, -y + h))
    return found


def frames(dot: str) -> dict[str, Rect]:
    found = {}
    for name, _, bb in FRAME.findall(dot):
        left, bottom, right, top = map(float, bb.split(","))
        found[name] = (left, -top, right, -bottom)
    return found


def lines(dot: str) -> list[tuple[str, str, str, list[tuple[float, float]]]]:
    """(tail, head, class, corners) of every line: the ends of its Bézier pieces, y down."""
    found = []
    for tail, head, _, classes, pos in EDGE.findall(dot):
        points = [(float(p.split(",")[0]), -float(p.split(",")[1])) for p in pos.split()]
        found.append((tail, head, classes, points[::3]))
    return found


def apart(a: Rect, b: Rect) -> bool:
    return a[2] <= b[0] + 0.1 or b[2] <= a[0] + 0.1 or a[3] <= b[1] + 0.1 or b[3] <= a[1] + 0.1


def inside(a: Rect, b: Rect) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("world", ["small", "busy"])
def test_golden(view: str, world: str) -> None:
    """Set K8SNB_GOLDEN=1 to write the files anew after a change that is meant."""
    picture = getattr(demo, world)().picture()
    dot, words = VIEWS[view](picture, 960).dot, text.describe(picture, view) + "\n"
    for path, content in ((GOLDEN / f"{view}-{world}.dot", dot), (GOLDEN / f"{view}-{world}.txt", words)):
        if os.environ.get("K8SNB_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        assert path.read_text() == content, path.name


@pytest.mark.parametrize("view", VIEWS)
def test_every_pod_service_and_node_is_there_once(view: str) -> None:
    picture = demo.busy().picture()
    dot = VIEWS[view](picture, 960).dot
    ids = re.findall(r'\bid="([^"]+)"', dot)
    assert max(Counter(ids).values()) == 1
    if view != "nodes":
        assert {f"pod/{pod.key}" for pod in picture.pods} <= set(ids)
        assert {f"container/{p.key}/{c.name}" for p in picture.pods for c in p.containers} <= set(ids)
    if view != "ownership":
        assert {f"node/{node.name}" for node in picture.nodes} <= set(ids)
    if view == "topology":
        assert {f"service/{service.key}" for service in picture.services} <= set(ids)


@st.composite
def pictures(draw: st.DrawFn) -> ClusterPicture:
    nodes, apps = draw(st.integers(1, 9)), draw(st.integers(1, 5))
    pods = draw(st.integers(0, 70))
    world = demo.many(nodes, pods - pods % apps, apps)
    keep = draw(st.sets(st.integers(0, apps - 1)))
    world.services[:] = [s for i, s in enumerate(world.services) if i in keep]
    world.slices[:] = [demo.slice_of(s, world.pods) for s in world.services]
    flows = []
    if world.services and world.pods and draw(st.booleans()):
        service = f"default/{world.services[0].metadata.name}"
        for pod in world.pods[:4]:
            entry = draw(st.sampled_from(world.nodes)).metadata.name
            flows.append(Flow("internet", service, entry, f"default/{pod.metadata.name}", 10, 1, "pod", "reset"))
    return world.picture(flows)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(picture=pictures(), width=st.sampled_from([480, 640, 960, 1400]), view=st.sampled_from(sorted(VIEWS)))
def test_nothing_overlaps_and_no_line_crosses_a_card(picture: ClusterPicture, width: int, view: str) -> None:
    dot = VIEWS[view](picture, width).dot
    drawn, outer = boxes(dot), frames(dot)
    canvas = outer.pop("canvas")
    solid = {
        id: rect
        for id, (kind, rect) in drawn.items()
        if kind.split()[0] in ("pod", "group", "service", "entry", "workload")
    }
    rects = list(solid.items())
    for i, (name, rect) in enumerate(rects):
        assert inside(rect, canvas), name
        for other, rect2 in rects[i + 1 :]:
            assert apart(rect, rect2), (name, other)
    for name, rect in outer.items():
        assert inside(rect, canvas), name
    for tail, head, _, corners in lines(dot):
        for (x1, y1), (x2, y2) in pairwise(corners):
            piece = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            assert inside(piece, canvas), (tail, head, piece)
            for name, rect in solid.items():
                assert name in (tail, head) or apart(piece, rect), (tail, head, name, piece, rect)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(picture=pictures())
def test_pods_stand_on_their_nodes(picture: ClusterPicture) -> None:
    dot = topology.draw(picture).dot
    drawn, outer = boxes(dot), frames(dot)
    for pod in picture.pods:
        assert inside(drawn[f"pod/{pod.key}"][1], outer[f"node/{pod.node}"])


def test_a_new_pod_moves_no_other() -> None:
    world = demo.many(3, 9, 1)
    before = boxes(topology.draw(world.picture()).dot)
    last = world.pods[-1]
    del world.pods[-1]
    world.slices[:] = [demo.slice_of(s, world.pods) for s in world.services]
    after = boxes(topology.draw(world.picture()).dot)
    same = [id for id in after if id.startswith("pod/")]
    assert f"pod/default/{last.metadata.name}" not in after
    assert [after[id] for id in same] == [before[id] for id in same]


def test_beyond_two_hundred_pods_they_are_counted_by_owner() -> None:
    picture = demo.many(10, 1000).picture()
    drawn = boxes(topology.draw(picture).dot)
    groups = [id for id, (kind, _) in drawn.items() if kind == "group"]
    assert len(groups) == 10 * 4
    assert not [id for id in drawn if id.startswith("pod/")]
    titles = re.findall(r"×(\d+)\\l", topology.draw(picture).dot)
    assert sum(map(int, titles)) == 1000
    assert cards.density(200) is not cards.GROUPED
    assert cards.density(201) is cards.GROUPED


def test_many_nodes_become_one_box_for_each_status() -> None:
    world = demo.many(60, 120)
    world.nodes[0] = demo.node("node-1", ready="False")
    picture = world.picture()
    for view in ("topology", "nodes"):
        kept = [id for id in frames(VIEWS[view](picture, 960).dot) if id.startswith("node")]
        assert len(kept) == 2, view
    assert sum(map(int, re.findall(r"×(\d+)\\l", topology.draw(picture).dot))) == 120


def test_drawing_work_is_bounded() -> None:
    """Statements, not seconds: ten times the Pods cost no more DOT once they are counted by owner."""
    hundred = topology.draw(demo.many(10, 100).picture()).dot
    thousand = topology.draw(demo.many(10, 1000).picture()).dot
    five = topology.draw(demo.many(10, 5000).picture()).dot
    assert hundred.count("\n") <= 5 * (100 + 10 + 4)
    assert thousand.count("\n") <= hundred.count("\n") * 1.5
    assert five.count("\n") <= thousand.count("\n") * 1.1


def test_same_picture_same_dot() -> None:
    for view, draw in VIEWS.items():
        assert draw(demo.busy().picture(), 960) == draw(demo.busy().picture(), 960), view


def test_awkward_words_stay_words() -> None:
    """Names come from people: nothing in them may be read as DOT, as a Graphviz escape or as an HTML label."""
    world = demo.small()
    flows = [Flow("internet", "default/hello-service", rate=1, failed=1, stop="service", reason='<b>"x\\l" & \\N')]
    dot = topology.draw(world.picture(flows)).dot
    assert 'tooltip="1/s failed: <b>\\"x\\\\l\\" & \\\\N"' in dot


def test_ways_follow_lines_that_are_drawn() -> None:
    world = demo.busy()
    flows = [
        Flow("internet", "default/web", "minikube", "default/web-6b8d9c7f54-aaaaa", 20),
        Flow("internet", "default/web", "minikube-m03", "default/web-6b8d9c7f54-aaaaa", 10, 2, "pod", "reset"),
        Flow("internet", "default/typo", rate=3, failed=3, stop="service", reason="no endpoints"),
        Flow("default/web-6b8d9c7f54-aaaaa", "default/db", "minikube", "default/db-0", 44),
        Flow("internet", "default/web", "minikube-m03", "", 5, 5, "node", "timeout"),
    ]
    frame = topology.draw(select(world.picture(flows), Filter()))
    ids = {id for _, _, id, _, _ in EDGE.findall(frame.dot)}
    assert len(frame.ways) == len(flows)
    for way in frame.ways:
        assert way.lines
        assert set(way.lines) <= ids
    ends = {way.lines[-1].partition("/")[0] for way in frame.ways}
    assert ends == {"to", "forward", "into", "hop"}


def test_rates_at_the_pods_add_up_to_their_services() -> None:
    world = demo.small()
    flows = [
        Flow("internet", "default/hello-service", "minikube", f"default/{pod.metadata.name}", rate)
        for pod, rate in zip(world.pods, (10, 20, 30), strict=True)
    ]
    dot = topology.draw(world.picture(flows)).dot
    rates = dict(re.findall(r'"rate/([^"]+)" \[.*label="(\d+)/s', dot))
    assert rates.pop("service/default/hello-service") == "60"
    assert sorted(map(int, rates.values())) == [10, 20, 30]


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_cluster_says_so(view: str) -> None:
    assert 'class="empty"' in VIEWS[view](ClusterPicture(), 960).dot
