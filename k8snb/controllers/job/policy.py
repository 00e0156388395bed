"""Failure and success policies: what a failed Pod means to its Job, and when an Indexed Job is done early.

Source: `pkg/controller/job/pod_failure_policy.go`, `success_policy.go`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.controllers.job import indexes


class Judgement(NamedTuple):
    """What the failure policy makes of a Pod: the rule's action, and for `FailJob` the message."""

    action: str
    message: str = ""


def judge(job: Any, pod: Any) -> Judgement:
    """The first rule that matches decides; without one the failure counts."""
    policy = job.spec.podFailurePolicy
    for number, rule in enumerate(policy.rules if policy is not None else ()):
        matched = _match(rule, pod)
        if matched is not None:
            return Judgement(rule.action, f"{matched} matching {rule.action} rule at index {number}")
    return Judgement("Count")


def _match(rule: Any, pod: Any) -> str | None:
    if rule.onExitCodes is not None:
        return _match_exit_codes(rule.onExitCodes, pod)
    for pattern in rule.onPodConditions:
        for condition in pod.status.conditions:
            if condition.type == pattern.type and condition.status == (pattern.status or "True"):
                name = f"{pod.metadata.namespace}/{pod.metadata.name}"
                return f"Pod {name} has condition {condition.type}"
    return None


def _match_exit_codes(wanted: Any, pod: Any) -> str | None:
    for status in (*pod.status.containerStatuses, *pod.status.initContainerStatuses):
        ended = status.state.terminated
        if ended is None or ended.exitCode == 0 or wanted.containerName not in (None, status.name):
            continue
        if (ended.exitCode in wanted.values) is (wanted.operator == "In"):
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            return f"Container {status.name} for pod {name} failed with exit code {ended.exitCode}"
    return None


def success_rule(job: Any, succeeded: set[int]) -> int | None:
    """The number of the success policy's rule that is met; None if none is."""
    policy = job.spec.successPolicy
    for number, rule in enumerate(policy.rules if policy is not None else ()):
        wanted = indexes.parse(rule.succeededIndexes) if rule.succeededIndexes else None
        counted = succeeded & wanted if wanted is not None else succeeded
        needed = rule.succeededCount if rule.succeededCount is not None else len(wanted or ())
        if needed and len(counted) >= needed:
            return number
    return None
