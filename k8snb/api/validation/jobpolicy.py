"""What a Job says about failed Pods and early success: `podFailurePolicy`, `successPolicy`, `podReplacementPolicy`.

Follows `pkg/apis/batch/validation` v1.36.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, Final

from k8snb.api.validation import jobindexes, names
from k8snb.api.validation.field import (
    OMITTED,
    FieldError,
    duplicate,
    invalid,
    not_supported,
    quoted_list,
    required,
    too_long,
    too_many,
)
from k8snb.api.validation.metadata import validate_names, validate_not_negative

_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS: Final = ("In", "NotIn")
_STATUSES: Final = ("False", "True", "Unknown")
_REPLACEMENTS: Final = ("Failed", "TerminatingOrFailed")
_RULES_MAX: Final = 20
_CODES_MAX: Final = 255
_PATTERNS_MAX: Final = 20
_INDEXES_MAX: Final = 64 * 1024


def validate_failure_policy(spec: Any, path: str) -> list[FieldError]:
    """Rules for failed Pods."""
    errors: list[FieldError] = []
    rules = spec.podFailurePolicy.rules
    if len(rules) > _RULES_MAX:
        errors.append(too_many(f"{path}.rules", len(rules), _RULES_MAX))
    template = spec.template.spec
    containers = {container.name for container in (*template.containers, *template.initContainers)}
    for i, rule in enumerate(rules):
        errors += _validate_failure_rule(spec, rule, containers, f"{path}.rules[{i}]")
    return errors


def validate_replacement_policy(spec: Any, path: str) -> list[FieldError]:
    """When a lost Pod is replaced; rules for failures need it to have failed for good."""
    policy = spec.podReplacementPolicy
    supported = ("Failed",) if spec.podFailurePolicy is not None else _REPLACEMENTS
    return [] if policy is None or policy in supported else [not_supported(path, policy, supported)]


def validate_success_policy(spec: Any, path: str) -> list[FieldError]:
    """When an Indexed Job has succeeded before it is done."""
    errors: list[FieldError] = []
    rules = spec.successPolicy.rules
    if not rules:
        detail = "at least one rules must be specified when the successPolicy is specified"
        errors.append(required(f"{path}.rules", detail))
    if len(rules) > _RULES_MAX:
        errors.append(too_many(f"{path}.rules", len(rules), _RULES_MAX))
    for i, rule in enumerate(rules):
        errors += _validate_success_rule(rule, spec.completions or 0, f"{path}.rules[{i}]")
    return errors


def _validate_success_rule(rule: Any, completions: int, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    wanted, indexes = rule.succeededCount, rule.succeededIndexes
    if wanted is None and indexes is None:
        errors.append(required(path, "at least one of succeededCount or succeededIndexes must be specified"))
    total = 0
    if indexes is not None:
        at = f"{path}.succeededIndexes"
        if len(indexes) > _INDEXES_MAX:
            errors.append(too_long(at, _INDEXES_MAX))
        try:
            total = jobindexes.count(indexes, completions)
        except jobindexes.IndexesError as error:
            errors.append(invalid(at, indexes, f"error parsing succeededIndexes: {error}"))
    if wanted is None:
        return errors
    at, most = f"{path}.succeededCount", "must be less than or equal to"
    errors += validate_not_negative(wanted, at)
    if wanted > completions:
        errors.append(invalid(at, wanted, f"{most} {completions} (the number of specified completions)"))
    if indexes is not None and wanted > total:
        detail = f"{most} {total} (the number of indexes in the specified succeededIndexes field)"
        errors.append(invalid(at, wanted, detail))
    return errors


def _validate_failure_rule(spec: Any, rule: Any, containers: Collection[str], path: str) -> list[FieldError]:
    errors = _validate_one_of(rule.action, _ACTIONS, f"{path}.action")
    if rule.action == "FailIndex" and spec.backoffLimitPerIndex is None:
        errors.append(invalid(f"{path}.action", rule.action, "requires the backoffLimitPerIndex to be set"))
    if rule.onExitCodes is not None:
        errors += _validate_exit_codes(rule.onExitCodes, containers, f"{path}.onExitCodes")
    if rule.onPodConditions:
        errors += _validate_conditions(rule.onPodConditions, f"{path}.onPodConditions")
    if rule.onExitCodes is not None and rule.onPodConditions:
        detail = "specifying both OnExitCodes and OnPodConditions is not supported"
        errors.append(invalid(path, OMITTED, detail))
    if rule.onExitCodes is None and not rule.onPodConditions:
        errors.append(invalid(path, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _validate_exit_codes(wanted: Any, containers: Collection[str], path: str) -> list[FieldError]:
    errors = _validate_one_of(wanted.operator, _OPERATORS, f"{path}.operator")
    if wanted.containerName is not None and wanted.containerName not in containers:
        detail = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid(f"{path}.containerName", wanted.containerName, detail))
    at, values = f"{path}.values", wanted.values
    if not values:
        errors.append(invalid(at, values or None, "at least one value is required"))
    elif len(values) > _CODES_MAX:
        errors.append(too_many(at, len(values), _CODES_MAX))
    seen: set[int] = set()
    for i, code in enumerate(values):
        if wanted.operator == "In" and code == 0:
            errors.append(invalid(f"{at}[{i}]", code, "must not be 0 for the In operator"))
        if code in seen:
            errors.append(duplicate(f"{at}[{i}]", code))
        seen.add(code)
    if any(left > right for left, right in pairwise(values)):
        errors.append(invalid(at, values, "must be ordered"))
    return errors


def _validate_conditions(patterns: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if len(patterns) > _PATTERNS_MAX:
        errors.append(too_many(path, len(patterns), _PATTERNS_MAX))
    for i, pattern in enumerate(patterns):
        errors += validate_names(names.label_key, pattern.type, f"{path}[{i}].type")
        errors += _validate_one_of(pattern.status, _STATUSES, f"{path}[{i}].status")
    return errors


def _validate_one_of(value: str, supported: Sequence[str], path: str) -> list[FieldError]:
    if not value:
        return [required(path, f"valid values: {quoted_list(supported)}")]
    return [] if value in supported else [not_supported(path, value, supported)]
