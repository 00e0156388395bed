"""CronJobs: a schedule that can be read, a time zone that exists, and the Job to make.

Follows `pkg/apis/batch/validation` v1.36.
"""

import re
from typing import Any, Final

from k8snb.api import cron
from k8snb.api.validation.field import FieldError, invalid, not_supported, required
from k8snb.api.validation.job import validate_job_spec
from k8snb.api.validation.metadata import validate_not_negative

#: a Job is named after its CronJob and the minute, and has room for 63 characters
NAME_MAX: Final = 52

_POLICIES: Final = ("Allow", "Forbid", "Replace")
_is_zone_part = re.compile(r"[A-Za-z._0-9+][A-Za-z.\-_0-9+]{0,13}").fullmatch


def validate_cron_job(obj: Any) -> list[FieldError]:
    """A new CronJob, its common metadata apart."""
    errors = _validate_spec(obj.spec, None)
    if len(obj.metadata.name) > NAME_MAX:
        errors.append(invalid("metadata.name", obj.metadata.name, f"must be no more than {NAME_MAX} characters"))
    return errors


def validate_cron_job_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a CronJob."""
    return _validate_spec(new.spec, old.spec)


def _validate_spec(spec: Any, old: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.schedule:
        errors += _validate_schedule(spec, old is not None and "TZ" in old.schedule)
    else:
        errors.append(required("spec.schedule"))
    errors += validate_not_negative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds")
    if spec.timeZone is not None and (old is None or old.timeZone != spec.timeZone):
        errors += _validate_time_zone(spec.timeZone, "spec.timeZone")
    policy = spec.concurrencyPolicy
    if policy not in _POLICIES:
        at = "spec.concurrencyPolicy"
        errors.append(not_supported(at, policy, _POLICIES) if policy else required(at))
    errors += _validate_job_template(spec.jobTemplate.spec, "spec.jobTemplate.spec")
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        errors += validate_not_negative(getattr(spec, name), f"spec.{name}")
    return errors


def _validate_schedule(spec: Any, zone_allowed: bool) -> list[FieldError]:
    path, schedule, errors = "spec.schedule", spec.schedule, list[FieldError]()
    try:
        cron.parse(schedule)
    except cron.CronError as error:
        errors.append(invalid(path, schedule, str(error)))
    if "TZ" not in schedule:
        return errors
    if not zone_allowed:
        errors.append(invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
    elif spec.timeZone is not None:
        errors.append(invalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"))
    return errors


def _validate_time_zone(zone: str, path: str) -> list[FieldError]:
    if not zone:
        return [invalid(path, zone, "timeZone must be nil or non-empty string")]
    for part in zone.split("/"):
        if part in (".", "..") or not _is_zone_part(part):
            return [invalid(path, zone, f"unknown time zone {zone}")]
    errors: list[FieldError] = []
    if zone.lower() == "local":
        detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        errors.append(invalid(path, zone, detail))
    if zone == "Local":
        return errors
    try:
        cron.time_zone(zone)
    except cron.CronError as error:
        errors.append(invalid(path, zone, str(error)))
    return errors


def _validate_job_template(spec: Any, path: str) -> list[FieldError]:
    errors = validate_job_spec(spec, path)
    if spec.selector is not None:
        errors.append(invalid(f"{path}.selector", spec.selector, "`selector` will be auto-generated"))
    if spec.manualSelector:
        errors.append(not_supported(f"{path}.manualSelector", spec.manualSelector, ("nil", "false")))
    return errors
