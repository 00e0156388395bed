"""The body of a watch: the changes of the store as the JSON events, or the rows of a table, that the client asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from k8snb.api.errors import StatusError
from k8snb.api.resources import Resource
from k8snb.apiserver.registry import strategy_of
from k8snb.apiserver.request import Request, flag
from k8snb.apiserver.table import row, table
from k8snb.apiserver.watch import Watch, WatchEvent

if TYPE_CHECKING:
    from k8snb.apiserver.rest import Rest


class WatchStream:
    """The body of a watch: JSON events, computed when polled."""

    def __init__(self, rest: Rest, watch: Watch, request: Request, resource: Resource) -> None:
        self._rest, self.watch, self._request, self._resource = rest, watch, request, resource
        self._headed, self.ended = False, False
        #: a streaming list says where its initial events end
        asked = request.query
        self._listing = flag(asked, "sendInitialEvents") and flag(asked, "allowWatchBookmarks")

    @property
    def behind(self) -> bool:
        """Whether there is more to read already: one poll gives a bounded number of events."""
        return self.watch.behind

    def poll(self, most: int = 0) -> list[dict[str, Any]]:
        """Events since the last poll, as `{"type": …, "object": …}`; ERROR, and the end, if its place is forgotten.

        With `most` at the most so many changes are looked at; `behind` says whether there are more.
        """
        try:
            events = [self._event(event) for event in self.watch.poll(most)]
        except StatusError as error:
            self.ended = True
            return [{"type": "ERROR", "object": error.status}]
        if self._listing and not self.watch.initial:
            self._listing = False
            events.append(self.bookmark({"k8s.io/initial-events-end": "true"}))
        return events

    def bookmark(self, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        """An event that says how far the watch has read: an object of the kind with nothing but a version."""
        accept, meta = self._request.accept, {"resourceVersion": str(self.watch.cursor)}
        if "as=Table" in accept:
            body = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "columnDefinitions": None}
            return {"type": "BOOKMARK", "object": {**body, "rows": []}}
        kind, version = self._resource.kind, self._resource.api_version
        if "as=PartialObjectMetadata" in accept:
            kind, version = "PartialObjectMetadata", "meta.k8s.io/v1"
        noted = {**meta, "annotations": dict(annotations)} if annotations else meta
        return {"type": "BOOKMARK", "object": {"kind": kind, "apiVersion": version, "metadata": noted}}

    def close(self) -> None:
        self.watch.close()

    def _event(self, event: WatchEvent) -> dict[str, Any]:
        if "as=Table" not in self._request.accept:
            return {"type": event.type, "object": self._rest.shown(self._request, self._resource, event.object)}
        resource = self.watch.resource
        strategy = strategy_of(resource)
        meta = {"resourceVersion": event.object.metadata.resourceVersion}
        now = self._rest.server.clock.unix
        include = self._request.query.get("includeObject", "Metadata")
        if not self._headed:
            self._headed = True
            return {"type": event.type, "object": table(resource, strategy, [event.object], now, meta, include)}
        bare = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "columnDefinitions": None}
        return {"type": event.type, "object": {**bare, "rows": [row(strategy, event.object, now, include)]}}
