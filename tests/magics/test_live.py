"""Live pace: time goes on by itself, and a port-forward answers real programs on 127.0.0.1."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request

import pytest

from .conftest import Notebook


@pytest.fixture(scope="module")
def pace() -> str:
    return "live"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int) -> tuple[int, bytes]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return answer.status, answer.read()


def test_a_port_forward_answers_a_real_request(notebook: Notebook) -> None:
    notebook.good("%clock live 20")  # twenty times as fast as the wall clock: a pull takes a moment only
    notebook.good(
        "%kubectl run web --image=zxcvbnius/docker-demo --port=3000\n%kubectl wait --for=condition=Ready pod/web"
    )
    port = free_port()
    with pytest.raises(urllib.error.URLError):
        fetch(port)
    notebook.good(f"%kubectl port-forward web {port}:3000")
    assert fetch(port) == (200, b"Hello World!")
    assert notebook.good(f"%curl http://localhost:{port}") == "Hello World!\n"

    notebook.good("%kubectl delete pod web --now")
    with pytest.raises((http.client.RemoteDisconnected, urllib.error.URLError, ConnectionError)):
        fetch(port)  # the Pod is gone: the connection is lost

    notebook.good(f"%cluster unforward {port}")
    with pytest.raises(urllib.error.URLError):
        fetch(port)


def test_time_goes_on_between_cells(notebook: Notebook) -> None:
    notebook.good("%clock live 20")
    before = notebook.lab.cluster.now
    time.sleep(0.5)
    assert 5 <= notebook.lab.cluster.now - before <= 200
    assert "live ×20" in notebook.good("%clock")
    notebook.good("%clock pause")
    before = notebook.lab.cluster.now
    time.sleep(0.3)
    assert notebook.lab.cluster.now - before < 1


def test_a_script_sleeps_while_the_cluster_goes_on(notebook: Notebook) -> None:
    notebook.good("%clock live 20")
    start = time.monotonic()
    printed = notebook.good(
        "%%kubectl\nkubectl create configmap slow --from-literal=a=b\nsleep 10\nkubectl get configmap slow -o name"
    )
    assert printed.splitlines()[-1] == "configmap/slow"
    assert time.monotonic() - start >= 0.5
