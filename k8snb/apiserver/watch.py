"""Watches: a place in the store's log and a filter. What is read from it is what changed since, in order.

An object that stops matching the selectors is DELETED for this watcher, one that starts is ADDED, as upstream's cacher does.
A watch holds no thread and no queue: the log is the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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
        self.closed = False

    @property
    def cursor(self) -> int:
        """The revision up to which this watch has read."""
        return self._cursor

    def poll(self) -> list[WatchEvent]:
        """Everything that happened since the last poll. StatusError Expired if the log no longer reaches back that far."""
        changes, self._cursor = self._store.changes_since(self._cursor)
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
