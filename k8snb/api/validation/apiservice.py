"""APIServices: a name that says version and group, priorities within bounds, a service that can be asked.

Follows `k8s.io/kube-aggregator/pkg/apis/apiregistration/validation` v0.36.
"""

import base64
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid, not_supported, quote, required
from k8snb.api.validation.metadata import validate_names

_GROUP_PRIORITY_MAX: Final = 20000
_VERSION_PRIORITY_MAX: Final = 1000
_STATUSES: Final = ("True", "False", "Unknown")


def validate_api_service(obj: Any) -> list[FieldError]:
    """A new APIService, its common metadata apart."""
    spec = obj.spec
    errors = _validate_name(obj.metadata.name, f"{spec.version}.{spec.group}")
    if not spec.group and spec.version != "v1":
        errors.append(required("spec.group", "only v1 may have an empty group and it better be legacy kube"))
    if spec.group:
        errors += validate_names(names.dns_subdomain, spec.group, "spec.group")
    errors += validate_names(names.dns_1035_label, spec.version, "spec.version")
    if not 0 < spec.groupPriorityMinimum <= _GROUP_PRIORITY_MAX:
        detail = "must be positive and less than 20000"
        errors.append(invalid("spec.groupPriorityMinimum", spec.groupPriorityMinimum, detail))
    if not 0 < spec.versionPriority <= _VERSION_PRIORITY_MAX:
        errors.append(invalid("spec.versionPriority", spec.versionPriority, "must be positive and less than 1000"))
    return errors + (_validate_local(spec) if spec.service is None else _validate_service(spec))


def validate_api_service_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an APIService."""
    return validate_api_service(new)


def validate_api_service_status_update(new: Any, old: Any) -> list[FieldError]:
    """What is reported of an API's availability."""
    errors: list[FieldError] = []
    for i, condition in enumerate(new.status.conditions):
        if condition.status not in _STATUSES:
            errors.append(not_supported(f"status.conditions[{i}].status", condition.status, _STATUSES))
    return errors


def _validate_name(name: str, wanted: str) -> list[FieldError]:
    if not name:
        return []
    wrong = names.path_segment(name)
    if not wrong and name != wanted:
        wrong = (f'must be `spec.version+"."+spec.group`: {quote(wanted)}',)
    return [invalid("metadata.name", name, text) for text in wrong]


def _validate_local(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.caBundle:
        size = len(base64.b64decode(spec.caBundle))
        errors.append(invalid("spec.caBundle", f"{size} bytes", "local APIServices may not have a caBundle"))
    if spec.insecureSkipTLSVerify:
        errors.append(
            invalid("spec.insecureSkipTLSVerify", True, "local APIServices may not have insecureSkipTLSVerify")
        )
    return errors


def _validate_service(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    if not spec.service.namespace:
        errors.append(required("spec.service.namespace"))
    if not spec.service.name:
        errors.append(required("spec.service.name"))
    wrong = names.port_number(spec.service.port or 0)
    if wrong:
        detail = f"port is not valid: {', '.join(wrong)}"
        errors.append(invalid("spec.service.port", spec.service.port or 0, detail))
    if spec.insecureSkipTLSVerify and spec.caBundle:
        errors.append(invalid("spec.insecureSkipTLSVerify", True, "may not be true if caBundle is present"))
    return errors
