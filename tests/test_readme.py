"""What the README shows works as it says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from k8snb.demo import run_demo

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_tests_pass(request: pytest.FixtureRequest) -> None:
    examples = [block for block in BLOCKS if "def test_" in block]
    assert examples
    for block in examples:
        names: dict[str, Any] = {}
        exec(block, names)
        for name in [name for name in names if name.startswith("test_")]:
            fixtures = inspect.signature(names[name]).parameters
            names[name](*(request.getfixturevalue(fixture) for fixture in fixtures))


def test_the_tour_runs_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("K8SNB_PACE", "jump")
    shell = InteractiveShell()
    try:
        cells = [block for block in BLOCKS if block.startswith("%") or "\n%" in block]
        assert len(cells) >= 3
        for cell in cells:
            result = shell.run_cell(cell)
            assert result.success, cell
    finally:
        shell.history_manager.end_session()


def test_the_demo_tells_its_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "demo.svg"
    assert run_demo(str(picture)) == 0
    told = capsys.readouterr().out
    assert "Hello World!" in told
    assert "Successfully assigned default/my-pod" in told
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert picture.read_text(encoding="utf-8") == (ROOT / "docs" / "lesson.svg").read_text(encoding="utf-8")
