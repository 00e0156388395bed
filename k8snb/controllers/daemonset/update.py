"""Rolling update of a DaemonSet: which old Pods may be deleted now, on which nodes a new one may start beside the old.

Source: `pkg/controller/daemon/update.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.api.intorstring import scaled_value
from k8snb.controllers.daemonset.placement import is_updated
from k8snb.controllers.podstate import is_available


class Step(NamedTuple):
    """What to do now: nodes that get a Pod, Pods to delete."""

    create: list[str]
    delete: list[Pod]


def limits(owner: Any, desired: int) -> tuple[int, int]:
    """maxSurge and maxUnavailable as numbers; never both 0."""
    rolling = owner.spec.updateStrategy.rollingUpdate
    surge = scaled_value(rolling.maxSurge or 0, desired, True) if rolling is not None else 0
    unavailable = scaled_value(rolling.maxUnavailable or 0, desired, True) if rolling is not None else 0
    return (surge, unavailable) if surge or unavailable else (0, 1)


def allows_surge(owner: Any) -> bool:
    """Whether two Pods may be on one node for a while."""
    strategy = owner.spec.updateStrategy
    if strategy.type != "RollingUpdate" or strategy.rollingUpdate is None:
        return False
    return scaled_value(strategy.rollingUpdate.maxSurge or 0, 100, True) > 0


def next_step(owner: Any, by_node: Mapping[str, list[Pod]], desired: int, revision_hash: str, now: float) -> Step:
    """The step of a rolling update that keeps within its limits."""
    surge, unavailable = limits(owner, desired)
    if surge:
        return _with_surge(owner, by_node, revision_hash, now, surge)
    return _in_place(owner, by_node, revision_hash, now, unavailable)


def _pair(owner: Any, pods: list[Pod], revision_hash: str) -> tuple[list[Pod], list[Pod]]:
    """New and old Pods of a node that are not on their way out."""
    alive = [pod for pod in pods if pod.metadata.deletionTimestamp is None]
    new = [pod for pod in alive if is_updated(owner, pod, revision_hash)]
    return new, [pod for pod in alive if pod not in new]


def _in_place(owner: Any, by_node: Mapping[str, list[Pod]], revision_hash: str, now: float, most: int) -> Step:
    seconds = owner.spec.minReadySeconds
    away = 0
    broken: list[Pod] = []
    candidates: list[Pod] = []
    for _, pods in sorted(by_node.items()):
        new, old = _pair(owner, pods, revision_hash)
        if len(new) + len(old) != 1:
            away += 1  # none, or too many: the other half of the controller sees to it
        elif new:
            away += not is_available(new[0], seconds, now)
        elif not is_available(old[0], seconds, now):
            broken.append(old[0])
        else:
            candidates.append(old[0])
    room = max(most - away, 0)
    return Step([], [*broken, *candidates[:room]])


def _with_surge(owner: Any, by_node: Mapping[str, list[Pod]], revision_hash: str, now: float, most: int) -> Step:
    seconds = owner.spec.minReadySeconds
    surging = 0
    delete: list[Pod] = []
    urgent: list[str] = []
    candidates: list[str] = []
    for node, pods in sorted(by_node.items()):
        new, old = _pair(owner, pods, revision_hash)
        if len(new) > 1 or len(old) > 1:
            surging += 1
        elif not old:
            continue
        elif not new:
            (candidates if is_available(old[0], seconds, now) else urgent).append(node)
        elif not is_available(old[0], seconds, now) or is_available(new[0], seconds, now):
            delete.append(old[0])
        else:
            surging += 1
    room = max(most - surging, 0)
    return Step([*urgent, *candidates[:room]], delete)
