"""Watches: a place in the store's log and a filter. What is read from it is what changed since, in order.

An object that stops matching the selectors is DELETED for this watcher, one that starts is ADDED, as upstream's cacher does.
A watch holds no thread and no queue: the log is the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from k8snb.api import errors
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.store import Change, Store


class WatchEvent(NamedTuple):
    """ADDED, MODIFIED, DELETED or BOOKMARK, and the object."""

    type: str
    object: Object


class Watch:
    """The changes of one resource after a revision."""

    def __init__(
        self,
        store: Store,
        resource: Resource,
        namespace: str,
        since: int,
        admits: Callable[[Object], bool] | None,
        initial: list[Object] | None = None,
    ) -> None:
        self.resource = resource
        self._store, self._namespace, self._cursor, self._admits = store, namespace, since, admits
        self._pending = [WatchEvent("ADDED", obj) for obj in initial or ()]
        self._rewritten = store.rewritten
        self.closed = False

    @property
    def cursor(self) -> int:
        """The revision up to which this watch has read."""
        return self._cursor

    @property
    def initial(self) -> bool:
        """Whether objects that there were at the beginning are still to be told."""
        return bool(self._pending)

    @property
    def behind(self) -> bool:
        """Whether something has happened that no poll has looked at."""
        at_end = self._cursor >= self._store.revision and not self._pending
        return not at_end or self._rewritten != self._store.rewritten

    def poll(self, most: int = 0) -> list[WatchEvent]:
        """What happened since the last poll; with `most` at the most so many objects or changes of the log are looked at.

        StatusError Expired if the log no longer reaches back that far, or is another one since a snapshot was restored.
        """
        if self._rewritten != self._store.rewritten:
            raise errors.expired(f"too old resource version: {self._cursor} ({self._store.revision + 1})")
        if 0 < most < len(self._pending):
            events, self._pending = self._pending[:most], self._pending[most:]
            return events
        changes, now = self._store.changes_since(self._cursor)
        if 0 < most < len(changes):
            changes, now = changes[:most], self._cursor + most  # every revision is one change
        self._cursor = now
        events, self._pending = self._pending, []
        wanted = self.resource.group_resource
        for change in changes:
            if change.resource == wanted and (
                not self._namespace or change.object.metadata.namespace == self._namespace
            ):
                event = self._seen_by_filter(change)
                if event is not None:
                    events.append(event)
        return events

    def close(self) -> None:
        self.closed = True

    def _seen_by_filter(self, change: Change) -> WatchEvent | None:
        admits = self._admits
        if admits is None:
            return WatchEvent(change.type, change.object)
        before = change.old is not None and admits(change.old)
        now = change.type != "DELETED" and admits(change.object)
        if now:
            return WatchEvent("MODIFIED" if before else "ADDED", change.object)
        return WatchEvent("DELETED", change.object) if before else None
