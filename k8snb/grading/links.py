"""Links in texts: files and headings that they lead to exist. Addresses of the world are held for well-formed, not visited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def dead(texts: Iterable[str], folder: Path) -> Iterator[str]:
    """The links of one document's texts that lead nowhere; relative ones start in `folder`."""
    whole = "\n\n".join(texts)
    prose = _CODE.sub("", whole)
    anchors = {anchor(heading) for heading in _HEADING.findall(whole)}
    for target in dict.fromkeys(_LINK.findall(prose)):
        if not _leads_somewhere(target, folder, anchors):
            yield target


def anchor(heading: str) -> str:
    """What Jupyter makes of a heading: its text with dashes for blanks."""
    return heading.strip().replace(" ", "-").replace("`", "").lower()


def _leads_somewhere(target: str, folder: Path, anchors: set[str]) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return "." in parts.netloc or parts.hostname == "localhost"
    if parts.scheme:
        return parts.scheme == "mailto"
    if not parts.path:
        return unquote(parts.fragment).lower() in anchors
    return (folder / unquote(parts.path)).exists()
