"""The docker view: what stands in which column, in which state, and what came from what."""

from __future__ import annotations

import pytest

from k8snb.views import docker, render
from k8snb.views.model import State
from tests.docker.desk import INDEX, Desk

pytest.importorskip("quickjs")


@pytest.fixture(scope="module")
def desk() -> docker.Desk:
    machine = Desk()
    machine.demo()
    machine.good("build -t page docker-demo")
    machine.good("login -u me")
    machine.good("tag page me/page:1")
    machine.good("push me/page:1")
    machine.good("run -d --name good -p 3000:3000 page")
    machine.good("run -d --name lid -p 3001:300 page")
    machine("run --name ended alpine sh -c 'exit 3'")
    machine.good("create --name fresh alpine")
    machine.write("docker-demo/index.js", INDEX.replace("World", "Moon"))
    machine.good("build docker-demo")
    return docker.read(machine.cluster.docker)


def test_the_columns(desk: docker.Desk) -> None:
    assert [card.lines[0] for card in desk.registry] == ["me/page:1"]
    assert [card.lines[0] for card in desk.images] == ["hello-node:v1", "page:latest", "alpine:latest", "<none>"]
    states = {card.lines[0]: card.state for card in desk.containers}
    assert states == {"good": State.READY, "lid": State.READY, "ended": State.FAILED, "fresh": State.WAITING}
    assert [(card.lines, card.state) for card in desk.ports] == [
        (("localhost:3000", "to port 3000"), None),
        (("localhost:3001", "to port 300: nobody there"), State.FAILED),
    ]


def test_what_came_from_what(desk: docker.Desk) -> None:
    page = next(card for card in desk.images if card.lines[0] == "page:latest")
    assert page.sources == (desk.registry[0].id,)
    assert [card.lines[0] for card in desk.containers if page.id in card.sources] == ["good", "lid"]
    drawn = docker.draw(desk).dot
    assert drawn.count(" -> ") == 1 + 4 + 2
    assert "<svg" in render.svg(drawn)


def test_as_text(desk: docker.Desk) -> None:
    text = docker.describe(desk)
    assert text.startswith(
        "docker: 4 images, 4 containers (2 running)\nin a registry:\n  me/page:1, docker.io · sha256:"
    )
    assert "  lid, Up " in text
    assert docker.describe(docker.Desk()) == "docker: 0 images, 0 containers (0 running)"
    assert "no images and no containers" in docker.draw(docker.Desk()).dot
