"""Admission policies and their bindings, validating and mutating: what they look at, their expressions and parameters.

Simplification: CEL expressions are not compiled, only asked for. Follows `pkg/apis/admissionregistration/validation` v1.36.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, duplicate, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_label_selector, validate_names
from k8snb.api.validation.webhookconfiguration import (
    FAILURE_POLICIES,
    MATCH_POLICIES,
    REINVOCATION_POLICIES,
    validate_choice,
    validate_match_conditions,
    validate_rule,
)

_REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_ACTIONS: Final = ("Audit", "Deny", "Warn")
_PATCH_TYPES: Final = ("ApplyConfiguration", "JSONPatch")
_NOT_FOUND: Final = ("Deny", "Allow")
_AUDIT_MAX: Final = 20
_VALUE_MAX: Final = 5 * 1024
_EXCLUSIVE: Final = "name and selector are mutually exclusive"
_NEITHER: Final = "validations or auditAnnotations must contain at least one item"
_is_identifier = re.compile("[_a-zA-Z][_a-zA-Z0-9]*").fullmatch
#: words that CEL keeps for itself
_RESERVED: Final = frozenset(
    {
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
    }
    | {"loop", "package", "namespace", "return", "var", "void", "while"}
)


def validate_validating_admission_policy(obj: Any) -> list[FieldError]:
    """A ValidatingAdmissionPolicy, its common metadata apart."""
    spec = obj.spec
    errors = _validate_policy(spec)
    if not spec.validations and not spec.auditAnnotations:
        return [*errors, required("spec.validations", _NEITHER), required("spec.auditAnnotations", _NEITHER)]
    for i, validation in enumerate(spec.validations):
        errors += _validate_validation(validation, f"spec.validations[{i}]")
    return errors + _validate_annotations(spec.auditAnnotations, obj.metadata.name)


def validate_mutating_admission_policy(obj: Any) -> list[FieldError]:
    """A MutatingAdmissionPolicy, its common metadata apart."""
    spec = obj.spec
    errors = _validate_policy(spec)
    if not spec.mutations:
        errors.append(required("spec.mutations", "mutations must contain at least one item"))
    for i, mutation in enumerate(spec.mutations):
        errors += _validate_mutation(mutation, f"spec.mutations[{i}]")
    if not spec.reinvocationPolicy:
        return [*errors, required("spec.reinvocationPolicy")]
    return errors + validate_choice(spec.reinvocationPolicy, "spec.reinvocationPolicy", REINVOCATION_POLICIES)


def validate_admission_policy_binding(obj: Any) -> list[FieldError]:
    """A binding of either sort of policy, its common metadata apart."""
    spec = obj.spec
    errors: list[FieldError] = []
    if spec.policyName:
        errors += validate_names(names.dns_subdomain, spec.policyName, "spec.policyName")
    else:
        errors.append(required("spec.policyName"))
    if spec.paramRef is not None:
        errors += _validate_parameters(spec.paramRef, "spec.paramRef")
    if spec.matchResources is not None:
        errors += _validate_matches(spec.matchResources, "spec.matchResources")
    actions = getattr(spec, "validationActions", None)
    return errors if actions is None else errors + _validate_actions(actions, "spec.validationActions")


def _validate_policy(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.failurePolicy is None:
        errors.append(required("spec.failurePolicy"))
    errors += validate_choice(spec.failurePolicy, "spec.failurePolicy", FAILURE_POLICIES)
    if spec.paramKind is not None:
        errors += _validate_kind(spec.paramKind, "spec.paramKind")
    if spec.matchConstraints is None:
        errors.append(required("spec.matchConstraints"))
    else:
        errors += _validate_matches(spec.matchConstraints, "spec.matchConstraints")
        if not spec.matchConstraints.resourceRules:
            errors.append(required("spec.matchConstraints.resourceRules"))
    errors += validate_match_conditions(spec.matchConditions, "spec.matchConditions")
    for i, variable in enumerate(spec.variables):
        errors += _validate_variable(variable, f"spec.variables[{i}]")
    return errors


def _validate_kind(kind: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    at, version = f"{path}.apiVersion", kind.apiVersion
    group, _, number = version.rpartition("/")
    if not version:
        errors.append(required(at))
    elif version.count("/") > 1:
        errors.append(invalid(at, version, f"unexpected GroupVersion string: {version}"))
    else:
        wrong = names.dns_subdomain(group) if group else ()
        errors += [invalid(at, group, ",".join(wrong))] if wrong else []
        wrong = names.dns_1035_label(number) if number else ()
        errors += [invalid(at, number, ",".join(wrong))] if wrong else []
        errors += [] if number else [invalid(at, version, "version must be specified")]
    if not kind.kind:
        return [*errors, required(f"{path}.kind")]
    wrong = names.dns_1035_label(kind.kind.lower())
    if wrong:
        detail = "may have mixed case, but should otherwise match: " + ",".join(wrong)
        errors.append(invalid(f"{path}.kind", kind.kind, detail))
    return errors


def _validate_matches(matches: Any, path: str) -> list[FieldError]:
    errors = [] if matches.matchPolicy is not None else [required(f"{path}.matchPolicy")]
    errors += validate_choice(matches.matchPolicy, f"{path}.matchPolicy", MATCH_POLICIES)
    for name in ("namespaceSelector", "objectSelector"):
        selector = getattr(matches, name)
        at = f"{path}.{name}"
        errors += [required(at)] if selector is None else validate_label_selector(selector, at)
    for name in ("resourceRules", "excludeResourceRules"):
        for i, rule in enumerate(getattr(matches, name)):
            errors += _validate_named_rule(rule, f"{path}.{name}[{i}]")
    return errors


def _validate_named_rule(rule: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, name in enumerate(rule.resourceNames):
        errors += validate_names(names.path_segment, name, f"{path}.resourceNames[{i}]")
        if name in rule.resourceNames[:i]:
            errors.append(duplicate(f"{path}.resourceNames[{i}]", name))
    return errors + validate_rule(rule, path)


def _validate_variable(variable: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not variable.name.strip():
        errors.append(required(f"{path}.name", "name is not specified"))
    elif not _is_identifier(variable.name) or variable.name in _RESERVED:
        errors.append(invalid(f"{path}.name", variable.name, "name is not a valid CEL identifier"))
    if not variable.expression.strip():
        errors.append(required(f"{path}.expression", "expression is not specified"))
    return errors


def _validate_validation(validation: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not validation.expression.strip():
        errors.append(required(f"{path}.expression", "expression is not specified"))
    if validation.messageExpression and not validation.messageExpression.strip():
        detail = "must be non-empty if specified"
        errors.append(invalid(f"{path}.messageExpression", validation.messageExpression, detail))
    message = validation.message
    if message and not message.strip():
        errors.append(invalid(f"{path}.message", message, "message must be non-empty if specified"))
    elif re.search(r"[\n\r]", message.strip()):
        errors.append(invalid(f"{path}.message", message, "message must not contain line breaks"))
    return errors + validate_choice(validation.reason, f"{path}.reason", _REASONS)


def _validate_annotations(annotations: Sequence[Any], policy: str) -> list[FieldError]:
    errors: list[FieldError] = []
    path = "spec.auditAnnotations"
    if len(annotations) > _AUDIT_MAX:
        errors.append(invalid(path, annotations, f"must not have more than {_AUDIT_MAX} auditAnnotations"))
    seen: set[str] = set()
    for i, annotation in enumerate(annotations):
        at = f"{path}[{i}]"
        errors += validate_names(names.label_key, f"{policy}/{annotation.key}", f"{at}.key")
        expression = annotation.valueExpression.strip()
        if not expression:
            errors.append(required(f"{at}.valueExpression", "valueExpression is not specified"))
        elif len(expression) > _VALUE_MAX:
            errors.append(required(f"{at}.valueExpression", f"must not exceed {_VALUE_MAX} bytes in length"))
        if annotation.key in seen:
            errors.append(duplicate(f"{at}.key", annotation.key))
        seen.add(annotation.key)
    return errors


def _validate_mutation(mutation: Any, path: str) -> list[FieldError]:
    own = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}.get(mutation.patchType)
    if own is None:
        if not mutation.patchType:
            return [required(f"{path}.patchType")]
        return [not_supported(f"{path}.patchType", mutation.patchType, _PATCH_TYPES)]
    part = getattr(mutation, own)
    if part is None:
        return [required(f"{path}.{own}", f"must be specified when patchType is {mutation.patchType}")]
    return [] if part.expression.strip() else [required(f"{path}.{own}.expression", "expression is not specified")]


def _validate_parameters(reference: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    both = bool(reference.name) and reference.selector is not None
    if reference.name:
        errors += validate_names(names.path_segment, reference.name, f"{path}.name")
    if both:
        errors.append(forbidden(f"{path}.name", _EXCLUSIVE))
    if reference.selector is not None:
        errors += validate_label_selector(reference.selector, f"{path}.selector")
    if both:
        errors.append(forbidden(f"{path}.selector", _EXCLUSIVE))
    if not reference.name and reference.selector is None:
        errors.append(required(path, "one of name or selector must be specified"))
    at = f"{path}.parameterNotFoundAction"
    if not reference.parameterNotFoundAction:
        return [*errors, required(at)]
    return errors + validate_choice(reference.parameterNotFoundAction, at, _NOT_FOUND)


def _validate_actions(actions: Sequence[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, action in enumerate(actions):
        errors += validate_choice(action, f"{path}[{i}]", _ACTIONS)
        if action in actions[:i]:
            errors.append(duplicate(f"{path}[{i}]", action))
    if "Deny" in actions and "Warn" in actions:
        detail = (
            "must not contain both Deny and Warn (repeating the same validation failure information in the API response "
            "and headers serves no purpose)"
        )
        errors.append(invalid(path, actions, detail))
    return errors if actions else [*errors, required(path, "at least one validation action is required")]
