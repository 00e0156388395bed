"""PersistentVolumeClaims: what may be asked for, and that a claim stays what it was.

Used for claims of their own and for the templates in ephemeral volumes and StatefulSets. Follows
`pkg/apis/core/validation` v1.36.
"""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from k8snb.api.validation.godiff import diff
from k8snb.api.validation.metadata import (
    IMMUTABLE,
    validate_annotations,
    validate_immutable,
    validate_label_selector,
    validate_labels,
    validate_names,
)
from k8snb.api.validation.resources import (
    validate_basic_resource,
    validate_positive_quantity,
)

ACCESS_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES: Final = ("Block", "Filesystem")
_FIXED: Final = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
)

_CLASS_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"
_TEMPLATE_METADATA: Final = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
    "finalizers",
    "managedFields",
)


def validate_claim(claim: Any) -> list[FieldError]:
    """A new claim, its metadata apart."""
    return validate_claim_spec(claim.spec, "spec")


def validate_claim_update(new: Any, old: Any) -> list[FieldError]:
    """A claim is fixed but for its size, its attributes class and, once, its volume."""
    errors = validate_claim(new) + _validate_class_annotation(new, old)
    before, after = _fixed_parts(new, old)
    if not equal(after, before):
        errors.append(forbidden("spec", f"{_FIXED}\n{diff(before, after)}"))
    errors += _validate_size(new, old)
    errors += validate_immutable(new.spec.volumeMode, old.spec.volumeMode, "volumeMode")
    if old.spec.volumeAttributesClassName is not None and not new.spec.volumeAttributesClassName:
        to = "nil" if new.spec.volumeAttributesClassName is None else "an empty string"
        errors.append(forbidden("spec.volumeAttributesClassName", f"update from non-nil value to {to} is forbidden"))
    return errors


def validate_claim_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a claim."""
    errors: list[FieldError] = []
    if not new.spec.accessModes:
        errors.append(required("Spec.accessModes"))
    for name, amount in sorted(new.status.capacity.items()):
        errors += validate_basic_resource(amount, f"status.capacity[{name}]")
    return errors


def validate_claim_template(template: Any, path: str) -> list[FieldError]:
    """The template of a claim in an ephemeral volume: only labels and annotations may stand in its metadata."""
    at = f"{path}.metadata"
    errors = validate_annotations(template.metadata.annotations, f"{at}.annotations")
    errors += validate_labels(template.metadata.labels, f"{at}.labels")
    for name in _TEMPLATE_METADATA:
        if getattr(template.metadata, name):
            errors.append(forbidden(f"{at}.{'uID' if name == 'uid' else name}", "cannot be set"))
    return errors + validate_claim_spec(template.spec, f"{path}.spec")


def validate_access_modes(modes: Sequence[str], path: str) -> list[FieldError]:
    """Known access modes; ReadWriteOncePod stands alone."""
    errors = [not_supported(path, mode, ACCESS_MODES) for mode in modes if mode not in ACCESS_MODES]
    others = [mode for mode in modes if mode in ACCESS_MODES and mode != "ReadWriteOncePod"]
    if "ReadWriteOncePod" in modes and others:
        errors.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    return errors


def validate_claim_spec(spec: Any, path: str) -> list[FieldError]:
    """What a claim asks for."""
    errors: list[FieldError] = []
    if not spec.accessModes:
        errors.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    errors += validate_label_selector(spec.selector, f"{path}.selector")
    errors += validate_access_modes(spec.accessModes, f"{path}.accessModes")
    storage = spec.resources.requests.get("storage")
    if storage is None:
        errors.append(required(f"{path}.resources[storage]"))
    else:
        errors += validate_positive_quantity(storage, f"{path}.resources[storage]")
    if spec.storageClassName:
        errors += validate_names(names.dns_subdomain, spec.storageClassName, f"{path}.storageClassName")
    if spec.volumeMode is not None and spec.volumeMode not in VOLUME_MODES:
        errors.append(not_supported(f"{path}.volumeMode", spec.volumeMode, VOLUME_MODES))
    errors += _validate_sources(spec, path)
    if spec.volumeAttributesClassName:
        at = f"{path}.volumeAttributesClassName"
        errors += validate_names(names.dns_subdomain, spec.volumeAttributesClassName, at)
    return errors


def _validate_sources(spec: Any, path: str) -> list[FieldError]:
    source, reference = spec.dataSource, spec.dataSourceRef
    errors: list[FieldError] = []
    if source is not None:
        errors += _validate_source(source, f"{path}.dataSource")
    if reference is not None:
        errors += _validate_source(reference, f"{path}.dataSourceRef")
        if reference.namespace:
            at = f"{path}.dataSourceRef.namespace"
            errors += validate_names(names.dns_label, reference.namespace, at)
    if source is None or reference is None:
        return errors
    if reference.namespace:
        detail = "may not be specified when dataSourceRef.namespace is specified"
        errors.append(invalid(path, f"{path}.dataSource", detail))
    elif (source.apiGroup, source.kind, source.name) != (reference.apiGroup, reference.kind, reference.name):
        errors.append(invalid(path, f"{path}.dataSource", "must match dataSourceRef"))
    return errors


def _validate_source(source: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not source.name:
        errors.append(required(f"{path}.name"))
    if not source.kind:
        errors.append(required(f"{path}.kind"))
    if source.apiGroup:
        return errors + validate_names(names.dns_subdomain, source.apiGroup, f"{path}.apiGroup")
    if source.kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        errors.append(invalid(path, source.kind, detail))
    return errors


def _validate_class_annotation(new: Any, old: Any) -> list[FieldError]:
    before, after = (claim.metadata.annotations.get(_CLASS_ANNOTATION, "") for claim in (old, new))
    if before == after or (before and old.spec.storageClassName is None and new.spec.storageClassName == before):
        return []
    return [invalid(f"metadata.annotations.{_CLASS_ANNOTATION}", after, IMMUTABLE)]


def _fixed_parts(new: Any, old: Any) -> tuple[Any, Any]:
    """The old and the new spec without the changes that are allowed."""
    before, after = old.spec, new.spec
    if not before.volumeName:
        before = before.replace(volumeName=after.volumeName or None)
    annotated = old.metadata.annotations.get(_CLASS_ANNOTATION)
    if before.storageClassName is None and annotated in (None, after.storageClassName):
        before = before.replace(storageClassName=after.storageClassName)
    if new.status.phase == "Bound":
        requests = {**after.resources.requests}
        if "storage" in before.resources.requests:
            requests["storage"] = before.resources.requests["storage"]
        after = after.replace(resources=after.resources.replace(requests=requests))
        if after.volumeAttributesClassName is not None:
            after = after.replace(volumeAttributesClassName=before.volumeAttributesClassName)
    return before, after


def _validate_size(new: Any, old: Any) -> list[FieldError]:
    before, after = (claim.spec.resources.requests.get("storage", "0") for claim in (old, new))
    if quantity.compare(after, before) >= 0:
        return []
    if quantity.compare(after, old.status.capacity.get("storage", "0")) > 0:
        return []
    return [forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")]
