"""Which Pods a replica manager deletes first when it has too many.

Not assigned before assigned, pending before running, not ready before ready, cheap before dear (the `pod-deletion-cost`
annotation), crowded nodes first, then the ones that became ready last (by orders of magnitude), restarted most, were
made last. Source: `controller.ActivePodsWithRanks`. Simplification: upstream compares restarts only between Pods that
became ready in the same second; here they count within the same order of magnitude.
"""

from __future__ import annotations

from math import frexp
from typing import Any, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.controllers.podstate import ready_condition, unix
from k8snb.controllers.tally import Group, Member

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


class Rank(NamedTuple):
    """What of a Pod's rank does not depend on when or beside whom it is asked."""

    #: assigned, phase, ready, cost; then the node; then when it became ready
    stage: tuple[tuple[int, int, int, int], str, float]
    restarts: int
    created: float
    uid: str


def pods_to_delete(group: Group, related: list[Group], count: int, now: float) -> list[Pod]:
    """`count` of the group's active Pods, first victim first. `related` are the groups that share the owner's owner."""
    crowd: dict[str, int] = {}
    for other in related:
        for node, pods in other.nodes.items():
            crowd[node] = crowd.get(node, 0) + pods
    stages: dict[Any, list[Member]] = {}
    for member in group.members.values():
        if member.active:
            if member.rank is None:
                member.rank = _rank(member.pod)
            stages.setdefault(member.rank.stage, []).append(member)
    levels: dict[tuple[Any, ...], list[Member]] = {}
    for (first, node, ready), members in stages.items():
        since = _magnitude(now - ready) if ready else -1
        levels.setdefault((first, -crowd.get(node, 0) if node else 0, since), []).extend(members)
    chosen: list[Pod] = []
    for level in sorted(levels):
        if len(chosen) >= count:
            break
        chosen += [member.pod for member in sorted(levels[level], key=lambda member: _last(member.rank, now))]
    return chosen[:count]


def _rank(pod: Pod) -> Rank:
    ready = ready_condition(pod)
    cost = pod.metadata.annotations.get(DELETION_COST)
    node = pod.spec.nodeName
    stage = (
        1 if node else 0,
        _PHASES.get(pod.status.phase, 0),
        1 if ready else 0,
        deletion_cost(cost) if cost else 0,
    )
    since = unix(ready.lastTransitionTime) if ready is not None and ready.lastTransitionTime else 0.0
    restarts = max((status.restartCount for status in pod.status.containerStatuses), default=0)
    created = unix(pod.metadata.creationTimestamp) if pod.metadata.creationTimestamp else 0.0
    return Rank((stage, node, since), restarts, created, pod.metadata.uid)


def _last(rank: Rank, now: float) -> tuple[int, int, str]:
    return -rank.restarts, _magnitude(now - rank.created) if rank.created else -1, rank.uid


def deletion_cost(text: str) -> int:
    """The value of the annotation; what is no 32-bit number counts as 0."""
    digits = text[1:] if text[:1] == "-" else text
    if not digits.isascii() or not digits.isdigit() or (len(digits) > 1 and digits[0] == "0") or text == "-0":
        return 0
    value = int(text)
    return value if -(1 << 31) <= value < 1 << 31 else 0


def _magnitude(seconds: float) -> int:
    """The binary order of magnitude of a duration in nanoseconds; -1 if there is none yet."""
    return frexp(seconds * 1e9)[1] - 1 if seconds > 0 else -1
