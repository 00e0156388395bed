"""The page's part of the live view in a real browser, without Jupyter: the script, a widget's messages, nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "views"))

import lab
import views_demo as demo

from k8snb.views import theme
from k8snb.views.model import ClusterPicture, Flow
from k8snb.views.source import Details
from k8snb.views.widget import ClusterView

pytestmark = [pytest.mark.browser, pytest.mark.skipif(lab.CHROMIUM is None, reason="Chromium is not installed")]

MOUNT = """async (script) => {
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const listeners = [];
  window.out = [];
  window.receive = (message) => listeners.forEach((listen) => listen(message));
  const model = { send: (m) => window.out.push(m), on: (_, listen) => listeners.push(listen), off() {} };
  window.unmount = module.default.render({ model, el: document.getElementById("view") });
}"""


class Mounted:
    """A `ClusterView` and the page that shows it, with the comm in between carried by hand."""

    def __init__(self, page: Any, world: demo.World) -> None:
        self.page, self.revision, self.picture = page, 1, world.picture()
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        static = files("k8snb.views").joinpath("static")
        css = theme.stylesheet() + static.joinpath("view.css").read_text("utf-8")
        page.set_content(f'<body data-jp-theme-light="true"><style>{css}</style><div id="view"></div></body>')
        self.view = ClusterView(lambda: (str(self.revision), lambda: self.picture), self._details)
        self.sent: list[dict[str, Any]] = []
        self.view._widget = self
        page.evaluate(MOUNT, static.joinpath("view.js").read_text("utf-8"))
        self.carry()
        page.wait_for_timeout(300)  # the page tells how wide it is
        self.carry()

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def _details(self, kind: str, namespace: str, name: str) -> Details:
        return Details(f"kind: {kind}\nmetadata:\n  name: {name}\n", f"Normal Started: {namespace}")

    def carry(self) -> None:
        """Messages of both sides to the other."""
        for message in self.page.evaluate("window.out.splice(0)"):
            self.view._receive(message)
        for message in self.sent:
            self.page.evaluate("message => window.receive(message)", message)
        self.sent.clear()

    def becomes(self, picture: ClusterPicture) -> None:
        self.revision, self.picture = self.revision + 1, picture
        self.view.refresh()
        self.carry()

    def at(self, id: str) -> Any:
        return self.page.locator(f'[id="{id}"]')


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with lab.browser(1200, 900) as page:
        yield page.context.browser


@pytest.fixture
def page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    motion = request.node.get_closest_marker("parametrize") and "reduce" in request.node.name
    context = chromium.new_context(
        viewport={"width": 1200, "height": 900}, reduced_motion="reduce" if motion else "no-preference"
    )
    yield context.new_page()
    context.close()


def test_a_frame_is_shown_and_named(page: Any) -> None:
    shown = Mounted(page, demo.busy())
    pod = shown.at("pod/default/web-58f7d6c9b8-ccccc")
    assert pod.get_attribute("role") == "button"
    assert pod.get_attribute("aria-label") == "Pod default/web-58f7d6c9b8-ccccc: Running · 10.244.0.5, 0/1 ready"
    assert (
        shown.at("node/minikube-m02")
        .get_attribute("aria-label")
        .startswith("Node minikube-m02: Ready,SchedulingDisabled")
    )
    assert page.locator(".k8snb-status").inner_text() == "3 nodes, 9 Pods (6 not ready), 3 Services"
    assert page.locator('[tabindex="0"]:is(.pod,.node,.service)').count() == 1, "one stop for the Tab key"
    assert not shown.errors


def test_the_same_thing_stays_the_same_element(page: Any) -> None:
    world = demo.busy()
    shown = Mounted(page, world)
    page.evaluate('document.getElementById("pod/default/db-0").marked = true')
    shown.at("pod/default/db-0").focus()
    world.pods[:] = [pod for pod in world.pods if pod.metadata.name not in ("once", "broken-1")]
    world.pods.append(demo.pod("fresh", "minikube", state=demo.CREATING))
    shown.becomes(world.picture())
    assert page.evaluate('document.getElementById("pod/default/db-0").marked') is True
    assert page.evaluate("document.activeElement.id") == "pod/default/db-0"
    assert shown.at("pod/default/fresh").count() == 1
    assert shown.at("pod/default/once").count() == 0
    page.wait_for_timeout(600)
    leftovers = page.evaluate("[...document.querySelectorAll('.k8snb-stage svg>.pod')].filter(e => !e.id).length")
    assert leftovers == 0, "what has faded out is gone"
    assert not shown.errors


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_what_moved_is_moved(page: Any, motion: str) -> None:
    world = demo.many(3, 12, 1)
    shown = Mounted(page, world)
    del world.pods[0]
    world.slices[:] = [demo.slice_of(service, world.pods) for service in world.services]
    shown.becomes(world.picture())
    moving = page.evaluate("document.getAnimations().filter(a => a.effect.target.matches?.('.pod')).length")
    assert (moving > 0) is (motion == "no-preference")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_requests_are_dots_on_their_way(page: Any, motion: str) -> None:
    world = demo.small()
    pods = [f"default/{pod.metadata.name}" for pod in world.pods]
    flows = [Flow("internet", "default/hello-service", "minikube", pod, 30, 10, "pod", "reset") for pod in pods]
    shown = Mounted(page, world)
    shown.becomes(world.picture(flows))
    page.wait_for_timeout(2500)
    dots = page.locator(".k8snb-dot").count()
    assert (dots > 3) is (motion == "no-preference")
    assert shown.at("rate/service/default/hello-service").text_content() == "90/s"
    shown.becomes(world.picture())
    page.wait_for_timeout(100)
    assert page.locator(".k8snb-dot").count() == 0
    assert not shown.errors


def test_click_shows_yaml_and_events(page: Any) -> None:
    shown = Mounted(page, demo.busy())
    shown.at("pod/default/db-0").click()
    shown.carry()
    details = page.locator(".k8snb-details")
    assert details.locator("h3").inner_text() == "Pod default/db-0"
    assert details.locator("pre").inner_text().startswith("kind: Pod\nmetadata:\n  name: db-0")
    details.get_by_role("tab", name="Events").click()
    assert details.locator("pre").inner_text() == "Normal Started: default"
    page.keyboard.press("Escape")
    assert details.is_hidden()
    assert page.evaluate("document.activeElement.id") == "pod/default/db-0"


def test_a_container_belongs_to_its_pod(page: Any) -> None:
    shown = Mounted(page, demo.busy())
    page.locator(".mark").first.click()
    shown.carry()
    assert page.locator(".k8snb-details h3").inner_text().startswith("Pod default/")


def test_keys_walk_the_picture(page: Any) -> None:
    shown = Mounted(page, demo.busy())
    shown.at("pod/default/broken-1").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "pod/default/no-such-image"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "pod/default/db-0"
    page.keyboard.press("Enter")
    shown.carry()
    assert page.locator(".k8snb-details h3").inner_text() == "Pod default/db-0"


def test_views_and_filters_are_chosen_on_the_page(page: Any) -> None:
    shown = Mounted(page, demo.busy())
    page.get_by_role("tab", name="Ownership").click()
    shown.carry()
    assert shown.at("workload/Deployment/default/web").count() == 1
    page.get_by_label("Label selector").fill("app=web")
    page.get_by_label("Label selector").press("Enter")
    shown.carry()
    assert shown.at("pod/default/db-0").count() == 0
    page.get_by_label("Label selector").fill("app in (")
    page.get_by_label("Label selector").press("Enter")
    shown.carry()
    assert page.get_by_role("alert").inner_text()
    page.get_by_label("Label selector").fill("")
    page.get_by_label("Label selector").press("Enter")
    shown.carry()
    page.get_by_label("Kind").select_option("StatefulSet")
    shown.carry()
    assert shown.at("pod/default/db-0").count() == 1
    assert shown.at("pod/default/broken-1").count() == 0


def test_the_text_alternative(page: Any) -> None:
    shown = Mounted(page, demo.small())
    page.get_by_role("button", name="Text").click()
    shown.carry()
    assert "Pod default/hello-deployment-7d9c5b8f6d-x2k4p: Running" in page.locator(".k8snb-text").inner_text()
    assert page.locator(".k8snb-stage svg").is_hidden()


def test_light_and_dark_follow_the_page(page: Any) -> None:
    shown = Mounted(page, demo.small())
    root = page.locator(".k8snb-view")
    light = root.evaluate("e => getComputedStyle(e).backgroundColor")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_function("document.querySelector('.k8snb-view').classList.contains('k8snb-dark')")
    dark = root.evaluate("e => getComputedStyle(e).backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(21, 24, 29)")
    fill = shown.at("pod/default/hello-deployment-7d9c5b8f6d-x2k4p").locator("rect")
    page.wait_for_timeout(400)
    assert fill.evaluate("e => getComputedStyle(e).fill") == "rgb(18, 53, 44)"


def test_the_static_svg_reads_without_a_stylesheet(page: Any) -> None:
    """GitHub and the like show the file as an image; a page that strips <style> must not turn it black."""
    view = ClusterView(lambda: ("1", lambda: demo.small().picture()), live=False)
    svg = view.svg()
    bare = svg[: svg.index("<style>")] + svg[svg.index("</style>") + len("</style>") :]
    page.set_content(bare)
    fill = page.locator('[id="pod/default/hello-deployment-7d9c5b8f6d-x2k4p"] rect')
    assert fill.evaluate("e => getComputedStyle(e).fill") == "rgb(227, 244, 238)"
