"""Checks, outcomes and reports, on worlds that need no cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from k8snb.grading import report
from k8snb.grading.check import Check, Finding, Findings, Outcome, exercise, expect
from k8snb.grading.runner import Report
from k8snb.grading.text import LANGUAGES, Text, listing, preferred
from k8snb.grading.world import World

WORLD = cast(World, None)
TITLE = Text("Open the stall: `my-pod`", "開店：`my-pod`")
HINTS = (Text("What?", "什麼？"), Text("Look there.", "看那裡。"), Text("Type `x`.", "打 `x`。"))
YES, NO = Text("It runs.", "它在跑。"), Text("It <b>does not</b> run.", "它沒在跑。")


def check(*held: bool, points: int = 6) -> Check:
    def look(world: World) -> Findings:
        for each in held:
            yield expect(2, each, YES, NO, "pod/my-pod")

    return exercise("D05-E1")(look).check(points, TITLE, HINTS)


@pytest.mark.parametrize(
    ("held", "earned", "passed"),
    [
        ((True, True, True), 6, True),
        ((True, False, True), 4, False),
        ((False,), 0, False),
        ((True, True), 4, False),  # stopped early: what was not reached earns nothing
        ((), 0, False),
    ],
)
def test_points_add_up_and_only_all_of_them_pass(held: tuple[bool, ...], earned: int, passed: bool) -> None:
    outcome = check(*held)(WORLD)
    assert (outcome.earned, outcome.passed) == (earned, passed)


def test_a_judge_that_gives_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="D05-E1 gives out more than its 2 points"):
        check(True, False, points=2)(WORLD)


def test_a_check_knows_its_day() -> None:
    assert check().day == 5


def test_text_fills_in_each_language() -> None:
    text = Text("{who} has {n}", "{who} 有 {n}").format(who=Text("Mei", "小美"), n=3)
    assert text == ("Mei has 3", "小美 有 3")
    assert listing(["a", "b"]) == ("`a`, `b`", "`a`、`b`")
    assert listing([]) == ("none", "沒有")
    with pytest.raises(KeyError):
        text.in_language("fr")


@pytest.mark.parametrize(
    ("environment", "folder", "language"),
    [
        ({}, "/work", "en"),
        ({"LANG": "zh_TW.UTF-8"}, "/work", "zh-TW"),
        ({"LANG": "zh_TW.UTF-8"}, "/lab/lessons/en", "en"),
        ({"LANG": "C.UTF-8"}, "/lab/lessons/zh-TW", "zh-TW"),
        ({"K8SNB_LANG": "en"}, "/lab/lessons/zh-TW", "en"),
        ({"K8SNB_LANG": "fr"}, "/work", "en"),
    ],
)
def test_the_learners_language(environment: dict[str, str], folder: str, language: str) -> None:
    assert preferred(environment, Path(folder)) == language


def test_report_in_english() -> None:
    assert report.text(Report((check(True, False)(WORLD),)), "en") == (
        "D05-E1  Open the stall: `my-pod`: 2 of 6 points\n"
        "  ✓ It runs. (2/2)\n"
        "  ✗ It <b>does not</b> run. (0/2)\n"
        "  Not there yet. `%hint D05-E1` helps one step at a time.\n"
    )


def test_report_in_chinese_with_a_sum() -> None:
    solved = check(True, True, True)(WORLD)
    text = report.text(Report((solved, solved)), "zh-TW")
    assert text.endswith("合計：12 分中得 12 分\n")
    assert text.count("完成了！") == 2
    assert "它在跑。 (2/2)" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_escapes_what_comes_from_the_cluster(language: str) -> None:
    html = report.html(Report((check(True, False)(WORLD),)), language)
    assert "<b>does not</b>" not in html
    assert f'lang="{language}"' in html
    assert "<code>my-pod</code>" in html


def test_hint_texts() -> None:
    assert report.hint_text(check(), 2, HINTS[1], "en") == "Hint 2 of 3 for D05-E1\n  Look there.\n"
    assert "提示 3／3" in report.hint_html(check(), 3, HINTS[2], "zh-TW")
    assert "<code>x</code>" in report.hint_html(check(), 3, HINTS[2], "zh-TW")


def test_finding_holds_only_with_all_its_points() -> None:
    assert Finding(3, 3, YES).held
    assert not Finding(3, 2, NO).held


def test_outcome_keeps_what_the_picture_should_show() -> None:
    outcome: Outcome = check(False)(WORLD)
    assert [finding.about for finding in outcome.findings] == ["pod/my-pod"]


def test_any_grader_can_use_a_check() -> None:
    """nbgrader and otter need a callable and two numbers."""
    judged: Any = check(True, True, True)
    assert judged(WORLD).earned / judged.points == 1.0
