"""`kubectl rollout undo`. Source: kubectl `pkg/cmd/rollout/rollout_undo.go`, `pkg/polymorphichelpers/rollback.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.rollout.pause import STRATEGIC
from k8snb.kubectl.commands.rollout.revisions import (
    CHANGE_CAUSE,
    HASH_LABEL,
    REVISION,
    Revision,
    described,
    require_resource,
    revisions,
    unsupported,
)
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, SELECTOR, filename

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
#: annotations of a Deployment that a rollback does not bring back
_KEPT = frozenset(
    {
        LAST_APPLIED,
        REVISION,
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    }
)


def run(invocation: Invocation) -> None:
    """Bring back the Pod template of an earlier revision."""
    require_resource(invocation)
    output, dry_run = Output(invocation, typed=True), invocation.dry_run
    wanted = invocation.flag("to-revision")
    query = Query(invocation.args, invocation.flag("selector"), bare_types=True, latest=True, typed=True)

    def work(info: Info) -> None:
        if info.kind.group != "apps" or info.kind.kind not in ("Deployment", "DaemonSet", "StatefulSet"):
            raise unsupported(info, "rollbacker", "rollbacker")
        _warn_of_apply(invocation, info)
        if info.kind.kind == "Deployment":
            done = _undo_deployment(invocation, info, wanted, dry_run)
        else:
            done = _undo_controller(invocation, info, wanted, dry_run)
        # what is printed with -o is the object as it was before
        output.print(info.object, done, "none" if done.startswith("skipped") else dry_run)

    Selection(invocation, query).visit(work)


def _warn_of_apply(invocation: Invocation, info: Info) -> None:
    if LAST_APPLIED in (info.object["metadata"].get("annotations") or {}):
        invocation.error_line(
            f"Warning: resource {info.reference} was previously managed with 'kubectl apply'. Rolling back will not "
            f"update the {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' "
            "operations. Consider using 'kubectl apply' with your previous configuration file instead."
        )


def _chosen(found: list[Revision], wanted: int, info: Info) -> Revision:
    """The revision to go back to: the one before the last, or the one that was asked for."""
    if wanted:
        for revision in found:
            if revision.number == wanted:
                return revision
        raise CommandError(f"unable to find specified revision {wanted} in history")
    if len(found) < 2:
        if info.kind.kind == "Deployment":
            raise CommandError(f"no rollout history found for deployment {quoted(info.name)}")
        raise CommandError("no last revision to roll back to")
    return found[-2]


def _undo_deployment(invocation: Invocation, info: Info, wanted: int, dry_run: str) -> str:
    if wanted < 0:
        raise CommandError(f"unable to find specified revision {wanted} in history")
    chosen = _chosen(revisions(invocation, info), wanted, info)
    if dry_run == "client":
        return described(chosen.keeper["spec"]["template"])
    if info.object["spec"].get("paused"):
        raise CommandError(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
    template = _template(chosen.keeper["spec"]["template"])
    if template == _template(info.object["spec"]["template"]):
        return f"skipped rollback (current template already matches revision {chosen.number})"
    notes = {k: v for k, v in (info.object["metadata"].get("annotations") or {}).items() if k in _KEPT}
    older = chosen.keeper["metadata"].get("annotations") or {}
    notes |= {k: v for k, v in older.items() if k not in _KEPT}
    patch = [
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": notes},
    ]
    query = {"dryRun": "All"} if dry_run == "server" else {}
    invocation.api.patch(info.kind, info.namespace, info.name, patch, "application/json-patch+json", query)
    return "rolled back"


def _template(template: dict[str, Any]) -> dict[str, Any]:
    """A ReplicaSet's template as the Deployment's, without the hash."""
    meta = dict(template.get("metadata") or {})
    meta["labels"] = {k: v for k, v in (meta.get("labels") or {}).items() if k != HASH_LABEL}
    return {**template, "metadata": meta}


def _undo_controller(invocation: Invocation, info: Info, wanted: int, dry_run: str) -> str:
    found = revisions(invocation, info)
    chosen = _chosen(found, wanted, info)
    if dry_run == "client":
        return f"will roll back to {described(chosen.template)}"
    if chosen.template == info.object["spec"]["template"]:
        return f"skipped rollback (current template already matches revision {chosen.number})"
    patch = dict(chosen.keeper["data"])
    if chosen.cause:
        patch["metadata"] = {"annotations": {CHANGE_CAUSE: chosen.cause}}
    query = {"dryRun": "All"} if dry_run == "server" else {}
    invocation.api.patch(info.kind, info.namespace, info.name, patch, STRATEGIC, query)
    return "rolled back"


COMMAND = Command(
    "undo",
    "Undo a previous rollout",
    use="(TYPE NAME | TYPE/NAME) [flags]",
    long="Roll back to a previous rollout.",
    examples="""
# Back to the revision before
kubectl rollout undo deployment/web

# Back to the third one
kubectl rollout undo deployment/web --to-revision=3

# See what would happen
kubectl rollout undo --dry-run=server deployment/web
""",
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
        SELECTOR,
        Flag("to-revision", "int64", 0, usage="The revision to rollback to. Default to 0 (last revision)."),
    ),
    run=run,
)
