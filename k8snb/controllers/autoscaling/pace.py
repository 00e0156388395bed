"""Pace: how fast an autoscaler may change the number of replicas, and how long it waits before it believes a drop.

Without `spec.behavior` the old rules hold: up to double or four, and down to the highest recommendation of five minutes; with
it, its windows and policies. What is remembered (recommendations and own changes of the last while) is plain data. Source:
`pkg/controller/podautoscaler/horizontal.go` (normalizeDesiredReplicas, normalizeDesiredReplicasWithBehaviors).
"""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

from k8snb.api.autoscaling.horizontalpodautoscaler import HPAScalingRules

#: seconds for which a drop is not believed
DOWNSCALE_WINDOW = 300
_LONGEST = 3600.0
_FACTOR, _MINIMUM = 2, 4

Condition = tuple[str, str, str]


class Memory(NamedTuple):
    """(virtual time, number) of recent recommendations, and of changes up and down."""

    recommendations: tuple[tuple[float, int], ...] = ()
    up: tuple[tuple[float, int], ...] = ()
    down: tuple[tuple[float, int], ...] = ()

    def recommended(self, now: float, replicas: int) -> Memory:
        kept = tuple(each for each in self.recommendations if each[0] > now - _LONGEST)
        return self._replace(recommendations=(*kept, (now, replicas)))

    def changed(self, now: float, before: int, after: int) -> Memory:
        if after > before:
            return self._replace(up=(*self._recent(self.up, now), (now, after - before)))
        return self._replace(down=(*self._recent(self.down, now), (now, before - after)))

    @staticmethod
    def _recent(changes: tuple[tuple[float, int], ...], now: float) -> tuple[tuple[float, int], ...]:
        return tuple(change for change in changes if change[0] > now - _LONGEST)


class Decision(NamedTuple):
    """The number of replicas, and the conditions that explain it: (status, reason, message)."""

    replicas: int
    able: Condition
    limited: Condition


_READY = ("True", "ReadyForNewScale", "recommended size matches current size")
_UP_HELD = (
    "True",
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
_DOWN_HELD = (
    "True",
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
)
_WITHIN = ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
_TOO_MANY = ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
_TOO_FEW = ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
_TOO_FAST_UP = ("True", "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
_TOO_FAST_DOWN = (
    "True",
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
)


def decide(spec: Any, memory: Memory, current: int, desired: int, now: float) -> Decision:
    """Turn what metrics call for into what may be done now."""
    least = spec.minReplicas if spec.minReplicas is not None else 1
    if spec.behavior is None:
        return _by_old_rules(spec.maxReplicas, memory, current, desired, least, now)
    up, down = spec.behavior.scaleUp, spec.behavior.scaleDown
    steady = _stabilized(memory, up, down, current, desired, now)
    able = _READY if steady == desired else _UP_HELD if desired >= current else _DOWN_HELD
    replicas, limited = _paced(spec.maxReplicas, memory, up, down, current, steady, least, now)
    return Decision(replicas, able, limited)


def _by_old_rules(most: int, memory: Memory, current: int, desired: int, least: int, now: float) -> Decision:
    since = now - DOWNSCALE_WINDOW
    steady = max([desired, *(n for at, n in memory.recommendations if at >= since)])
    able = _READY if steady == desired else _DOWN_HELD
    limit = max(_FACTOR * current, _MINIMUM)
    if steady < least:
        return Decision(least, able, _TOO_FEW)
    if steady > min(limit, most):
        return Decision(min(limit, most), able, _TOO_FAST_UP if most > limit else _TOO_MANY)
    return Decision(steady, able, _WITHIN)


def _stabilized(
    memory: Memory, up: HPAScalingRules, down: HPAScalingRules, current: int, desired: int, now: float
) -> int:
    """Up only as far as all recent recommendations agree, down likewise."""
    window = down.stabilizationWindowSeconds
    since_up = now - (up.stabilizationWindowSeconds or 0)
    since_down = now - (DOWNSCALE_WINDOW if window is None else window)
    lowest = min([desired, *(n for at, n in memory.recommendations if at > since_up)])
    highest = max([desired, *(n for at, n in memory.recommendations if at > since_down)])
    return min(max(current, lowest), highest)


def _paced(
    most: int,
    memory: Memory,
    up: HPAScalingRules,
    down: HPAScalingRules,
    current: int,
    steady: int,
    least: int,
    now: float,
) -> tuple[int, Condition]:
    if steady > current:
        limit = max(_limit_up(memory, up, current, now), current)
        if steady > min(limit, most):
            return min(limit, most), _TOO_FAST_UP if most > limit else _TOO_MANY
    elif steady < current:
        limit = min(_limit_down(memory, down, current, now), current)
        if steady < max(limit, least):
            return max(limit, least), _TOO_FAST_DOWN if least < limit else _TOO_FEW
    return steady, _WITHIN


def _at_start(memory: Memory, current: int, period: int, now: float) -> int:
    """How many replicas there were when the period began."""
    since = now - period
    added = sum(n for at, n in memory.up if at > since)
    return current - added + sum(n for at, n in memory.down if at > since)


def _limit_up(memory: Memory, up: HPAScalingRules, current: int, now: float) -> int:
    if up.selectPolicy == "Disabled":
        return current
    limits = []
    for policy in up.policies:
        start = _at_start(memory, current, policy.periodSeconds, now)
        limits.append(start + policy.value if policy.type == "Pods" else ceil(start * (1 + policy.value / 100)))
    return min(limits) if up.selectPolicy == "Min" else max(limits)


def _limit_down(memory: Memory, down: HPAScalingRules, current: int, now: float) -> int:
    if down.selectPolicy == "Disabled":
        return current
    limits = []
    for policy in down.policies:
        start = _at_start(memory, current, policy.periodSeconds, now)
        limits.append(start - policy.value if policy.type == "Pods" else int(start * (1 - policy.value / 100)))
    return max(limits) if down.selectPolicy == "Min" else min(limits)
