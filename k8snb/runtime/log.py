"""A container's log as the CRI keeps it: records of (time, stream, text), append-only, rotated.

Records are cut at newlines; a record without one at its end is output that goes on. The log is a persistent list: appending
shares all full chunks, so that a fork of the cluster and the cluster itself can both write on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from k8snb.runtime.limits import LOG_LINE_BYTES, LOG_RECORDS

_CHUNK = 64


class Record(NamedTuple):
    """One line: virtual Unix seconds, `stdout` or `stderr`, the text with its newline."""

    time: float
    stream: str
    text: str


class Log(NamedTuple):
    """The records of one container. `dropped` counts those that rotation took away."""

    chunks: tuple[tuple[Record, ...], ...] = ()
    tail: tuple[Record, ...] = ()
    dropped: int = 0

    @property
    def end(self) -> int:
        """The serial number that the next record will get: a cursor for `follow`."""
        return self.dropped + _CHUNK * len(self.chunks) + len(self.tail)

    def append(self, time: float, stream: str, text: str) -> Log:
        """The log with `text` written to it at `time`."""
        tail, chunks, dropped = list(self.tail), self.chunks, self.dropped
        for line in _lines(text):
            tail.append(Record(time, stream, line[:LOG_LINE_BYTES]))
            if len(tail) == _CHUNK:
                chunks += (tuple(tail),)
                tail.clear()
        while _CHUNK * len(chunks) > LOG_RECORDS:
            chunks, dropped = chunks[1:], dropped + _CHUNK
        return Log(chunks, tuple(tail), dropped)

    def since(self, cursor: int) -> Iterator[Record]:
        """Records from serial number `cursor` on."""
        start = max(cursor - self.dropped, 0)
        for chunk in self.chunks[start // _CHUNK :]:
            yield from chunk[start % _CHUNK :]
            start = 0
        yield from self.tail[max(cursor - self.dropped - _CHUNK * len(self.chunks), 0) :]

    def text(self) -> str:
        """Everything that is kept, both streams in order."""
        return "".join(record.text for record in self.since(0))


@lru_cache(maxsize=256)
def _lines(text: str) -> tuple[str, ...]:
    """Split at line feeds only: a carriage return belongs to the line (progress bars). Containers of an image share them."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return (*lines, last) if last else tuple(lines)


EMPTY_LOG = Log()
