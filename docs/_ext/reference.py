"""Pages made from the code: every magic with its docstring, and where the lab differs from upstream."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from k8snb.magics import TOPICS

HERE = Path(__file__).resolve().parents[1]


def magics() -> str:
    """Every magic as Markdown: its heading, its forms, its docstring."""
    parts = []
    for module, name in TOPICS.items():
        topic = getattr(import_module(f"k8snb.magics.{module}"), name)
        forms: dict[str, list[str]] = {}
        for kind, mark in (("line", "%"), ("cell", "%%")):
            for magic in topic.magics[kind]:
                forms.setdefault(magic, []).append(f"`{mark}{magic}`")
        for magic, written in forms.items():
            text = inspect.getdoc(getattr(topic, magic)) or ""
            if not text:
                raise ValueError(f"%{magic} has no docstring")
            parts.append(f"## {', '.join(written)}\n\n{text}\n")
    return "\n".join(parts)


def deviations() -> str:
    """What ARCHITECTURE.md says of differences, and the list of them in docs/fidelity.md where there is one."""
    architecture = (HERE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    own = architecture.split("## Simplifications against upstream\n", 1)[1].split("\n## ", 1)[0].strip()
    listed = HERE / "fidelity.md"
    more = listed.read_text(encoding="utf-8").partition("\n")[2].strip() if listed.exists() else ""
    return f"{own}\n\n{more}\n"


def write(_: Any = None) -> None:
    """Write them where the pages include them from."""
    made = HERE / "_generated"
    made.mkdir(exist_ok=True)
    for name, text in (("magics.md", magics()), ("deviations.md", deviations())):
        path = made / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Sphinx asks for this."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
