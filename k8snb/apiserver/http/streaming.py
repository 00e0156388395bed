"""Answers without an end: watches, and logs that are followed.

A watch ends when its time is up, when its client is gone, or when the log no longer reaches back to its place. Clients that
allow bookmarks get one about every minute of virtual time and one shortly before the end, so that they know where to go on.
A slow client holds one chunk: its place in the log is all that waits for it. Source:
`apiserver/pkg/endpoints/handlers/watch.go`, `apiserver/pkg/storage/cacher/cacher.go` (bookmarks).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator
from typing import Any, Final, Protocol, runtime_checkable

from k8snb.apiserver.http.body import JSON, PROTOBUF, YAML
from k8snb.apiserver.http.call import Call
from k8snb.apiserver.http.negotiation import Accepted
from k8snb.apiserver.http.pulse import Pulse
from k8snb.apiserver.http.responses import event_line

#: virtual seconds between two bookmarks, and how long before its end a watch gets its last one (wall seconds)
_BOOKMARK: Final = 60.0
_LAST_BOOKMARK: Final = 2.0
#: wall seconds that a watch lasts if its client names no time (upstream: half an hour to an hour)
_LASTS: Final = 1800.0
#: how often a stream that is no watch is looked at: soon after it gave something, then less
_SOON, _LATER = 0.02, 0.2
#: objects or changes that are turned into events at once: what a client that is far behind costs
_CHANGES: Final = 100
#: bytes that are sent at once
_CHUNK: Final = 32 * 1024


@runtime_checkable
class Followed(Protocol):
    """A log that grows."""

    done: bool

    def poll(self) -> list[Any]:
        """What came since the last time."""

    def close(self) -> None:
        """Nobody will ask again."""


@runtime_checkable
class Watched(Protocol):
    """A watch."""

    ended: bool

    def poll(self, most: int = 0) -> list[dict[str, Any]]:
        """What came since the last time, at the most so many changes."""

    def close(self) -> None:
        """Nobody will ask again."""

    @property
    def behind(self) -> bool:
        """Whether there is more to read already."""

    def bookmark(self) -> dict[str, Any]:
        """An event that says how far the watch has read."""


class Streams:
    """Writes streams to their clients."""

    def __init__(
        self,
        locked: Callable[[Callable[[], Any]], Any],
        clock: Callable[[], float],
        pulse: Pulse,
        lock: threading.RLock | None = None,
    ) -> None:
        self._locked, self._clock, self._pulse, self._lock = locked, clock, pulse, lock
        self._stopping: asyncio.Event | None = None
        #: how many are being written just now
        self.open = 0

    def stop(self) -> None:
        """End all streams; their clients see a proper end."""
        stopping, self._stopping = self._stopping, None
        if stopping is not None:
            stopping.set()

    async def run(self, call: Call, chunks: AsyncGenerator[bytes, None], code: int, content_type: str) -> None:
        """Send chunks until there are no more or the client is gone."""
        headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-cache, private")]
        await call.send({"type": "http.response.start", "status": code, "headers": headers})
        await call.send({"type": "http.response.body", "body": b"", "more_body": True})
        self._stopping = self._stopping or asyncio.Event()
        ends: list[Coroutine[Any, Any, object]] = [_gone(call), self._send(call, chunks), self._stopping.wait()]
        tasks = [asyncio.ensure_future(end) for end in ends]
        self.open += 1
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.open -= 1
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if tasks[1].done() and not tasks[1].cancelled():
            tasks[1].result()  # our own mistakes are not to be lost
        await call.send({"type": "http.response.body", "body": b""})

    async def _send(self, call: Call, chunks: AsyncGenerator[bytes, None]) -> None:
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                await call.send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _read(self, poll: Callable[[], list[Any]]) -> list[Any]:
        """Ask a stream. A thread that waits for the cluster costs more than the answer, if nobody is at the cluster."""
        if self._lock is None or not self._lock.acquire(blocking=False):
            found: list[Any] = await asyncio.to_thread(self._locked, poll)
            return found
        try:
            return poll()
        finally:
            self._lock.release()

    async def watch(
        self, stream: Watched, seconds: float, bookmarks: bool, accepted: Accepted
    ) -> AsyncGenerator[bytes, None]:
        """The events of a watch, encoded."""
        encode = encoder(accepted)
        end = time.monotonic() + (seconds or _LASTS)
        marked, last_mark = self._clock(), False
        try:
            while True:
                seen = self._pulse.read()
                for chunk in _joined(encode(event) for event in await self._read(lambda: stream.poll(_CHANGES))):
                    yield chunk
                left = end - time.monotonic()
                if stream.ended or left <= 0:
                    return
                if stream.behind:
                    await asyncio.sleep(0)  # others are waiting, too
                    continue
                ending = left <= _LAST_BOOKMARK and not last_mark
                if bookmarks and (ending or self._clock() - marked >= _BOOKMARK):
                    marked, last_mark = self._clock(), last_mark or ending
                    yield encode(stream.bookmark())
                before_mark = left - _LAST_BOOKMARK if bookmarks and left > _LAST_BOOKMARK else left
                await self._pulse.changed(seen, min(before_mark, 1.0))
        finally:
            stream.close()

    async def follow(self, stream: Followed) -> AsyncGenerator[bytes, None]:
        """The bytes of a stream that has an end of its own."""
        pause = _SOON
        try:
            while True:
                found = await self._read(stream.poll)
                for chunk in _joined(_as_bytes(item) for item in found):
                    yield chunk
                if stream.done:
                    return
                pause = _SOON if found else min(pause * 1.5, _LATER)
                await asyncio.sleep(pause)
        finally:
            stream.close()


async def _gone(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


def encoder(accepted: Accepted) -> Callable[[dict[str, Any]], bytes]:
    """How one event is framed: JSON lines, or protobuf with lengths."""
    if accepted.format == PROTOBUF:
        from k8snb.apiserver.http.protobuf import encode_event

        return encode_event
    return event_line


def stream_type(accepted: Accepted) -> str:
    """The media type of a watch. YAML has no stream: such clients get JSON."""
    return f"{PROTOBUF};stream=watch" if accepted.format == PROTOBUF else JSON


def offered_for_watch(offered: tuple[str, ...]) -> tuple[str, ...]:
    """What a watch is given in."""
    return tuple(kind for kind in offered if kind != YAML)


def _as_bytes(item: Any) -> bytes:
    return item if isinstance(item, bytes) else str(item).encode("utf-8", "replace")


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces put together, so that a burst is not one packet an event."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
