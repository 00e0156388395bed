"""`%check`, `%hint`, `%solution`, `%answer` and `%lesson`: the lesson's exercises, handed in from a notebook."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import publish_display_data

from k8snb.grading.text import Text, preferred
from k8snb.magics.lab import Lab, LabError, words_of

if TYPE_CHECKING:
    from k8snb.grading.check import Check, Finding
    from k8snb.grading.lesson import Lesson
    from k8snb.grading.progress import Progress

_WHICH = Text(
    "Which exercise? `%check D05-E1`, or `%check 5` for all of Day 5.",
    "要檢查哪一題？例如 `%check D05-E1`；`%check 5` 會檢查第 5 天的全部練習。",
)
_UNKNOWN = Text("There is no exercise {name}. This lesson has {known}.", "沒有 {name} 這個練習。這一課有 {known}。")
_TRY_FIRST = Text(
    "Try it first: the solution of {id} is shown after a `%check {id}`.",
    "先自己試試看：`%check {id}` 之後才會顯示 {id} 的解答。",
)
_STARTED = Text("Day {day} starts on a clean cluster of {nodes}.", "第 {day} 天，從 {nodes} 個節點的乾淨叢集開始。")
_PLAYING = Text(
    "You are on a copy of the cluster: try anything, `%lesson return` brings you back.",
    "現在是叢集的複本：隨便玩都可以，`%lesson return` 就會回到原來的地方。",
)
_RETURNED = Text("Back on your own cluster, just as you left it.", "回到你自己的叢集，和離開時一模一樣。")
_NOT_REAL = Text(
    "{id} cannot be judged on a real cluster: {why}.",
    "{id} 無法在真正的叢集上檢查：{why}。",
)
_NEXT = Text("Open {name}. ", "請打開 {name}。")
_LAST = Text("That was the last lesson there is.", "這已經是最後一課了。")
_USAGE = "usage: %lesson start DAY | next | play | return | reset | status [DAY]"


@magics_class
class LessonMagics(Magics):
    """Exercises."""

    lab: Lab

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._answers: dict[str, object] = {}
        self._lesson: Lesson | None = None
        self._left: Any = None

    @cached_property
    def _progress(self) -> Progress:
        from k8snb.grading.progress import Progress

        return Progress.default()

    @line_magic
    def check(self, line: str) -> None:
        """Judge exercises on the cluster as it is: `%check D05-E1`, `%check 5` for a day, `%check` for the lesson at hand."""
        from k8snb.grading.runner import run

        reports, checks = _reports(), self._chosen(words_of(line))
        self.lab.judged.run_ready()
        if self.lab.real is not None:
            checks = self._judgeable(checks)
            if not checks:
                return
        report = run(self.lab.judged, checks, self._answers, self._progress)
        _show(reports.text(report, _language()), reports.html(report, _language()))
        if self.lab.real is None:
            self._show_missing(finding for outcome in report.outcomes for finding in outcome.findings)

    @line_magic
    def hint(self, line: str) -> None:
        """The next of three hints for an exercise: `%hint D05-E1`."""
        reports = _reports()
        for check in self._chosen(words_of(line))[:1]:
            step, hint = self._progress.hint(check)
            language = _language()
            _show(reports.hint_text(check, step, hint, language), reports.hint_html(check, step, hint, language))

    @line_magic
    def solution(self, line: str) -> None:
        """One way to do an exercise, once you have tried: `%solution D05-E1`."""
        for check in self._chosen(words_of(line))[:1]:
            if not self._progress.of(check.id).attempts:
                raise LabError(message=_say(_TRY_FIRST.format(id=check.id)))
            found, _ = _lessons().find(check.id)
            shown = next(solution for solution in found.solutions if solution.exercise == check.id)
            sys.stdout.write(inspect.getsource(shown.act))

    @line_magic
    def answer(self, line: str) -> None:
        """Hand in what a question asks for: `%answer D05-E3 my-pod`."""
        words = words_of(line)
        if len(words) < 2:
            raise LabError(message="usage: %answer EXERCISE WORD…")
        for check in self._chosen(words[:1]):
            self._answers[check.id] = words[1:]
            sys.stdout.write(f"{check.id}: {' '.join(words[1:])}\n")

    @line_magic
    def lesson(self, line: str) -> None:
        """`%lesson start 5`: a clean cluster for Day 5. `play` on a copy, `return`, `reset`, `next`, `status`."""
        words = words_of(line) or ["status"]
        if words[0] == "start" and len(words) == 2:
            self._lesson = self._find(words[1])[0]
            self._fresh()
        elif words[0] == "reset" and self._lesson is not None:
            self._fresh()
        elif words[0] == "play" and self._left is None:
            self._left = self.lab.cluster.snapshot()
            sys.stdout.write(_say(_PLAYING) + "\n")
        elif words[0] == "return" and self._left is not None:
            self.lab.cluster.restore(self._left)
            self._left = None
            self.lab.changed()
            sys.stdout.write(_say(_RETURNED) + "\n")
        elif words[0] == "status":
            self._status(words[1:])
        elif words[0] == "next" and self._lesson is not None:
            self._next(self._lesson.day)
        else:
            raise LabError(message=_USAGE)

    def _show_missing(self, findings: Iterable[Finding]) -> None:
        """The picture of what does not hold yet, if there is one to show."""
        from k8snb.magics.missing import picture

        found = picture(self.lab.cluster, findings)
        if found is not None:
            publish_display_data(  # type: ignore[no-untyped-call]
                {"image/svg+xml": found[0], "text/plain": found[1]}
            )

    def _judgeable(self, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        """Those of the checks that a real cluster can answer; of the others it is said why it cannot."""
        from k8snb.grading.world import World
        from k8snb.magics.realcluster import NotOnRealClusterError

        found: list[Check] = []
        for check in checks:
            try:
                check(World(self.lab.judged, self._answers))
            except NotOnRealClusterError as error:
                sys.stdout.write(_say(_NOT_REAL.format(id=check.id, why=str(error))) + "\n")
            else:
                found.append(check)
        return tuple(found)

    def _status(self, days: list[str]) -> None:
        """The exercises of one day, or the whole course day by day if no lesson is at hand."""
        if days or self._lesson is not None:
            checks = self._find(days[0])[1] if days else self._all()
            sys.stdout.write(_reports().status_text(checks, self._progress, _language()))
            return
        from k8snb.grading import course

        lessons, language = _lessons().all_lessons(), _language()
        text = course.progress_text(lessons, self._progress, language)
        _show(text, course.progress_html(lessons, self._progress, language))

    def _next(self, day: int) -> None:
        """Begin the day after this one, on a clean cluster."""
        later = [each for each in _lessons().all_lessons() if each.day > day]
        if not later:
            sys.stdout.write(_say(_LAST) + "\n")
            return
        self._lesson = later[0]
        sys.stdout.write(_say(_NEXT.format(name=later[0].notebook_path(_language()).name)))
        self._fresh()

    # -- what is meant --------------------------------------------------------------------------------------------------

    def _fresh(self) -> None:
        assert self._lesson is not None
        self._answers.clear()
        self._left = None
        self.lab.start(self._lesson.nodes)
        self.lab.changed()
        sys.stdout.write(_say(_STARTED.format(day=self._lesson.day, nodes=self._lesson.nodes)) + "\n")

    def _chosen(self, words: list[str]) -> tuple[Check, ...]:
        if words:
            found, checks = self._find(words[0])
            self._lesson = found
            return checks
        if self._lesson is None:
            raise LabError(message=_say(_WHICH))
        return self._lesson.checks

    def _find(self, name: str) -> tuple[Lesson, tuple[Check, ...]]:
        if self._lesson is not None and name.upper().startswith("E"):
            name = f"D{self._lesson.day:02}-{name}"
        try:
            found: tuple[Lesson, tuple[Check, ...]] = _lessons().find(name)
            return found
        except KeyError:
            known = ", ".join(check.id for check in self._all())
            raise LabError(message=_say(_UNKNOWN.format(name=name, known=known))) from None

    def _all(self) -> Iterable[Check]:
        if self._lesson is not None:
            return self._lesson.checks
        return [check for each in _lessons().all_lessons() for check in each.checks]


def _lessons() -> Any:
    """The lessons; they and the judging come with the first exercise, not with the first magic."""
    from k8snb.grading import lesson

    return lesson


def _reports() -> Any:
    from k8snb.grading import report

    return report


def _language() -> str:
    return preferred()


def _say(text: Text) -> str:
    return text.in_language(_language())


def _show(text: str, html: str) -> None:
    publish_display_data({"text/plain": text, "text/html": html})  # type: ignore[no-untyped-call]
