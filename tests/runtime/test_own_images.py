"""`@image` in a notebook: a class becomes an image that Pods run, in ten lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.runtime.images import IMAGES, forget, own
from k8snb.runtime.images.own import image
from k8snb.runtime.net import HttpResponse
from k8snb.runtime.programs.program import Call, Serve


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """What a test has defined is gone after it."""
    before = dict(IMAGES)
    yield
    IMAGES.clear()
    IMAGES.update(before)
    own._LATEST.clear()
    forget()


def define(tag: str, greeting: str) -> None:
    @image(f"me/greeter:{tag}", port=8080, memory=5_000_000)
    class Greeter:
        files = {"/etc/greeting": greeting}

        def request(self, call: Call, request: Any) -> Any:
            if request.path == "/boom":
                raise ValueError("no such thing")
            if request.path == "/json":
                return 201, {"path": request.path}
            call.process.state = (call.state or 0) + 1
            return f"{call.machine.fs.read('/etc/greeting').decode()} {call.state}"


def running(tag: str = "1") -> Cluster:
    cluster = Cluster()
    cluster.kubectl(f"run greeter --image=me/greeter:{tag} --port=8080")
    cluster.kubectl("expose pod greeter --type=NodePort")
    cluster.settle()
    return cluster


def ask(cluster: Cluster, path: str = "/") -> HttpResponse | None:
    port = cluster.client.get("services", "greeter", "default").spec.ports[0].nodePort
    return cluster.network.request("host", f"http://192.168.49.2:{port}{path}").response


def text(cluster: Cluster, path: str = "/") -> str:
    answer = ask(cluster, path)
    assert answer is not None
    return answer.text


def test_a_class_in_a_cell_is_an_image() -> None:
    define("1", "Hello")
    cluster = running()
    assert text(cluster) == "Hello 1"
    fork = cluster.fork()
    assert (text(cluster), text(fork), text(fork)) == ("Hello 2", "Hello 2", "Hello 3")
    assert cluster.kubectl(["exec", "greeter", "--", "sh", "-c", "echo -n Servus > /etc/greeting"]).exit_code == 0
    assert text(cluster) == "Servus 3"
    answer = ask(cluster, "/json")
    assert answer is not None
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (
        201,
        '{"path": "/json"}\n',
        "application/json",
    )
    assert 'Successfully pulled image "me/greeter:1"' in cluster.kubectl("describe pod greeter").stdout


def test_what_it_raises_is_its_own_crash() -> None:
    define("1", "Hello")
    cluster = running()
    assert ask(cluster, "/boom") is None
    cluster.advance(5)
    status = cluster.client.get("pods", "greeter", "default").status.containerStatuses[0]
    assert (status.restartCount, status.lastState.terminated.exitCode) == (1, 1)
    log = cluster.kubectl("logs greeter --previous").stdout
    assert log.startswith("Traceback (most recent call last):\n")
    assert log.endswith("ValueError: no such thing\n")
    assert text(cluster) == "Hello 1"


def test_what_runs_goes_on_when_the_cell_is_run_again() -> None:
    define("1", "old")
    cluster = running()
    define("1", "new")
    assert text(cluster) == "old 1"
    cluster.kubectl("delete pod greeter --now")
    cluster.kubectl("run greeter --image=me/greeter:1 --image-pull-policy=Always --port=8080")
    cluster.settle()
    assert text(cluster) == "new 1"


def test_tags_and_names_that_are_not_there() -> None:
    define("1", "one")
    define("2", "two")
    cluster = running("2")
    assert text(cluster) == "two 1"
    cluster.kubectl("run three --image=me/greeter:3")
    cluster.advance(10)
    assert "docker.io/me/greeter:3: not found" in cluster.kubectl("describe pod three").stdout


@pytest.mark.parametrize("name", ["nginx", "docker.io/library/redis:9", "me/Upper:1", ""])
def test_names_that_are_taken_or_none(name: str) -> None:
    with pytest.raises(ValueError, match=r"comes with k8snb|invalid reference"):
        image(name)


def test_it_may_start_tick_and_end_as_any_program() -> None:
    @image("me/clock:1", base="none")
    class Clock:
        def start(self, call: Call) -> Any:
            call.out("begins\n")
            return Serve(0, tick=10.0)

        def tick(self, call: Call) -> Any:
            call.out(f"{call.state}\n")
            return Serve(call.state + 1, tick=10.0) if call.state < 2 else 3

    cluster = Cluster()
    cluster.kubectl("run clock --image=me/clock:1 --restart=Never")
    cluster.advance(60)
    assert cluster.kubectl("logs clock").stdout == "begins\n0\n1\n2\n"
    ended = cluster.client.get("pods", "clock", "default").status.containerStatuses[0].state.terminated
    assert (ended.exitCode, ended.reason) == (3, "Error")
