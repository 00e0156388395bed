"""What every object's metadata must satisfy: names, labels, annotations, owners, finalizers; what updates may touch.

Reads `ObjectMeta` and `LabelSelector` objects. Follows `apimachinery/pkg/api/validation/objectmeta.go` and
`.../apis/meta/v1/validation` v0.36; maps are walked in key order where Go's order is random.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    quote,
    required,
    too_long,
)
from k8snb.api.validation.names import NameCheck

IMMUTABLE: Final = "field is immutable"
NOT_NEGATIVE: Final = "must be greater than or equal to 0"
ANNOTATIONS_MAX: Final = 256 * 1024
FIELD_MANAGER_MAX: Final = 128
SUBRESOURCE_MAX: Final = 256

_ORPHAN: Final = "orphan"
_FOREGROUND: Final = "foregroundDeletion"
STANDARD_FINALIZERS: Final = frozenset({"kubernetes", _ORPHAN, _FOREGROUND})


def validate_metadata(
    metadata: Any, namespaced: bool, name: NameCheck = names.dns_subdomain, path: str = "metadata"
) -> list[FieldError]:
    """Metadata of a new object, its name already generated. `name` is the rule for this kind's names."""
    errors: list[FieldError] = []
    prefix = metadata.generateName
    if prefix:
        # More text follows a prefix, so a trailing dash is fine.
        masked = f"{prefix[:-2]}a" if prefix[-1] == "-" else prefix
        errors += [invalid(f"{path}.generateName", prefix, text) for text in name(masked)]
    if not metadata.name:
        errors.append(required(f"{path}.name", "name or generateName is required"))
    else:
        errors += [invalid(f"{path}.name", metadata.name, text) for text in name(metadata.name)]
    errors += _validate_namespace(metadata.namespace, namespaced, path)
    if metadata.generation < 0:
        errors.append(invalid(f"{path}.generation", metadata.generation, NOT_NEGATIVE))
    return errors + _validate_collections(metadata, path)


def validate_metadata_update(new: Any, old: Any, path: str = "metadata") -> list[FieldError]:
    """What an update may not do to metadata: name, namespace, uid and the timestamps stay."""
    errors: list[FieldError] = []
    if old.deletionTimestamp is not None:
        errors += _validate_no_new_finalizers(new.finalizers, old.finalizers, f"{path}.finalizers")
    if not new.resourceVersion:
        errors.append(invalid(f"{path}.resourceVersion", new.resourceVersion, "must be specified for an update"))
    if new.generation < old.generation:
        errors.append(invalid(f"{path}.generation", new.generation, "must not be decremented"))
    for name in _FIXED:
        if getattr(new, name) != getattr(old, name):
            errors.append(invalid(f"{path}.{name}", getattr(new, name), IMMUTABLE))
    errors += validate_labels(new.labels, f"{path}.labels")
    errors += validate_annotations(new.annotations, f"{path}.annotations")
    errors += validate_owner_references(new.ownerReferences, f"{path}.ownerReferences")
    return errors + validate_managed_fields(new.managedFields, f"{path}.managedFields")


_FIXED: Final = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def validate_immutable(new: Any, old: Any, path: str) -> list[FieldError]:
    """The error for a field that must keep its value and has not."""
    return [] if new == old else [invalid(path, new, IMMUTABLE)]


def validate_not_negative(value: int | None, path: str) -> list[FieldError]:
    """A count that must not be below zero; absent is fine."""
    return [] if value is None or value >= 0 else [invalid(path, value, NOT_NEGATIVE)]


def validate_names(check: NameCheck, value: str, path: str) -> list[FieldError]:
    """One field error for everything a name check finds."""
    wrong = check(value)
    return [invalid(path, value, text) for text in wrong] if wrong else []


def validate_labels(labels: Mapping[str, str], path: str) -> list[FieldError]:
    """Keys and values of labels; all errors name the map itself, as upstream does."""
    errors: list[FieldError] = []
    for key in labels:
        if names.label_key(key) or names.label_value(labels[key]):
            break
    else:
        return errors
    for key, value in sorted(labels.items()):
        errors += [invalid(path, key, text) for text in names.label_key(key)]
        errors += [invalid(path, value, text) for text in names.label_value(value)]
    return errors


