"""Informers: how a component keeps a derived cache true to the store without listing everything each time.

An informer hands out what has changed since it was last asked. It notices by itself when the past has been rewritten (a
restore, a compaction): then it says that the cache has to be built anew. So caches are never part of a snapshot. Model:
client-go's Reflector (list, then watch, and list again when the watch is lost).
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.errors import StatusError
from k8snb.apiserver.store import Change
from k8snb.client.client import Client


class News(NamedTuple):
    """What an informer tells: `relist` if everything has to be read again, else the changes since the last time."""

    relist: bool
    changes: list[Change]


class Informer:
    """A reader's place in the store's log."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._cursor = -1
        self._last: Change | None = None

    def news(self) -> News:
        """What happened since the last call. The first call asks for a list."""
        revision = self._client.revision
        if revision == self._cursor and self._last is not None and revision:
            tail = self._tail(revision - 1)
            if tail and tail[0] is self._last:
                return News(False, [])
        elif 0 < self._cursor < revision:
            tail = self._tail(self._cursor - 1)
            if tail and tail[0] is self._last:
                self._cursor, self._last = revision, tail[-1]
                return News(False, tail[1:])
        tail = self._tail(revision - 1) if revision else []
        self._cursor, self._last = revision, tail[0] if tail else None
        return News(True, [])

    def _tail(self, since: int) -> list[Change]:
        try:
            return self._client.changes(since)[0]
        except StatusError:
            return []  # compacted away: the caller lists again
