"""Where a Pod wants to run: node selectors, affinities, tolerations, topology spread.

Reads `Affinity`, `Toleration` and `TopologySpreadConstraint` objects; node selectors are shared with volumes. Follows
`pkg/apis/core/validation` v1.36; the comparing tolerations (`Gt`, `Lt`) are refused.
"""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from k8snb.api.validation.metadata import validate_label_selector, validate_names
from k8snb.api.validation.resources import NOT_POSITIVE

TAINT_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_NO_OPERATOR: Final = "not a valid selector operator"


def validate_affinity(affinity: Any, path: str) -> list[FieldError]:
    """Node affinity, Pod affinity and Pod anti-affinity."""
    errors: list[FieldError] = []
    if affinity.nodeAffinity is not None:
        errors += _validate_node_affinity(affinity.nodeAffinity, f"{path}.nodeAffinity")
    for name in ("podAffinity", "podAntiAffinity"):
        terms = getattr(affinity, name)
        if terms is None:
            continue
        for i, term in enumerate(terms.requiredDuringSchedulingIgnoredDuringExecution):
            errors += _validate_pod_term(term, f"{path}.{name}.{_REQUIRED}[{i}]")
        for i, weighted in enumerate(terms.preferredDuringSchedulingIgnoredDuringExecution):
            at = f"{path}.{name}.{_PREFERRED}[{i}]"
            errors += _validate_weight(weighted.weight, at)
            errors += _validate_pod_term(weighted.podAffinityTerm, f"{at}.podAffinityTerm")
    return errors


