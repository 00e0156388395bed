"""RBAC: roles, bindings, and the question whether a user may do something.

Rules only ever allow. Source: `plugin/pkg/auth/authorizer/rbac` and `pkg/registry/rbac/validation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.rbac.role import PolicyRule
from k8snb.apiserver.request import User
from k8snb.apiserver.store import Store

GROUP = "rbac.authorization.k8s.io"
_BINDINGS, _CLUSTER_BINDINGS = f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}"
_ROLES, _CLUSTER_ROLES = f"roles.{GROUP}", f"clusterroles.{GROUP}"
_WATCHED = (_BINDINGS, _CLUSTER_BINDINGS, _ROLES, _CLUSTER_ROLES)


class Attributes(NamedTuple):
    """What somebody wants to do: a verb on a resource (perhaps one object of it), or on a path."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


class Grant(NamedTuple):
    """A rule and through which binding it came."""

    rule: PolicyRule
    reason: str


class Rbac:
    """Answers from the roles and bindings in the store; what it remembers is only as old as they are."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp: tuple[int, ...] = ()
        self._grants: dict[tuple[str, tuple[str, ...], str], tuple[Grant, ...]] = {}

    def allows(self, user: User, wanted: Attributes) -> str | None:
        """The reason why this is allowed, None if it is not."""
        if user.is_master:
            return ""
        for grant in self.grants(user, wanted.namespace):
            if covers(grant.rule, wanted):
                return grant.reason
        return None

    def check(self, user: User, wanted: Attributes) -> None:
        """Forbidden unless it is allowed."""
        if self.allows(user, wanted) is not None:
            return
        if wanted.path:
            raise errors.path_denied(user.name, wanted.verb, wanted.path)
        resource = GroupResource(wanted.group, wanted.resource)
        raise errors.access_denied(user.name, wanted.verb, resource, wanted.namespace, wanted.name, wanted.subresource)

    def grants(self, user: User, namespace: str) -> tuple[Grant, ...]:
        """Every rule a user has in a namespace ("": cluster-wide)."""
        stamp = tuple(self._store.touched(resource) for resource in _WATCHED)
        if stamp != self._stamp:
            self._stamp = stamp
            self._grants.clear()
        key = (user.name, user.groups, namespace)
        found = self._grants.get(key)
        if found is None:
            found = self._grants[key] = tuple(self._collect(user, namespace))
        return found

    def _collect(self, user: User, namespace: str) -> Iterator[Grant]:
        for binding in self._store.list(_CLUSTER_BINDINGS):
            yield from self._of_binding(user, binding, "")
        if namespace:
            for binding in self._store.list(_BINDINGS, namespace):
                yield from self._of_binding(user, binding, namespace)

    def _of_binding(self, user: User, binding: Any, namespace: str) -> Iterator[Grant]:
        subject = next((s for s in binding.subjects if _is(s, user, namespace)), None)
        if subject is None:
            return
        ref = binding.roleRef
        table, home = (_ROLES, namespace) if ref.kind == "Role" else (_CLUSTER_ROLES, "")
        role: Any = self._store.get(table, home, ref.name)
        if role is None:
            return
        kind = "RoleBinding" if namespace else "ClusterRoleBinding"
        where = f"{binding.metadata.name}/{namespace}" if namespace else binding.metadata.name
        reason = f'RBAC: allowed by {kind} "{where}" of {ref.kind} "{ref.name}" to {_describe(subject)}'
        for rule in role.rules:
            yield Grant(rule, reason)


def _is(subject: Any, user: User, namespace: str) -> bool:
    if subject.kind == "User":
        return bool(subject.name == user.name)
    if subject.kind == "Group":
        return subject.name in user.groups
    home = subject.namespace or namespace
    return user.name == f"system:serviceaccount:{home}:{subject.name}"


def _describe(subject: Any) -> str:
    if subject.kind == "ServiceAccount":
        return f'ServiceAccount "{subject.name}/{subject.namespace}"'
    return f'{subject.kind} "{subject.name}"'


def covers(rule: PolicyRule, wanted: Attributes) -> bool:
    """Whether one rule allows this."""
    if wanted.verb not in rule.verbs and "*" not in rule.verbs:
        return False
    if wanted.path:
        return any(_path_matches(url, wanted.path) for url in rule.nonResourceURLs)
    if wanted.group not in rule.apiGroups and "*" not in rule.apiGroups:
        return False
    full = f"{wanted.resource}/{wanted.subresource}" if wanted.subresource else wanted.resource
    named = {full, "*"} | ({f"*/{wanted.subresource}"} if wanted.subresource else set())
    if named.isdisjoint(rule.resources):
        return False
    return not rule.resourceNames or wanted.name in rule.resourceNames


def _path_matches(url: str, path: str) -> bool:
    return url in ("*", path) or (url.endswith("*") and path.startswith(url[:-1]))


def uncovered(wanted: Iterable[PolicyRule], having: Iterable[PolicyRule]) -> list[PolicyRule]:
    """Single permissions of `wanted` that `having` does not include: what an escalation check refuses."""
    held = list(having)
    missing = []
    for rule in wanted:
        for single in _singles(rule):
            if not any(_includes(one, single) for one in held):
                missing.append(single)
    return missing


def _singles(rule: PolicyRule) -> Iterator[PolicyRule]:
    for verb in rule.verbs:
        for url in rule.nonResourceURLs:
            yield PolicyRule.of({"verbs": (verb,), "nonResourceURLs": (url,)})
        for group in rule.apiGroups:
            for resource in rule.resources:
                base = {"verbs": (verb,), "apiGroups": (group,), "resources": (resource,)}
                for name in rule.resourceNames:
                    yield PolicyRule.of({**base, "resourceNames": (name,)})
                if not rule.resourceNames:
                    yield PolicyRule.of(base)


def _includes(rule: PolicyRule, single: PolicyRule) -> bool:
    def within(these: tuple[str, ...], those: tuple[str, ...]) -> bool:
        return "*" in those or all(item in those for item in these)

    if not within(single.verbs, rule.verbs):
        return False
    if single.nonResourceURLs:
        return all(any(_path_matches(url, path) for url in rule.nonResourceURLs) for path in single.nonResourceURLs)
    if not within(single.apiGroups, rule.apiGroups) or not within(single.resources, rule.resources):
        return False
    return not rule.resourceNames or (bool(single.resourceNames) and within(single.resourceNames, rule.resourceNames))