def validate_annotations(annotations: Mapping[str, str], path: str) -> list[FieldError]:
    """Keys of annotations (case does not matter) and the size of all of them together."""
    errors: list[FieldError] = []
    size = 0
    for key, value in annotations.items():
        size += len(key) + len(value)
        if names.label_key(key.lower()):
            errors += [invalid(path, key, text) for text in names.label_key(key.lower())]
    if errors:
        errors.sort(key=lambda error: str(error.value))
    if size > ANNOTATIONS_MAX // 4 and _bytes(annotations) > ANNOTATIONS_MAX:
        errors.append(too_long(path, ANNOTATIONS_MAX))
    return errors


def validate_owner_references(references: Sequence[Any], path: str) -> list[FieldError]:
    """Owner references: complete, not an Event, one controller at most."""
    errors: list[FieldError] = []
    controller = ""
    for reference in references:
        errors += _validate_owner_reference(reference, path)
        if not reference.controller:
            continue
        name = f"{reference.kind}/{reference.name}"
        if controller:
            detail = (
                'Only one reference can have Controller set to true. Found "true" in references for '
                f"{controller} and {name}"
            )
            errors.append(invalid(path, references, detail))
        controller = controller or name
    return errors


def validate_finalizers(finalizers: Sequence[str], path: str) -> list[FieldError]:
    """Finalizers are qualified names; dependents cannot be both orphaned and deleted."""
    errors: list[FieldError] = []
    for finalizer in finalizers:
        errors += validate_names(names.label_key, finalizer, path)
    if _ORPHAN in finalizers and _FOREGROUND in finalizers:
        errors.append(invalid(path, finalizers, f"finalizer {_ORPHAN} and {_FOREGROUND} cannot be both set"))
    return errors


def validate_standard_finalizers(finalizers: Sequence[str], path: str) -> list[FieldError]:
    """A finalizer without a domain must be one of Kubernetes' own (built-in kinds only)."""
    detail = "name is neither a standard finalizer name nor is it fully qualified"
    return [
        invalid(f"{path}[{i}]", finalizer, detail)
        for i, finalizer in enumerate(finalizers)
        if "/" not in finalizer and finalizer not in STANDARD_FINALIZERS
    ]


def validate_managed_fields(entries: Sequence[Any], path: str) -> list[FieldError]:
    """The form of managedFields; what is in them is the business of server-side apply."""
    errors: list[FieldError] = []
    for i, entry in enumerate(entries):
        if entry.operation not in ("Apply", "Update"):
            errors.append(invalid(f"{path}[{i}].operation", entry.operation, "must be `Apply` or `Update`"))
        if entry.fieldsType and entry.fieldsType != "FieldsV1":
            errors.append(invalid(f"{path}[{i}].fieldsType", entry.fieldsType, "must be `FieldsV1`"))
        if entry.manager:
            errors += validate_field_manager(entry.manager, f"{path}[{i}].manager")
        if len(entry.subresource) > SUBRESOURCE_MAX:
            errors.append(too_long(f"{path}[{i}].subresource", SUBRESOURCE_MAX))
    return errors


def validate_field_manager(manager: str, path: str) -> list[FieldError]:
    """The name of a field manager: 128 bytes, printable."""
    if manager.isprintable() and len(manager) <= FIELD_MANAGER_MAX // 4:
        return []
    errors: list[FieldError] = []
    encoded = manager.encode()
    if len(encoded) > FIELD_MANAGER_MAX:
        errors.append(too_long(path, FIELD_MANAGER_MAX))
    at = 0
    for char in manager:
        if not char.isprintable():
            errors.append(invalid(path, manager, f"invalid character U+{ord(char):04X} (at position {at})"))
        at += len(char.encode())
    return errors


def validate_label_selector(selector: Any, path: str) -> list[FieldError]:
    """A `LabelSelector` that an object holds; None is fine."""
    if selector is None:
        return []
    errors = validate_labels(selector.matchLabels, f"{path}.matchLabels")
    for i, expression in enumerate(selector.matchExpressions):
        errors += _validate_expression(expression, f"{path}.matchExpressions[{i}]")
    return errors


