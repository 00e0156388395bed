"""The English of the lessons, word for word: `words.txt` has every word that was looked up once.

A word that is not in the list is a typing mistake, or new: then look it up and add it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from k8snb.grading.course import Index
from k8snb.grading.lesson import all_lessons, root

KNOWN = frozenset((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())
CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|https?://\S+|\{\{\w+\}\}", re.DOTALL)
WORD = re.compile(r"[A-Za-z](?:[A-Za-z']*[A-Za-z])?")


def words(texts: list[str]) -> set[str]:
    return {word.lower() for text in texts for word in WORD.findall(CODE.sub(" ", text).replace("’", "'"))}


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: f"day{lesson.day:02}")
def test_a_lesson(lesson) -> None:
    texts = [*lesson.prose, *(text.en for check in lesson.checks for text in (check.title, *check.hints))]
    assert sorted(words(texts) - KNOWN) == []


def test_the_index() -> None:
    assert sorted(words(Index(root()).prose) - KNOWN) == []


def test_a_misspelt_word_is_found() -> None:
    assert words(["The contianer `runs runz` [here](there)."]) - KNOWN == {"contianer"}
