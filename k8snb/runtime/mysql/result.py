"""What one statement answers, as data that can travel as JSON."""

from __future__ import annotations

from typing import Any, NamedTuple


class Result(NamedTuple):
    """Columns and rows of a query, or how many rows were changed; `changed` is the database that is in use now."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    affected: int = 0
    changed: str = ""
    vertical: bool = False
