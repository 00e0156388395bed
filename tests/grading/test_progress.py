"""Progress: remembered in a file, never in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from k8snb.grading import report
from k8snb.grading.check import Check, Findings, Outcome, exercise, expect
from k8snb.grading.progress import Progress, Standing
from k8snb.grading.text import Text
from k8snb.grading.world import World

TEXT = Text("x", "某")


def outcome(points: int, of: int = 4, id: str = "D05-E1") -> Outcome:
    def look(world: World) -> Findings:
        yield expect(points, True, TEXT, TEXT)

    return exercise(id)(look).check(of, Text("Title", "標題"), (TEXT, Text("y", "乙"), Text("z", "丙")))(
        cast(World, None)
    )


def a_check() -> Check:
    return outcome(1).check


def test_the_best_attempt_stays_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "progress.json"
    progress = Progress(path)
    for points in (2, 4, 1):
        progress.record(outcome(points))
    again = Progress(path)
    assert again.of("D05-E1") == Standing(best=4, points=4, attempts=3, hints=0)
    assert again.of("D05-E1").passed
    assert not again.of("D05-E2").passed
    assert list(tmp_path.glob("deep/*")) == [path]


def test_points_start_again_when_the_exercise_changed(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p.json")
    progress.record(outcome(4))
    assert progress.record(outcome(3, of=8)).best == 3


def test_hints_climb_and_stay_on_the_last_step(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p.json")
    assert [progress.hint(a_check())[0] for _ in range(5)] == [1, 2, 3, 3, 3]
    assert Progress(tmp_path / "p.json").of("D05-E1").hints == 3


def test_an_unreadable_file_is_put_aside_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    for broken in ("{", "[]", '{"exercises": {"D05-E1": {"best": "many"}}}', '{"exercises": {"D05-E1": {"worst": 1}}}'):
        path.write_text(broken, encoding="utf-8")
        assert Progress(path).of("D05-E1") == Standing()
        assert (tmp_path / "p.unreadable").read_text(encoding="utf-8") == broken
        assert not path.exists()


def test_it_works_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    progress = Progress(tmp_path / "file" / "p.json")
    progress.record(outcome(4))
    assert progress.path is None
    assert progress.of("D05-E1").passed


def test_where_it_is_kept() -> None:
    assert Progress.default({"K8SNB_PROGRESS": "off"}).path is None
    assert Progress.default({"K8SNB_PROGRESS": "/nowhere/p.json"}).path == Path("/nowhere/p.json")


def test_forgetting(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p.json")
    progress.record(outcome(4))
    progress.record(outcome(4, id="D05-E2"))
    progress.forget("D05-E1")
    assert sorted(json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["exercises"]) == ["D05-E2"]
    progress.forget()
    assert not Progress(tmp_path / "p.json").of("D05-E2").attempts


def test_status_shows_a_bar() -> None:
    progress = Progress()
    assert "[····················] Title (not tried yet)" in report.status_text([a_check()], progress, "en")
    progress.record(outcome(2))
    progress.hint(a_check())
    text = report.status_text([a_check()], progress, "en")
    assert "D05-E1 [██████████··········] Title (2/4, 1 hints read)" in text
    assert text.endswith("Together: 2 of 4 points\n")
    assert "看過 1 個提示" in report.status_text([a_check()], progress, "zh-TW")
