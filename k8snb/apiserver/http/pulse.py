"""What wakes open watches: one look at the store's revision for all of them, instead of each asking under the lock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

#: wall seconds between two looks, while somebody waits
_TICK: Final = 0.01


class Pulse:
    """Wakes whoever waits when the number that `read` gives has changed. Belongs to one event loop."""

    def __init__(self, read: Callable[[], int]) -> None:
        self.read = read
        self._waiting: set[asyncio.Future[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def changed(self, seen: int, timeout: float) -> None:
        """Wait until the number is another than `seen`, at most `timeout` wall seconds."""
        if self.read() != seen:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(seen))
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter, timeout)
        finally:
            self._waiting.discard(waiter)

    def beat(self) -> None:
        """Wake everybody now: the server knows that something was written."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _look(self, seen: int) -> None:
        while self._waiting:
            await asyncio.sleep(_TICK)
            now = self.read()
            if now != seen:
                seen = now
                self.beat()
