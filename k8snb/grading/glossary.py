"""The words that the lessons agree on, from `lessons/glossary.yaml`, and what a text may not say.

Each term has its English word, the word that Taiwan's engineers use, and words to avoid in its place. Characters
that only simplified Chinese has are found by what Big5, Taiwan's own character set, can write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from k8snb.grading.text import Text

_HAN = re.compile("[\u3400-\u9fff]")
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """One notion: its word in each language, what it means, and the words that are not used for it."""

    word: Text
    meaning: Text
    avoid_en: tuple[str, ...] = ()
    avoid_zh: tuple[str, ...] = ()
    #: longer words that contain one to avoid and are fine (`用戶端`, where `用戶` is not)
    except_zh: tuple[str, ...] = ()
    #: a word that everybody knows, without need of the English one
    everyday: bool = False

    @property
    def explained(self) -> bool:
        """Whether a Chinese text gives the English word at the first use (a Pod stays a Pod)."""
        return not self.everyday and self.word.en.lower() != self.word.zh_TW.lower()


def load(path: Path) -> list[Term]:
    """The terms, in the file's order."""
    return [
        Term(
            Text(entry["en"], entry["zh-TW"]),
            Text(entry["means"]["en"], entry["means"]["zh-TW"]),
            tuple(entry.get("avoid", {}).get("en", ())),
            tuple(entry.get("avoid", {}).get("zh-TW", ())),
            tuple(entry.get("except", {}).get("zh-TW", ())),
            entry.get("everyday", False),
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def simplified(text: str) -> list[str]:
    """The Chinese characters of a text that are not written in Taiwan, each once."""
    return [char for char in dict.fromkeys(_HAN.findall(text)) if not _in_big5(char)]


def is_chinese(text: str) -> bool:
    """Whether there is any Chinese in a text."""
    return _HAN.search(text) is not None


def avoided(text: str, terms: list[Term], language: str) -> list[tuple[str, str]]:
    """(word found, word to use) for each word that the glossary tells to avoid; code is not looked at."""
    prose = _CODE.sub(" ", text)
    found = []
    for term in terms:
        said = prose
        for fine in term.except_zh:
            said = said.replace(fine, " ")
        for word in term.avoid_en if language == "en" else term.avoid_zh:
            if _occurs(word, said, language):
                found.append((word, term.word.in_language(language)))
    return found


def unexplained(texts: list[str], terms: list[Term]) -> list[Term]:
    """The translated terms whose first use in a Chinese text does not have the English word right behind it."""
    prose = _CODE.sub(" ", "\n".join(texts))
    late = []
    for term in terms:
        at = prose.find(term.word.zh_TW) if term.explained else -1
        if at >= 0 and not _explains(prose[at + len(term.word.zh_TW) :], term.word.en):
            late.append(term)
    return late


def _explains(rest: str, english: str) -> bool:
    return re.match(rf"\**\s*（{re.escape(english)}s?[），、]", rest, re.IGNORECASE) is not None


def _occurs(word: str, prose: str, language: str) -> bool:
    if language == "en":
        return re.search(rf"\b{re.escape(word)}\b", prose, re.IGNORECASE) is not None
    return word in prose


def _in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
