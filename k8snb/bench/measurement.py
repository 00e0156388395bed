"""What one number of the bench is: its limit, and which of several values is the better one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One number: what it is, its unit, the limit it has to keep, what a real control plane takes (0: no counterpart).

    The best of `runs` counts, each in a process of its own: whatever else the machine does only adds. `at_least`: the
    limit is one from below.
    """

    name: str
    what: str
    unit: str
    limit: float
    real: float
    measure: Callable[[], float]
    runs: int = 1
    at_least: bool = False

    def better(self, one: float, other: float) -> float:
        """The better of two values."""
        return max(one, other) if self.at_least else min(one, other)

    def keeps(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return value >= self.limit if self.at_least else value <= self.limit
