"""The course as a whole: the table of days, a learner's progress day by day, and the index notebook."""

from __future__ import annotations

import pytest

from k8snb.grading import course
from k8snb.grading.check import Finding, Outcome
from k8snb.grading.lesson import all_lessons, root
from k8snb.grading.progress import Progress
from k8snb.grading.text import LANGUAGES, Text

LESSONS = all_lessons()


def solved(day: int, share: float = 1.0) -> Progress:
    progress = Progress()
    for check in next(each for each in LESSONS if each.day == day).checks:
        progress.record(Outcome(check, (Finding(check.points, round(check.points * share), Text("", "")),)))
    return progress


def test_progress_day_by_day() -> None:
    lines = course.progress_text(LESSONS, solved(5), "en").splitlines()
    assert len(lines) == len(LESSONS) + 1
    assert lines[4] == "Day 5   [████████████████████] Pod and everyday kubectl (40 of 40 points)"
    assert lines[5].endswith("(not begun)")
    assert lines[-1].startswith("Together: 40 of ")
    half = course.progress_text(LESSONS, solved(5, 0.5), "zh-TW").splitlines()
    assert half[4].endswith("Pod 與 kubectl 常用指令 (40 分中得 20 分)")
    assert "█" * 10 + "·" * 10 in half[4]


def test_progress_in_html_leads_to_the_lessons() -> None:
    html = course.progress_html(LESSONS, solved(5), "zh-TW")
    assert '<a href="05-pod.ipynb">Pod 與 kubectl 常用指令</a>' in html
    assert 'lang="zh-TW"' in html
    assert html.count("width:100%;") == 1
    assert html.count("width:0%;") == len(LESSONS) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_lists_every_lesson(language: str) -> None:
    made = course.Index(root()).in_language(language, LESSONS)
    whole = "\n".join(cell.source for cell in made.cells)
    assert course.TABLE not in whole
    for each in LESSONS:
        assert (
            f"[{each.title.in_language(language)}]({each.notebook_path(language).name}) | {each.facts['minutes']} "
            in whole
        )
    other = next(each for each in LANGUAGES if each != language)
    assert f"(../{other}/index.ipynb)" in whole
