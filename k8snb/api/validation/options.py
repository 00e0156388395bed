"""The options of writes: dry run, field manager, field validation, propagation.

Follows apimachinery `pkg/apis/meta/v1/validation/validation.go` v0.36.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required, too_long

_DRY_RUN: Final = ("All",)
_FIELD_VALIDATION: Final = ("", "Ignore", "Strict", "Warn")
_PROPAGATION: Final = ("Foreground", "Background", "Orphan", "nil")
_MANAGER_MAX: Final = 128


def validate_write_options(manager: str, dry_run: Sequence[str], field_validation: str) -> list[FieldError]:
    """Options of a create or update."""
    errors = _validate_manager(manager) + _validate_dry_run(dry_run)
    if field_validation not in _FIELD_VALIDATION:
        errors.append(not_supported("fieldValidation", field_validation, _FIELD_VALIDATION))
    return errors


def validate_patch_options(
    manager: str, dry_run: Sequence[str], field_validation: str, *, apply: bool, force: bool
) -> list[FieldError]:
    """Options of a patch; `force` is whether that was given at all."""
    errors: list[FieldError] = []
    if force and not apply:
        errors.append(forbidden("force", "may not be specified for non-apply patch"))
    if apply and not manager:
        errors.append(required("fieldManager", "is required for apply patch"))
    return errors + validate_write_options(manager, dry_run, field_validation)


def validate_delete_options(options: Mapping[str, Any]) -> list[FieldError]:
    """DeleteOptions as JSON data."""
    errors: list[FieldError] = []
    propagation = options.get("propagationPolicy")
    if propagation is not None:
        if options.get("orphanDependents") is not None:
            detail = "orphanDependents and deletionPropagation cannot be both set"
            errors.append(invalid("propagationPolicy", propagation, detail))
        if propagation not in _PROPAGATION[:3]:
            errors.append(not_supported("propagationPolicy", propagation, _PROPAGATION))
    return errors + _validate_dry_run(options.get("dryRun") or ())


def _validate_manager(manager: str) -> list[FieldError]:
    errors = [too_long("fieldManager", _MANAGER_MAX)] if len(manager.encode()) > _MANAGER_MAX else []
    wrong = next(((place, sign) for place, sign in enumerate(manager) if not sign.isprintable()), None)
    if wrong is not None:
        place, sign = wrong
        detail = f"invalid character U+{ord(sign):04X} (at position {len(manager[:place].encode())})"
        errors.append(invalid("fieldManager", manager, detail))
    return errors


def _validate_dry_run(dry_run: Sequence[str]) -> list[FieldError]:
    return [] if set(dry_run) <= set(_DRY_RUN) else [not_supported("dryRun", dry_run, _DRY_RUN)]
