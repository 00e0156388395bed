"""The escalation check: nobody grants permissions beyond their own, through a role or a binding.

The verbs `escalate` (on roles) and `bind` (on the role bound) lift it. Source: `pkg/registry/rbac/*/policybased/storage.go`,
`pkg/registry/rbac/validation/rule.go` and `policy_compact.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.rbac.role import PolicyRule
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import quote, quoted_list
from k8snb.apiserver.auth.rbac import GROUP, Attributes, Rbac, uncovered
from k8snb.apiserver.context import Context

_EVERYTHING = (
    PolicyRule(verbs=("*",), apiGroups=("*",), resources=("*",)),
    PolicyRule(verbs=("*",), nonResourceURLs=("*",)),
)
#: the order in which a rule's lists are told
_LISTS = (
    ("APIGroups", "apiGroups"),
    ("Resources", "resources"),
    ("NonResourceURLs", "nonResourceURLs"),
    ("ResourceNames", "resourceNames"),
    ("Verbs", "verbs"),
)


def confirm_role(ctx: Context, role: Any, old: Any | None) -> None:
    """Forbidden if the role allows what its author may not do."""
    if ctx.user.is_master or (old is not None and equal(role.rules, old.rules) and not _aggregates(role)):
        return
    rbac = Rbac(ctx.store)
    resource = ctx.resource.plural
    wanted = Attributes("escalate", GROUP, resource, namespace=ctx.namespace, name=role.metadata.name)
    if rbac.allows(ctx.user, wanted) is not None:
        return
    about = GroupResource(GROUP, resource)
    if _aggregates(role) and uncovered(_EVERYTHING, _held(ctx, rbac)):
        detail = "must have cluster-admin privileges to use the aggregationRule"
        raise errors.forbidden(about, role.metadata.name, detail)
    _confirm(ctx, rbac, about, role.metadata.name, role.rules)


def confirm_binding(ctx: Context, binding: Any) -> None:
    """Forbidden if the binding grants what its author may not do. NotFound if the role does not exist."""
    if ctx.user.is_master:
        return
    rbac, ref = Rbac(ctx.store), binding.roleRef
    roles, home = ("roles", ctx.namespace) if ref.kind == "Role" else ("clusterroles", "")
    wanted = Attributes("bind", GROUP, roles, namespace=ctx.namespace, name=ref.name)
    if rbac.allows(ctx.user, wanted) is not None:
        return
    role: Any = ctx.store.get(f"{roles}.{GROUP}", home, ref.name)
    if role is None:
        raise errors.not_found(GroupResource(GROUP, roles), ref.name)
    about = GroupResource(GROUP, ctx.resource.plural)
    _confirm(ctx, rbac, about, binding.metadata.name, role.rules)


def _aggregates(role: Any) -> bool:
    return role.kind == "ClusterRole" and role.aggregationRule is not None


def _held(ctx: Context, rbac: Rbac) -> list[PolicyRule]:
    return [grant.rule for grant in rbac.grants(ctx.user, ctx.namespace)]


def _confirm(ctx: Context, rbac: Rbac, about: GroupResource, name: str, rules: Sequence[PolicyRule]) -> None:
    missing = uncovered(rules, _held(ctx, rbac))
    if not missing:
        return
    who = f"user {quote(ctx.user.name)} (groups={quoted_list(ctx.user.groups)})"
    listed = "\n".join(sorted({_told(rule) for rule in _compact(missing)}))
    detail = f"{who} is attempting to grant RBAC permissions not currently held:\n{listed}"
    raise errors.forbidden(about, name, detail)


def _compact(rules: Iterable[PolicyRule]) -> list[PolicyRule]:
    """Single permissions on the same resource (and object) as one rule with all their verbs."""
    merged: dict[tuple[tuple[str, ...], ...], list[PolicyRule]] = {}
    for rule in rules:
        key = (rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs)
        merged.setdefault(key, []).append(rule)
    found = []
    for same in merged.values():
        first = same[0]
        if first.nonResourceURLs:
            found += same
            continue
        verbs = tuple(dict.fromkeys(verb for rule in same for verb in rule.verbs))
        found.append(first.replace(verbs=verbs))
    return found


def _told(rule: PolicyRule) -> str:
    parts = [f"{word}:{quoted_list(getattr(rule, name))}" for word, name in _LISTS if getattr(rule, name)]
    return "{" + ", ".join(parts) + "}"
