"""A lesson's folder, `lessons/dayNN_slug/`, as data.

    lesson.md       English text and the code cells (MyST); front matter `k8snb:` has title, minutes and nodes
    zh_TW.po        the text in Traditional Chinese, one message for each Markdown cell
    exercises.yaml  points, title and hints of each exercise, in both languages
    checks.py       CHECKS, the judge of each exercise
    solutions.py    SOLUTIONS, at least one for each exercise
    near_misses.py  NEAR_MISSES, at least one for each exercise
    manifests/      files that the notebook's commands name

A code cell tagged `setup` and with an exercise's id prepares that exercise; it holds `%kubectl` and `%docker` lines only, or is
one `%%dockerfile FILE` with the file's whole name.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from k8snb.grading import notebook
from k8snb.grading.check import Check, Judge
from k8snb.grading.play import NearMiss, Solution
from k8snb.grading.text import LANGUAGES, Text

if TYPE_CHECKING:
    from nbformat import NotebookNode

_FOLDER = re.compile(r"day(\d\d)_([a-z0-9_]+)$")
#: what setup cells may do: line magics, and the one cell magic
_GIVES, _KEEPS = ("kubectl", "docker"), "dockerfile"
_ID = re.compile(r"D(\d\d)(-E\d+)?$", re.IGNORECASE)


class Given(NamedTuple):
    """One magic of a setup cell: its name, what stands behind it, and the cell's body if it is a cell magic."""

    name: str
    line: str
    body: str | None = None


@dataclass(frozen=True)
class Lesson:
    """One day: everything is read when it is first asked for."""

    folder: Path

    @property
    def day(self) -> int:
        return int(self._name[1])

    @property
    def slug(self) -> str:
        return self._name[2].replace("_", "-")

    @property
    def _name(self) -> re.Match[str]:
        match = _FOLDER.match(self.folder.name)
        if match is None:
            raise ValueError(f"{self.folder} is not named dayNN_slug")
        return match

    @cached_property
    def source(self) -> NotebookNode:
        """The notebook in English, without outputs."""
        return notebook.read(self.folder / "lesson.md")

    @property
    def facts(self) -> Mapping[str, Any]:
        """The front matter: `title` by language, `minutes`, `nodes` of the cluster that exercises start on."""
        facts: Mapping[str, Any] = self.source.metadata["k8snb"]
        return facts

    @property
    def title(self) -> Text:
        return _text(self.facts["title"])

    @property
    def nodes(self) -> int:
        return int(self.facts["nodes"])

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checks in the file's order. KeyError if `exercises.yaml` does not have one of them."""
        said = yaml.safe_load((self.folder / "exercises.yaml").read_text(encoding="utf-8"))
        judges: tuple[Judge, ...] = _module(self.folder / "checks.py").CHECKS
        return tuple(
            judge.check(entry["points"], _text(entry["title"]), tuple(map(_text, entry["hints"])))
            for judge, entry in ((judge, said[judge.id]) for judge in judges)
        )

    @cached_property
    def solutions(self) -> tuple[Solution, ...]:
        return tuple(_module(self.folder / "solutions.py").SOLUTIONS)

    @cached_property
    def near_misses(self) -> tuple[NearMiss, ...]:
        return tuple(_module(self.folder / "near_misses.py").NEAR_MISSES)

    @property
    def prose(self) -> list[str]:
        """The English Markdown cells."""
        return [cell.source for cell in self.source.cells if cell.cell_type == "markdown"]

    @property
    def translations(self) -> Path:
        return self.folder / "zh_TW.po"

    def given(self, exercise: str) -> list[Given]:
        """What the setup cells of an exercise do, in order. ValueError for anything but the magics of `_GIVES`."""
        found = []
        for cell in self.source.cells:
            if {"setup", exercise} <= set(cell.metadata.get("tags", ())):
                found += _given(cell.source, f"{self.folder.name}: setup of {exercise}")
        return found

    def check(self, exercise: str) -> Check:
        """One check by id. KeyError if the lesson has no such exercise."""
        for check in self.checks:
            if check.id == exercise:
                return check
        raise KeyError(exercise)

    def notebook_path(self, language: str) -> Path:
        """Where the built notebook lies: `lessons/en/05-pod.ipynb`."""
        return self.folder.parent / language / f"{self.day:02}-{self.slug}.ipynb"

    def in_language(self, language: str) -> NotebookNode:
        """The notebook in one language, without outputs. KeyError if a cell is not translated."""
        from k8snb.grading import translation

        texts = {} if language == LANGUAGES[0] else translation.load(self.translations)
        return notebook.localised(self.source, texts, language)


def _given(source: str, where: str) -> list[Given]:
    if source.startswith(f"%%{_KEEPS} "):
        line, _, body = source.partition("\n")
        return [Given(_KEEPS, line.partition(" ")[2].strip(), f"{body}\n")]
    found = []
    for line in source.splitlines():
        name, _, words = line.removeprefix("%").partition(" ")
        if not line.startswith("%") or name not in _GIVES:
            raise ValueError(f"{where} holds {line!r}, not a line of {' or '.join(f'%{gives}' for gives in _GIVES)}")
        found.append(Given(name, words))
    return found


def root() -> Path:
    """The lessons' folder: `$K8SNB_LESSONS`, inside the installed package, or beside it in a checkout."""
    if os.environ.get("K8SNB_LESSONS"):
        return Path(os.environ["K8SNB_LESSONS"])
    package = Path(__file__).resolve().parents[1]
    inside = package / "lessons"
    return inside if inside.is_dir() else package.parent / "lessons"


def all_lessons(folder: Path | None = None) -> list[Lesson]:
    """Every lesson there is, by day."""
    where = folder or root()
    return [Lesson(path) for path in sorted(where.glob("day[0-9][0-9]_*")) if _FOLDER.match(path.name)]


def find(name: str, folder: Path | None = None) -> tuple[Lesson, tuple[Check, ...]]:
    """The lesson and the checks meant by `D05-E1`, `D05` or `5`. KeyError if there is none."""
    match = _ID.match(name if name.upper().startswith("D") else f"D{name:0>2}")
    if match:
        for lesson in all_lessons(folder):
            if lesson.day == int(match[1]):
                return lesson, (lesson.check(name.upper()),) if match[2] else lesson.checks
    raise KeyError(name)


def _text(entry: Mapping[str, str]) -> Text:
    return Text(entry["en"], entry["zh-TW"])


def _module(path: Path) -> ModuleType:
    """Import a lesson's file; its name carries the folder, so that two lessons do not share one `checks`."""
    name = f"k8snb_lessons.{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
