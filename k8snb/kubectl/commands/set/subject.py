"""`kubectl set subject`. Source: kubectl `pkg/cmd/set/set_subject.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info
from k8snb.kubectl.sharedflags import SELECTOR, filename

RBAC = "rbac.authorization.k8s.io"


def run(invocation: Invocation) -> None:
    """Add users, groups and service accounts to the subjects of role bindings."""
    sender = changes.Sender(invocation, "subjects updated", "failed to patch subjects to rolebinding: ")
    infos = changes.select(invocation, invocation.args, invocation.flag("selector"))
    if invocation.flag("all") and invocation.flag("selector"):
        raise CommandError(changes.ALL_AND_SELECTOR)
    if not any(invocation.flag(name) for name in ("user", "group", "serviceaccount")):
        raise CommandError("you must specify at least one value of user, group or serviceaccount")
    _check_accounts(invocation, infos)
    subjects = _subjects(invocation)

    def mutate(obj: dict[str, Any]) -> bool:
        if obj["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
            raise CommandError("setting subjects is only supported for RoleBinding/ClusterRoleBinding")
        present = obj.get("subjects") or []
        added = [item for item in subjects if item not in present]
        obj["subjects"] = [*present, *added]
        return bool(added)

    sender.send(infos, mutate, [])


def _check_accounts(invocation: Invocation, infos: list[Info]) -> None:
    for account in invocation.flag("serviceaccount"):
        parts = account.split(":")
        if len(parts) != 2 or not parts[1]:
            raise CommandError("serviceaccount must be <namespace>:<name>")
        if not parts[0] and any(info.object["kind"] == "ClusterRoleBinding" for info in infos):
            raise CommandError("serviceaccount must be <namespace>:<name>, namespace must be specified")


def _subjects(invocation: Invocation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for flag, kind in (("user", "User"), ("group", "Group")):
        found += [{"kind": kind, "apiGroup": RBAC, "name": name} for name in sorted(set(invocation.flag(flag)))]
    for account in sorted(set(invocation.flag("serviceaccount"))):
        namespace, _, name = account.partition(":")
        found.append({"kind": "ServiceAccount", "name": name, "namespace": namespace or invocation.namespace})
    return found


COMMAND = Command(
    "subject",
    "Update the user, group, or service account in a role binding or cluster role binding",
    use="subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] "
    "[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    examples="""
# A cluster role binding for one more service account
kubectl set subject clusterrolebinding admin --serviceaccount=build:robot

# A role binding for two users and a group
kubectl set subject rolebinding admin --user=jane --user=joe --group=ops

# Show what a role binding would become, send nothing
kubectl set subject -f rolebinding.yaml --local --user=jane -o yaml
""",
    flags=(
        *PRINT_FLAGS,
        *filename("Filename, directory, or URL to files the resource to update the subjects"),
        changes.ALL,
        SELECTOR,
        changes.local_flag("set subject"),
        *changes.COMMON,
        Flag("group", "stringArray", usage="Groups to bind to the role"),
        Flag("serviceaccount", "stringArray", usage="Service accounts to bind to the role"),
        Flag("user", "stringArray", usage="Usernames to bind to the role"),
    ),
    run=run,
)
