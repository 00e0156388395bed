"""Roles and ClusterRoles."""

from __future__ import annotations

from k8snb.api.rbac.role import ClusterRole, Role
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.rules import compact


def describe(w: PrefixWriter, obj: Role | ClusterRole, reader: Reader) -> None:
    """A role: one row for each resource."""
    metadata.head(w, obj, namespaced=False)
    w.line(0, "PolicyRule:")
    w.row(1, "Resources", "Non-Resource URLs", "Resource Names", "Verbs")
    w.row(1, "---------", "-----------------", "--------------", "-----")
    for rule in compact((r.verbs, r.apiGroups, r.resources, r.resourceNames, r.nonResourceURLs) for r in obj.rules):
        w.row(1, *rule.cells())
