"""How things stood at every moment: the store's log of changes, replayed for one resource.

A rollout's promises ("never fewer than three available") are about all the moments in between, and those are gone
when the learner asks. The log has them: each change gives a moment, with every object of the resource as it then
was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from k8snb.apiserver.store import Change


@dataclass(frozen=True, slots=True)
class Moment:
    """The objects right after one change, and when that was in virtual seconds."""

    time: float
    revision: int
    objects: tuple[Any, ...]


def moments(changes: Iterable[Change], wanted: Callable[[Any], bool]) -> Iterator[Moment]:
    """Replay changes of one resource (oldest first), following the objects that `wanted` accepts."""
    alive: dict[str, Any] = {}
    for change in changes:
        seen = change.key in alive
        alive.pop(change.key, None)
        keep = change.type != "DELETED" and wanted(change.object)
        if keep:
            alive[change.key] = change.object
        if seen or keep:
            yield Moment(change.time, change.revision, tuple(alive.values()))
