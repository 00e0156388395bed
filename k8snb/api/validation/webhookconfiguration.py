"""Webhook configurations: qualified names, a way to reach each webhook, rules, no side effects.

The parts that policies share (rules, match conditions) are here, too. Simplification: CEL expressions are not compiled.
Follows `pkg/apis/admissionregistration/validation` and `k8s.io/apiserver/pkg/util/webhook` v1.36.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, duplicate, invalid, not_supported, required, too_many
from k8snb.api.validation.metadata import validate_label_selector, validate_names

ALL: Final = "*"
FAILURE_POLICIES: Final = ("Fail", "Ignore")
MATCH_POLICIES: Final = ("Equivalent", "Exact")
REINVOCATION_POLICIES: Final = ("IfNeeded", "Never")
_SIDE_EFFECTS: Final = ("None", "NoneOnDryRun")
_OPERATIONS: Final = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES: Final = ("*", "Cluster", "Namespaced")
_REVIEWS: Final = ("v1", "v1beta1")
_CONDITIONS_MAX: Final = 64
_FORM: Final = "; desired format: https://host[/path]"


def validate_webhook_configuration(obj: Any) -> list[FieldError]:
    """A mutating or validating webhook configuration, its common metadata apart."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, hook in enumerate(obj.webhooks):
        path = f"webhooks[{i}]"
        errors += _validate_webhook(hook, path)
        errors += _validate_reviews(hook.admissionReviewVersions, f"{path}.admissionReviewVersions")
        if hook.name in seen:
            errors.append(duplicate(f"{path}.name", hook.name))
        if hook.name:
            seen.add(hook.name)
    return errors


