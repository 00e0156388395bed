"""Namespaces: finalizers in the spec, and a phase that goes with the deletion. Follows `pkg/apis/core/validation` v1.36."""

from typing import Any

from k8snb.api.validation.field import FieldError, invalid
from k8snb.api.validation.metadata import validate_finalizers, validate_standard_finalizers


def validate_namespace(obj: Any) -> list[FieldError]:
    """A new Namespace, its common metadata apart."""
    path = "spec.finalizers"
    errors = validate_finalizers(obj.spec.finalizers, path)
    for error in validate_standard_finalizers(obj.spec.finalizers, path):
        # On creation the finalizers are reported without their index.
        errors.append(invalid(path, error.value, error.detail))
    return errors


def validate_namespace_finalize(new: Any, old: Any) -> list[FieldError]:
    """Finalizers that the namespace controller takes away one by one."""
    path = "spec.finalizers"
    return validate_finalizers(new.spec.finalizers, path) + validate_standard_finalizers(new.spec.finalizers, path)


def validate_namespace_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new phase."""
    phase = new.status.phase
    if new.metadata.deletionTimestamp is None:
        if phase != "Active":
            detail = "may only be 'Active' if `deletionTimestamp` is empty"
            return [invalid("status.Phase", phase, detail)]
    elif phase != "Terminating":
        detail = "may only be 'Terminating' if `deletionTimestamp` is not empty"
        return [invalid("status.Phase", phase, detail)]
    return []
