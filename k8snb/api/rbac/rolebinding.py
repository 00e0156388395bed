"""Grants a role's permissions to subjects, within one namespace (rbac.authorization.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class RoleRef(Struct):
    """The role a binding grants."""

    apiGroup: str = Field("string", "API group of the role: rbac.authorization.k8s.io.", zero="")
    kind: str = Field("string", "Role or ClusterRole.", zero="", always=True)
    name: str = Field("string", "Name of the role.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class Subject(Struct):
    """A user, group or service account."""

    apiGroup: str = Field(
        "string", '"" for service accounts, rbac.authorization.k8s.io for users and groups; filled in by kind.', zero=""
    )
    kind: str = Field("string", "User, Group or ServiceAccount.", zero="", always=True)
    name: str = Field("string", "Name of the subject.", zero="", always=True)
    namespace: str = Field("string", "Namespace of a service account; must be empty for users and groups.", zero="")
    map_type: ClassVar[str] = "atomic"


class RoleBinding(Object):
    """Grants a role's permissions to subjects, within one namespace."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "RoleBinding"
    roleRef: RoleRef = Field(
        "RoleRef", "Role of the namespace, or ClusterRole, that is granted; immutable.", zero=RoleRef(), always=True
    )
    subjects: tuple[Subject, ...] = Field("[]Subject", "Who is granted the role.", zero=(), list_type="atomic")


class ClusterRoleBinding(Object):
    """Grants a cluster role's permissions to subjects, across the cluster."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1"
    kind: ClassVar[str] = "ClusterRoleBinding"
    roleRef: RoleRef = Field("RoleRef", "ClusterRole that is granted; immutable.", zero=RoleRef(), always=True)
    subjects: tuple[Subject, ...] = Field("[]Subject", "Who is granted the role.", zero=(), list_type="atomic")
