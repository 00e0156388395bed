"""Events: what components tell people about objects, with upstream's rules against floods.

The same event again raises its count; ten like ones within ten minutes become one that says "(combined from similar
events)"; a source may write 25 events about one object at once and one more every five minutes, but what it may not write
is counted. What would be said again and again while nothing changes (a probe that goes on failing) is not simulated each
time: it is counted when somebody looks. Source: client-go `tools/record/events_cache.go`.
"""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

from k8snb.api.core.event import Event, EventSource
from k8snb.api.core.pod import ObjectReference
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.api.object import Object
from k8snb.client.client import Client
from k8snb.sim.clock import Clock

_BURST = 25
_REFILL_SECONDS = 300.0
_SIMILAR = 10
_SIMILAR_SECONDS = 600.0
#: objects whose events are remembered (upstream's caches: 4096 entries)
_REMEMBERED = 4096
#: what binary fractions of seconds may be off
_HAIR = 1e-6

#: component, host, field, type, reason
Group = tuple[str, str, str, str, str]


class _Bucket(NamedTuple):
    """What a source may still say about an object."""

    tokens: float
    at: float

    def filled(self, now: float) -> _Bucket:
        if now == self.at:
            return self
        return _Bucket(min(_BURST, self.tokens + (now - self.at) / _REFILL_SECONDS), now)


class _Line(NamedTuple):
    """One message: the Event that says it, how often it was said and since when; what readers know of that, and when of."""

    name: str
    first: float
    times: int
    shown: int
    last: float


class _Told(NamedTuple):
    """What was said about an object for one reason: the different messages up to `at`, and what became of each."""

    at: float
    messages: tuple[str, ...]
    lines: dict[str, _Line]


class _Repeat(NamedTuple):
    """A line that is said again: when next, how often, for how long; `key` is its place among the lines."""

    group: Group
    key: str
    next: float
    every: float
    until: float


class _Memory(NamedTuple):
    """What is remembered of one object: by source, and by source, field, type and reason."""

    buckets: dict[tuple[str, str], _Bucket]
    told: dict[Group, _Told]
    repeats: tuple[_Repeat, ...] = ()


#: the state of the correlation: object's UID -> memory
RecorderState = dict[str, _Memory]


class EventCorrelator:
    """The memory behind all recorders of a cluster. Entries are replaced, never changed; the longest unused go first."""

    def __init__(self) -> None:
        self._objects: RecorderState = {}

    def recall(self, uid: str, now: float) -> _Memory:
        """What is known of an object, with everything that was said up to now."""
        known = self._objects.get(uid)
        if known is None:
            return _Memory({}, {})
        if known.repeats:
            known = self._objects[uid] = _advanced(known, now)
        return known

    def keep(self, uid: str, memory: _Memory) -> None:
        """Remember it as the latest."""
        self._objects.pop(uid, None)
        self._objects[uid] = memory
        if len(self._objects) > _REMEMBERED:
            del self._objects[next(iter(self._objects))]

    def current(self, event: Any, clock: Clock) -> Any:
        """A stored Event as its source would have written it by now."""
        uid = event.involvedObject.uid
        known = self._objects.get(uid)
        if known is None or not known.repeats:
            return event
        for told in self.recall(uid, clock.now).told.values():
            for line in told.lines.values():
                if line.name == event.metadata.name and line.shown > (event.count or 0):
                    return event.replace(count=line.shown, lastTimestamp=clock.at(line.last))
        return event

    def dump(self) -> RecorderState:
        return dict(self._objects)

    def load(self, state: RecorderState) -> None:
        self._objects = dict(state)