def validate_node_selector(selector: Any, path: str) -> list[FieldError]:
    """A `NodeSelector`: one term at least."""
    if not selector.nodeSelectorTerms:
        return [required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")]
    errors: list[FieldError] = []
    for i, term in enumerate(selector.nodeSelectorTerms):
        errors += _validate_node_term(term, f"{path}.nodeSelectorTerms[{i}]", values=True)
    return errors


def validate_tolerations(tolerations: Sequence[Any], path: str) -> list[FieldError]:
    """Which taints a Pod tolerates."""
    errors: list[FieldError] = []
    for i, toleration in enumerate(tolerations):
        at = f"{path}[{i}]"
        if toleration.key:
            errors += validate_names(names.label_key, toleration.key, f"{at}.key")
        elif toleration.operator != "Exists":
            detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            errors.append(invalid(f"{at}.operator", toleration.operator, detail))
        if toleration.tolerationSeconds is not None and toleration.effect != "NoExecute":
            detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            errors.append(invalid(f"{at}.effect", toleration.effect, detail))
        errors += _validate_toleration_value(toleration, f"{at}.operator")
        if toleration.effect and toleration.effect not in TAINT_EFFECTS:
            errors.append(not_supported(f"{at}.effect", toleration.effect, TAINT_EFFECTS))
    return errors


def validate_topology_spread(constraints: Sequence[Any], path: str) -> list[FieldError]:
    """How evenly Pods are to be spread over zones, nodes and the like."""
    errors: list[FieldError] = []
    for i, constraint in enumerate(constraints):
        at = f"{path}[{i}]"
        action = constraint.whenUnsatisfiable
        if constraint.maxSkew <= 0:
            errors.append(invalid(f"{at}.maxSkew", constraint.maxSkew, NOT_POSITIVE))
        if not constraint.topologyKey:
            errors.append(required(f"{at}.topologyKey", "can not be empty"))
        if action not in ("DoNotSchedule", "ScheduleAnyway"):
            errors.append(not_supported(f"{at}.whenUnsatisfiable", action, ("DoNotSchedule", "ScheduleAnyway")))
        pair = (constraint.topologyKey, action)
        if any((other.topologyKey, other.whenUnsatisfiable) == pair for other in constraints[i + 1 :]):
            errors.append(duplicate(f"{at}.{{topologyKey, whenUnsatisfiable}}", f"{{{pair[0]}, {pair[1]}}}"))
        errors += _validate_min_domains(constraint, f"{at}.minDomains")
        for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            policy = getattr(constraint, name)
            if policy is not None and policy not in ("Honor", "Ignore"):
                errors.append(not_supported(f"{at}.{name}", policy, ("Honor", "Ignore")))
        errors += _validate_spread_keys(constraint, f"{at}.matchLabelKeys")
        errors += validate_label_selector(constraint.labelSelector, f"{at}.labelSelector")
    return errors


def _validate_node_affinity(affinity: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if affinity.requiredDuringSchedulingIgnoredDuringExecution is not None:
        errors += validate_node_selector(affinity.requiredDuringSchedulingIgnoredDuringExecution, f"{path}.{_REQUIRED}")
    for i, term in enumerate(affinity.preferredDuringSchedulingIgnoredDuringExecution):
        at = f"{path}.{_PREFERRED}[{i}]"
        errors += _validate_weight(term.weight, at)
        # A preference that cannot be met does no harm, so its values are not checked.
        errors += _validate_node_term(term.preference, f"{at}.preference", values=False)
    return errors


def _validate_weight(weight: int, path: str) -> list[FieldError]:
    return [] if 0 < weight <= 100 else [invalid(f"{path}.weight", weight, "must be in the range 1-100")]


def _validate_node_term(term: Any, path: str, values: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, requirement in enumerate(term.matchExpressions):
        errors += _validate_node_requirement(requirement, f"{path}.matchExpressions[{i}]", values)
    for i, requirement in enumerate(term.matchFields):
        errors += _validate_node_field(requirement, f"{path}.matchFields[{i}]")
    return errors


def _validate_node_requirement(requirement: Any, path: str, values: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    operator, count = requirement.operator, len(requirement.values)
    if operator in ("In", "NotIn"):
        if not count:
            errors.append(required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if count:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(f"{path}.values", detail))
    elif operator in ("Gt", "Lt"):
        if count != 1:
            detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            errors.append(required(f"{path}.values", detail))
    else:
        errors.append(invalid(f"{path}.operator", operator, _NO_OPERATOR))
    errors += validate_names(names.label_key, requirement.key, f"{path}.key")
    for i, value in enumerate(requirement.values if values else ()):
        errors += validate_names(names.label_value, value, f"{path}.values[{i}]")
    return errors


def _validate_node_field(requirement: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if requirement.operator not in ("In", "NotIn"):
        errors.append(invalid(f"{path}.operator", requirement.operator, _NO_OPERATOR))
    elif len(requirement.values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.append(required(f"{path}.values", detail))
    if requirement.key != "metadata.name":
        return [*errors, invalid(f"{path}.key", requirement.key, "not a valid field selector key")]
    for i, value in enumerate(requirement.values):
        errors += validate_names(names.dns_subdomain, value, f"{path}.values[{i}]")
    return errors


def _validate_pod_term(term: Any, path: str) -> list[FieldError]:
    errors = validate_label_selector(term.labelSelector, f"{path}.labelSelector")
    errors += validate_label_selector(term.namespaceSelector, f"{path}.namespaceSelector")
    for name in term.namespaces:
        errors += validate_names(names.dns_label, name, f"{path}.namespace")
    if term.matchLabelKeys or term.mismatchLabelKeys:
        errors += _validate_term_keys(term, path)
    if not term.topologyKey:
        errors.append(required(f"{path}.topologyKey", "can not be empty"))
    return errors + validate_names(names.label_key, term.topologyKey, f"{path}.topologyKey")


def _validate_term_keys(term: Any, path: str) -> list[FieldError]:
    selector = term.labelSelector
    errors: list[FieldError] = []
    for name, keys in (("matchLabelKeys", term.matchLabelKeys), ("mismatchLabelKeys", term.mismatchLabelKeys)):
        if keys and selector is None:
            errors.append(forbidden(f"{path}.{name}", "must not be specified when labelSelector is not set"))
            continue
        for i, key in enumerate(keys):
            errors += validate_names(names.label_key, key, f"{path}.{name}[{i}]")
    if selector is not None:
        seen = set(selector.matchLabels)
        for expression in selector.matchExpressions:
            key = expression.key
            if key in term.matchLabelKeys and key in seen:
                at = f"{path}[{term.matchLabelKeys.index(key)}]"
                errors.append(invalid(at, key, "exists in both matchLabelKeys and labelSelector"))
            seen.add(key)
    for i, key in enumerate(term.matchLabelKeys):
        if key in term.mismatchLabelKeys:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            errors.append(invalid(f"{path}.matchLabelKeys[{i}]", key, detail))
    return errors


def _validate_toleration_value(toleration: Any, path: str) -> list[FieldError]:
    if toleration.operator in ("", "Equal"):
        wrong = names.label_value(toleration.value)
        return [invalid(path, toleration.value, ";".join(wrong))] if wrong else []
    if toleration.operator != "Exists":
        return [not_supported(path, toleration.operator, ("Equal", "Exists"))]
    if toleration.value:
        return [invalid(path, toleration.value, "value must be empty when `operator` is 'Exists'")]
    return []


def _validate_min_domains(constraint: Any, path: str) -> list[FieldError]:
    least, action = constraint.minDomains, constraint.whenUnsatisfiable
    if least is None:
        return []
    errors = [] if least > 0 else [invalid(path, least, NOT_POSITIVE)]
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        errors.append(invalid(path, least, detail))
    return errors


def _validate_spread_keys(constraint: Any, path: str) -> list[FieldError]:
    if not constraint.matchLabelKeys:
        return []
    selector = constraint.labelSelector
    errors: list[FieldError] = []
    selected: set[str] = set()
    if selector is None:
        errors.append(forbidden(path, "must not be specified when labelSelector is not set"))
    else:
        selected = {*selector.matchLabels, *(expression.key for expression in selector.matchExpressions)}
    for i, key in enumerate(constraint.matchLabelKeys):
        errors += validate_names(names.label_key, key, f"{path}[{i}]")
        if key in selected:
            errors.append(invalid(f"{path}[{i}]", key, "exists in both matchLabelKeys and labelSelector"))
    return errors
