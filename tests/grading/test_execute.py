"""The in-process runner: outputs in order, errors told, the process left as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict

from k8snb.grading import execute


def notebook(*sources: str, tags: tuple[str, ...] = ()) -> NotebookNode:
    cells = [
        {"cell_type": "code", "id": str(i), "source": s, "metadata": {"tags": list(tags)}, "outputs": []}
        for i, s in enumerate(sources)
    ]
    made: NotebookNode = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    return made


def run(*sources: str) -> list[list[Any]]:
    made = notebook(*sources)
    execute.in_process(made, Path.cwd(), {})
    return [list(cell.outputs) for cell in made.cells]


def test_streams_and_displays_stay_in_order() -> None:
    (outputs,) = run(
        "import sys\nfrom IPython.display import HTML, display\n"
        "print('a'); print('b')\nprint('e', file=sys.stderr)\ndisplay(HTML('<b/>'))\nprint('c')\n1 + 1"
    )
    assert [output["output_type"] for output in outputs] == [
        "stream",
        "stream",
        "display_data",
        "stream",
        "execute_result",
    ]
    assert outputs[0]["text"] == "a\nb\n"
    assert outputs[1]["name"] == "stderr"
    assert outputs[2]["data"]["text/html"] == "<b/>"
    assert outputs[4]["data"]["text/plain"] == "2"


def test_an_update_changes_the_display_where_it_stands() -> None:
    (outputs,) = run(
        "from IPython.display import HTML, display\n"
        "handle = display(HTML('one'), display_id=True)\nprint('x')\nhandle.update(HTML('two'))"
    )
    assert [output["output_type"] for output in outputs] == ["display_data", "stream"]
    assert outputs[0]["data"]["text/html"] == "two"


def test_cells_share_their_names_and_run_where_told(tmp_path: Path) -> None:
    made = notebook("import os\nx = os.getcwd()", "print(x, os.environ['K8SNB_PACE'])")
    execute.in_process(made, tmp_path, {"K8SNB_PACE": "jump"})
    assert made.cells[1].outputs[0].text == f"{tmp_path} jump\n"


def test_a_failing_cell_is_told_with_what_it_said() -> None:
    with pytest.raises(execute.CellError, match=r"(?s)print\('so far'\).*so far.*ZeroDivisionError"):
        run("print('so far')\n1 / 0")


def test_a_cell_that_is_to_raise_may() -> None:
    made = notebook("1 / 0", tags=("raises-exception",))
    execute.in_process(made, Path.cwd(), {})


def test_the_process_is_left_as_it_was(tmp_path: Path) -> None:
    before = (sys.stdout, sys.stderr, sys.displayhook, os.getcwd(), os.environ.get("K8SNB_TEST"))
    with pytest.raises(execute.CellError):
        execute.in_process(notebook("syntax error ("), tmp_path, {"K8SNB_TEST": "1"})
    assert (sys.stdout, sys.stderr, sys.displayhook, os.getcwd(), os.environ.get("K8SNB_TEST")) == before
    assert not InteractiveShell.initialized()