def _advanced(memory: _Memory, now: float) -> _Memory:
    """With what was repeated up to now. Of a source that may say no more, only the count goes on."""
    buckets, told = dict(memory.buckets), dict(memory.told)
    repeats = list(memory.repeats)
    while True:
        due = [repeat.next for repeat in repeats if repeat.next <= min(now, repeat.until) + _HAIR]
        if not due:
            return _Memory(buckets, told, tuple(repeat for repeat in repeats if repeat.until > now))
        at = min(due)
        for index, repeat in enumerate(repeats):
            if repeat.next > at + _HAIR or repeat.next > repeat.until + _HAIR:
                continue
            bucket = buckets[repeat.group[:2]].filled(at)
            seen = bucket.tokens >= 1
            # until there is a token again nobody sees how often it was said
            wait = 1 if seen else max(ceil((1 - bucket.tokens) * _REFILL_SECONDS / repeat.every - _HAIR), 1)
            wait = min(wait, int((min(now, repeat.until) + _HAIR - at) // repeat.every) + 1)
            buckets[repeat.group[:2]] = bucket._replace(tokens=bucket.tokens - 1) if seen else bucket
            known = told[repeat.group]
            line = known.lines[repeat.key]
            line = line._replace(times=line.times + wait)
            if seen:
                line = line._replace(shown=line.times, last=at)
            told[repeat.group] = known._replace(at=at, lines={**known.lines, repeat.key: line})
            repeats[index] = repeat._replace(next=at + wait * repeat.every)


class EventRecorder:
    """Writes the events of one component (on one host)."""

    def __init__(self, client: Client, correlator: EventCorrelator, component: str, host: str = "") -> None:
        self._client, self._memory = client, correlator
        self._component, self._host = component, host
        self._by = EventSource.of({"component": component, "host": host} if host else {"component": component})

    def event(
        self,
        obj: Object,
        type: str,
        reason: str,
        message: str,
        field_path: str = "",
        every: float = 0.0,
        until: float = float("inf"),
    ) -> None:
        """Say something about an object. `type` is Normal or Warning; `field_path` names a part of it.

        With `every` it goes on being said, at most `until` a time, and until something else is said of the same part.
        """
        uid, now = obj.metadata.uid, self._client.clock.now
        known = self._memory.recall(uid, now)
        source = (self._component, self._host)
        bucket = known.buckets.get(source)
        bucket = _Bucket(_BURST, now) if bucket is None else bucket.filled(now)
        group = (self._component, self._host, field_path, type, reason)
        before = known.told.get(group)
        if before is None and bucket.tokens >= 1 and not every and not known.repeats:
            # Nearly all events are the first of their kind.
            name = self._write(obj, now, 1, type, reason, message, field_path)
            told = _Told(now, (message,), {message: _Line(name, now, 1, 1, now)})
            buckets = {**known.buckets, source: _Bucket(bucket.tokens - 1, now)}
            self._memory.keep(uid, _Memory(buckets, {**known.told, group: told}))
            return
        told, key, text = self._correlated(before, message)
        line = told.lines.get(key) or _Line("", now, 0, 0, now)
        line = line._replace(times=line.times + 1)
        if bucket.tokens >= 1:
            bucket = bucket._replace(tokens=bucket.tokens - 1)
            line = line._replace(name=self._say(obj, line, type, reason, text, field_path), shown=line.times, last=now)
        repeats = known.repeats
        if repeats:
            repeats = tuple(r for r in repeats if not _is_over(r, group, key, now))
        if every:
            repeats = (*repeats, _Repeat(group, key, now + every, every, until))
        told = told._replace(lines={**told.lines, key: line})
        self._memory.keep(uid, _Memory({**known.buckets, source: bucket}, {**known.told, group: told}, repeats))

    def quiet(self, obj: Object, field_path: str) -> None:
        """What is being repeated about a part of an object is over."""
        uid, now = obj.metadata.uid, self._client.clock.now
        known = self._memory.recall(uid, now)
        left = tuple(repeat for repeat in known.repeats if repeat.group[2] != field_path)
        if left != known.repeats:
            self._memory.keep(uid, known._replace(repeats=left))

    def _correlated(self, told: _Told | None, message: str) -> tuple[_Told, str, str]:
        """Something is said for a reason: what was said for it, its place there, and as what it is said."""
        now = self._client.clock.now
        if told is None:
            return _Told(now, (message,), {}), message, message
        messages = told.messages if now - told.at <= _SIMILAR_SECONDS else ()
        if message not in messages and len(messages) < _SIMILAR:
            messages = (*messages, message)
        told = told._replace(at=now, messages=messages)
        if len(messages) >= _SIMILAR:
            return told, "", f"(combined from similar events): {message}"
        return told, message, message

    def _say(self, obj: Object, line: _Line, type: str, reason: str, message: str, field_path: str) -> str:
        """Write what was said, once more or for the first time: the name of the Event."""
        if line.name and self._again(obj, line, message):
            return line.name
        return self._write(obj, line.first, line.times, type, reason, message, field_path)

    def _again(self, obj: Object, line: _Line, message: str) -> bool:
        namespace = obj.metadata.namespace or "default"
        event = self._client.find("events", line.name, namespace)
        if event is None:
            return False
        changed = event.replace(count=line.times, lastTimestamp=self._client.clock.timestamp(), message=message)
        try:
            self._client.update(changed, "events")
        except StatusError:
            return False  # the namespace is going away: nobody is left to tell
        return True

    def _write(
        self, obj: Object, first: float, times: int, type: str, reason: str, message: str, field_path: str
    ) -> str:
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
                "firstTimestamp": now if times == 1 else clock.at(first),
                "lastTimestamp": now,
                "count": times,
                "type": type,
                "eventTime": None,  # upstream writes it out
                "reportingComponent": self._component,
                "reportingInstance": self._host,
            }
        )
        try:
            self._client.create(event, "events", namespace)
        except StatusError:
            return ""  # the namespace is going away: nobody is left to tell
        return name


def _is_over(repeat: _Repeat, group: Group, key: str, now: float) -> bool:
    """Whether what is said now ends a repetition: the same again, or something else about the same part, but later."""
    if (repeat.group, repeat.key) == (group, key):
        return True
    same_part = repeat.group[:3] == group[:3]
    return same_part and repeat.next - repeat.every < now - _HAIR
