"""One Node program's memory: a JavaScript context that is always what its history makes it.

A context cannot be copied, so a process keeps what happened to it instead: a chain of events (its start, requests, timers,
signals, replies, files it read). The same chain gives the same memory, byte for byte, for time and chance come with the events.
Live contexts are kept by the chain that made them and go on from there; whoever meets a chain without one (a fork, a restored
snapshot) replays it. Limits: memory, time of one event, stack, length of a history.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

#: bytes of a program's heap, seconds of CPU for one event, bytes of its stack, events that it may live through
MEMORY, SECONDS, STACK, EVENTS = 48 * 1024 * 1024, 1.0, 512 * 1024, 100_000
#: contexts that are kept alive, of all programs of the kernel
_KEPT: Final = 24
#: lines that the modules of the learner are numbered below
_SHIM_LINE: Final = 300_000


class EngineMissing(Exception):
    """There is no JavaScript engine on this machine."""


class Runaway(Exception):
    """An event used up its time or memory; the text says which."""


class Chain(NamedTuple):
    """What has happened to a program, the newest event first. `key` names the whole chain."""

    before: Chain | None
    event: str
    key: str
    length: int

    def events(self) -> list[str]:
        """Oldest first."""
        found, link = [], self
        while True:
            found.append(link.event)
            if link.before is None:
                return found[::-1]
            link = link.before


def extended(chain: Chain | None, event: dict[str, Any]) -> Chain:
    """The chain with one more event."""
    text = json.dumps(event, separators=(",", ":"))
    before = chain.key if chain is not None else ""
    key = hashlib.blake2b(f"{before}{text}".encode(), digest_size=16).hexdigest()
    return Chain(chain, text, key, chain.length + 1 if chain is not None else 1)


_LIVE: OrderedDict[str, _Context] = OrderedDict()


def deliver(chain: Chain | None, event: dict[str, Any]) -> tuple[Chain, dict[str, Any]]:
    """(the chain after an event, what the program did: output, ports, answers, timers, exit). Runaway, EngineMissing."""
    link = extended(chain, event)
    context = _LIVE.pop(chain.key, None) if chain is not None else None
    if context is None:
        context = _Context()
        for text in chain.events() if chain is not None else ():
            context.feed(text)
    effects = context.feed(link.event)
    if not effects["need"]:
        _LIVE[link.key] = context
        while len(_LIVE) > _KEPT:
            _LIVE.popitem(last=False)
    return link, effects


def mark() -> int:
    """How many contexts are alive, for tests and benchmarks."""
    return len(_LIVE)


@cache
def _sources() -> tuple[str, ...]:
    here = resources.files(__package__)
    padding = "\n" * _SHIM_LINE
    return padding + here.joinpath("node.js").read_text("utf-8"), padding + here.joinpath("express.js").read_text(
        "utf-8"
    )


class _Context:
    """A live JavaScript context."""

    def __init__(self) -> None:
        try:
            import quickjs
        except ImportError:
            raise EngineMissing from None
        self._error = quickjs.JSException
        self._context = quickjs.Context()
        self._context.set_memory_limit(MEMORY)
        self._context.set_max_stack_size(STACK)
        for source in _sources():
            self._context.eval(source)
        self._context.set_time_limit(SECONDS)
        self._deliver, self._settle = self._context.get("__deliver"), self._context.get("__settle")
        self._effects = self._context.get("__effects")

    def feed(self, event: str) -> dict[str, Any]:
        """Let an event happen, and everything that follows from it at once."""
        try:
            self._deliver(event)
            self._run_jobs()
            self._settle()
            self._run_jobs()
            self._settle()
            found: dict[str, Any] = json.loads(self._effects())
        except self._error as error:
            raise Runaway(str(error).splitlines()[0]) from None
        return found

    def _run_jobs(self) -> None:
        """Promises: each callback is a job of its own, so an endless chain of them has to be counted."""
        for _ in range(100_000):
            if not self._context.execute_pending_job():
                return
        raise Runaway("InternalError: interrupted")
