"""Every lesson: its exercises replayed, its words checked, its notebooks up to date."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from k8snb import Cluster
from k8snb.grading import build, lint, notebook
from k8snb.grading.lesson import Lesson, all_lessons
from k8snb.grading.runner import run
from k8snb.grading.text import LANGUAGES

LESSONS = all_lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: f"day{lesson.day:02}")
each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_there_are_lessons() -> None:
    assert [lesson.day for lesson in LESSONS][:12] == list(range(1, 13))


@each_lesson
def test_exercises_can_be_solved_and_not_otherwise(lesson: Lesson) -> None:
    assert list(lint.exercises(lesson)) == []


@each_lesson
def test_words(lesson: Lesson) -> None:
    assert list(lint.texts(lesson)) == []


@each_lesson
def test_notebooks_have_the_code_of_their_source(lesson: Lesson) -> None:
    assert list(lint.shipped(lesson)) == []


@each_lesson
@each_language
def test_notebooks_are_up_to_date(lesson: Lesson, language: str) -> None:
    """Rebuilding gives the committed bytes: run `make lessons` if it does not."""
    assert build.built(lesson, language) == lesson.notebook_path(language).read_text(encoding="utf-8")


@each_lesson
@each_language
def test_notebooks_show_nothing_of_the_machine_they_were_built_on(lesson: Lesson, language: str) -> None:
    text = lesson.notebook_path(language).read_text(encoding="utf-8")
    assert not re.search(r"0x[0-9a-f]{6,}|/root/|/home/(?!learner)|/tmp/(?!healthy)|Traceback", text)
    assert str(Path.cwd()) not in text
    assert '"output_type": "error"' not in text


@each_lesson
@each_language
def test_notebooks_keep_a_picture_with_its_text(lesson: Lesson, language: str) -> None:
    cells = json.loads(lesson.notebook_path(language).read_text(encoding="utf-8"))["cells"]
    pictures = [
        out["data"] for cell in cells for out in cell.get("outputs", ()) if "image/svg+xml" in out.get("data", {})
    ]
    assert len(pictures) >= 3
    assert all("text/plain" in data for data in pictures)


@each_lesson
def test_a_lesson_has_what_a_lesson_needs(lesson: Lesson) -> None:
    assert len(lesson.checks) >= 3
    assert 20 <= lesson.facts["minutes"] <= 40
    code = "\n".join(notebook.code_cells(lesson.source))
    assert "--expect-error" in code  # something is broken on purpose
    assert "%view" in code
    prose = "\n".join(lesson.prose)
    for part in (
        "## The story so far",
        "2018 and now",
        "## Exercises",
        "## What you take home",
        "**On a real cluster.**",
    ):
        assert part in prose


@each_lesson
def test_checks_answer_at_once(lesson: Lesson) -> None:
    cluster = Cluster(nodes=lesson.nodes)
    cluster.settle()
    run(cluster, lesson.checks[:1])  # imports
    start = time.perf_counter()
    run(cluster, lesson.checks)
    assert time.perf_counter() - start < 0.2 * len(lesson.checks) * 3  # 0.2 s each; the machine may be shared
