"""Translations of a lesson's text: gettext files with one message for each Markdown cell.

`zh_TW.po` lies beside `lesson.md`. A cell whose English changes loses its translation until someone looks at it:
the old text is kept in the file as a fuzzy message, and the linter refuses fuzzy and missing ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import polib

_HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_TW",
    "MIME-Version": "1.0",
}


def load(path: Path) -> dict[str, str]:
    """English cell → translated cell, for the messages that are translated and not fuzzy."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.translated() and not entry.fuzzy}


def missing(path: Path, cells: Sequence[str]) -> list[str]:
    """The English cells that have no translation (or only a fuzzy one)."""
    known = load(path) if path.exists() else {}
    return [cell for cell in cells if cell not in known]


def obsolete(path: Path, cells: Sequence[str]) -> list[str]:
    """Translated cells that the lesson no longer has."""
    known = load(path) if path.exists() else {}
    return [english for english in known if english not in set(cells)]


def update(path: Path, cells: Sequence[str]) -> None:
    """Bring the file in line with the lesson's cells, in their order; near matches become fuzzy suggestions."""
    old = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.exists() else {}
    spare = [english for english in old if english not in set(cells)]
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = dict(_HEADER)
    for cell in dict.fromkeys(cells):
        entry = old.get(cell)
        if entry is None:
            close = get_close_matches(cell, spare, n=1, cutoff=0.5)
            entry = polib.POEntry(msgid=cell, msgstr=old[close[0]].msgstr if close else "")
            if close:
                entry.flags.append("fuzzy")
        fresh.append(entry)
    fresh.save(str(path))
