"""File paths inside volumes: relative, and never out of where they belong."""

from k8snb.api.validation.field import FieldError, invalid


def validate_no_backsteps(target: str, path: str) -> list[FieldError]:
    """No `..` among the parts of the path."""
    if ".." in target and ".." in target.split("/"):
        return [invalid(path, target, "must not contain '..'")]
    return []


def validate_local_descending_path(target: str, path: str) -> list[FieldError]:
    """A relative path that does not leave its directory."""
    errors = [invalid(path, target, "must be a relative path")] if target.startswith("/") else []
    return errors + validate_no_backsteps(target, path)


def validate_local_non_reserved_path(target: str, path: str) -> list[FieldError]:
    """As `validate_local_descending_path`, and no name in `..`, which atomic writers keep for themselves."""
    errors = validate_local_descending_path(target, path)
    if target.startswith("..") and not target.startswith("../"):
        errors.append(invalid(path, target, "must not start with '..'"))
    return errors
