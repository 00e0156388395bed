"""Sources, translations and notebooks: lossless, complete, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import polib
import pytest

from k8snb.grading import execute, notebook, translation
from k8snb.grading.build import ENVIRONMENT

SOURCE = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
k8snb:
  title: {en: A day, zh-TW: 某一天}
  minutes: 5
  nodes: 1
---

# Title

With `code` and a table.

| a | b |
| --- | --- |
| 1 | 2 |

+++

Second cell.

```{code-cell}
:tags: [setup, D05-E3]

print("one")
```

```{code-cell}
print("one")
1 + 1
```
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.md"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_a_source_becomes_cells(source: Path) -> None:
    read = notebook.read(source)
    assert [cell.cell_type for cell in read.cells] == ["markdown", "markdown", "code", "code"]
    assert read.cells[2].metadata["tags"] == ["setup", "D05-E3"]
    assert read.metadata["k8snb"]["title"]["zh-TW"] == "某一天"
    assert len({cell.id for cell in read.cells}) == 4


def test_a_translation_replaces_text_and_nothing_else(source: Path) -> None:
    read = notebook.read(source)
    texts = {cell.source: f"譯：{cell.source}" for cell in read.cells if cell.cell_type == "markdown"}
    english, chinese = notebook.localised(read, {}, "en"), notebook.localised(read, texts, "zh-TW")
    assert notebook.code_cells(english) == notebook.code_cells(chinese)
    assert [cell.id for cell in english.cells] == [cell.id for cell in chinese.cells]
    assert chinese.cells[1].source == "譯：Second cell."
    with pytest.raises(KeyError):
        notebook.localised(read, {"Second cell.": "x"}, "zh-TW")


def test_built_notebooks_are_valid_and_the_same_every_time(source: Path) -> None:
    texts = []
    for _ in range(2):
        made = notebook.localised(notebook.read(source), {}, "en")
        execute.in_process(made, source.parent, ENVIRONMENT)
        texts.append(notebook.dumps(made))
    assert texts[0] == texts[1]
    nbformat.validate(json.loads(texts[0]))
    assert notebook.code_cells(json.loads(texts[0]))[1] == 'print("one")\n1 + 1'
    read_again = nbformat.reads(texts[0], as_version=4)
    assert [output.output_type for output in read_again.cells[3].outputs] == ["stream", "execute_result"]


def test_widget_state_is_not_shipped(source: Path) -> None:
    made = notebook.localised(notebook.read(source), {}, "en")
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "image/svg+xml": "<svg/>", "text/plain": "p"}
    made.cells[3].outputs = [nbformat.from_dict({"output_type": "display_data", "data": view, "metadata": {}})]
    data = json.loads(notebook.dumps(made))["cells"][3]["outputs"][0]["data"]
    assert data == {"image/svg+xml": ["<svg/>"], "text/plain": ["p"]}


def test_translations_follow_their_source(tmp_path: Path) -> None:
    path = tmp_path / "zh_TW.po"
    translation.update(path, ["First cell of the lesson.", "Second."])
    assert translation.missing(path, ["First cell of the lesson.", "Second."]) == [
        "First cell of the lesson.",
        "Second.",
    ]
    catalogue = polib.pofile(str(path))
    for entry, said in zip(catalogue, ("第一格。", "第二格。"), strict=True):
        entry.msgstr = said
    catalogue.save()
    assert translation.load(path) == {"First cell of the lesson.": "第一格。", "Second.": "第二格。"}

    changed = ["First cell of this lesson.", "Second."]
    assert translation.missing(path, changed) == ["First cell of this lesson."]
    assert translation.obsolete(path, changed) == ["First cell of the lesson."]
    translation.update(path, changed)
    entry = polib.pofile(str(path))[0]
    assert (entry.msgstr, entry.fuzzy) == ("第一格。", True)  # kept for the translator, not used
    assert translation.missing(path, changed) == ["First cell of this lesson."]
