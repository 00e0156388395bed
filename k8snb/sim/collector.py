"""Python's cycle collector and bursts of objects.

Frozen API objects make no cycles, so a burst of thousands of them is no work for the collector: it is held off meanwhile,
and the survivors count as old ones afterwards instead of being looked at one by one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
        if gc.get_freeze_count() == 0:  # what somebody else has frozen stays so
            gc.freeze()
            gc.unfreeze()
        gc.enable()
