"""The live view without a browser: what it reads, sends and answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import views_demo as demo

from k8snb.api.selector import SelectorError
from k8snb.views import render, widget
from k8snb.views.filter import Filter
from k8snb.views.model import ClusterPicture, Flow
from k8snb.views.source import Details
from k8snb.views.widget import ClusterView


class World:
    """A source whose picture a test changes."""

    def __init__(self, picture: ClusterPicture) -> None:
        self.revision, self.picture, self.asked, self.read = 1, picture, 0, 0

    def __call__(self) -> tuple[str, Any]:
        self.asked += 1
        return str(self.revision), self._read

    def _read(self) -> ClusterPicture:
        self.read += 1
        return self.picture

    def becomes(self, picture: ClusterPicture) -> None:
        self.revision, self.picture = self.revision + 1, picture


class Page:
    """The page's end of the comm: keeps what is sent."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.closed = False

    def send(self, message: dict[str, Any]) -> None:
        json.dumps(message)
        self.got.append(message)

    def close(self) -> None:
        self.closed = True


def shown(world: World, **options: Any) -> tuple[ClusterView, Page]:
    view, page = ClusterView(world, **options), Page()
    view._widget = page
    view._receive({"type": "ready"})
    return view, page


def test_a_frame_is_sent_when_the_page_is_ready() -> None:
    _, page = shown(World(demo.small().picture()))
    frame = page.got[-1]
    assert frame["type"] == "frame"
    assert 'id="pod/default/hello-deployment-7d9c5b8f6d-x2k4p"' in frame["svg"]
    assert frame["summary"] == "3 nodes, 3 Pods, 1 Service"
    assert frame["choices"] == {"namespaces": ["default"], "kinds": ["Deployment", "Service"]}


def test_nothing_is_read_drawn_or_sent_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(demo.small().picture())
    view, page = shown(world)
    drawn: list[str] = []
    monkeypatch.setitem(widget.VIEWS, "topology", lambda *_: drawn.append("drawn"))
    for _ in range(100):
        assert not view.refresh()
    assert (world.read, len(page.got), drawn) == (1, 1, [])


def test_a_new_revision_of_the_same_picture_sends_nothing() -> None:
    world = World(demo.small().picture())
    view, page = shown(world)
    world.becomes(demo.small().picture())
    assert not view.refresh()
    assert (world.read, len(page.got)) == (2, 1)


def test_a_change_sends_one_frame() -> None:
    world = World(demo.small().picture())
    view, page = shown(world)
    world.becomes(demo.busy().picture())
    assert view.refresh()
    assert not view.refresh()
    assert len(page.got) == 2
    assert 'id="pod/default/db-0"' in page.got[-1]["svg"]


def test_traffic_refers_to_lines_of_the_frame() -> None:
    world = demo.small()
    flows = [Flow("internet", "default/hello-service", "minikube", f"default/{world.pods[0].metadata.name}", 20, 5)]
    _, page = shown(World(world.picture(flows)))
    (way,) = page.got[-1]["ways"]
    assert (way["rate"], way["failed"]) == (20, 5)
    assert len(way["lines"]) == 3
    for line in way["lines"]:
        assert f'id="{line}"' in page.got[-1]["svg"]


def test_the_page_chooses_view_and_filter() -> None:
    view, page = shown(World(demo.busy().picture()))
    view._receive({"type": "choose", "view": "ownership"})
    assert page.got[-1]["view"] == "ownership"
    view._receive({"type": "choose", "selector": "app=web"})
    assert page.got[-1]["filter"]["selector"] == "app=web"
    assert "db-0" not in page.got[-1]["svg"]
    view._receive({"type": "choose", "selector": "app in ("})
    assert page.got[-1]["type"] == "notice"
    assert view.filter.selector == "app=web"
    view._receive({"type": "choose", "colour": "red"})
    assert page.got[-1]["type"] == "notice"
    view._receive({"type": "choose", "view": "sideways"})
    assert page.got[-1]["type"] == "notice"
    assert view.view == "ownership"


def test_the_page_says_how_wide_it_is() -> None:
    view, page = shown(World(demo.small().picture()))
    view._receive({"type": "width", "width": 640})
    assert 'viewBox="0 0 640 ' in page.got[-1]["svg"]
    count = len(page.got)
    view._receive({"type": "width", "width": 640})
    assert len(page.got) == count
    view._receive({"type": "width", "width": 10})
    assert 'viewBox="0 0 480 ' in page.got[-1]["svg"]
    assert 'viewBox="0 0 960 ' in view.svg(), "the saved picture keeps its own width"


