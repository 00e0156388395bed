"""Events: what components tell people about objects, with upstream's rules against floods.

The same event again raises its count; ten like ones within ten minutes become one that says "(combined from similar
events)"; a source may write 25 events about one object at once and one more every five minutes. Source: client-go
`tools/record/events_cache.go`.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.core.event import Event, EventSource
from k8snb.api.core.pod import ObjectReference
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.api.object import Object
from k8snb.client.client import Client

_BURST = 25
_REFILL_SECONDS = 300.0
_SIMILAR = 10
_SIMILAR_SECONDS = 600.0


class _Bucket(NamedTuple):
    tokens: float
    at: float


class _Similar(NamedTuple):
    messages: frozenset[str]
    at: float


class RecorderState(NamedTuple):
    """What the correlation remembers: part of the cluster's state."""

    buckets: dict[tuple[str, ...], _Bucket]
    similar: dict[tuple[str, ...], _Similar]
    written: dict[tuple[str, ...], str]


class EventCorrelator:
    """The memory behind all recorders of a cluster."""

    def __init__(self) -> None:
        self.buckets: dict[tuple[str, ...], _Bucket] = {}
        self.similar: dict[tuple[str, ...], _Similar] = {}
        self.written: dict[tuple[str, ...], str] = {}

    def dump(self) -> RecorderState:
        return RecorderState(dict(self.buckets), dict(self.similar), dict(self.written))

    def load(self, state: RecorderState) -> None:
        self.buckets, self.similar, self.written = dict(state.buckets), dict(state.similar), dict(state.written)

    def forget(self, uid: str) -> None:
        """Drop what is remembered of an object that is gone."""
        for memory in (self.buckets, self.similar, self.written):
            for key in [key for key in memory if uid in key]:
                del memory[key]


class EventRecorder:
    """Writes the events of one component (on one host)."""

    def __init__(self, client: Client, correlator: EventCorrelator, component: str, host: str = "") -> None:
        self._client, self._memory = client, correlator
        self._component, self._host = component, host

    def event(self, obj: Object, type: str, reason: str, message: str, field_path: str = "") -> None:
        """Say something about an object. `type` is Normal or Warning; `field_path` names a part of it."""
        uid = obj.metadata.uid
        if not self._admit((self._component, self._host, uid)):
            return
        group = (self._component, self._host, obj.kind, uid, field_path, type, reason)
        message, key = self._aggregate(group, message)
        name = self._memory.written.get(key)
        if name is not None and self._again(obj, name, message):
            return
        self._memory.written[key] = self._write(obj, type, reason, message, field_path)

    def _admit(self, source: tuple[str, ...]) -> bool:
        now = self._client.clock.now
        bucket = self._memory.buckets.get(source)
        tokens = _BURST if bucket is None else min(_BURST, bucket.tokens + (now - bucket.at) / _REFILL_SECONDS)
        if tokens < 1:
            return False
        self._memory.buckets[source] = _Bucket(tokens - 1, now)
        return True

    def _aggregate(self, group: tuple[str, ...], message: str) -> tuple[str, tuple[str, ...]]:
        now = self._client.clock.now
        seen = self._memory.similar.get(group)
        if seen is None or now - seen.at > _SIMILAR_SECONDS:
            seen = _Similar(frozenset(), now)
        messages = seen.messages | {message} if len(seen.messages) < _SIMILAR else seen.messages
        self._memory.similar[group] = _Similar(messages, now)
        if len(messages) < _SIMILAR:
            return message, (*group, message)
        return f"(combined from similar events): {message}", group

    def _again(self, obj: Object, name: str, message: str) -> bool:
        namespace = obj.metadata.namespace or "default"
        event = self._client.find("events", name, namespace)
        if event is None:
            return False
        changed = event.replace(count=event.count + 1, lastTimestamp=self._client.clock.timestamp(), message=message)
        try:
            self._client.update(changed, "events")
        except StatusError:
            return False  # the namespace is going away: nobody is left to tell
        return True

    def _write(self, obj: Object, type: str, reason: str, message: str, field_path: str) -> str:
        clock, meta = self._client.clock, obj.metadata
        now = clock.timestamp()
        name = f"{meta.name}.{int(clock.unix * 1e9) + self._client.revision:x}"
        about = {"kind": obj.kind, "name": meta.name, "uid": meta.uid, "apiVersion": obj.apiVersion}
        if meta.namespace:
            about["namespace"] = meta.namespace
        if meta.resourceVersion:
            about["resourceVersion"] = meta.resourceVersion
        if field_path:
            about["fieldPath"] = field_path
        source = {"component": self._component}
        if self._host:
            source["host"] = self._host
        namespace = meta.namespace or "default"
        event = Event.of(
            {
                "metadata": ObjectMeta.of({"name": name, "namespace": namespace}),
                "involvedObject": ObjectReference.of(about),
                "reason": reason,
                "message": message,
                "source": EventSource.of(source),
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
                "type": type,
                "reportingComponent": self._component,
                "reportingInstance": self._host,
            }
        )
        try:
            self._client.create(event, "events", namespace)
        except StatusError:
            return ""  # the namespace is going away: nobody is left to tell
        return name
