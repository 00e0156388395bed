"""The index notebooks: up to date, translated, in the glossary's words, with links that lead somewhere."""

from __future__ import annotations

import json
import re

import pytest

from k8snb.grading import build, glossary, translation
from k8snb.grading.course import Index
from k8snb.grading.lesson import root
from k8snb.grading.text import LANGUAGES

INDEX = Index(root())
TERMS = glossary.load(root() / "glossary.yaml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_up_to_date(language: str) -> None:
    assert build.built_index(language) == INDEX.notebook_path(language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_links_lead_somewhere(language: str) -> None:
    path = INDEX.notebook_path(language)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    links = re.findall(r"\]\(([^)#]+)\)", "\n".join("".join(c["source"]) for c in cells))
    shown = "".join("".join(out["data"]["text/html"]) for c in cells for out in c.get("outputs", ()))
    links += re.findall(r'href="([^"]+)"', shown)
    assert len(links) > 20
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_it_is_translated_into_the_words_of_the_glossary() -> None:
    assert translation.missing(INDEX.translations, INDEX.prose) == []
    assert translation.obsolete(INDEX.translations, INDEX.prose) == []
    chinese = list(translation.load(INDEX.translations).values())
    assert glossary.avoided("\n".join(chinese), TERMS, "zh-TW") == []
    assert glossary.simplified("\n".join(chinese)) == []
    assert glossary.unexplained(chinese, TERMS) == []
