"""The site: the same pages in both languages, commands and links that exist, words as the glossary has them, no warning."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from k8snb.grading import commandlines, glossary, links
from k8snb.grading.lesson import root
from k8snb.magics import TOPICS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for language in ("en", "zh-TW") for path in (DOCS / language).glob("*.md"))
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")


def test_both_languages_have_the_same_pages() -> None:
    names = {language: {path.name for path in PAGES if path.parent.name == language} for language in ("en", "zh-TW")}
    assert names["en"] == names["zh-TW"]
    for language, found in names.items():
        index = (DOCS / language / "index.md").read_text(encoding="utf-8")
        assert all(f"\n{Path(name).stem}\n" in index for name in found - {"index.md"})


@each_page
def test_commands_links_and_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    terms = glossary.load(root() / "glossary.yaml")
    assert list(commandlines.faults([text])) == []
    assert [link for link in links.dead([text], page.parent) if not link.startswith("instructors.md#")] == []
    assert glossary.avoided(text, terms, page.parent.name) == []
    assert page.parent.name == "en" or glossary.simplified(text) == []


def test_code_on_the_pages_is_the_same_in_both_languages() -> None:
    def code(page: Path) -> list[str]:
        lines = page.read_text(encoding="utf-8").split("\n")
        lines = [line.partition(" #")[0].rstrip() for line in lines]
        return [line for line in lines if line.lstrip().startswith(("from ", "import ", "k8snb ", "def ", "@", "%"))]

    for page in (path for path in PAGES if path.parent.name == "en"):
        assert code(page) == code(DOCS / "zh-TW" / page.name), page.name


def test_the_reference_has_every_magic() -> None:
    spec = importlib.util.spec_from_file_location("k8snb_docs_reference", DOCS / "_ext" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    text = reference.magics()
    assert text.count("\n## ") + 1 >= len(TOPICS)
    for magic in ("`%kubectl`, `%%kubectl`", "`%%manifest`", "`%check`", "`%view`"):
        assert f"## {magic}\n" in text
    assert "Simplifications" not in reference.deviations()
    assert len(reference.deviations()) > 500


@pytest.mark.skipif(importlib.util.find_spec("myst_nb") is None, reason="the docs extra is not installed")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees")]
    done = subprocess.run([*words, str(DOCS), str(tmp_path / "html")], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    page = (tmp_path / "html" / "zh-TW" / "instructors.html").read_text(encoding="utf-8")
    assert "威脅模型" in page
