"""Roles: rules are about resources or about paths, never both. Follows `pkg/apis/rbac/validation` v1.36."""

from typing import Any

from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import validate_label_selector


def validate_role(obj: Any) -> list[FieldError]:
    """A Role or ClusterRole, its common metadata apart."""
    namespaced = obj.kind == "Role"
    errors: list[FieldError] = []
    for i, rule in enumerate(obj.rules):
        errors += _validate_rule(rule, namespaced, f"rules[{i}]")
    aggregation = None if namespaced else obj.aggregationRule
    if aggregation is None:
        return errors
    at = "aggregationRule.clusterRoleSelectors"
    if not aggregation.clusterRoleSelectors:
        detail = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        errors.append(required(at, detail))
    for i, selector in enumerate(aggregation.clusterRoleSelectors):
        errors += validate_label_selector(selector, f"{at}[{i}]")
    return errors


def validate_role_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Role or ClusterRole."""
    return validate_role(new)


def _validate_rule(rule: Any, namespaced: bool, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not rule.verbs:
        errors.append(required(f"{path}.verbs", "verbs must contain at least one value"))
    if rule.nonResourceURLs:
        at, urls = f"{path}.nonResourceURLs", rule.nonResourceURLs
        if namespaced:
            errors.append(invalid(at, urls, "namespaced rules cannot apply to non-resource URLs"))
        if rule.apiGroups or rule.resources or rule.resourceNames:
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            errors.append(invalid(at, urls, detail))
        return errors
    if not rule.apiGroups:
        detail = "resource rules must supply at least one api group"
        errors.append(required(f"{path}.apiGroups", detail))
    if not rule.resources:
        detail = "resource rules must supply at least one resource"
        errors.append(required(f"{path}.resources", detail))
    return errors
