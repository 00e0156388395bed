"""StorageClasses: who provisions, how volumes are bound and reclaimed. Follows `pkg/apis/storage/validation` v1.36."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, duplicate, forbidden, invalid, not_supported, required, too_long
from k8snb.api.validation.metadata import validate_immutable, validate_names

_RECLAIM: Final = ("Delete", "Retain")
_BINDING: Final = ("Immediate", "WaitForFirstConsumer")
_PARAMETERS_MAX: Final = 512
_PARAMETERS_SIZE: Final = 256 * 1024


def validate_storage_class(obj: Any) -> list[FieldError]:
    """A new StorageClass, its common metadata apart."""
    errors = validate_provisioner(obj.provisioner, "provisioner") + validate_parameters(obj.parameters, "parameters")
    if obj.reclaimPolicy and obj.reclaimPolicy not in _RECLAIM:
        errors.append(not_supported("reclaimPolicy", obj.reclaimPolicy, _RECLAIM))
    if obj.volumeBindingMode is None:
        errors.append(required("volumeBindingMode"))
    elif obj.volumeBindingMode not in _BINDING:
        errors.append(not_supported("volumeBindingMode", obj.volumeBindingMode, _BINDING))
    return errors + _validate_topologies(obj.allowedTopologies, "allowedTopologies")


def validate_storage_class_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a StorageClass: what volumes are made of is fixed."""
    errors: list[FieldError] = []
    for name in ("parameters", "provisioner", "reclaimPolicy"):
        if not equal(getattr(new, name), getattr(old, name)):
            errors.append(forbidden(name, f"updates to {name} are forbidden."))
    return errors + validate_immutable(new.volumeBindingMode, old.volumeBindingMode, "volumeBindingMode")


def validate_provisioner(provisioner: str, path: str) -> list[FieldError]:
    """Who makes volumes: a qualified name, case does not matter."""
    return validate_names(names.label_key, provisioner.lower(), path) if provisioner else [required(path)]


def validate_parameters(parameters: Mapping[str, str], path: str) -> list[FieldError]:
    """Parameters of a driver: not too many, not too big."""
    if len(parameters) > _PARAMETERS_MAX:
        return [too_long(path, _PARAMETERS_MAX)]
    errors = [invalid(path, key, "field can not be empty.") for key in parameters if not key]
    if sum(len(key.encode()) + len(value.encode()) for key, value in parameters.items()) > _PARAMETERS_SIZE:
        errors.append(too_long(path, _PARAMETERS_SIZE))
    return errors


def _validate_topologies(terms: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: list[dict[str, frozenset[str]]] = []
    for i, term in enumerate(terms):
        at = f"{path}[{i}].matchLabelExpressions"
        found: dict[str, frozenset[str]] = {}
        if not term.matchLabelExpressions:
            errors.append(required(at))
        for j, expression in enumerate(term.matchLabelExpressions):
            errors += _validate_requirement(expression, found, f"{at}[{j}]")
        if found in seen:
            errors.append(duplicate(at, ""))
        seen.append(found)
    return errors


def _validate_requirement(expression: Any, found: dict[str, frozenset[str]], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    values: set[str] = set()
    if not expression.values:
        errors.append(required(f"{path}.values"))
    for i, value in enumerate(expression.values):
        if value in values:
            errors.append(duplicate(f"{path}.values[{i}]", value))
        values.add(value)
    errors += validate_names(names.label_key, expression.key, f"{path}.key")
    if expression.key in found:
        errors.append(duplicate(f"{path}.key", expression.key))
    found[expression.key] = frozenset(values)
    return errors
