"""Environment variables of containers, and the fields of a Pod that the downward API exposes.

Reads `EnvVar`, `EnvFromSource` and the field selectors they share with volumes. Follows `pkg/apis/core/validation` and
`pkg/apis/core/pods` v1.36.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.path import validate_local_non_reserved_path

ENV_FIELDS: Final = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS: Final = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)

_FIELD_LABELS: Final = frozenset(
    {*ENV_FIELDS, *VOLUME_FIELDS, "spec.restartPolicy", "spec.schedulerName", "status.phase"}
)
_RESOURCE_FIELDS: Final = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES: Final = ("limits.hugepages-", "requests.hugepages-")
_SUBSCRIPT: Final = re.compile(r"(.*)\['([^']*)'\]", re.DOTALL)
_SIZES: Final = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
_DIVISORS: Final = {
    "cpu": (("1m", "1"), "1m and 1", "cpu"),
    "memory": (_SIZES, ", ".join(_SIZES), "memory"),
    "ephemeral-storage": (_SIZES, ", ".join(_SIZES), "local ephemeral storage"),
    "hugepages": (_SIZES, ", ".join(_SIZES), "hugepages"),
}
_SOURCES: Final = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def validate_env(variables: Sequence[Any], path: str) -> list[FieldError]:
    """`env` of a container."""
    errors: list[FieldError] = []
    for i, variable in enumerate(variables):
        if not variable.name:
            errors.append(required(f"{path}[{i}].name"))
        elif names.env_name(variable.name):
            errors += validate_names(names.env_name, variable.name, f"{path}[{i}].name")
        if variable.valueFrom is not None:
            errors += _validate_value_from(variable, f"{path}[{i}].valueFrom")
    return errors


def validate_env_from(sources: Sequence[Any], path: str) -> list[FieldError]:
    """`envFrom` of a container."""
    errors: list[FieldError] = []
    for i, source in enumerate(sources):
        if source.prefix:
            errors += validate_names(names.env_name, source.prefix, f"{path}[{i}].prefix")
        count = 0
        for name, reference in (("configMapRef", source.configMapRef), ("secretRef", source.secretRef)):
            if reference is None:
                continue
            count += 1
            if not reference.name:
                errors.append(required(f"{path}[{i}].{name}.name"))
            else:
                errors += validate_names(names.dns_subdomain, reference.name, f"{path}[{i}].{name}.name")
        if count == 0:
            errors.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif count > 1:
            errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def validate_field_ref(selector: Any, supported: Sequence[str], path: str) -> list[FieldError]:
    """A reference to one of the Pod's own fields; `supported` are those allowed without a subscript."""
    if not selector.apiVersion:
        return [required(f"{path}.apiVersion")]
    if not selector.fieldPath:
        return [required(f"{path}.fieldPath")]
    field, subscript, problem = _field_label(selector.apiVersion, selector.fieldPath)
    if problem:
        return [invalid(f"{path}.fieldPath", selector.fieldPath, f"error converting fieldPath: {problem}")]
    if subscript is not None:
        key = subscript.lower() if field == "metadata.annotations" else subscript
        return validate_names(names.label_key, key, path)
    if field not in supported:
        return [not_supported(f"{path}.fieldPath", field, supported)]
    return []


def validate_resource_field_ref(selector: Any, path: str, volume: bool) -> list[FieldError]:
    """A reference to a container's requests or limits; in a volume the container must be named."""
    errors: list[FieldError] = []
    resource = selector.resource
    if volume and not selector.containerName:
        errors.append(required(f"{path}.containerName"))
    elif not resource:
        errors.append(required(f"{path}.resource"))
    elif resource not in _RESOURCE_FIELDS and not resource.startswith(_HUGE_PAGES):
        errors.append(not_supported(f"{path}.resource", resource, _RESOURCE_FIELDS))
    if selector.divisor and not quantity.is_zero(selector.divisor):
        errors += _validate_divisor(resource, selector.divisor, path)
    return errors


def _validate_value_from(variable: Any, path: str) -> list[FieldError]:
    source = variable.valueFrom
    errors: list[FieldError] = []
    if source.fieldRef is not None:
        errors += validate_field_ref(source.fieldRef, ENV_FIELDS, f"{path}.fieldRef")
    if source.resourceFieldRef is not None:
        errors += validate_resource_field_ref(source.resourceFieldRef, f"{path}.resourceFieldRef", volume=False)
    if source.configMapKeyRef is not None:
        errors += _validate_key_ref(source.configMapKeyRef, f"{path}.configMapKeyRef")
    if source.secretKeyRef is not None:
        errors += _validate_key_ref(source.secretKeyRef, f"{path}.secretKeyRef")
    if source.fileKeyRef is not None:
        errors += _validate_file_ref(source.fileKeyRef, f"{path}.fileKeyRef")
    count = sum(getattr(source, name) is not None for name in _SOURCES)
    if count == 0:
        detail = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        )
        errors.append(invalid(path, "", detail))
    elif variable.value:
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif count > 1:
        errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _validate_key_ref(selector: Any, path: str) -> list[FieldError]:
    errors = validate_names(names.dns_subdomain, selector.name, f"{path}.name")
    if not selector.key:
        errors.append(required(f"{path}.key"))
        return errors
    return errors + validate_names(names.config_key, selector.key, f"{path}.key")


def _validate_file_ref(selector: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not selector.key:
        errors.append(required(f"{path}.key"))
    else:
        errors += validate_names(names.env_name, selector.key, f"{path}.key")
    if not selector.volumeName:
        errors.append(required(f"{path}.volumeName"))
    else:
        errors += validate_names(names.dns_label, selector.volumeName, f"{path}.volumeName")
    if not selector.path:
        errors.append(required(f"{path}.path"))
    return errors + validate_local_non_reserved_path(selector.path, f"{path}.path")


@lru_cache(1024)
def _field_label(version: str, label: str) -> tuple[str, str | None, str]:
    """The field, its subscript if it has one, and what is wrong."""
    if version != "v1":
        return label, None, f"unsupported pod version: {version}"
    subscripted = _SUBSCRIPT.fullmatch(label)
    if subscripted is not None:
        field, subscript = subscripted.groups()
        if field not in ("metadata.annotations", "metadata.labels"):
            return field, subscript, f"field label does not support subscript: {label}"
        return field, subscript, ""
    if label == "spec.host":
        return "spec.nodeName", None, ""
    return label, None, "" if label in _FIELD_LABELS else f"field label not supported: {label}"


def _validate_divisor(resource: str, divisor: str, path: str) -> list[FieldError]:
    kind = "hugepages" if resource.startswith(_HUGE_PAGES) else resource.partition(".")[2]
    if kind not in _DIVISORS:
        return []
    allowed, shown, noun = _DIVISORS[kind]
    if divisor in allowed:
        return []
    detail = f"only divisor's values {shown} are supported with the {noun} resource"
    return [invalid(f"{path}.divisor", resource, detail)]
