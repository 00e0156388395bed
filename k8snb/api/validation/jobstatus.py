"""The status of a Job: counts, and conditions that do not contradict each other or the past.

What may be wrong is a table: a test over (status, spec, old status) and the error. Follows `pkg/apis/batch/validation` and
`pkg/registry/batch/job/strategy.go` v1.36, which checks what changed.
"""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation import jobindexes
from k8snb.api.validation.field import OMITTED, FieldError, duplicate, invalid, required
from k8snb.api.validation.workload import validate_counts

_COUNTS: Final = ("active", "succeeded", "failed", "ready", "terminating")
_CONDITIONS: Final = "status.conditions"


def validate_job_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a Job."""
    errors = validate_counts(new.status, _COUNTS, "status")
    if new.status.uncountedTerminatedPods is not None:
        errors += _validate_uncounted(new.status.uncountedTerminatedPods, "status.uncountedTerminatedPods")
    errors += _validate_conditions(new.status) + _validate_finished(new.status) + _validate_indexes(new)
    return errors + _validate_progress(new, old)


def _held(status: Any) -> frozenset[str]:
    return frozenset(condition.type for condition in status.conditions if condition.status == "True")


def _validate_uncounted(pods: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for name in ("succeeded", "failed"):
        for i, uid in enumerate(getattr(pods, name)):
            if not uid:
                errors.append(invalid(f"{path}.{name}[{i}]", uid, "must not be empty"))
            elif uid in seen:
                errors.append(duplicate(f"{path}.{name}[{i}]", uid))
            seen.add(uid)
    return errors


def _validate_conditions(status: Any) -> list[FieldError]:
    held = _held(status)
    complete, failed = "Complete" in held, "Failed" in held
    target, success = "FailureTarget" in held, "SuccessCriteriaMet" in held
    end, start = status.completionTime, status.startTime
    contradictions = (
        (complete and failed, "cannot set Complete=True and Failed=true conditions"),
        (complete and target, "cannot set Complete=True and FailureTarget=true conditions"),
    )
    errors = _conditions(contradictions)
    if end is not None and not complete:
        detail = "cannot set completionTime when there is no Complete=True condition"
        errors.append(invalid("status.completionTime", end, detail))
    if end is None and complete:
        errors.append(required("status.completionTime", "completionTime is required for Complete jobs"))
    if start is not None and end is not None and end < start:
        errors.append(invalid("status.completionTime", end, "completionTime cannot be set before startTime"))
    return errors + _conditions(
        (
            (failed and not target, "cannot set Failed=True condition without the FailureTarget=true condition"),
            (
                complete and not success,
                "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
            ),
            (success and failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions"),
            (success and target, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"),
        )
    )


def _conditions(found: Sequence[tuple[bool, str]]) -> list[FieldError]:
    return [invalid(_CONDITIONS, OMITTED, detail) for wrong, detail in found if wrong]


def _validate_finished(status: Any) -> list[FieldError]:
    """A finished Job has begun and has nothing left."""
    errors: list[FieldError] = []
    if not _held(status) & {"Complete", "Failed"}:
        return errors
    if status.active:
        errors.append(invalid("status.active", status.active, "active>0 is invalid for finished job"))
    if status.startTime is None:
        errors.append(required("status.startTime", "startTime is required for finished job"))
    pods = status.uncountedTerminatedPods
    if pods is not None and (pods.succeeded or pods.failed):
        detail = "uncountedTerminatedPods needs to be empty for finished job"
        errors.append(invalid("status.uncountedTerminatedPods", pods, detail))
    if status.terminating:
        detail = "terminating>0 is invalid for finished job"
        errors.append(invalid("status.terminating", status.terminating, detail))
    return errors


def _validate_indexes(job: Any) -> list[FieldError]:
    spec, status, errors = job.spec, job.status, list[FieldError]()
    if spec.completions is not None:
        for name in ("completedIndexes", "failedIndexes"):
            try:
                jobindexes.count(getattr(status, name) or "", spec.completions)
            except jobindexes.IndexesError as error:
                errors.append(invalid(f"status.{name}", getattr(status, name), f"error parsing {name}: {error}"))
    if status.completedIndexes and spec.completionMode != "Indexed":
        detail = "cannot set non-empty completedIndexes when non-indexed completion mode"
        errors.append(invalid("status.completedIndexes", status.completedIndexes, detail))
    if status.failedIndexes is not None and spec.backoffLimitPerIndex is None:
        detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        errors.append(invalid("status.failedIndexes", status.failedIndexes, detail))
    if status.ready is not None and status.ready > status.active:
        errors.append(invalid("status.ready", status.ready, "cannot set more ready pods than active"))
    return errors


def _validate_progress(new: Any, old: Any) -> list[FieldError]:
    """What has happened stays so."""
    after, before = new.status, old.status
    held, was_held = _held(after), _held(before)
    lost = [kind for kind in ("Failed", "Complete", "FailureTarget") if kind in was_held - held]
    errors = [invalid(_CONDITIONS, OMITTED, f"cannot disable the terminal {kind}=True condition") for kind in lost]
    for name in ("failed", "succeeded"):
        if getattr(after, name) < getattr(before, name):
            errors.append(invalid(f"status.{name}", getattr(after, name), f"cannot decrease the {name} counter"))
    if None not in (after.completionTime, before.completionTime) and after.completionTime != before.completionTime:
        errors.append(invalid("status.completionTime", after.completionTime, "completionTime cannot be mutated"))
    if before.startTime is not None and before.startTime != after.startTime and not new.spec.suspend:
        errors.append(required("status.startTime", "startTime cannot be removed for unsuspended job"))
    if "SuccessCriteriaMet" in was_held - held:
        errors.append(invalid(_CONDITIONS, OMITTED, "cannot disable the SuccessCriteriaMet=True condition"))
    return errors
