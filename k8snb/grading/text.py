"""Sentences for learners, in every language of the lessons: written side by side, so that none can be forgotten."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

#: The languages of the lessons, as in `<html lang>`; the first is the one that sources are written in.
LANGUAGES = ("en", "zh-TW")


class Text(NamedTuple):
    """One sentence in English and in Traditional Chinese as written in Taiwan; may hold `{fields}`."""

    en: str
    zh_TW: str

    def in_language(self, language: str) -> str:
        """The sentence in one of `LANGUAGES`. KeyError for any other."""
        return {"en": self.en, "zh-TW": self.zh_TW}[language]

    def format(self, **fields: object) -> Text:
        """The sentence with its fields filled in; a field may itself be a Text."""
        return Text(self.en.format(**_pick(fields, "en")), self.zh_TW.format(**_pick(fields, "zh-TW")))


def preferred(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> str:
    """The learner's language: `$K8SNB_LANG`, else the folder of the notebook (`lessons/zh-TW`), else the locale's."""
    chosen = environment.get("K8SNB_LANG", "")
    if chosen in LANGUAGES:
        return chosen
    for part in reversed((folder or Path.cwd()).parts):
        if part in LANGUAGES:
            return part
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return "zh-TW" if locale.startswith(("zh_TW", "zh-TW", "zh_HK")) else LANGUAGES[0]


def _pick(fields: dict[str, object], language: str) -> dict[str, object]:
    return {name: v.in_language(language) if isinstance(v, Text) else v for name, v in fields.items()}


def listing(names: list[str]) -> Text:
    """`a`, `b` as code, with each language's comma; “none” when empty."""
    if not names:
        return Text("none", "沒有")
    quoted = [f"`{name}`" for name in names]
    return Text(", ".join(quoted), "、".join(quoted))
