"""A handed-in notebook as data, put in the lesson's order: which cells count, and for which exercise.

Cells of the lesson are known by their ids, else by their text, and stand where the lesson has them, whatever was done to
their order; copies are dropped, and deleted set-up cells come back. The learner's own cells stay behind the cell they were
put behind. Before the lesson's exercises begin nothing counts: what the lesson itself shows is nobody's work.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from k8snb.grading.lesson import Lesson

#: a notebook with outputs of a whole course is far below this
LARGEST = 32 * 2**20
MOST_CELLS = 2000

_EXERCISE = re.compile(r"\bD\d\d-E\d+\b")
_OWN = re.compile(r"^\s*(?:#+|%check)\s*(D\d\d-E\d+)\b", re.MULTILINE)
_DAY = re.compile(r"\bD(\d\d)-E\d+\b")
_NAMED = re.compile(r"(?:^|\D)(\d\d)-[a-z]")
_START = "exercises"


class NotANotebookError(ValueError):
    """A file that cannot be read as a notebook; the message says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell to run: its place in the handed-in notebook (0: put back by us), its text, what it is for."""

    number: int
    source: str
    #: the exercise whose part of the lesson it stands in; "" before the exercises
    exercise: str = ""
    #: whether it is in the part of the lesson that counts
    counts: bool = False
    #: the exercise that it prepares: the lesson's own set-up is run in its place
    prepares: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """The code cells of one notebook in the order in which they are run."""

    cells: tuple[Cell, ...]
    #: of the file's bytes
    digest: str


@dataclass(frozen=True, slots=True)
class _Given:
    id: str
    source: str
    number: int
    is_code: bool


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A cell of the lesson: its place, its part, and what it prepares."""

    place: int
    source: str
    is_code: bool
    exercise: str
    counts: bool
    prepares: str

    @property
    def given(self) -> bool:
        """Whether it does something that the exercises begin with: all their code but the empty cells for answers."""
        return self.is_code and self.counts and any(line and line[0] != "#" for line in self.source.splitlines())


def read(path: Path) -> tuple[list[_Given], str]:
    """The cells of a file, and the digest of its bytes. NotANotebookError."""
    try:
        if path.stat().st_size > LARGEST:
            raise NotANotebookError(f"larger than {LARGEST // 2**20} MiB")
        raw = path.read_bytes()
    except OSError as error:
        raise NotANotebookError(error.strerror or str(error)) from None
    try:
        found = json.loads(raw)
        cells = [_given(cell, number) for number, cell in enumerate(found["cells"], 1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotANotebookError(f"not a notebook: {type(error).__name__}: {str(error)[:80]}") from None
    if len(cells) > MOST_CELLS:
        raise NotANotebookError(f"more than {MOST_CELLS} cells")
    return cells, hashlib.sha256(raw).hexdigest()


def _given(cell: dict[str, Any], number: int) -> _Given:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    # half a surrogate pair is valid JSON and no text
    return _Given(str(cell.get("id", "")), text.encode(errors="replace").decode(), number, cell["cell_type"] == "code")


def day_of(path: Path, cells: list[_Given]) -> int:
    """The lesson that a notebook is of: the day most of its exercises name, else its file name's. 0 if neither tells."""
    named = Counter(day for cell in cells for day in set(_DAY.findall(cell.source)))
    if named:
        return int(min(named, key=lambda day: (-named[day], day)))
    match = _NAMED.search(path.name)
    return int(match[1]) if match else 0


def arrange(lesson: Lesson, cells: list[_Given], digest: str) -> Submission:
    """The submission in the lesson's order."""
    shipped = _shipped(lesson)
    # a notebook whose cells have lost their ids (old formats) is known by its texts, each once
    by_source: dict[str, list[str]] = {}
    if not any(cell.id in shipped for cell in cells):
        for id, cell in shipped.items():
            by_source.setdefault(cell.source.strip(), []).append(id)
    placed: list[tuple[int, int, Cell]] = []
    seen: set[str] = set()
    # what nobody knows comes first only if it stands before everything that is known
    at, exercise, counts = -1, "", not any(cell.id in shipped or cell.source.strip() in by_source for cell in cells)
    for given in cells:
        id = given.id if given.id in shipped else ""
        if not id and by_source.get(given.source.strip()):
            id = by_source[given.source.strip()].pop(0)
        origin = shipped[id] if id else None
        if origin is not None:
            at, exercise, counts = origin.place, origin.exercise, origin.counts
        elif own := _OWN.search(given.source):
            exercise, counts = own[1], True
            at = max((cell.place for cell in shipped.values() if cell.exercise == exercise), default=at)
        if given.is_code:
            placed.extend((at, given.number, cell) for cell in _cells(given, origin, exercise, counts, id in seen))
        seen.add(id)
    placed.extend(
        (cell.place, 0, Cell(0, cell.source, cell.exercise, True, cell.prepares))
        for id, cell in shipped.items()
        if cell.given and id not in seen
    )
    return Submission(tuple(cell for _, _, cell in sorted(placed, key=lambda each: each[:2])), digest)


def _cells(given: _Given, origin: _Shipped | None, exercise: str, counts: bool, again: bool) -> list[Cell]:
    """What is run for one handed-in cell."""
    cell = Cell(given.number, given.source, exercise, counts)
    if origin is None:
        return [cell]
    if given.source == origin.source:
        if again or not counts:
            return []  # a copy adds nothing, and what the lesson shows before the exercises has been run already
        return [replace(cell, prepares=origin.prepares)]
    if not origin.given:
        return [cell]
    # edited: the lesson's own comes first all the same, then what was written besides
    lines = origin.source.splitlines()
    own = "\n".join(line for line in given.source.splitlines() if line not in lines)
    first = [] if again else [replace(cell, source=origin.source, prepares=origin.prepares)]
    return first + ([replace(cell, source=own)] if own.strip() else [])


def opening(lesson: Lesson) -> list[str]:
    """The lesson's own code before its exercises, in order."""
    return [cell.source for cell in _shipped(lesson).values() if cell.is_code and not cell.counts]


@cache
def _shipped(lesson: Lesson) -> dict[str, _Shipped]:
    """The lesson's cells by id. Exercises begin at the heading of that name, an exercise at its own."""
    found: dict[str, _Shipped] = {}
    exercise, counts = "", False
    for place, cell in enumerate(lesson.source.cells):
        text = cell.source
        tags = cell.metadata.get("tags", ())
        if cell.cell_type == "markdown":
            for level, heading in re.findall(r"^(#+) (.*)$", text, re.MULTILINE):
                named = _EXERCISE.search(heading)
                counts = counts or named is not None or (len(level) == 2 and heading.strip().lower() == _START)
                exercise = named[0] if named else "" if len(level) <= 2 else exercise
        prepares = next((tag for tag in tags if _EXERCISE.fullmatch(tag)), "") if "setup" in tags else ""
        is_code = cell.cell_type == "code"
        found[cell.id] = _Shipped(place, text, is_code, prepares or exercise, counts or bool(prepares), prepares)
    return found
