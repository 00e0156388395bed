"""A controller of kinds that most clusters never see: it is made when the first object of one appears.

A cluster without CronJobs pays neither for the CronJob controller's modules nor for asking it about every change. Controllers
are level-based, so one that begins late lists what there is and goes on as if it had been there all along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from k8snb.engine import After, Component, Watch


class DormantState(NamedTuple):
    """Whether the controller has been made, and what it remembers if it does."""

    awake: bool
    memory: Any = None


class Dormant:
    """Stands for a controller until an object of its `kinds` exists, and passes everything on to it from then on."""

    def __init__(self, name: str, kinds: tuple[str, ...], make: Callable[[], Component]) -> None:
        self.name, self._make = name, make
        self._asleep = tuple(Watch(kind) for kind in kinds)
        self._controller: Component | None = None

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The kinds that wake it, and from then on the controller's own watches."""
        return self._asleep if self._controller is None else self._controller.watches

    def reconcile(self, key: str) -> After | None:
        """The first key only wakes the controller: the engine sees new watches and says again what there is to do."""
        if self._controller is None:
            self._controller = self._make()
            return None
        return self._controller.reconcile(key)

    def dump(self) -> DormantState:
        if self._controller is None:
            return DormantState(False)
        dump = getattr(self._controller, "dump", None)
        return DormantState(True, dump() if dump is not None else None)

    def load(self, state: DormantState) -> None:
        if not state.awake:
            self._controller = None
            return
        if self._controller is None:
            self._controller = self._make()
        load = getattr(self._controller, "load", None)
        if load is not None:
            load(state.memory)
