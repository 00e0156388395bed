"""Pace: how fast an autoscaler may change the number of replicas, and how long it waits before it believes a drop.

What it remembers (recommendations and its own changes of the last while) is plain data. Source:
`pkg/controller/podautoscaler/horizontal.go` normalizeDesiredReplicasWithBehaviors.
"""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

from k8snb.api.autoscaling.horizontalpodautoscaler import HPAScalingPolicy, HPAScalingRules

_LONGEST = 3600.0

_UP = HPAScalingRules(
    stabilizationWindowSeconds=0,
    selectPolicy="Max",
    policies=(
        HPAScalingPolicy(type="Pods", value=4, periodSeconds=15),
        HPAScalingPolicy(type="Percent", value=100, periodSeconds=15),
    ),
)
_DOWN = HPAScalingRules(
    stabilizationWindowSeconds=300,
    selectPolicy="Max",
    policies=(HPAScalingPolicy(type="Percent", value=100, periodSeconds=15),),
)


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
    able: tuple[str, str, str]
    limited: tuple[str, str, str]


def rules(spec: Any) -> tuple[HPAScalingRules, HPAScalingRules]:
    """The rules for up and down, with defaults filled in."""
    behavior = spec.behavior
    return (
        _filled(behavior.scaleUp if behavior is not None else None, _UP),
        _filled(behavior.scaleDown if behavior is not None else None, _DOWN),
    )


def _filled(given: HPAScalingRules | None, default: HPAScalingRules) -> HPAScalingRules:
    return default if given is None else default.replace(**given.fields())


def decide(spec: Any, memory: Memory, current: int, desired: int, now: float) -> Decision:
    """Turn what metrics call for into what may be done now."""
    up, down = rules(spec)
    steady, able = _stabilized(memory, up, down, current, desired, now)
    least = spec.minReplicas if spec.minReplicas is not None else 1
    replicas, limited = steady, ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
    if steady > current:
        limit = max(_limit_up(memory, up, current, now), current)
        if steady > min(limit, spec.maxReplicas):
            replicas = min(limit, spec.maxReplicas)
            limited = _TOO_FAST_UP if limit < spec.maxReplicas else _TOO_MANY
    elif steady < current:
        limit = min(_limit_down(memory, down, current, now), current)
        if steady < max(limit, least):
            replicas = max(limit, least)
            limited = _TOO_FAST_DOWN if limit > least else _TOO_FEW
    if replicas > spec.maxReplicas:
        replicas, limited = spec.maxReplicas, _TOO_MANY
    elif replicas < least:
        replicas, limited = least, _TOO_FEW
    return Decision(replicas, able, limited)


_TOO_MANY = ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
_TOO_FEW = ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
_TOO_FAST_UP = ("True", "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
_TOO_FAST_DOWN = (
    "True",
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
)


def _stabilized(
    memory: Memory, up: HPAScalingRules, down: HPAScalingRules, current: int, desired: int, now: float
) -> tuple[int, tuple[str, str, str]]:
    """Up only as far as all recent recommendations agree, down likewise."""
    since_up, since_down = now - (up.stabilizationWindowSeconds or 0), now - (down.stabilizationWindowSeconds or 0)
    lowest = min([desired, *(n for at, n in memory.recommendations if at > since_up)])
    highest = max([desired, *(n for at, n in memory.recommendations if at > since_down)])
    steady = min(max(current, lowest), highest)
    if steady == desired:
        return steady, ("True", "ReadyForNewScale", "recommended size matches current size")
    if desired > steady:
        text = "recent recommendations were lower than current one, applying the lowest recent recommendation"
        return steady, ("True", "ScaleUpStabilized", text)
    text = "recent recommendations were higher than current one, applying the highest recent recommendation"
    return steady, ("True", "ScaleDownStabilized", text)


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
