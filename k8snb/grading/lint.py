"""The linter of lessons: an exercise can be solved, does not pass untouched or by a near-miss, and is complete.

Exercises are replayed on real clusters: a clean one of the lesson's size, the exercise's setup cells, then nothing,
a solution or a near-miss. Texts are held against the translation files and the glossary.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from k8snb.grading import commandlines, glossary, links, notebook, scaffold, translation
from k8snb.grading.check import Check
from k8snb.grading.lesson import Lesson, all_lessons
from k8snb.grading.play import Act, NearMiss, Solution, docker
from k8snb.grading.runner import Report, run
from k8snb.grading.text import LANGUAGES, Text

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

_HINTS = 3
_ID = re.compile(r"D\d\d-E\d+$")


def lint(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson, one sentence each; empty if nothing is."""
    return [*scaffold.unfilled(lesson.folder), *texts(lesson), *exercises(lesson), *shipped(lesson)]


def exercises(lesson: Lesson) -> Iterator[str]:
    """Replay every exercise: untouched, solved, and nearly solved."""
    for check in lesson.checks:
        yield from _complete(lesson, check)
        prepared = _prepared(lesson, check.id)
        if run(_played(prepared, _nothing), [check]).passed:
            yield f"{check.id} passes untouched"
        solutions = [play for play in lesson.solutions if play.exercise == check.id]
        near_misses = [play for play in lesson.near_misses if play.exercise == check.id]
        if not solutions:
            yield f"{check.id} has no solution"
        if not near_misses:
            yield f"{check.id} has no near-miss"
        for right in solutions:
            report = run(_played(prepared, right.act), [check])
            if not report.passed:
                yield f"{check.id}: solution {right.name} earns {report.earned} of {report.points}: {_failed(report)}"
        for wrong in near_misses:
            if not wrong.why:
                yield f"{check.id}: near-miss {wrong.name} does not say why it must not pass"
            if run(_played(prepared, wrong.act), [check]).passed:
                yield f"{check.id}: near-miss {wrong.name} passes"
    known = {check.id for check in lesson.checks}
    plays: list[Solution | NearMiss] = [*lesson.solutions, *lesson.near_misses]
    for play in plays:
        if play.exercise not in known:
            yield f"{play.name} is for {play.exercise}, which the lesson does not have"


def texts(lesson: Lesson) -> Iterator[str]:
    """Translations complete, words as the glossary has them, every exercise asked and every asked exercise there."""
    terms = glossary.load(lesson.folder.parent / "glossary.yaml")
    for cell in translation.missing(lesson.translations, lesson.prose):
        yield f"not translated: {_start(cell)}"
    for cell in translation.obsolete(lesson.translations, lesson.prose):
        yield f"translation of a cell that is gone: {_start(cell)}"
    chinese = list(translation.load(lesson.translations).values()) if lesson.translations.exists() else []
    said = {"en": lesson.prose, "zh-TW": chinese}
    sentences = [text for check in lesson.checks for text in (check.title, *check.hints)]
    for language in LANGUAGES:
        prose = "\n".join([*said[language], *(sentence.in_language(language) for sentence in sentences)])
        prose += _findings(lesson) if language == "zh-TW" else ""
        for word, better in glossary.avoided(prose, terms, language):
            yield f"{language}: says {word!r}, the glossary has {better!r}"
        if language == "zh-TW":
            for char in glossary.simplified(prose):
                yield f"zh-TW: {char!r} is not written in Taiwan"
    for term in glossary.unexplained(chinese, terms):
        yield f"zh-TW: first use of {term.word.zh_TW!r} does not give the English word"
    yield from _asked(lesson)
    yield from _commands(lesson, [*lesson.prose, *chinese])
    yield from _links(lesson, said)


def _findings(lesson: Lesson) -> str:
    """The lines of the checks that have Chinese in them: what learners read after `%check`."""
    path = lesson.folder / "checks.py"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return "\n".join(["", *(line for line in lines if glossary.is_chinese(line))])


