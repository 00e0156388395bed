"""ControllerRevisions: a snapshot that is there and never changes. Follows `pkg/apis/apps/validation` v1.36."""

from typing import Any

from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import IMMUTABLE, validate_not_negative


def validate_controller_revision(obj: Any) -> list[FieldError]:
    """A new ControllerRevision, its common metadata apart."""
    errors = [required("data", "data is mandatory")] if obj.data is None else []
    return errors + validate_not_negative(obj.revision, "revision")


def validate_controller_revision_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ControllerRevision: the number may, the snapshot may not."""
    errors = validate_controller_revision(new)
    if not equal(new.data, old.data):
        errors.append(invalid("data", new.data, IMMUTABLE))
    return errors
