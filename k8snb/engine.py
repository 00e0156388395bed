"""The engine: hands changes and timers to the cluster's components, one at a time, in a fixed order.

A component (controller, scheduler, kubelet, kube-proxy) says which resources wake it and maps a change to keys; the
engine keeps one queue of distinct keys for each component, as controller-runtime's work queues do. Everything that is
pending is data: queues, failures, the place in the store's log, the clock's timers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from k8snb.api.errors import StatusError
from k8snb.api.object import Object
from k8snb.apiserver.store import Change, Store
from k8snb.sim.clock import Clock
from k8snb.sim.collector import held_off
from k8snb.sim.journal import Journal
from k8snb.sim.limits import RECONCILES_PER_KEY, STEPS_PER_INSTANT


@dataclass(frozen=True, slots=True)
class After:
    """A reconcile's answer: come back in this many virtual seconds."""

    seconds: float


#: Which keys of a component a change wakes.
KeysOf = Callable[[Change], Iterable[str]]


def own_key(change: Change) -> Iterable[str]:
    """The changed object's own `namespace/name`."""
    return (change.key,)


@dataclass(frozen=True, slots=True)
class Watch:
    """One row of a component's `watches`: a resource (`pods`, `deployments.apps`, `*`) and whom its changes wake."""

    resource: str
    keys: KeysOf = own_key


class Component(Protocol):
    """A control loop: level-based, idempotent, blind to what woke it."""

    @property
    def name(self) -> str:
        """Its name in the engine: what its timers are filed under."""

    @property
    def watches(self) -> tuple[Watch, ...]:
        """What wakes it. Another tuple after a reconcile says that it watches other things from then on."""

    def reconcile(self, key: str) -> After | None:
        """Bring the world of one key to what its objects ask for."""


class ComponentError(RuntimeError):
    """Our own mistake inside a component, with the key it was working on: never swallowed."""


class DoesNotSettleError(RuntimeError):
    """The cluster kept changing at one instant; the message names the busiest keys."""


class EngineState(NamedTuple):
    """Everything an engine is at an instant."""

    cursor: int
    queues: dict[str, tuple[str, ...]]
    failures: dict[tuple[str, str], int]
    stopped: frozenset[str]
    awaited: frozenset[tuple[str, str]] = frozenset()


