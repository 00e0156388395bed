"""ReplicationControllers: the elder brothers of ReplicaSets, with a plain map as selector.

Follows `pkg/apis/core/validation` v1.36.
"""

from typing import Any, Final

from k8snb.api import selector as selectors
from k8snb.api.validation.field import FieldError, required
from k8snb.api.validation.workload import validate_counts, validate_long_running_template, validate_replica_status

_COUNTS: Final = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration")


def validate_replication_controller(obj: Any) -> list[FieldError]:
    """A new ReplicationController, its common metadata apart."""
    spec = obj.spec
    errors = validate_counts(spec, ("minReadySeconds",), "spec")
    if not spec.selector:
        errors.append(required("spec.selector"))
    errors += validate_counts(spec, ("replicas",), "spec")
    selector = selectors.from_labels(spec.selector)
    return errors + validate_long_running_template(spec.template, selector, "spec.template", "ReplicationController")


def validate_replication_controller_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ReplicationController; its selector may change."""
    return validate_replication_controller(new)


def validate_replication_controller_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a ReplicationController."""
    within = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    return validate_replica_status(new.status, _COUNTS, within)
