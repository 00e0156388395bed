"""`python -m k8snb.grading.build`: makes the notebooks that learners open from the lessons' sources.

    build            write lessons/<language>/NN-slug.ipynb, executed
    build --check    say which of them are stale or missing, change nothing; exit code 1 if any is
    build --po       bring the translation files in line with the sources

Cells run on the virtual clock in jump pace, so that the outputs are the same on every machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from k8snb.grading import execute, notebook, translation
from k8snb.grading.lesson import Lesson, all_lessons, root
from k8snb.grading.text import LANGUAGES

#: What a lesson runs under when it is built: the clock jumps and nobody's progress is written.
ENVIRONMENT = {"K8SNB_PACE": "jump", "K8SNB_PROGRESS": "off"}


def built(lesson: Lesson, language: str) -> str:
    """The notebook of one language, executed, as it is to be committed. CellError if a cell raises."""
    made = lesson.in_language(language)
    folder = lesson.notebook_path(language).parent
    folder.mkdir(parents=True, exist_ok=True)
    execute.in_process(made, folder, {**ENVIRONMENT, "K8SNB_LANG": language})
    return notebook.dumps(made)


def stale(lessons: Sequence[Lesson], languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """The notebooks that are missing or differ from what their sources give now."""
    return [
        lesson.notebook_path(language)
        for lesson in lessons
        for language in languages
        if _read(lesson.notebook_path(language)) != built(lesson, language)
    ]


def write(lessons: Sequence[Lesson], languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Build and write; the paths that changed."""
    changed = []
    for lesson in lessons:
        for language in languages:
            path, made = lesson.notebook_path(language), built(lesson, language)
            if _read(path) != made:
                path.write_text(made, encoding="utf-8")
                changed.append(path)
    return changed


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m k8snb.grading.build", description="Build the lessons' notebooks.")
    parser.add_argument("days", nargs="*", type=int, help="only these days")
    parser.add_argument("--check", action="store_true", help="report stale notebooks, change nothing")
    parser.add_argument("--po", action="store_true", help="update the translation files")
    parser.add_argument("--lessons", type=Path, default=None, help="folder of the lessons")
    chosen = parser.parse_args(arguments)
    lessons = [each for each in all_lessons(chosen.lessons or root()) if not chosen.days or each.day in chosen.days]
    if chosen.po:
        for lesson in lessons:
            translation.update(lesson.translations, lesson.prose)
        return 0
    paths = stale(lessons) if chosen.check else write(lessons)
    for path in paths:
        sys.stdout.write(f"{'stale' if chosen.check else 'built'}: {path}\n")
    return 1 if chosen.check and paths else 0


if __name__ == "__main__":
    sys.exit(main())
