"""What the controllers of Pods have in common: a selector that matches the template, a template that may run for ever.

Reads `LabelSelector` and `PodTemplateSpec` objects. Follows `pkg/apis/apps/validation` v1.36.
"""

from collections.abc import Sequence
from typing import Any

from k8snb.api import selector as selectors
from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import IMMUTABLE, validate_label_selector, validate_not_negative
from k8snb.api.validation.podspec import validate_pod_template

MISMATCH = "`selector` does not match template `labels`"


def validate_counts(obj: Any, fields: Sequence[str], path: str) -> list[FieldError]:
    """Several counts of one struct."""
    return [error for name in fields for error in validate_not_negative(getattr(obj, name), f"{path}.{name}")]


def validate_selector(selector: Any, path: str, empty: str) -> list[FieldError]:
    """The selector of a controller; `empty` is what is said of one that selects everything."""
    if selector is None:
        return [required(path)]
    errors = validate_label_selector(selector, path)
    if not selector.matchLabels and not selector.matchExpressions:
        errors.append(invalid(path, selector, empty))
    return errors


def validate_selected_template(spec: Any, path: str, kind: str) -> list[FieldError]:
    """The template of a controller, which its selector must match; `path` is the spec's."""
    try:
        selector = selectors.from_label_selector(spec.selector)
    except selectors.SelectorError:
        return [invalid(f"{path}.selector", spec.selector, "invalid label selector")]
    return validate_long_running_template(spec.template, selector, f"{path}.template", kind)


def validate_long_running_template(
    template: Any, selector: selectors.Selector, path: str, kind: str
) -> list[FieldError]:
    """A template whose Pods are meant to run for ever."""
    if template is None:
        return [required(path)]
    errors: list[FieldError] = []
    labels = template.metadata.labels
    if not selector.empty and not selector.matches(labels):
        errors.append(invalid(f"{path}.metadata.labels", labels or None, MISMATCH))
    errors += validate_pod_template(template, path)
    if template.spec.restartPolicy != "Always":
        errors.append(not_supported(f"{path}.spec.restartPolicy", template.spec.restartPolicy, ("Always",)))
    if template.spec.activeDeadlineSeconds is not None:
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        errors.append(forbidden(f"{path}.spec.activeDeadlineSeconds", detail))
    return errors


def validate_fixed_selector(new: Any, old: Any) -> list[FieldError]:
    """A selector that stays as it was made."""
    return [] if equal(new.selector, old.selector) else [invalid("spec.selector", new.selector, IMMUTABLE)]


def validate_count_or_percent(value: int | str | None, path: str) -> list[FieldError]:
    """A count, not negative, or a percentage."""
    if isinstance(value, str):
        return [invalid(path, value, text) for text in names.percent(value)]
    return validate_not_negative(value, path)


def validate_at_most_all(value: int | str | None, path: str) -> list[FieldError]:
    """A percentage of 100 or less, or a count."""
    if isinstance(value, str) and not names.percent(value) and int(value[:-1]) > 100:
        return [invalid(path, value, "must not be greater than 100%")]
    return []


def is_zero(value: int | str | None) -> bool:
    """Whether a count or percentage is nothing; what is neither counts as nothing."""
    if isinstance(value, str):
        return bool(names.percent(value)) or not int(value[:-1])
    return not value


def validate_replica_status(
    status: Any, counts: Sequence[str], within: Sequence[str], path: str = "status", ready: str = "readyReplicas"
) -> list[FieldError]:
    """Counts in a status: none negative, those of `within` no more than replicas, available no more than `ready`."""
    errors = validate_counts(status, counts, path)
    for name in within:
        value = getattr(status, name)
        if (value or 0) > (status.replicas or 0):
            errors.append(invalid(f"{path}.{name}", value, "cannot be greater than status.replicas"))
    if (status.availableReplicas or 0) > (status.readyReplicas or 0):
        detail = f"cannot be greater than {ready}"
        errors.append(invalid(f"{path}.availableReplicas", status.availableReplicas, detail))
    return errors


def validate_collisions(new: Any, old: Any) -> list[FieldError]:
    """The count of hash collisions in a status only goes up."""
    collisions = new.collisionCount or 0
    if collisions >= (old.collisionCount or 0):
        return []
    return [invalid("status.collisionCount", collisions, "cannot be decremented")]