def validate_webhook_configuration_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a webhook configuration."""
    return validate_webhook_configuration(new)


def validate_choice(value: str | None, path: str, supported: Sequence[str]) -> list[FieldError]:
    """A field that may be absent but, if set, must be one of these."""
    return [] if value is None or value in supported else [not_supported(path, value, supported)]


def _validate_webhook(hook: Any, path: str) -> list[FieldError]:
    errors = _validate_qualified(hook.name, f"{path}.name")
    for i, rule in enumerate(hook.rules):
        errors += validate_rule(rule, f"{path}.rules[{i}]")
    errors += validate_choice(hook.failurePolicy, f"{path}.failurePolicy", FAILURE_POLICIES)
    errors += validate_choice(hook.matchPolicy, f"{path}.matchPolicy", MATCH_POLICIES)
    if hook.sideEffects is None:
        errors.append(required(f"{path}.sideEffects", f"must specify one of {', '.join(_SIDE_EFFECTS)}"))
    errors += validate_choice(hook.sideEffects, f"{path}.sideEffects", _SIDE_EFFECTS)
    seconds = hook.timeoutSeconds
    if seconds is not None and not 1 <= seconds <= 30:
        errors.append(invalid(f"{path}.timeoutSeconds", seconds, "the timeout value must be between 1 and 30 seconds"))
    for name in ("namespaceSelector", "objectSelector"):
        selector = getattr(hook, name)
        errors += [] if selector is None else validate_label_selector(selector, f"{path}.{name}")
    again = getattr(hook, "reinvocationPolicy", None)
    errors += validate_choice(again, f"{path}.reinvocationPolicy", REINVOCATION_POLICIES)
    errors += _validate_client(hook.clientConfig, f"{path}.clientConfig")
    return errors + validate_match_conditions(hook.matchConditions, f"{path}.matchConditions")


def _validate_qualified(name: str, path: str) -> list[FieldError]:
    if not name:
        return [required(path)]
    wrong = names.dns_subdomain(name)
    if wrong:
        return [invalid(path, name, ",".join(wrong))]
    if name.count(".") < 2:
        return [invalid(path, name, "should be a domain with at least three segments separated by dots")]
    return []


# -- rules ------------------------------------------------------------------------------------------------------------------


def validate_rule(rule: Any, path: str) -> list[FieldError]:
    """Which requests a webhook or policy is about."""
    errors: list[FieldError] = []
    if not rule.operations:
        errors.append(required(f"{path}.operations"))
    errors += _alone(rule.operations, f"{path}.operations", "operations")
    for i, operation in enumerate(rule.operations):
        if operation not in _OPERATIONS:
            errors.append(not_supported(f"{path}.operations[{i}]", operation, _OPERATIONS))
    for name, noun in (("apiGroups", "API groups"), ("apiVersions", "API versions")):
        values = getattr(rule, name)
        if not values:
            errors.append(required(f"{path}.{name}"))
        errors += _alone(values, f"{path}.{name}", noun)
    for i, version in enumerate(rule.apiVersions):
        if not version:
            errors.append(required(f"{path}.apiVersions[{i}]"))
    errors += _validate_resources(rule.resources, f"{path}.resources")
    return errors + validate_choice(rule.scope, f"{path}.scope", _SCOPES)


def _alone(values: Sequence[str], path: str, noun: str) -> list[FieldError]:
    if len(values) > 1 and ALL in values:
        return [invalid(path, values, f"if '*' is present, must not specify other {noun}")]
    return []


def _validate_resources(resources: Sequence[str], path: str) -> list[FieldError]:
    errors = [] if resources else [required(path)]
    whole: set[str] = set()  # resources whose every subresource is meant already
    anywhere: set[str] = set()  # subresources that are meant of every resource already
    for i, resource in enumerate(resources):
        if not resource:
            errors.append(required(f"{path}[{i}]"))
        name, slash, sub = resource.partition("/")
        if not slash:
            continue
        for taken, key, text in ((whole, name, f"{name}/*"), (anywhere, sub, f"*/{sub}")):
            if key in taken:
                detail = f"if '{text}' is present, must not specify {resource}"
                errors.append(invalid(f"{path}[{i}]", resource, detail))
        if sub == ALL:
            whole.add(name)
        if name == ALL:
            anywhere.add(sub)
    if len(resources) > 1 and "*/*" in resources:
        errors.append(invalid(path, resources, "if '*/*' is present, must not specify other resources"))
    if ALL in resources and any(name != ALL and "/" not in name for name in resources):
        detail = "if '*' is present, must not specify other resources without subresources"
        errors.append(invalid(path, resources, detail))
    return errors


def validate_match_conditions(conditions: Sequence[Any], path: str) -> list[FieldError]:
    """Named expressions that decide whether a webhook or policy is asked at all."""
    errors = [too_many(path, len(conditions), _CONDITIONS_MAX)] if len(conditions) > _CONDITIONS_MAX else []
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        at = f"{path}[{i}]"
        if not condition.expression.strip():
            errors.append(required(f"{at}.expression"))
        if not condition.name:
            errors.append(required(f"{at}.name"))
            continue
        errors += validate_names(names.label_key, condition.name, f"{at}.name")
        if condition.name in seen:
            errors.append(duplicate(f"{at}.name", condition.name))
        seen.add(condition.name)
    return errors


# -- how a webhook is reached -----------------------------------------------------------------------------------------------


def _validate_reviews(versions: Sequence[str], path: str) -> list[FieldError]:
    if not versions:
        return [required(path, f"must specify one of {', '.join(_REVIEWS)}")]
    errors: list[FieldError] = []
    for i, version in enumerate(versions):
        if version in versions[:i]:
            errors.append(invalid(f"{path}[{i}]", version, "duplicate version"))
        else:
            errors += validate_names(names.dns_1035_label, version, f"{path}[{i}]")
    if not set(versions) & set(_REVIEWS):
        errors.append(invalid(path, versions, f"must include at least one of {', '.join(_REVIEWS)}"))
    return errors


def _validate_client(client: Any, path: str) -> list[FieldError]:
    if (client.url is None) == (client.service is None):
        return [required(path, "exactly one of url or service is required")]
    if client.url is not None:
        return _validate_url(client.url, f"{path}.url")
    return _validate_service(client.service, f"{path}.service")


def _validate_url(text: str, path: str) -> list[FieldError]:
    try:
        url = urlsplit(text)
    except ValueError as error:
        return [required(path, f"url must be a valid URL: {error}{_FORM}")]
    errors: list[FieldError] = []
    if url.scheme != "https":
        errors.append(invalid(path, url.scheme, f"'https' is the only allowed URL scheme{_FORM}"))
    user, _, host = url.netloc.rpartition("@")
    if not host:
        errors.append(invalid(path, host, f"host must be specified{_FORM}"))
    if user:
        errors.append(invalid(path, user, "user information is not permitted in the URL"))
    if url.fragment:
        errors.append(invalid(path, url.fragment, "fragments are not permitted in the URL"))
    if url.query:
        errors.append(invalid(path, url.query, "query parameters are not permitted in the URL"))
    return errors


def _validate_service(service: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not service.name:
        errors.append(required(f"{path}.name", "service name is required"))
    if not service.namespace:
        errors.append(required(f"{path}.namespace", "service namespace is required"))
    port = service.port or 0
    wrong = names.port_number(port)
    if wrong:
        errors.append(invalid(f"{path}.port", port, f"port is not valid: {', '.join(wrong)}"))
    return errors + _validate_path(service.path or "", f"{path}.path")


def _validate_path(text: str, path: str) -> list[FieldError]:
    if text in ("", "/"):
        return []
    if text == "//":
        return [invalid(path, text, "segment[0] may not be empty")]
    errors = [] if text.startswith("/") else [invalid(path, text, "must start with a '/'")]
    for i, step in enumerate(text[1:].removesuffix("/").split("/")):
        wrong = tuple(f": {detail}" for detail in names.dns_subdomain(step)) if step else (" may not be empty",)
        errors += [invalid(path, text, f"segment[{i}]{detail}") for detail in wrong]
    return errors
