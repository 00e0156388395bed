"""A shell in a container while time goes by itself: Ctrl-C ends what runs, and neither the shell nor the Pod."""

from __future__ import annotations

import _thread
import threading

import pytest

from .conftest import Notebook


@pytest.fixture(scope="module")
def pace() -> str:
    return "live"


def interrupted(notebook: Notebook, cell: str) -> str:
    """What a cell printed that somebody interrupts after a while."""
    timer = threading.Timer(0.4, _thread.interrupt_main)
    timer.start()
    try:
        return notebook(cell).text
    finally:
        timer.cancel()


def test_ctrl_c_ends_an_endless_command(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.lab.cluster.kubectl("run web --image=nginx")
    notebook.lab.cluster.settle()
    notebook.good("%podsh web x=kept")
    assert "exit status 130" in interrupted(notebook, "%podsh web while true; do sleep 0.1; done")
    assert notebook.good("%podsh web echo $x") == "kept\n"
    assert "KeyboardInterrupt" in interrupted(notebook, "%kubectl exec web -- sleep 1000000")
    assert notebook.good("%kubectl exec web -- echo alive") == "alive\n"
    assert notebook.good("%kubectl exec web -- sh -c 'ls /proc | grep -c ^[2-9]'").strip() <= "3"
