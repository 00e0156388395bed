"""What controllers ask of a Pod: is it active, ready, available, and when did that begin.

Source: `pkg/controller/controller_utils.go`, `pkg/api/v1/pod/util.go`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from k8snb.api.core.pod import Pod, PodCondition
from k8snb.api.duration import parse_time

ENDED = ("Succeeded", "Failed")


@lru_cache(4096)
def unix(timestamp: str) -> float:
    """Unix seconds of a metav1.Time."""
    return parse_time(timestamp)


def condition_of(obj: Any, type: str) -> Any | None:
    """The status condition of this type, None if there is none."""
    for condition in obj.status.conditions:
        if condition.type == type:
            return condition
    return None


def ready_condition(pod: Pod) -> PodCondition | None:
    """The Ready condition if it is true."""
    for condition in pod.status.conditions:
        if condition.type == "Ready":
            return condition if condition.status == "True" else None
    return None


def is_ready(pod: Pod) -> bool:
    return ready_condition(pod) is not None


def is_active(pod: Pod) -> bool:
    """Neither ended nor on its way out."""
    return pod.status.phase not in ENDED and pod.metadata.deletionTimestamp is None


def is_terminating(pod: Pod) -> bool:
    """On its way out, and still running something."""
    return pod.status.phase not in ENDED and pod.metadata.deletionTimestamp is not None


def available_at(pod: Pod, min_ready_seconds: int) -> float | None:
    """Unix time from which the Pod counts as available; None while it is not ready."""
    condition = ready_condition(pod)
    if condition is None:
        return None
    if not min_ready_seconds:
        return 0.0
    return unix(condition.lastTransitionTime) + min_ready_seconds if condition.lastTransitionTime else None


def is_available(pod: Pod, min_ready_seconds: int, now: float) -> bool:
    """Ready for at least `min_ready_seconds` at Unix time `now`."""
    since = available_at(pod, min_ready_seconds)
    return since is not None and since <= now
