"""The course as a whole: how far a learner is, day by day, and the index notebook that opens the lessons.

The index is built from `lessons/index.md` and `lessons/index_zh_TW.po` as lessons are; `{{lessons}}` in a text cell becomes the
table of days. Its code cell shows the progress of whoever runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading import notebook, translation
from k8snb.grading.lesson import Lesson
from k8snb.grading.progress import Progress
from k8snb.grading.text import LANGUAGES, Text

if TYPE_CHECKING:
    from nbformat import NotebookNode

TABLE = "{{lessons}}"
_HEAD = Text("| day | lesson | minutes | exercises |", "| 天 | 課程 | 分鐘 | 練習 |")
_DAY = Text("Day {day}", "第 {day} 天")
_POINTS = Text("{earned} of {points} points", "{points} 分中得 {earned} 分")
_SUM = Text("Together: {earned} of {points} points", "合計：{points} 分中得 {earned} 分")
_NEW = Text("not begun", "還沒開始")
_BAR = 20
_GREEN, _GREY = "#2e7d32", "#e0e0e0"


class Index:
    """The index notebook's sources, in the lessons' folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def source(self) -> NotebookNode:
        """The notebook in English, with `{{lessons}}` still in it."""
        return notebook.read(self.folder / "index.md")

    @property
    def prose(self) -> list[str]:
        """The English Markdown cells."""
        return [cell.source for cell in self.source.cells if cell.cell_type == "markdown"]

    @property
    def translations(self) -> Path:
        return self.folder / "index_zh_TW.po"

    def notebook_path(self, language: str) -> Path:
        """Where the built notebook lies: `lessons/en/index.ipynb`."""
        return self.folder / language / "index.ipynb"

    def in_language(self, language: str, lessons: Sequence[Lesson]) -> NotebookNode:
        """The notebook in one language, without outputs. KeyError if a cell is not translated."""
        texts = {} if language == LANGUAGES[0] else translation.load(self.translations)
        made = notebook.localised(self.source, texts, language)
        for cell in made.cells:
            cell.source = cell.source.replace(TABLE, table(lessons, language))
        return made


def table(lessons: Sequence[Lesson], language: str) -> str:
    """The lessons as a Markdown table, each with a link to its notebook in the same folder."""
    rows = [
        f"| {each.day} | [{each.title.in_language(language)}]({each.notebook_path(language).name}) | {each.facts['minutes']} "
        f"| {len(each.checks)} |"
        for each in lessons
    ]
    return "\n".join([_HEAD.in_language(language), "| --- | --- | --- | --- |", *rows])


def progress_text(lessons: Iterable[Lesson], progress: Progress, language: str) -> str:
    """A line for each day with a bar of its points, and the sum."""
    lines, earned, points = [], 0, 0
    for each in lessons:
        best, most = _standing(each, progress)
        earned, points = earned + best, points + most
        full = round(_BAR * best / most)
        day = _DAY.format(day=each.day).in_language(language)
        bar, title = "█" * full + "·" * (_BAR - full), each.title.in_language(language)
        lines.append(f"{day:7} [{bar}] {title} ({_said(each, progress, language)})")
    lines.append(_SUM.format(earned=earned, points=points).in_language(language))
    return "\n".join(lines) + "\n"


def progress_html(lessons: Iterable[Lesson], progress: Progress, language: str) -> str:
    """The same as an HTML fragment, each day with a link to its notebook."""
    rows, earned, points = [], 0, 0
    for each in lessons:
        best, most = _standing(each, progress)
        earned, points = earned + best, points + most
        rows.append(
            f"<tr><td>{escape(_DAY.format(day=each.day).in_language(language))}</td>"
            f'<td style="text-align:left"><a href="{escape(each.notebook_path(language).name)}">'
            f"{escape(each.title.in_language(language))}</a></td><td>{_bar(best / most)}</td>"
            f"<td>{escape(_said(each, progress, language))}</td></tr>"
        )
    total = _SUM.format(earned=earned, points=points).in_language(language)
    return f'<div lang="{language}"><table>{"".join(rows)}</table><p><b>{escape(total)}</b></p></div>'


def _standing(lesson: Lesson, progress: Progress) -> tuple[int, int]:
    return sum(progress.of(check.id).best for check in lesson.checks), sum(check.points for check in lesson.checks)


def _said(lesson: Lesson, progress: Progress, language: str) -> str:
    best, most = _standing(lesson, progress)
    if not any(progress.of(check.id).attempts or progress.of(check.id).hints for check in lesson.checks):
        return _NEW.in_language(language)
    return _POINTS.format(earned=best, points=most).in_language(language)


def _bar(share: float) -> str:
    return (
        f'<div style="width:10em;height:.7em;background:{_GREY};border-radius:.35em">'
        f'<div style="width:{share:.0%};height:100%;background:{_GREEN};border-radius:.35em"></div></div>'
    )
