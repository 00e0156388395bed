"""What a Redis server knows: its databases as plain data, and the working copy that one connection's commands change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from k8snb.runtime.redis.rdb import Item, Sorted, Value
from k8snb.runtime.redis.resp import Error

DATABASES = 16
#: bytes of all keys and values; beyond, writes are refused
MEMORY = 16 * 1024 * 1024
WRONG_TYPE = Error("WRONGTYPE Operation against a key holding the wrong kind of value")
NOT_INTEGER = Error("ERR value is not an integer or out of range")
NOT_FLOAT = Error("ERR value is not a valid float")
SYNTAX = Error("ERR syntax error")


class Refused(Exception):
    """A command that is answered with an error."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.text)
        self.error = error


class Memory(NamedTuple):
    """A server's memory, never changed in place. `changes` counts since the last save; `used` bytes, about."""

    data: Mapping[int, Mapping[bytes, Item]] = {}
    settings: Mapping[str, str] = {}
    changes: int = 0
    last_save: float = 0.0
    started: float = 0.0
    commands: int = 0
    connections: int = 0
    used: int = 0


@dataclass
class Connection:
    """One connection: the memory it works on, and what it has said of itself."""

    memory: Memory
    now: float
    database: int = 0
    authenticated: bool = False
    queued: list[list[bytes]] | None = None
    broken: bool = False
    #: seconds that its blocking commands have waited
    seconds: float = 0.0
    #: what is to be done when it has been answered: "", save or shutdown
    wish: str = ""
    _open: dict[int, dict[bytes, Item]] = field(default_factory=dict)

    def live(self) -> Mapping[bytes, Item]:
        """The keys of the current database that have not expired."""
        known = self._open.get(self.database)
        if known is None:
            known = dict(self.memory.data.get(self.database, {}))
            self._open[self.database] = known
        for key in [key for key, item in known.items() if item.expires is not None and item.expires <= self.now]:
            del known[key]
        return known

    def value(self, key: bytes) -> Value | None:
        item = self.live().get(key)
        return item.value if item is not None else None

    def text(self, key: bytes) -> bytes | None:
        """A string; Refused for another type."""
        found = self.value(key)
        if found is not None and not isinstance(found, bytes):
            raise Refused(WRONG_TYPE)
        return found

    def listed(self, key: bytes) -> tuple[bytes, ...]:
        found = self.value(key)
        if found is not None and (not isinstance(found, tuple) or isinstance(found, Sorted)):
            raise Refused(WRONG_TYPE)
        return found or ()

    def members(self, key: bytes) -> frozenset[bytes]:
        found = self.value(key)
        if found is not None and not isinstance(found, frozenset):
            raise Refused(WRONG_TYPE)
        return found or frozenset()

    def hashed(self, key: bytes) -> Mapping[bytes, bytes]:
        found = self.value(key)
        if found is not None and not isinstance(found, Mapping):
            raise Refused(WRONG_TYPE)
        return found or {}

    def scored(self, key: bytes) -> Mapping[bytes, float]:
        found = self.value(key)
        if found is not None and not isinstance(found, Sorted):
            raise Refused(WRONG_TYPE)
        return found.scores if found is not None else {}

    def put(self, key: bytes, value: Value, keep: bool = True, expires: float | None = None) -> None:
        """Set a key; an empty collection is no key. `keep` leaves the time at which it expires."""
        known = self._open[self.database] if self.database in self._open else dict(self.live())
        self._open[self.database] = known
        old = known.get(key)
        self._changed(len(key) + weight(value) - (weight(old.value) if old is not None else 0))
        if not isinstance(value, bytes) and not (value.scores if isinstance(value, Sorted) else value):
            known.pop(key, None)
            return
        known[key] = Item(value, old.expires if keep and old is not None else expires)

    def expire(self, key: bytes, at: float | None) -> None:
        item = self.live()[key]
        self._open[self.database][key] = item._replace(expires=at)
        self._changed(0)

    def remove(self, key: bytes) -> bool:
        if key not in self.live():
            return False
        item = self._open[self.database].pop(key)
        self._changed(-weight(item.value))
        return True

    def clear(self, everything: bool) -> None:
        for number in self.memory.data if everything else (self.database,):
            self._open[number] = {}
        self._open[self.database] = {}
        self.memory = self.memory._replace(changes=self.memory.changes + 1, used=0)

    def settings(self, **changed: str) -> None:
        self.memory = self.memory._replace(settings={**self.memory.settings, **changed})

    def _changed(self, growth: int) -> None:
        memory = self.memory
        if growth > 0 and memory.used + growth > MEMORY:
            raise Refused(Error("OOM command not allowed when used memory > 'maxmemory'."))
        self.memory = memory._replace(changes=memory.changes + 1, used=max(memory.used + growth, 0))

    def result(self) -> Memory:
        """The memory as it is after all commands."""
        return self.memory._replace(data={**self.memory.data, **self._open}) if self._open else self.memory


def weight(value: Value) -> int:
    """Bytes of a value, about."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Sorted):
        return sum(len(member) + 8 for member in value.scores)
    if isinstance(value, Mapping):
        return sum(len(name) + len(content) for name, content in value.items())
    return sum(map(len, value))