def validate_conditions(conditions: Iterable[Any], path: str) -> list[FieldError]:
    """`metav1.Condition`s: unique types, a known status, a reason and a time."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        if condition.type in seen:
            errors.append(duplicate(f"{path}[{i}].type", condition.type))
        seen.add(condition.type)
        errors += _validate_condition(condition, f"{path}[{i}]")
    return errors


_REASON: Final = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?"
_is_reason = re.compile(_REASON).fullmatch
_REASON_MAX: Final = 1024
_MESSAGE_MAX: Final = 32 * 1024


def _validate_condition(condition: Any, path: str) -> list[FieldError]:
    errors = validate_names(names.label_key, condition.type, f"{path}.type")
    if condition.status not in ("True", "False", "Unknown"):
        errors.append(not_supported(f"{path}.status", condition.status, ("False", "True", "Unknown")))
    if condition.observedGeneration < 0:
        detail = "must be greater than or equal to zero"
        errors.append(invalid(f"{path}.observedGeneration", condition.observedGeneration, detail))
    if not condition.lastTransitionTime:
        errors.append(required(f"{path}.lastTransitionTime", "must be set"))
    if not condition.reason:
        errors.append(required(f"{path}.reason", "must be set"))
    elif not _is_reason(condition.reason):
        text = (
            "a condition reason must start with alphabetic character, optionally followed by a string of "
            "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
        )
        examples = ("my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB")
        errors.append(invalid(f"{path}.reason", condition.reason, names.pattern(text, _REASON, *examples)))
    if len(condition.reason) > _REASON_MAX:
        errors.append(too_long(f"{path}.reason", _REASON_MAX))
    if len(condition.message) > _MESSAGE_MAX:
        errors.append(too_long(f"{path}.message", _MESSAGE_MAX))
    return errors


def _validate_namespace(namespace: str, namespaced: bool, path: str) -> list[FieldError]:
    if not namespaced:
        return [forbidden(f"{path}.namespace", "not allowed on this type")] if namespace else []
    if not namespace:
        return [required(f"{path}.namespace")]
    return validate_names(names.dns_label, namespace, f"{path}.namespace")


def _validate_collections(metadata: Any, path: str) -> list[FieldError]:
    # Most objects have few of these: looking is cheaper than calling.
    errors: list[FieldError] = []
    if metadata.labels:
        errors += validate_labels(metadata.labels, f"{path}.labels")
    if metadata.annotations:
        errors += validate_annotations(metadata.annotations, f"{path}.annotations")
    if metadata.ownerReferences:
        errors += validate_owner_references(metadata.ownerReferences, f"{path}.ownerReferences")
    if metadata.finalizers:
        errors += validate_finalizers(metadata.finalizers, f"{path}.finalizers")
    if metadata.managedFields:
        errors += validate_managed_fields(metadata.managedFields, f"{path}.managedFields")
    return errors


def _validate_owner_reference(reference: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    version = reference.apiVersion.rpartition("/")[2]
    if not version or reference.apiVersion.count("/") > 1:
        errors.append(invalid(f"{path}.apiVersion", reference.apiVersion, "version must not be empty"))
    empty = (name for name in ("kind", "name", "uid") if not getattr(reference, name))
    errors += [invalid(f"{path}.{name}", "", "must not be empty") for name in empty]
    if (reference.apiVersion, reference.kind) == ("v1", "Event"):
        errors.append(invalid(path, reference, "/v1, Kind=Event is disallowed from being an owner"))
    return errors


def _validate_no_new_finalizers(new: Sequence[str], old: Sequence[str], path: str) -> list[FieldError]:
    extra = sorted(set(new) - set(old))
    if not extra:
        return []
    added = ", ".join(quote(finalizer) for finalizer in extra)
    detail = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{added}}}"
    return [forbidden(path, detail)]


def _validate_expression(expression: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if expression.operator in ("In", "NotIn"):
        if not expression.values:
            errors.append(required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif expression.operator in ("Exists", "DoesNotExist"):
        if expression.values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(f"{path}.values", detail))
    else:
        errors.append(invalid(f"{path}.operator", expression.operator, "not a valid selector operator"))
    errors += validate_names(names.label_key, expression.key, f"{path}.key")
    for i, value in enumerate(expression.values):
        errors += validate_names(names.label_value, value, f"{path}.values[{i}]")
    return errors


def _bytes(annotations: Mapping[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
