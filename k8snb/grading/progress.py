"""A learner's progress: points, attempts and hints per exercise, in one small JSON file.

The file is a convenience. Without it (read-only disk, `K8SNB_PROGRESS=off`) everything works and only the memory of
it ends with the kernel. A file that cannot be read is put aside, not overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from k8snb.grading.check import Check, Outcome
from k8snb.grading.text import Text


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands with one exercise: best points so far, attempts, and how many hints were read."""

    best: int = 0
    points: int = 0
    attempts: int = 0
    hints: int = 0

    @property
    def passed(self) -> bool:
        return 0 < self.points == self.best


class Progress:
    """The standings of all exercises, kept in `path`; with None they are kept in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._standings: dict[str, Standing] = _read(path) if path else {}

    @classmethod
    def default(cls, environment: Mapping[str, str] = os.environ) -> Progress:
        """`$K8SNB_PROGRESS` (a file, or `off`), else `~/.k8snb/progress.json`."""
        chosen = environment.get("K8SNB_PROGRESS", "")
        if chosen == "off":
            return cls(None)
        return cls(Path(chosen) if chosen else Path.home() / ".k8snb" / "progress.json")

    def of(self, exercise: str) -> Standing:
        """The standing of one exercise, by id."""
        return self._standings.get(exercise, Standing())

    def record(self, outcome: Outcome) -> Standing:
        """Count an attempt; the best one stays."""
        check = outcome.check
        before = self.of(check.id)
        best = max(before.best, outcome.earned) if before.points == check.points else outcome.earned
        return self._keep(check.id, replace(before, best=best, points=check.points, attempts=before.attempts + 1))

    def hint(self, check: Check) -> tuple[int, Text]:
        """Climb one step of the ladder, and stay on the last: (step from 1, hint)."""
        before = self.of(check.id)
        step = min(before.hints + 1, len(check.hints))
        self._keep(check.id, replace(before, points=check.points, hints=step))
        return step, check.hints[step - 1]

    def forget(self, exercise: str = "") -> None:
        """Start one exercise again, or all."""
        if exercise:
            self._standings.pop(exercise, None)
        else:
            self._standings.clear()
        self._write()

    def _keep(self, exercise: str, standing: Standing) -> Standing:
        self._standings[exercise] = standing
        self._write()
        return standing

    def _write(self) -> None:
        if self.path is None:
            return
        exercises = {name: asdict(standing) for name, standing in sorted(self._standings.items())}
        part = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"version": 1, "exercises": exercises}, indent=1) + "\n", encoding="utf-8")
            part.replace(self.path)
        except OSError:
            self.path = None  # nowhere to write: go on in memory, and do not try on every check


def _read(path: Path) -> dict[str, Standing]:
    try:
        exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"]
        return {str(name): Standing(**{key: int(v) for key, v in entry.items()}) for name, entry in exercises.items()}
    except OSError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        _put_aside(path)
        return {}


def _put_aside(path: Path) -> None:
    try:
        path.replace(path.with_suffix(".unreadable"))
    except OSError:
        return