class Engine:
    """Runs components against a store and a clock."""

    def __init__(self, store: Store, clock: Clock, journal: Journal) -> None:
        self.store, self.clock, self.journal = store, clock, journal
        self.components: dict[str, Component] = {}
        self._routes: dict[str, list[tuple[str, KeysOf]]] = {}
        self._watching: dict[str, tuple[Watch, ...]] = {}
        self._queues: dict[str, dict[str, None]] = {}
        self._failures: dict[tuple[str, str], int] = {}
        #: keys whose last reconcile asked to come back
        self._awaited: set[tuple[str, str]] = set()
        self._stopped: set[str] = set()
        self._cursor = 0
        self._instant = -1.0
        self._steps: dict[tuple[str, str], int] = {}

    def add(self, component: Component) -> None:
        """Wire a component in; the order of adding is the order of running."""
        self.components[component.name] = component
        self._queues[component.name] = {}
        self._wire(component)

    def _wire(self, component: Component) -> None:
        self._watching[component.name] = component.watches
        for watch in component.watches:
            self._routes.setdefault(watch.resource, []).append((component.name, watch.keys))

    def rewire(self) -> None:
        """Route changes by what the components watch now."""
        self._routes.clear()
        for component in self.components.values():
            self._wire(component)

    # -- switching components off and on -------------------------------------------------------------------------

    def stop(self, name: str) -> None:
        """Switch a component off: it loses its queue and hears nothing."""
        if name not in self.components:
            raise KeyError(name)
        self._stopped.add(name)
        self._queues[name].clear()

    def start(self, name: str) -> None:
        """Switch it on again: like any restarted controller, it lists everything it watches."""
        self._stopped.discard(name)
        for watch in self.components[name].watches:
            for resource in self.store.resources() if watch.resource == "*" else (watch.resource,):
                self._list(name, resource, watch.keys)

    def _list(self, name: str, resource: str, keys_of: KeysOf) -> None:
        for obj in self.store.list(resource):
            self._queues[name].update(dict.fromkeys(keys_of(Change(0, "ADDED", resource, obj, None))))

    def is_stopped(self, name: str) -> bool:
        return name in self._stopped

    def enqueue(self, name: str, key: str) -> None:
        """Wake one key of a component."""
        if name not in self._stopped:
            self._queues[name][key] = None

    # -- running --------------------------------------------------------------------------------------------------

    def run_instant(self) -> bool:
        """Do all that is to be done at this very instant; False if there was nothing."""
        with held_off():
            worked = False
            while self._fire() | self._dispatch() | any(self._queues.values()):
                worked = True
                for name, queue in self._queues.items():
                    if queue:
                        self._drain(name, queue)
            return worked

    def run_until(self, when: float, stop: Callable[[], bool] | None = None) -> None:
        """Let virtual time go on to `when`, or until `stop()` holds after some instant."""
        while True:
            self.run_instant()
            if stop is not None and stop():
                return
            due = self.clock.next_due()
            if due is None or due > when:
                self.clock.advance_to(when)
                return
            self.clock.advance_to(due)

    def step(self, limit: float) -> bool:
        """Jump to the next timer, if it is due by `limit`, and do that instant's work; False if nothing is to come."""
        if self.run_instant():
            return True
        due = self.clock.next_due()
        if due is None or due > limit:
            return False
        self.clock.advance_to(due)
        self.run_instant()
        return True

    def _fire(self) -> bool:
        fired = self.clock.pop_due()
        for timer in fired:
            if timer.owner in self._queues and timer.owner not in self._stopped:
                self._queues[timer.owner][timer.key] = None
        return bool(fired)

    def _dispatch(self) -> bool:
        changes, self._cursor = self.store.changes_since(self._cursor)
        listeners: dict[str, list[tuple[dict[str, None], KeysOf]]] = {}
        for change in changes:
            hearing = listeners.get(change.resource)
            if hearing is None:
                routes = (*self._routes.get(change.resource, ()), *self._routes.get("*", ()))
                hearing = listeners[change.resource] = [
                    (self._queues[name], keys_of) for name, keys_of in routes if name not in self._stopped
                ]
            for queue, keys_of in hearing:
                for key in keys_of(change):
                    queue[key] = None
        return bool(changes)

    def _drain(self, name: str, queue: dict[str, None]) -> None:
        component = self.components[name]
        keys = list(queue)
        queue.clear()
        for key in keys:
            self._count(name, key)
            try:
                again = component.reconcile(key)
            except StatusError as error:
                # What the API refuses is part of life: try again later, as a rate-limited work queue does.
                failures = self._failures.get((name, key), 0)
                self._failures[name, key] = failures + 1
                self.journal.record(name, "reconcile failed", key=key, error=error.message)
                self._come_back(name, key, After(min(0.005 * 2**failures, 1000.0)))
                continue
            except Exception as error:
                raise ComponentError(f"{name} failed on {key!r}: {type(error).__name__}: {error}") from error
            self._failures.pop((name, key), None)
            self._come_back(name, key, again)
            if component.watches is not self._watching[name]:
                self._begin_anew(component)
                return

    def _begin_anew(self, component: Component) -> None:
        """A component watches other things than before: it hears of what it was woken for once more, in the new terms."""
        waking = [watch.resource for watch in self._watching[component.name]]
        self.rewire()
        written = [
            (int(obj.metadata.resourceVersion), watch, obj)
            for watch in component.watches
            if watch.resource in waking
            for obj in self.store.list(watch.resource)
        ]
        queue = self._queues[component.name]
        for _, watch, obj in sorted(written, key=lambda item: item[0]):
            queue.update(dict.fromkeys(watch.keys(Change(0, "ADDED", watch.resource, obj, None))))

    def _come_back(self, name: str, key: str, again: After | None) -> None:
        """Arm what a reconcile asked for; if it asks for nothing any more, what it asked for before is off."""
        if again is not None:
            self.clock.after(again.seconds, name, key)
            self._awaited.add((name, key))
        elif (name, key) in self._awaited:
            self._awaited.discard((name, key))
            if (self.clock.due(name, key) or 0.0) > self.clock.now:
                self.clock.cancel(name, key)

    def _count(self, name: str, key: str) -> None:
        if self._instant != self.clock.now:
            self._instant = self.clock.now
            self._steps.clear()
        count = self._steps.get((name, key), 0) + 1
        self._steps[name, key] = count
        if count > RECONCILES_PER_KEY or len(self._steps) > STEPS_PER_INSTANT:
            busiest = sorted(self._steps.items(), key=lambda item: -item[1])[:5]
            hot = ", ".join(f"{owner} {item!r} ×{times}" for (owner, item), times in busiest)
            raise DoesNotSettleError(f"the cluster does not settle at t={self.clock.now:.3f}s; busiest: {hot}")

    # -- state ------------------------------------------------------------------------------------------------------

    def dump(self) -> EngineState:
        queues = {name: tuple(queue) for name, queue in self._queues.items() if queue}
        stopped, awaited = frozenset(self._stopped), frozenset(self._awaited)
        return EngineState(self._cursor, queues, dict(self._failures), stopped, awaited)

    def load(self, state: EngineState) -> None:
        self._cursor = state.cursor
        for name in self._queues:
            self._queues[name] = dict.fromkeys(state.queues.get(name, ()))
        self._failures, self._stopped = dict(state.failures), set(state.stopped)
        self._awaited = set(state.awaited)
        self._instant, self._steps = -1.0, {}


def object_key(obj: Object) -> str:
    """`namespace/name`, or just the name of a cluster-scoped object."""
    meta = obj.metadata
    return f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


def split_key(key: str) -> tuple[str, str]:
    """(namespace, name) of a key."""
    namespace, _, name = key.rpartition("/")
    return namespace, name
