"""ReplicaSets: a selector that matches the template. Follows `pkg/apis/apps/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation.field import FieldError
from k8snb.api.validation.workload import (
    validate_counts,
    validate_fixed_selector,
    validate_replica_status,
    validate_selected_template,
    validate_selector,
)

_COUNTS: Final = (
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "terminatingReplicas",
    "observedGeneration",
)


def validate_replica_set(obj: Any) -> list[FieldError]:
    """A new ReplicaSet, its common metadata apart."""
    spec = obj.spec
    errors = validate_counts(spec, ("replicas", "minReadySeconds"), "spec")
    # The words are upstream's, who took them from Deployments.
    errors += validate_selector(spec.selector, "spec.selector", "empty selector is invalid for deployment")
    return errors + validate_selected_template(spec, "spec", "ReplicaSet")


def validate_replica_set_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ReplicaSet."""
    return validate_replica_set(new) + validate_fixed_selector(new.spec, old.spec)


def validate_replica_set_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a ReplicaSet."""
    within = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    return validate_replica_status(new.status, _COUNTS, within)
