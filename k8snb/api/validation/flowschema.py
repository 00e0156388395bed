"""FlowSchemas: precedence, subjects of one kind each, rules without a wildcard among other words; mandatory ones stay.

Follows `pkg/apis/flowcontrol/validation` v1.36.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, duplicate, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names

_ALL: Final = "*"
_METHODS: Final = ("ByNamespace", "ByUser")
_PRECEDENCE_MAX: Final = 10000
_EXEMPT: Final = "exempt"
_VERBS: Final = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")
_MEMBER: Final = "each member of this list must be '*' or a DNS-1123 label; "
#: subject kind -> the field that belongs to it
_SUBJECTS: Final = {"ServiceAccount": "serviceAccount", "User": "user", "Group": "group"}


def validate_flow_schema(obj: Any, mandatory: Any | None) -> list[FieldError]:
    """A FlowSchema, its common metadata apart; `mandatory` is the spec it must have, if it is one of the server's own."""
    spec = obj.spec
    errors = _validate_precedence(spec.matchingPrecedence, obj.metadata.name)
    method = spec.distinguisherMethod
    if method is not None and method.type not in _METHODS:
        errors.append(not_supported("spec.distinguisherMethod.type", method, _METHODS))
    level, path = spec.priorityLevelConfiguration.name, "spec.priorityLevelConfiguration.name"
    if level:
        errors += validate_names(names.dns_subdomain, level, path)
    else:
        errors.append(required(path, "must reference a priority level"))
    for i, rule in enumerate(spec.rules):
        errors += _validate_rule(rule, f"spec.rules[{i}]")
    if mandatory is not None and not equal(spec, mandatory):
        detail = f"spec of '{obj.metadata.name}' must equal the fixed value"
        errors.append(invalid("spec", spec, detail))
    return errors + validate_flow_conditions(obj.status.conditions)


def validate_flow_conditions(conditions: Sequence[Any]) -> list[FieldError]:
    """Conditions of a FlowSchema or priority level: each type once."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        path = f"status.conditions[{i}].type"
        if condition.type in seen:
            errors.append(duplicate(path, condition.type))
        seen.add(condition.type)
        if not condition.type:
            errors.append(required(path, "must not be empty"))
    return errors


def _validate_precedence(value: int, name: str) -> list[FieldError]:
    errors: list[FieldError] = []
    path = "spec.matchingPrecedence"
    if value <= 0:
        errors.append(invalid(path, value, "must be a positive value"))
    if value > _PRECEDENCE_MAX:
        errors.append(invalid(path, value, f"must not be greater than {_PRECEDENCE_MAX}"))
    if value == 1 and name != _EXEMPT:
        errors.append(invalid(path, value, "only the schema named 'exempt' may have matchingPrecedence 1"))
    return errors


def _validate_rule(rule: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, subject in enumerate(rule.subjects):
        errors += _validate_subject(subject, f"{path}.subjects[{i}]")
    if not rule.subjects:
        errors.append(required(f"{path}.subjects", "subjects must contain at least one value"))
    if not rule.resourceRules and not rule.nonResourceRules:
        errors.append(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"))
    for i, part in enumerate(rule.resourceRules):
        errors += _validate_resource_rule(part, f"{path}.resourceRules[{i}]")
    for i, part in enumerate(rule.nonResourceRules):
        errors += _validate_path_rule(part, f"{path}.nonResourceRules[{i}]")
    return errors


def _validate_subject(subject: Any, path: str) -> list[FieldError]:
    own = _SUBJECTS.get(subject.kind)
    if own is None:
        return [not_supported(f"{path}.kind", subject.kind, sorted(_SUBJECTS))]
    value = getattr(subject, own)
    if value is None:
        errors = [required(f"{path}.{own}", f"{own} is required when subject kind is '{subject.kind}'")]
    else:
        errors = (
            _validate_account(value, f"{path}.{own}") if own == "serviceAccount" else _validate_named(value, path, own)
        )
    for kind, name in _SUBJECTS.items():
        if name != own and getattr(subject, name) is not None:
            errors.append(forbidden(f"{path}.{name}", f"{name} is forbidden when subject kind is not '{kind}'"))
    return errors


def _validate_named(subject: Any, path: str, field: str) -> list[FieldError]:
    return [] if subject.name else [required(f"{path}.{field}.name")]


def _validate_account(account: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not account.name:
        errors.append(required(f"{path}.name"))
    elif account.name != _ALL:
        errors += validate_names(names.dns_subdomain, account.name, f"{path}.name")
    if account.namespace:
        return errors + validate_names(names.dns_label, account.namespace, f"{path}.namespace")
    return [*errors, required(f"{path}.namespace", "must specify namespace for service account")]


def _validate_verbs(verbs: Sequence[str], path: str) -> list[FieldError]:
    if not verbs:
        return [required(path, "verbs must contain at least one value")]
    if _ALL in verbs:
        return _alone(verbs, path, "verbs")
    return [] if set(verbs) <= set(_VERBS) else [not_supported(path, verbs, _VERBS)]


def _alone(values: Sequence[str], path: str, noun: str) -> list[FieldError]:
    """A `*` says everything: nothing may stand beside it."""
    if len(values) > 1 and _ALL in values:
        return [invalid(path, values, f"if '*' is present, must not specify other {noun}")]
    return []


def _validate_resource_rule(rule: Any, path: str) -> list[FieldError]:
    errors = _validate_verbs(rule.verbs, f"{path}.verbs")
    for field, one, many in (("apiGroups", "api group", "api groups"), ("resources", "resource", "resources")):
        values = getattr(rule, field)
        if not values:
            errors.append(required(f"{path}.{field}", f"resource rules must supply at least one {one}"))
        errors += _alone(values, f"{path}.{field}", many)
    at = f"{path}.namespaces"
    if not rule.namespaces and not rule.clusterScope:
        detail = "resource rules that are not cluster scoped must supply at least one namespace"
        errors.append(required(at, detail))
    elif _ALL in rule.namespaces:
        errors += _alone(rule.namespaces, at, "namespaces")
    else:
        errors += _validate_members(rule.namespaces, at)
    return errors


def _validate_members(namespaces: Iterable[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for i, namespace in enumerate(namespaces):
        errors += [invalid(f"{path}[{i}]", namespace, _MEMBER + text) for text in names.dns_label(namespace)]
    return errors


def _validate_path_rule(rule: Any, path: str) -> list[FieldError]:
    errors = _validate_verbs(rule.verbs, f"{path}.verbs")
    at, urls = f"{path}.nonResourceURLs", rule.nonResourceURLs
    if not urls:
        errors.append(required(at, "nonResourceURLs must contain at least one value"))
    elif _ALL in urls:
        errors += _alone(urls, at, "non-resource URLs")
    else:
        for i, url in enumerate(urls):
            problem = _problem_of_path(url)
            errors += [invalid(f"{at}[{i}]", url, problem)] if problem else []
    return errors


def _problem_of_path(path: str) -> str:
    """What is wrong with a path of a rule, nothing if it is fine."""
    if not path:
        return "must not be empty"
    if path == "/":
        return ""
    if not path.startswith("/"):
        return "must start with slash"
    if " " in path:
        return "must not contain white-space"
    if "//" in path:
        return "must not contain double slash"
    stars = path.count(_ALL)
    if stars > 1 or (stars == 1 and not path.endswith("/*")):
        return "wildcard can only do suffix matching"
    return ""
