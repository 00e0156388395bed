"""Lettering: how wide a text is and how to shorten it, so that a card can be sized before anything is drawn.

Widths are Helvetica's (Adobe font metrics, thousandths of the font size); the system fonts that a browser shows instead are
within a few per cent, which the cards' padding absorbs.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import east_asian_width

_WIDTHS = {
    **dict.fromkeys("abdeghnopqu0123456789_#$?LõØ", 556),
    **dict.fromkeys("cksvxyzJ", 500),
    **dict.fromkeys("ijl'", 222),
    **dict.fromkeys("tfI.,:;/!\\ ", 278),
    **dict.fromkeys("r-()`", 333),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("<>=+~×", 584),
    "m": 833,
    "M": 833,
    "W": 944,
    "…": 1000,
    "·": 278,
    "→": 1000,
    "%": 889,
    "@": 1015,
    "*": 389,
    '"': 355,
}
_BOLD = 1.07


@lru_cache(8192)
def width(text: str, size: float = 10, bold: bool = False) -> float:
    """Width of a line of text in points."""
    units = sum(_WIDTHS.get(c) or (1000 if east_asian_width(c) in "WF" else 600) for c in text)
    return units * size / 1000 * (_BOLD if bold else 1)


@lru_cache(8192)
def shorten(text: str, room: float, size: float = 10, bold: bool = False, tail: int = 0) -> str:
    """`text` made to fit into `room` points with an ellipsis; the last `tail` characters stay (a Pod's random suffix)."""
    if width(text, size, bold) <= room:
        return text
    end = text[len(text) - tail :] if 0 < tail < len(text) else ""
    head = text[: len(text) - len(end)]
    while head and width(f"{head}…{end}", size, bold) > room:
        head = head[:-1]
    if head or not end:
        return f"{head}…{end}"
    return shorten(end, room, size, bold)
