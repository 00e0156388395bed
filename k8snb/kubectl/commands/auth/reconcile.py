"""`kubectl auth reconcile`: make roles and bindings grant at least what a manifest says.

Source: kubectl `pkg/cmd/auth/reconcile.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection, require_files
from k8snb.kubectl.sharedflags import DRY_RUN, filename

_GROUP = "rbac.authorization.k8s.io"


def run(invocation: Invocation) -> None:
    """Create what is missing, add to what is there."""
    require_files(invocation)
    dry_run, output = invocation.dry_run, Output(invocation)

    def work(info: Info) -> None:
        if info.kind.group != _GROUP:
            raise CommandError(f"only rbac.authorization.k8s.io/v1 is supported: not {info.kind.kind_text}")
        wanted = info.object
        try:
            live = invocation.api.get(info.kind, info.namespace, info.name)
        except StatusError as error:
            if error.reason != "NotFound":
                raise
            if dry_run == "none":
                info.refresh(invocation.api.create(info.kind, info.namespace, wanted))
            output.print(info.object, "reconciled", dry_run)
            return
        field = "rules" if "Binding" not in info.kind.kind else "subjects"
        merged = _union(live.get(field) or [], wanted.get(field) or [], invocation.flag(f"remove-extra-{_WORD[field]}"))
        if merged != (live.get(field) or []) and dry_run == "none":
            live = invocation.api.replace(info.kind, info.namespace, info.name, {**live, field: merged})
        info.refresh(live)
        output.print(info.object, "reconciled", dry_run)

    Selection(invocation, Query((), fetch=False)).visit(work)


_WORD = {"rules": "permissions", "subjects": "subjects"}


def _union(live: list[Any], wanted: list[Any], exactly: bool) -> list[Any]:
    if exactly:
        return list(wanted)
    return [*live, *(item for item in wanted if item not in live)]


COMMAND = Command(
    "reconcile",
    "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    use="-f FILENAME",
    long="""Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects.

 Missing objects are created, and the containing namespace is created for namespaced objects, if required. Existing roles are\
 updated to include the permissions in the input objects, and existing bindings to include the subjects.""",
    examples="""
# Make sure that the roles of a file are there
kubectl auth reconcile -f roles.yaml
""",
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        *filename("Filename, directory, or URL to files identifying the resource to reconcile."),
        Flag("remove-extra-permissions", "bool", usage="If true, removes extra permissions added to roles"),
        Flag("remove-extra-subjects", "bool", usage="If true, removes extra subjects added to rolebindings"),
    ),
    run=run,
)
