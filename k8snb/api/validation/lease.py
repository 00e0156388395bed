"""Leases: durations and transitions that make sense. Follows `pkg/apis/coordination/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported
from k8snb.api.validation.metadata import NOT_NEGATIVE, validate_names

_STRATEGY: Final = "OldestEmulationVersion"


def validate_lease(obj: Any) -> list[FieldError]:
    """A new Lease, its common metadata apart."""
    spec = obj.spec
    errors: list[FieldError] = []
    if spec.leaseDurationSeconds is not None and spec.leaseDurationSeconds <= 0:
        errors.append(invalid("spec.leaseDurationSeconds", spec.leaseDurationSeconds, "must be greater than 0"))
    if spec.leaseTransitions is not None and spec.leaseTransitions < 0:
        errors.append(invalid("spec.leaseTransitions", spec.leaseTransitions, NOT_NEGATIVE))
    if spec.strategy is not None and spec.strategy != _STRATEGY:
        if "/" in spec.strategy:
            errors += validate_names(names.label_key, spec.strategy, "spec.strategy")
        else:
            errors.append(not_supported("spec.strategy", spec.strategy, (_STRATEGY,)))
    if spec.preferredHolder and not spec.strategy:
        errors.append(forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined"))
    return errors


def validate_lease_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Lease."""
    return validate_lease(new)
