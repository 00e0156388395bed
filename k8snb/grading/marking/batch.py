"""A folder of handed-in notebooks, marked: which notebook is of which lesson, one warden a lesson, one row a notebook.

A row has marks, what held and what did not, what went wrong on the way, and a receipt: a digest of the notebook, the lesson,
the policy and the marks. The same of the former give the same receipt, here and on any other machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import k8snb
from k8snb.grading.lesson import Lesson, all_lessons, find
from k8snb.grading.marking import submission
from k8snb.grading.marking.policy import Policy, hidden_checks

_MOST_REMARKS = 12


@dataclass(frozen=True, slots=True)
class ExerciseMarks:
    """One exercise of one notebook: marks, what they are out of, hints read, and the findings in both languages."""

    exercise: str
    marks: float
    most: float
    hints: int = 0
    findings: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one notebook. `failed` is why there are no marks; it is empty when there are."""

    path: str
    lesson: int = 0
    exercises: tuple[ExerciseMarks, ...] = ()
    remarks: tuple[str, ...] = ()
    failed: str = ""
    receipt: str = ""
    #: what confined the processes
    layers: tuple[str, ...] = field(default=(), compare=False)

    @property
    def marks(self) -> float:
        return round(sum(each.marks for each in self.exercises), 2)

    @property
    def most(self) -> float:
        return round(sum(each.most for each in self.exercises), 2)


def notebooks(paths: Iterable[Path]) -> list[Path]:
    """The notebooks meant: files as they are, folders with everything below, without Jupyter's own checkpoints."""
    found: dict[Path, None] = {}
    for path in paths:
        inner = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        found.update(dict.fromkeys(each for each in inner if ".ipynb_checkpoints" not in each.parts))
    return list(found)


def mark(paths: Sequence[Path], policy: Policy, *, jobs: int = 0, timeout: float = 60.0) -> list[Row]:
    """Mark notebooks; one row each, in their order. PolicyError if the hidden checks cannot be loaded."""
    hidden_checks(policy.hidden)  # a mistake in them is told once, and not once a row
    rows: dict[str, Row] = {}
    by_day: dict[int, list[str]] = {}
    days = {lesson.day for lesson in all_lessons()}
    for path in paths:
        day, why = _day(path, policy.day)
        if not why and day not in days:
            why = f"no lesson has the day {day}" if day else "it names no exercise of any lesson"
        if why:
            rows[str(path)] = Row(str(path), failed=why)
        else:
            by_day.setdefault(day, []).append(str(path))
    for day, chosen in sorted(by_day.items()):
        rows.update(_mark_lesson(day, chosen, policy, jobs or os.cpu_count() or 1, timeout))
    return [rows[str(path)] for path in paths]


def _day(path: Path, wanted: int) -> tuple[int, str]:
    try:
        cells, _ = submission.read(path)
    except submission.NotANotebookError as error:
        return 0, str(error)
    return wanted or submission.day_of(path, cells), ""


def _mark_lesson(day: int, paths: Sequence[str], policy: Policy, jobs: int, timeout: float) -> dict[str, Row]:
    lesson = find(str(day))[0]
    with tempfile.TemporaryDirectory(prefix="k8snb-grade-", ignore_cleanup_errors=True) as root:
        order = {
            "day": day,
            "paths": [str(Path(path).resolve()) for path in paths],
            "timeout": timeout,
            "jobs": jobs,
            "root": root,
            "hidden": str(policy.hidden.resolve()) if policy.hidden else "",
        }
        said = _warden(order, root)
    checks = {check.id: check.points for check in (*lesson.checks, *hidden_checks(policy.hidden))}
    basis = {"k8snb": k8snb.__version__, "lesson": lesson_digest(lesson), "policy": policy.facts()}
    return {
        path: _row(
            path, day, said.get(str(Path(path).resolve()), {"failed": "the marker itself ended"}), checks, policy, basis
        )
        for path in paths
    }


def _warden(order: dict[str, Any], root: str) -> dict[str, dict[str, Any]]:
    """Run a warden in an environment of its own; its rows by path."""
    package = Path(k8snb.__file__).resolve().parents[1]
    environment = {
        "HOME": root,
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([str(package), *(each for each in sys.path if each.endswith("site-packages"))]),
        "K8SNB_PACE": "jump",
        "K8SNB_PROGRESS": "off",
        "K8SNB_LANG": "en",
        **{name: os.environ[name] for name in ("K8SNB_LESSONS", "PYTHONDONTWRITEBYTECODE") if name in os.environ},
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "k8snb.grading.marking.warden"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
    return {row["path"]: row for row in found}


def _row(
    path: str, day: int, said: dict[str, Any], checks: dict[str, int], policy: Policy, basis: dict[str, Any]
) -> Row:
    if "failed" in said:
        return Row(path, day, failed=said["failed"])
    exercises = []
    for id, points in checks.items():
        outcome, hints = said["outcomes"].get(id, {}), said["hints"].get(id, 0)
        exercises.append(
            ExerciseMarks(
                id,
                policy.marks(id, points, outcome.get("earned", 0), hints),
                policy.worth(id, points),
                hints,
                tuple(outcome.get("findings", ())),
            )
        )
    remarks = list(dict.fromkeys(said["remarks"]))[:_MOST_REMARKS]
    if said["failed cells"]:
        remarks.append(f"{said['failed cells']} cells ended with an error")
    marks = [[each.exercise, each.marks, each.most] for each in exercises]
    receipt = _digest({**basis, "notebook": said["digest"], "marks": marks})
    return Row(path, day, tuple(exercises), tuple(remarks), "", receipt, tuple(said["layers"]))


def lesson_digest(lesson: Lesson) -> str:
    """Of everything in a lesson that marks depend on."""
    files = [lesson.folder / name for name in ("lesson.md", "exercises.yaml", "checks.py")]
    files += sorted((lesson.folder / "manifests").glob("*"))
    return _digest([[file.name, file.read_text(encoding="utf-8")] for file in files if file.is_file()])


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
