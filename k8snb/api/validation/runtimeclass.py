"""RuntimeClasses: a handler that stays, and which nodes offer it. Follows `pkg/apis/node/validation` v1.36."""

from typing import Any

from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_tolerations
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.metadata import validate_immutable, validate_labels, validate_names
from k8snb.api.validation.resources import validate_limits


def validate_runtime_class(obj: Any) -> list[FieldError]:
    """A new RuntimeClass, its common metadata apart."""
    errors = validate_names(names.dns_label, obj.handler, "handler")
    if obj.overhead is not None:
        errors += validate_limits(obj.overhead.podFixed, "overhead")
    if obj.scheduling is not None:
        errors += validate_labels(obj.scheduling.nodeSelector, "scheduling.nodeSelector")
        errors += validate_tolerations(obj.scheduling.tolerations, "scheduling.tolerations")
    return errors


def validate_runtime_class_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a RuntimeClass: the handler stays."""
    return validate_immutable(new.handler, old.handler, "handler")
