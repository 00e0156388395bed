"""RoleBindings and ClusterRoleBindings."""

from __future__ import annotations

from k8snb.api.rbac.rolebinding import ClusterRoleBinding, RoleBinding
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter


def describe(w: PrefixWriter, obj: RoleBinding | ClusterRoleBinding, reader: Reader) -> None:
    """A role and who holds it."""
    metadata.head(w, obj, namespaced=False)
    w.line(0, "Role:")
    w.field(1, "Kind", obj.roleRef.kind)
    w.field(1, "Name", obj.roleRef.name)
    w.line(0, "Subjects:")
    w.row(1, "Kind", "Name", "Namespace")
    w.row(1, "----", "----", "---------")
    for subject in obj.subjects:
        w.row(1, subject.kind, subject.name, subject.namespace)