def test_details_are_answered_by_the_callback() -> None:
    asked = []

    def details(kind: str, namespace: str, name: str) -> Details:
        asked.append((kind, namespace, name))
        return Details("kind: Pod\n", "10:00 Normal Pulled: x")

    view, page = shown(World(demo.small().picture()), details=details)
    view._receive({"type": "details", "ask": 7, "kind": "Pod", "namespace": "default", "name": "p"})
    assert asked == [("Pod", "default", "p")]
    expected = {"type": "details", "ask": 7, "yaml": "kind: Pod\n", "events": "10:00 Normal Pulled: x", "error": ""}
    assert page.got[-1] == expected


def test_text_on_demand() -> None:
    view, page = shown(World(demo.small().picture()))
    view._receive({"type": "text"})
    assert page.got[-1]["text"].startswith("3 nodes, 3 Pods, 1 Service\nService default/hello-service: NodePort")


def test_a_saved_notebook_keeps_svg_and_text_but_no_state() -> None:
    view = ClusterView(World(demo.small().picture()), live=False)
    bundle, _ = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml"}
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert view._widget is None, "without a widget there is nothing to store"


def test_a_live_view_is_a_widget_with_the_same_fallbacks() -> None:
    pytest.importorskip("ipykernel")
    view = ClusterView(World(demo.small().picture()))
    bundle, _ = view._repr_mimebundle_()
    assert {"text/plain", "image/svg+xml", "application/vnd.jupyter.widget-view+json"} == set(bundle)
    assert bundle["text/plain"].startswith("3 nodes")
    state = view._widget.get_state()
    assert "hello-deployment" not in json.dumps({k: v for k, v in state.items() if isinstance(v, str)})
    view.close()


def test_save(tmp_path: Path) -> None:
    view = ClusterView(World(demo.small().picture()))
    for name, start in (("a.svg", "<svg "), ("a.dot", "digraph "), ("a.txt", "3 nodes")):
        view.save(tmp_path / name)
        assert (tmp_path / name).read_text().startswith(start)


def test_bad_options_are_refused() -> None:
    world = World(demo.small().picture())
    with pytest.raises(ValueError, match="unknown view 'x': there are topology, ownership, nodes"):
        ClusterView(world, view="x")
    with pytest.raises(SelectorError):
        ClusterView(world, filter=Filter(selector="a in (")).svg()


def test_a_follower_sees_changes_by_itself() -> None:
    world = World(demo.small().picture())
    view, page = shown(world, interval=0.01)
    view.follow()
    try:
        world.becomes(demo.busy().picture())
        deadline = time.monotonic() + 10
        while len(page.got) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(page.got) == 2
    finally:
        view.close()
    assert page.closed


def test_the_views_lock_is_never_held_while_the_cluster_is_read() -> None:
    """A command holds the cluster and refreshes while the page asks the view for the cluster: nobody waits for ever."""
    cluster = threading.RLock()
    world = World(demo.small().picture())
    view, _ = shown(world)
    asking = threading.Event()

    def source() -> tuple[str, Any]:
        asking.set()
        with cluster:
            return world()

    view._source = source
    with cluster:
        page = threading.Thread(target=view._receive, args=({"type": "ready"},), daemon=True)
        page.start()
        assert asking.wait(5)
        world.becomes(demo.busy().picture())
        command = threading.Thread(target=view._send, daemon=True)
        command.start()
        command.join(5)
        assert not command.is_alive()
    page.join(5)
    assert not page.is_alive()


def test_what_goes_wrong_in_a_follower_surfaces_in_the_next_command() -> None:
    world = World(demo.small().picture())
    view, _ = shown(world, interval=0.01)

    def broken() -> tuple[str, Any]:
        raise RuntimeError("the cluster is gone")

    view._source = broken
    view.follow()
    try:
        deadline = time.monotonic() + 10
        while view._follower.error is None and time.monotonic() < deadline:
            time.sleep(0.01)
        view._source = world
        with pytest.raises(RuntimeError, match="the cluster is gone"):
            view.refresh()
    finally:
        view.close()


def test_short_ids_differ_for_all_lines_and_marks_of_a_large_picture() -> None:
    ids = [f"to/default/app{a}/pod/default/app{a}-7d9c5b8f6d-{i:05d}" for a in range(10) for i in range(500)]
    assert len({render.short_id(id) for id in ids}) == len(ids)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH")
def test_the_pages_script_is_valid(tmp_path: Path) -> None:
    script = tmp_path / "view.mjs"
    script.write_text(files("k8snb.views").joinpath("static/view.js").read_text("utf-8"))
    done = subprocess.run(["node", "--check", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_needs_nothing_from_elsewhere() -> None:
    static = files("k8snb.views").joinpath("static")
    for name in ("view.js", "view.css", "picture.css"):
        content = static.joinpath(name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in content
        assert "import " not in content
        assert "@import" not in content
