"""PriorityClasses: users stay below the system, values stay. Follows `pkg/apis/scheduling/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation.field import FieldError, forbidden, not_supported
from k8snb.api.validation.metadata import validate_immutable

HIGHEST_USER_PRIORITY: Final = 1_000_000_000
#: the classes that Kubernetes makes itself, and their values
SYSTEM: Final = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}

_PREFIX: Final = "system-"
_POLICIES: Final = ("PreemptLowerPriority", "Never")


def validate_priority_class(obj: Any) -> list[FieldError]:
    """A new PriorityClass, its common metadata apart."""
    errors: list[FieldError] = []
    name = obj.metadata.name
    if name.startswith(_PREFIX):
        reason = _not_a_system_class(obj)
        if reason:
            detail = f"priority class names with '{_PREFIX}' prefix are reserved for system use only. error: {reason}"
            errors.append(forbidden("metadata.name", detail))
    elif obj.value > HIGHEST_USER_PRIORITY:
        detail = f"maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
        errors.append(forbidden("value", detail))
    if obj.preemptionPolicy is not None and obj.preemptionPolicy not in _POLICIES:
        errors.append(not_supported("preemptionPolicy", obj.preemptionPolicy, _POLICIES))
    return errors


def validate_priority_class_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a PriorityClass."""
    errors: list[FieldError] = []
    if new.value != old.value:
        errors.append(forbidden("value", "may not be changed in an update."))
    return errors + validate_immutable(new.preemptionPolicy, old.preemptionPolicy, "preemptionPolicy")


def _not_a_system_class(obj: Any) -> str:
    """Why an object is none of the system's own classes, nothing if it is one."""
    name = obj.metadata.name
    if name not in SYSTEM:
        return f"{name} is not a known system priority class"
    if obj.value != SYSTEM[name]:
        return f"value of {name} PriorityClass must be {SYSTEM[name]}"
    return f"globalDefault of {name} PriorityClass must be false" if obj.globalDefault else ""
