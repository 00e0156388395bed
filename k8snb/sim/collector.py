"""Python's cycle collector and bursts of objects.

Frozen API objects make no cycles, so a burst of thousands of them is no work for the collector: it is held off meanwhile,
and the survivors count as old ones afterwards instead of being looked at one by one. Clusters as a whole do make cycles:
whoever makes a new one may have dropped another, so `look_back` then looks at everything, if enough has come since.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: objects that may come to life before a look at everything; one that costs a tenth of a second at the most
_UNSEEN = 400_000


class _Survivors:
    """Objects alive since the last look at everything, as Python counts them, and how many may come."""

    count = 0
    allowed = _UNSEEN


_survivors = _Survivors()


def look_back() -> None:
    """Collect what nobody holds any more, if so much has come to life since the last time that it may be much."""
    if _survivors.count > _survivors.allowed:
        gc.collect()
        _survivors.count, _survivors.allowed = 0, max(_UNSEEN, len(gc.get_objects()))


@contextmanager
def held_off() -> Iterator[None]:
    """No collection inside the block; blocks may nest."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        _survivors.count += gc.get_count()[0]
        if gc.get_freeze_count() == 0:  # what somebody else has frozen stays so
            gc.freeze()
            gc.unfreeze()
        gc.enable()
