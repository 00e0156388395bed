"""Roles and bindings. Source: `pkg/registry/rbac/*/strategy.go`, `pkg/apis/rbac/v1/defaults.go`, printers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from k8snb.api.rbac.rolebinding import Subject
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.names import path_segment
from k8snb.apiserver.auth import escalation
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_GROUP = "rbac.authorization.k8s.io"


class RoleStrategy(Strategy):
    """Permissions in a namespace, or (ClusterRole) everywhere."""

    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (Column("Name", format="name"), Column("Created At", "date"))

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return path_segment(name)

    def authorize(self, ctx: Context, obj: Any, old: Any | None) -> None:
        escalation.confirm_role(ctx, obj, old)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("role", "validate_role")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("role", "validate_role_update")(obj, old)


class RoleBindingStrategy(Strategy):
    """Who gets a role."""

    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Role"),
        Column("Age"),
        Column("Users", priority=1),
        Column("Groups", priority=1),
        Column("ServiceAccounts", priority=1),
    )

    def defaults(self, obj: Any) -> Any:
        ref = obj.roleRef
        if not ref.apiGroup:
            obj = obj.replace(roleRef=ref.replace(apiGroup=_GROUP))
        if any(s.kind != "ServiceAccount" and not s.apiGroup for s in obj.subjects):
            obj = obj.replace(subjects=tuple(_complete(s) for s in obj.subjects))
        return obj

    def validate_name(self, name: str, *, prefix: bool = False) -> Sequence[str]:
        return path_segment(name)

    def authorize(self, ctx: Context, obj: Any, old: Any | None) -> None:
        escalation.confirm_binding(ctx, obj)

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return rule("rolebinding", "validate_role_binding")(obj)

    def validate_update(self, ctx: Context, obj: Any, old: Any) -> list[FieldError]:
        return rule("rolebinding", "validate_role_binding_update")(obj, old)

    def row(self, obj: Any, now: float) -> list[Any]:
        users = ", ".join(s.name for s in obj.subjects if s.kind == "User")
        groups = ", ".join(s.name for s in obj.subjects if s.kind == "Group")
        accounts = ", ".join(f"{s.namespace}/{s.name}" for s in obj.subjects if s.kind == "ServiceAccount")
        role = f"{obj.roleRef.kind}/{obj.roleRef.name}"
        return [obj.metadata.name, role, age(obj, now), users, groups, accounts]


def _complete(subject: Subject) -> Subject:
    return subject if subject.kind == "ServiceAccount" or subject.apiGroup else subject.replace(apiGroup=_GROUP)
