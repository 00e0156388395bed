"""Completion indexes: which of an Indexed Job's numbers have succeeded or failed, and which come next.

Source: `pkg/controller/job/indexed_job_utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

ANNOTATION = "batch.kubernetes.io/job-completion-index"
_MOST_RANGES = 1 << 16


def index_of(pod: Any) -> int | None:
    """The index of a Pod; None if it has none."""
    text = pod.metadata.annotations.get(ANNOTATION, "")
    return int(text) if text.isdecimal() else None


def parse(text: str | None) -> set[int]:
    """The numbers of a text such as `1,3-5,7`."""
    found: set[int] = set()
    for part in (text or "").split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (not last or last.isdecimal()):
            found.update(range(int(first), min(int(last or first), int(first) + _MOST_RANGES) + 1))
    return found


def format(indexes: Iterable[int]) -> str:
    """The numbers as text, neighbours drawn together: three or more in a row as a range, two with a comma."""
    parts: list[str] = []
    run: list[int] = []
    for number in [*sorted(set(indexes)), None]:
        if number is not None and run and number == run[-1] + 1:
            run.append(number)
            continue
        if run:
            parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}{',' if len(run) == 2 else '-'}{run[-1]}")
        run = [number] if number is not None else []
    return ",".join(parts)


def pending(taken: set[int], completions: int, count: int) -> list[int]:
    """The first `count` numbers that nobody has or has had."""
    return [number for number in range(completions) if number not in taken][:count]
