"""rbac.authorization.k8s.io/v1beta1, gone since v1.22: today's shapes."""

from typing import ClassVar

from k8snb.api.rbac import role, rolebinding


class ClusterRole(role.ClusterRole):
    """Permissions in the whole cluster."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1beta1"


class ClusterRoleBinding(rolebinding.ClusterRoleBinding):
    """Who has a ClusterRole everywhere."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1beta1"


class Role(role.Role):
    """Permissions in one namespace."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1beta1"


class RoleBinding(rolebinding.RoleBinding):
    """Who has a role in one namespace."""

    apiVersion: ClassVar[str] = "rbac.authorization.k8s.io/v1beta1"
