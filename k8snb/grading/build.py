"""`python -m k8snb.grading.build`: makes the notebooks that learners open from the lessons' sources.

    build            write lessons/<language>/NN-slug.ipynb, executed
    build --check    say which of them are stale or missing, change nothing; exit code 1 if any is
    build --po       bring the translation files in line with the sources

Cells run on the virtual clock in jump pace, so that the outputs are the same on every machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from k8snb.grading import execute, notebook, translation
from k8snb.grading.course import Index
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


def built_index(language: str, folder: Path | None = None) -> str:
    """The index notebook of one language, executed, as it is to be committed; it lists every lesson there is."""
    index = Index(folder or root())
    made = index.in_language(language, all_lessons(index.folder))
    path = index.notebook_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    execute.in_process(made, path.parent, {**ENVIRONMENT, "K8SNB_LANG": language})
    return notebook.dumps(made)


def stale(lessons: Sequence[Lesson], languages: Sequence[str] = LANGUAGES, index: Path | None = None) -> list[Path]:
    """The notebooks that are missing or differ from what their sources give now; with those of the index in a folder."""
    return [path for path, make in _notebooks(lessons, languages, index) if _read(path) != make()]


def write(lessons: Sequence[Lesson], languages: Sequence[str] = LANGUAGES, index: Path | None = None) -> list[Path]:
    """Build and write; the paths that changed."""
    changed = []
    for path, make in _notebooks(lessons, languages, index):
        made = make()
        if _read(path) != made:
            path.write_text(made, encoding="utf-8")
            changed.append(path)
    return changed


def _notebooks(
    lessons: Sequence[Lesson], languages: Sequence[str], index: Path | None
) -> Iterator[tuple[Path, Callable[[], str]]]:
    """Where each notebook lies, and what makes it."""
    for lesson in lessons:
        for language in languages:
            yield lesson.notebook_path(language), partial(built, lesson, language)
    if index is not None:
        for language in languages:
            yield Index(index).notebook_path(language), partial(built_index, language, index)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m k8snb.grading.build", description="Build the lessons' notebooks.")
    parser.add_argument("days", nargs="*", type=int, help="only these days; 0 is the index")
    parser.add_argument("--check", action="store_true", help="report stale notebooks, change nothing")
    parser.add_argument("--po", action="store_true", help="update the translation files")
    parser.add_argument("--lessons", type=Path, default=None, help="folder of the lessons")
    chosen = parser.parse_args(arguments)
    folder = chosen.lessons or root()
    lessons = [each for each in all_lessons(folder) if not chosen.days or each.day in chosen.days]
    index = folder if (not chosen.days or 0 in chosen.days) and (folder / "index.md").exists() else None
    if chosen.po:
        sources: list[Lesson | Index] = [*lessons, *([Index(index)] if index is not None else [])]
        for source in sources:
            translation.update(source.translations, source.prose)
        return 0
    paths = stale(lessons, index=index) if chosen.check else write(lessons, index=index)
    for path in paths:
        sys.stdout.write(f"{'stale' if chosen.check else 'built'}: {path}\n")
    return 1 if chosen.check and paths else 0


if __name__ == "__main__":
    sys.exit(main())