def shipped(lesson: Lesson) -> Iterator[str]:
    """The built notebooks exist, and their code cells are the source's in every language."""
    source = [cell.source for cell in lesson.source.cells if cell.cell_type == "code"]
    for language in LANGUAGES:
        path = lesson.notebook_path(language)
        if not path.exists():
            yield f"{path.name} is not built in {language}"
        elif notebook.code_cells(json.loads(path.read_text(encoding="utf-8"))) != source:
            yield f"the code cells of {path.name} in {language} differ from the source"


def _complete(lesson: Lesson, check: Check) -> Iterator[str]:
    if not _ID.match(check.id) or check.day != lesson.day:
        yield f"{check.id} is not an id of day {lesson.day}"
    if check.points <= 0:
        yield f"{check.id} is worth nothing"
    if len(check.hints) != _HINTS:
        yield f"{check.id} has {len(check.hints)} hints, not {_HINTS}"
    for text in (check.title, *check.hints):
        yield from _both(check.id, text)


def _both(exercise: str, text: Text) -> Iterator[str]:
    for language in LANGUAGES:
        if not text.in_language(language).strip():
            yield f"{exercise}: a text has no {language}"


def _commands(lesson: Lesson, prose: list[str]) -> Iterator[str]:
    """Commands that a text names and that do not exist; the front matter's `gone` lists verbs and flags it may name."""
    code = [cell.source for cell in lesson.source.cells if cell.cell_type == "code"]
    hints = [text.in_language(language) for check in lesson.checks for text in check.hints for language in LANGUAGES]
    yield from commandlines.faults([*prose, *hints], lesson.facts.get("gone", ()), code)


def _links(lesson: Lesson, said: dict[str, list[str]]) -> Iterator[str]:
    for language, cells in said.items():
        for target in links.dead(cells, lesson.notebook_path(language).parent):
            yield f"{language}: the link {target} leads nowhere"


def _asked(lesson: Lesson) -> Iterator[str]:
    code = "\n".join(cell.source for cell in lesson.source.cells if cell.cell_type == "code")
    asked = re.findall(r"^%check (\S+)", code, re.MULTILINE)
    ids = [check.id for check in lesson.checks]
    for each in ids:
        if each not in asked:
            yield f"{each} has no %check cell"
    for each in asked:
        if each not in ids:
            yield f"%check {each} asks for an exercise that does not exist"


def _prepared(lesson: Lesson, exercise: str) -> Cluster:
    from k8snb.cluster import Cluster

    cluster = Cluster(nodes=lesson.nodes)
    cluster.settle()
    files: dict[str, str] = {}
    for given in lesson.given(exercise):
        if given.body is not None:
            files[given.line] = given.body
            continue
        if given.name == "docker":
            result = docker(cluster, given.line, files)
        else:
            result = cluster.kubectl(shlex.split(given.line), cwd=str(lesson.folder))
        if result.exit_code:
            raise ValueError(f"setup of {exercise} failed: {given.name} {given.line}: {result.stderr}")
    return cluster


def _played(prepared: Cluster, act: Act) -> Cluster:
    cluster = prepared.fork()
    # A fork is the cluster only; what setup cells did to the kubeconfig belongs to the learner's machine.
    cluster.session().config.data = deepcopy(prepared.session().config.data)
    act(cluster)
    return cluster


def _nothing(cluster: Cluster) -> None:
    """What nobody did."""


def _failed(report: Report) -> str:
    return "; ".join(f.text.en for outcome in report.outcomes for f in outcome.findings if not f.held)


def _start(cell: str) -> str:
    return repr(cell[:60])


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m k8snb.grading.lint [DAY…]`: one line per fault; exit code 1 if there is any."""
    days = [int(day) for day in (sys.argv[1:] if arguments is None else arguments)]
    faults = [
        f"day {each.day}: {fault}" for each in all_lessons() if not days or each.day in days for fault in lint(each)
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
