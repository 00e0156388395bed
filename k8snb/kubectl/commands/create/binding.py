"""`kubectl create rolebinding` and `kubectl create clusterrolebinding`.

Source: `k8s.io/kubectl/pkg/cmd/create/create_{rolebinding,clusterrolebinding}.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag

_RBAC: Final = "rbac.authorization.k8s.io"
_WHO: Final = "[--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]"


def build_role_binding(invocation: Invocation, name: str) -> dict[str, Any]:
    """The RoleBinding of the flags."""
    role, cluster_role = invocation.flag("role"), invocation.flag("clusterrole")
    if bool(role) == bool(cluster_role):
        raise CommandError("exactly one of clusterrole or role must be specified")
    kind = "Role" if role else "ClusterRole"
    return _binding(invocation, "RoleBinding", metadata(invocation, name), kind, role or cluster_role)


def build_cluster_role_binding(invocation: Invocation, name: str) -> dict[str, Any]:
    """The ClusterRoleBinding of the flags."""
    return _binding(invocation, "ClusterRoleBinding", {"name": name}, "ClusterRole", invocation.flag("clusterrole"))


def _binding(invocation: Invocation, kind: str, meta: dict[str, Any], role_kind: str, role: str) -> dict[str, Any]:
    obj: dict[str, Any] = {"kind": kind, "apiVersion": f"{_RBAC}/v1", "metadata": meta}
    found = subjects(invocation)
    if found:
        obj["subjects"] = found
    return {**obj, "roleRef": {"apiGroup": _RBAC, "kind": role_kind, "name": role}}


def subjects(invocation: Invocation) -> list[dict[str, Any]]:
    """The subjects of --user, --group and --serviceaccount."""
    found: list[dict[str, Any]] = []
    for flag, kind in (("user", "User"), ("group", "Group")):
        found += [{"kind": kind, "apiGroup": _RBAC, "name": name} for name in invocation.flag(flag)]
    for account in invocation.flag("serviceaccount"):
        parts = account.split(":")
        if len(parts) != 2 or not parts[1]:
            raise CommandError("serviceaccount must be <namespace>:<name>")
        found.append({"kind": "ServiceAccount", "name": parts[1], "namespace": parts[0]})
    return found


def _who(noun: str) -> tuple[Flag, ...]:
    return (
        Flag(
            "group",
            "stringArray",
            usage=f"Groups to bind to the {noun}. The flag can be repeated to add multiple groups.",
        ),
        Flag(
            "serviceaccount",
            "stringArray",
            usage=f"Service accounts to bind to the {noun}, in the format <namespace>:<name>. The flag can be repeated to "
            "add multiple service accounts.",
        ),
        Flag(
            "user",
            "stringArray",
            usage=f"Usernames to bind to the {noun}. The flag can be repeated to add multiple users.",
        ),
    )


ROLE_BINDING = generator(
    "rolebinding",
    "Create a role binding for a particular role or cluster role",
    Generator("rolebindings.rbac.authorization.k8s.io", build_role_binding, "failed to create rolebinding: "),
    use=f"NAME --clusterrole=NAME|--role=NAME {_WHO} {DRY_RUN_USE}",
    flags=(
        Flag("clusterrole", usage="ClusterRole this RoleBinding should reference"),
        Flag("role", usage="Role this RoleBinding should reference"),
        *_who("role"),
    ),
    examples="""
# jane may do here what the role allows
kubectl create rolebinding jane-reads --role=pod-reader --user=jane

# The pods of an account may edit everything in the namespace
kubectl create rolebinding robot-edits --clusterrole=edit --serviceaccount=default:robot
""",
)

CLUSTER_ROLE_BINDING = generator(
    "clusterrolebinding",
    "Create a cluster role binding for a particular cluster role",
    Generator(
        "clusterrolebindings.rbac.authorization.k8s.io",
        build_cluster_role_binding,
        "failed to create clusterrolebinding: ",
    ),
    use=f"NAME --clusterrole=NAME {_WHO} {DRY_RUN_USE}",
    required=("clusterrole",),
    flags=(Flag("clusterrole", usage="ClusterRole this ClusterRoleBinding should reference"), *_who("clusterrole")),
    examples="""
# Two administrators of everything
kubectl create clusterrolebinding admins --clusterrole=cluster-admin --user=jane --user=bob
""",
)
