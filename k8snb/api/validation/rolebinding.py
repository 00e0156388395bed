"""RoleBindings and ClusterRoleBindings: whom they bind to which role; the role stays. `pkg/apis/rbac/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, GoStruct, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names

_GROUP: Final = "rbac.authorization.k8s.io"
_SUBJECTS: Final = ("ServiceAccount", "User", "Group")


def validate_role_binding(obj: Any) -> list[FieldError]:
    """A new RoleBinding or ClusterRoleBinding, its common metadata apart."""
    namespaced, ref = obj.kind == "RoleBinding", obj.roleRef
    errors: list[FieldError] = []
    if ref.apiGroup != _GROUP:
        errors.append(not_supported("roleRef.apiGroup", ref.apiGroup, (_GROUP,)))
    kinds = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    if ref.kind not in kinds:
        errors.append(not_supported("roleRef.kind", ref.kind, kinds))
    if ref.name:
        errors += validate_names(names.path_segment, ref.name, "roleRef.name")
    else:
        errors.append(required("roleRef.name"))
    for i, subject in enumerate(obj.subjects):
        errors += _validate_subject(subject, namespaced, f"subjects[{i}]")
    return errors


def validate_role_binding_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a binding."""
    errors = validate_role_binding(new)
    if not equal(new.roleRef, old.roleRef):
        ref = new.roleRef
        shown = GoStruct(APIGroup=ref.apiGroup, Kind=ref.kind, Name=ref.name)
        errors.append(invalid("roleRef", shown, "cannot change roleRef"))
    return errors


def _validate_subject(subject: Any, namespaced: bool, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not subject.name:
        errors.append(required(f"{path}.name"))
    if subject.kind == "ServiceAccount":
        if subject.name:
            errors += validate_names(names.dns_subdomain, subject.name, f"{path}.name")
        if subject.apiGroup:
            errors.append(not_supported(f"{path}.apiGroup", subject.apiGroup, ("",)))
        if not namespaced and not subject.namespace:
            errors.append(required(f"{path}.namespace"))
    elif subject.kind in ("User", "Group"):
        if not subject.name:
            errors.append(invalid(f"{path}.name", "", f"{subject.kind.lower()} name cannot be empty"))
        if subject.apiGroup != _GROUP:
            errors.append(not_supported(f"{path}.apiGroup", subject.apiGroup, (_GROUP,)))
    else:
        errors.append(not_supported(f"{path}.kind", subject.kind, _SUBJECTS))
    return errors
