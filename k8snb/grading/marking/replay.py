"""Typing a notebook's recorded commands into a clean cluster, and judging it. Nothing of the notebook's Python runs here.

The lesson's own set-up takes the place of whatever the notebook made of it, manifests come from the lesson, and checks, World
and runner are those that this process has loaded itself. An exercise is judged where its `%check` stands, when its part of the
notebook ends, before the cluster is thrown away and at the very end, and keeps its best outcome.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8snb.engine import ComponentError
from k8snb.grading.check import Check, Outcome
from k8snb.grading.marking import inputs, rerun
from k8snb.grading.marking.inputs import Input
from k8snb.grading.marking.shell import fresh_lab
from k8snb.grading.marking.submission import Cell, Submission
from k8snb.grading.runner import run

if TYPE_CHECKING:
    from k8snb.cluster import Cluster
    from k8snb.grading.lesson import Lesson

#: `%cluster` may switch parts off and go back; it does not open ports here
_CLUSTER_VERBS = ("stop", "start", "snapshot", "restore")
_LESSON_VERBS = ("start", "play", "return", "reset")


class Replay:
    """One clean cluster, and the best outcome so far of every check."""

    def __init__(
        self,
        lesson: Lesson,
        hidden: Iterable[Check],
        shell: Any,
        clean: Cluster,
        found: Callable[[dict[str, Outcome]], object],
    ) -> None:
        self._lesson, self._shell, self._found = lesson, shell, found
        self._checks = {check.id: check for check in (*lesson.checks, *hidden)}
        self.best: dict[str, Outcome] = {}
        self.hints: dict[str, int] = {}
        self._lab = fresh_lab(shell)
        self._lab.use(clean.fork())

    def run(self, submission: Submission, typed: Mapping[int, list[Input]]) -> None:
        """Go through the plan's cells; `typed` has what was typed in each, by its place."""
        for place, cell in enumerate(submission.cells):
            if not cell.counts:
                continue
            if cell.prepares:
                self._prepare(cell.prepares)
                continue
            for entry in typed.get(place, ()):
                self._type(entry)
            if typed.get(place):
                self._after(cell)
        self._judge(self._checks)

    def _after(self, cell: Cell) -> None:
        hidden = [id for id in self._checks if id not in self._of_lesson]
        wanted = [cell.exercise, *hidden] if cell.exercise else hidden
        self._judge(wanted)
        if self._lab.is_started:
            rerun.read(self._lab)
            self._judge(wanted)

    @property
    def _of_lesson(self) -> set[str]:
        return {check.id for check in self._lesson.checks}

    def _prepare(self, exercise: str) -> None:
        here = os.getcwd()
        os.chdir(self._lesson.folder)  # the lesson's own files, whatever was written over them
        try:
            for given in self._lesson.given(exercise):
                self._call("line" if given.body is None else "cell", given.name, given.line, given.body)
        finally:
            os.chdir(here)
        if self._lab.is_started:
            rerun.read(self._lab)

    def _type(self, entry: Input) -> None:
        words = entry.line.split()
        if entry.kind == "file":
            _write(entry.name, entry.body or "")
        elif entry.kind == "kept":
            self._lab.files[entry.name] = entry.body or ""
        elif entry.kind == "sleep":
            if self._lab.is_started:
                self._lab.cluster.advance(inputs.seconds(entry))
        elif entry.name == "check":
            self._judge([id for id in self._checks if not words or _named(id, words[0])])
        elif entry.name == "hint":
            for id in [id for id in self._of_lesson if words and _named(id, words[0])]:
                self.hints[id] = min(self.hints.get(id, 0) + 1, len(self._checks[id].hints))
        elif _acts(entry.name, words):
            if _ends_the_cluster(entry.name, words):
                self._judge(self._checks)
            self._call(entry.kind, entry.name, entry.line, entry.body)

    def _call(self, kind: str, name: str, line: str, body: str | None) -> None:
        run_magic = self._shell.magics_manager.magics[kind].get(name)
        if run_magic is None:
            return
        try:
            run_magic(line) if body is None else run_magic(line, body)
        except ComponentError:
            raise
        except Exception:  # noqa: BLE001 - a command that fails is a learner's everyday life; the state is what is judged
            return

    def _judge(self, wanted: Iterable[str]) -> None:
        """Judge those of some exercises that are not solved yet."""
        todo = [self._checks[id] for id in wanted if id in self._checks and not self._solved(id)]
        if not todo or not self._lab.is_started:
            return
        cluster = self._lab.cluster
        cluster.run_ready()
        better = False
        for outcome in run(cluster, todo, self._answers()).outcomes:
            before = self.best.get(outcome.check.id)
            if before is None or outcome.earned >= before.earned:  # of equals the later one, which tells more
                better = better or before != outcome
                self.best[outcome.check.id] = outcome
        if better:
            self._found(self.best)

    def _solved(self, id: str) -> bool:
        return id in self.best and self.best[id].passed

    def _answers(self) -> dict[str, object]:
        return dict(self._shell.magics_manager.registry["LessonMagics"]._answers)


def _acts(name: str, words: list[str]) -> bool:
    """Whether a magic does something here: nobody sits at this cluster, and no port of it is opened."""
    verb = words[0] if words else ""
    if name == "clock":
        return verb != "live"
    allowed = {"lesson": _LESSON_VERBS, "cluster": _CLUSTER_VERBS}.get(name)
    return allowed is None or verb in allowed


def _named(id: str, word: str) -> bool:
    """Whether `D05-E1`, `E1` or `5` names an exercise."""
    name = word.upper()
    return name in (id, id.partition("-")[2]) or (
        name.lstrip("D").isdigit() and id.startswith(f"D{name.lstrip('D'):0>2}")
    )


def _ends_the_cluster(name: str, words: list[str]) -> bool:
    first = words[:1]
    return (
        (name == "minikube" and first in (["delete"], ["start"], ["stop"]))
        or (name == "lesson" and first in (["start"], ["reset"], ["return"]))
        or (name == "cluster" and first == ["restore"])
    )


def _write(name: str, text: str) -> None:
    if not inputs.is_inside(name):
        return
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError:
        return


def refuse_python(shell: Any) -> None:
    """Nothing that was typed is Python here: some magics fill in `{expression}` themselves, and find no names for it."""

    def refused(*_: object, **__: object) -> Any:
        raise NameError("no Python is run while commands are replayed")

    for name in ("ev", "ex", "run_cell", "run_code", "run_cell_async", "system", "getoutput", "safe_execfile"):
        setattr(shell, name, refused)
    shell.user_ns.clear()
    shell.user_global_ns.clear()
