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
#: objects whose events are remembered (upstream's caches: 4096 entries)
_REMEMBERED = 4096


class _Bucket(NamedTuple):
    """What a source may still say about an object."""

    tokens: float
    at: float


class _Told(NamedTuple):
    """What was said about an object for one reason: the different messages since `at`, and which Event says what."""

    at: float
    messages: tuple[str, ...]
    written: tuple[tuple[str, str], ...]


class _Memory(NamedTuple):
    """What is remembered of one object: by source, and by source, field, type and reason."""

    buckets: dict[tuple[str, str], _Bucket]
    told: dict[tuple[str, ...], _Told]


#: the state of the correlation: object's UID -> memory
RecorderState = dict[str, _Memory]


class EventCorrelator:
    """The memory behind all recorders of a cluster. Entries are replaced, never changed; the longest unused go first."""

    def __init__(self) -> None:
        self._objects: RecorderState = {}

    def recall(self, uid: str) -> _Memory:
        """What is known of an object."""
        return self._objects.get(uid) or _Memory({}, {})

    def keep(self, uid: str, memory: _Memory) -> None:
        """Remember it as the latest."""
        self._objects.pop(uid, None)
        self._objects[uid] = memory
        if len(self._objects) > _REMEMBERED:
            del self._objects[next(iter(self._objects))]

    def dump(self) -> RecorderState:
        return dict(self._objects)

    def load(self, state: RecorderState) -> None:
        self._objects = dict(state)


class EventRecorder:
    """Writes the events of one component (on one host)."""

    def __init__(self, client: Client, correlator: EventCorrelator, component: str, host: str = "") -> None:
        self._client, self._memory = client, correlator
        self._component, self._host = component, host
        self._by = EventSource.of({"component": component, "host": host} if host else {"component": component})

    def event(self, obj: Object, type: str, reason: str, message: str, field_path: str = "") -> None:
        """Say something about an object. `type` is Normal or Warning; `field_path` names a part of it."""
        uid, now = obj.metadata.uid, self._client.clock.now
        known = self._memory.recall(uid)
        source = (self._component, self._host)
        bucket = known.buckets.get(source)
        tokens = _BURST if bucket is None else min(_BURST, bucket.tokens + (now - bucket.at) / _REFILL_SECONDS)
        if tokens < 1:
            return
        group = (self._component, self._host, field_path, type, reason)
        told = known.told.get(group)
        if told is None:
            told = _Told(now, (message,), ((message, self._write(obj, type, reason, message, field_path)),))
        else:
            told = self._correlated(told, obj, type, reason, message, field_path)
        self._memory.keep(
            uid,
            _Memory({**known.buckets, source: _Bucket(tokens - 1, now)}, {**known.told, group: told}),
        )

    def _correlated(self, told: _Told, obj: Object, type: str, reason: str, message: str, field_path: str) -> _Told:
        """Say something for a reason that has been given before: once more, as another message, or combined."""
        now = self._client.clock.now
        if now - told.at > _SIMILAR_SECONDS:
            told = told._replace(at=now, messages=())
        messages = told.messages
        if message not in messages and len(messages) < _SIMILAR:
            messages = (*messages, message)
        key = message
        if len(messages) >= _SIMILAR:
            message, key = f"(combined from similar events): {message}", ""
        written = dict(told.written)
        name = written.get(key)
        if name is None or not self._again(obj, name, message):
            written[key] = self._write(obj, type, reason, message, field_path)
        return _Told(now, messages, tuple(written.items()))

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
        namespace = meta.namespace or "default"
        event = Event.of(
            {
                "metadata": ObjectMeta.of({"name": name, "namespace": namespace}),
                "involvedObject": ObjectReference.of(about),
                "reason": reason,
                "message": message,
                "source": self._by,
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
