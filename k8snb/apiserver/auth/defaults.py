"""Creates the default roles and bindings of `bootstrap.py` in a new cluster."""

from __future__ import annotations

from collections.abc import Callable

from k8snb.api.meta import LabelSelector, ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.api.object import Object
from k8snb.api.rbac.role import AggregationRule, ClusterRole, PolicyRule, Role
from k8snb.api.rbac.rolebinding import ClusterRoleBinding, RoleBinding, RoleRef, Subject
from k8snb.apiserver.auth import bootstrap
from k8snb.apiserver.auth.bootstrap import RoleRow

GROUP = "rbac.authorization.k8s.io"
_AUTOUPDATE = FrozenMap({"rbac.authorization.kubernetes.io/autoupdate": "true"})
_LABELS = FrozenMap({"kubernetes.io/bootstrapping": "rbac-defaults"})


def create_defaults(create: Callable[[Object], object]) -> None:
    """Give every default role and binding to `create`."""
    for row in bootstrap.CLUSTER_ROLES:
        create(_cluster_role(row))
    for name, role, subjects in bootstrap.CLUSTER_ROLE_BINDINGS:
        create(
            ClusterRoleBinding(metadata=_meta(name), roleRef=_ref("ClusterRole", role), subjects=_subjects(subjects))
        )
    for namespace, roles, bindings in (
        ("kube-public", bootstrap.PUBLIC_ROLES, bootstrap.PUBLIC_ROLE_BINDINGS),
        ("kube-system", bootstrap.SYSTEM_ROLES, bootstrap.SYSTEM_ROLE_BINDINGS),
    ):
        for row in roles:
            create(Role(metadata=_meta(row.name, namespace), rules=row.rules))
        for name, role, subjects in bindings:
            meta = _meta(name, namespace)
            create(RoleBinding(metadata=meta, roleRef=_ref("Role", role), subjects=_subjects(subjects)))


def _meta(name: str, namespace: str = "") -> ObjectMeta:
    return ObjectMeta(name=name, namespace=namespace, labels=_LABELS, annotations=_AUTOUPDATE)


def _cluster_role(row: RoleRow) -> ClusterRole:
    meta = _meta(row.name)
    if row.aggregate_to:
        labels = FrozenMap({**_LABELS, f"rbac.authorization.k8s.io/aggregate-to-{row.aggregate_to}": "true"})
        meta = meta.replace(labels=labels)
    if not row.aggregates:
        return ClusterRole(metadata=meta, rules=row.rules)
    label = f"rbac.authorization.k8s.io/aggregate-to-{row.aggregates}"
    selector = LabelSelector(matchLabels=FrozenMap({label: "true"}))
    aggregation = AggregationRule(clusterRoleSelectors=(selector,))
    return ClusterRole(metadata=meta, aggregationRule=aggregation, rules=_aggregated(row.aggregates))


def _aggregated(role: str) -> tuple[PolicyRule, ...]:
    """The rules that the aggregation controller would collect, in the order of the roles' names."""
    parts = sorted((row for row in bootstrap.CLUSTER_ROLES if row.aggregate_to == role), key=lambda row: row.name)
    rules = []
    for row in parts:
        rules += list(row.rules) if not row.aggregates else list(_aggregated(row.aggregates))
    return tuple(dict.fromkeys(rules))


def _ref(kind: str, name: str) -> RoleRef:
    return RoleRef(apiGroup=GROUP, kind=kind, name=name)


def _subjects(text: str) -> tuple[Subject, ...]:
    found = []
    for part in filter(None, text.split(", ")):
        kind, _, name = part.partition(" ")
        if kind == "ServiceAccount":
            namespace, _, account = name.partition("/")
            found.append(Subject(kind=kind, name=account, namespace=namespace))
        else:
            found.append(Subject(apiGroup=GROUP, kind=kind, name=name))
    return tuple(found)
