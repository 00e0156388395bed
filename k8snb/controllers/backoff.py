"""Back-off: how long to leave something alone that keeps failing, twice as long each time.

Plain data, kept in the controller and part of the cluster's state. Source: client-go `util/flowcontrol/backoff.go`.
"""

from __future__ import annotations

from typing import NamedTuple


class _Wait(NamedTuple):
    seconds: float
    since: float


class Backoff:
    """Waits by key, in virtual seconds."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._waits: dict[str, _Wait] = {}

    def remaining(self, key: str, now: float) -> float:
        """Seconds still to wait; 0 if it may be tried."""
        wait = self._waits.get(key)
        return max(wait.since + wait.seconds - now, 0.0) if wait is not None else 0.0

    def next(self, key: str, now: float) -> None:
        """It has failed again. After a quiet time of twice the longest wait, it begins anew."""
        wait = self._waits.get(key)
        if wait is None or now - wait.since > 2 * self._longest:
            self._waits[key] = _Wait(self._first, now)
        else:
            self._waits[key] = _Wait(min(wait.seconds * 2, self._longest), now)

    def forget(self, prefix: str) -> None:
        """Drop what is known of keys that begin so."""
        for key in [key for key in self._waits if key.startswith(prefix)]:
            del self._waits[key]

    def dump(self) -> dict[str, tuple[float, float]]:
        return {key: (wait.seconds, wait.since) for key, wait in self._waits.items()}

    def load(self, state: dict[str, tuple[float, float]]) -> None:
        self._waits = {key: _Wait(*wait) for key, wait in state.items()}
