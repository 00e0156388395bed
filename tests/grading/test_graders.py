"""The page on nbgrader and otter: its code, run as it stands there, in the cells and files that it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from k8snb import Cluster
from k8snb.grading.lesson import find

PAGES = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
SOLVED = "run my-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=webserver"


def blocks(language: str) -> list[str]:
    found = BLOCK.findall((PAGES / language / "graders.md").read_text(encoding="utf-8"))
    assert len(found) == 3
    return found


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A learner's kernel after the cells before the test cell."""
    monkeypatch.setenv("K8SNB_PACE", "jump")
    InteractiveShell.clear_instance()
    opened: Any = InteractiveShell.instance(history_manager=None)
    opened.displayhook.flush = lambda: None
    opened.run_cell("%load_ext k8snb")
    yield opened
    opened._k8snb_lab.stop()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_check_is_a_callable_with_points(language: str) -> None:
    cluster = Cluster()
    cluster.kubectl(SOLVED)
    cluster.settle()
    names: dict[str, Any] = {"cluster": cluster}
    exec(blocks(language)[0], names)
    assert names["outcome"].earned == 4
    assert names["check"].points == 10
    assert not names["outcome"].passed
    assert names["lesson"].day == 5


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_the_value_of_an_nbgrader_cell_is_its_score(shell: Any, language: str) -> None:
    cell = blocks(language)[1]
    assert shell.run_cell(cell).result == 0
    shell.run_cell(f"%kubectl {SOLVED}\n%clock +1m")
    assert shell.run_cell(cell).result == 4
    shell.run_cell("%kubectl expose pod my-pod --type=NodePort")
    assert shell.run_cell(cell).result == find("D05-E1")[1][0].points


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_an_otter_file_passes_and_fails(shell: Any, language: str, tmp_path: Path) -> None:
    files = pytest.importorskip("otter.test_files", reason="otter-grader is not installed")
    path = tmp_path / "D05-E1.py"
    path.write_text(blocks(language)[2], encoding="utf-8")

    def results() -> Any:
        test = files.ExceptionTestFile.from_file(str(path))
        test.run({"get_ipython": lambda: shell})
        return test

    assert not results().passed_all
    shell.run_cell(f"%kubectl {SOLVED}\n%clock +1m\n%kubectl expose pod my-pod --type=NodePort")
    done = results()
    assert done.passed_all
    assert (done.score, done.possible) == (10, 10)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_nbgrader_reads_the_score_from_the_cell(shell: Any, language: str) -> None:
    utils = pytest.importorskip("nbgrader.utils", reason="nbgrader is not installed")
    from nbformat.v4 import new_code_cell, new_output

    shell.run_cell(f"%kubectl {SOLVED}\n%clock +1m")
    source = blocks(language)[1]
    value = shell.run_cell(source).result
    cell = new_code_cell(source, outputs=[new_output("execute_result", {"text/plain": repr(value)})])
    cell.metadata.nbgrader = {"grade": True, "solution": False, "points": 10, "grade_id": "D05-E1", "schema_version": 3}
    assert tuple(utils.determine_grade(cell)[:2]) == (4, 10)
