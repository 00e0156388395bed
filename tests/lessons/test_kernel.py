"""Every lesson in a real kernel, in every language: it runs top to bottom, and shows what the built notebook shows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from k8snb.grading import build, execute
from k8snb.grading.lesson import Lesson, all_lessons
from k8snb.grading.text import LANGUAGES

REPOSITORY = Path(__file__).parents[2]


def texts(cell: dict[str, Any]) -> list[str]:
    """What a cell printed, and the text of what it displayed: a kernel may cut a stream into several messages."""
    printed = "".join(joined(out["text"]) for out in cell["outputs"] if out["output_type"] == "stream")
    shown = [joined(out["data"].get("text/plain", "")) for out in cell["outputs"] if "data" in out]
    return [printed, *shown]


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


@pytest.mark.kernel
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: f"day{lesson.day:02}")
def test_a_real_kernel_agrees_with_the_built_notebook(lesson: Lesson, language: str) -> None:
    made = lesson.in_language(language)
    path = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    folder = lesson.notebook_path(language).parent
    execute.in_kernel(made, folder, {**build.ENVIRONMENT, "K8SNB_LANG": language, "PYTHONPATH": path})
    shipped = json.loads(lesson.notebook_path(language).read_text(encoding="utf-8"))["cells"]
    for ran, kept in zip(made.cells, shipped, strict=True):
        if ran.cell_type == "code":
            assert texts(ran) == texts(kept), ran.source
