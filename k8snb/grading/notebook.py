"""A lesson's source and the notebooks made from it.

The source is MyST Markdown (jupytext): English text and, once for all languages, the code cells. A translation
replaces Markdown cells and nothing else. What is written is the same to the byte every time: cell ids come from the
English source, nothing carries a date, and widget state is left out in favour of the picture and text that stand
beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORMAT = "md:myst"
#: a saved notebook cannot bring these back to life; `image/svg+xml` and `text/plain` beside them say the same
LIVE_ONLY = ("application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json")
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read(path: Path) -> NotebookNode:
    """The source as a notebook without outputs; its front matter's `k8snb` entry is in the metadata."""
    import jupytext  # here, because a check needs no notebook: only building and linting do

    text = path.read_text(encoding="utf-8")
    notebook: NotebookNode = jupytext.reads(text, fmt=FORMAT)  # type: ignore[no-untyped-call]
    taken: set[str] = set()
    for cell in notebook.cells:
        cell.id = _id(cell.source, taken)
    return notebook


def localised(source: NotebookNode, texts: Mapping[str, str], language: str) -> NotebookNode:
    """The notebook in one language; `texts` maps each English Markdown cell to its translation. KeyError without."""
    cells = [
        _cell(cell, texts[cell.source] if cell.cell_type == "markdown" and texts else cell.source)
        for cell in source.cells
    ]
    metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}, "k8snb": {"language": language}}
    return _node({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def dumps(notebook: NotebookNode) -> str:
    """The notebook as it is committed."""
    return json.dumps(_shipped(notebook), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def code_cells(notebook: Mapping[str, Any]) -> list[str]:
    """The sources of the code cells."""
    return [_joined(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _cell(cell: NotebookNode, source: str) -> NotebookNode:
    fresh: dict[str, Any] = {"cell_type": cell.cell_type, "id": cell.id, "source": source, "metadata": {}}
    if cell.metadata.get("tags"):
        fresh["metadata"] = {"tags": list(cell.metadata["tags"])}
    if cell.cell_type == "code":
        fresh |= {"execution_count": None, "outputs": []}
    return _node(fresh)


def _shipped(notebook: NotebookNode) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(notebook))
    for cell in plain["cells"]:
        cell["source"] = _lines(cell["source"])
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = _lines(output["text"])
            if "data" in output:
                output["data"] = {kind: _data(kind, v) for kind, v in output["data"].items() if kind not in LIVE_ONLY}
    return plain


def _data(kind: str, value: Any) -> Any:
    return _lines(value) if isinstance(value, str) and not kind.startswith("image/png") else value


def _lines(text: str | list[str]) -> list[str]:
    return _joined(text).splitlines(keepends=True)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _id(source: str, taken: set[str]) -> str:
    digest = hashlib.sha256(source.encode()).hexdigest()[:10]
    number = 1
    while (name := digest if number == 1 else f"{digest}-{number}") in taken:
        number += 1
    taken.add(name)
    return name


def _node(plain: dict[str, Any]) -> NotebookNode:
    from nbformat import from_dict

    return from_dict(plain)  # type: ignore[no-any-return, no-untyped-call]
