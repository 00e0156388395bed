"""`kubectl set selector`. Source: kubectl `pkg/cmd/set/set_selector.go`."""

from __future__ import annotations

import copy
from typing import Any

from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.differences import STRATEGIC, strategic_difference
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.labelselector import label_selector
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import RECORD, RECURSIVE_USAGE
from k8snb.kubectl.typedobjects import need_model, typed


def run(invocation: Invocation) -> None:
    """Replace the selector of Services."""
    dry_run = invocation.dry_run
    selector = label_selector(invocation.args[-1]) if invocation.args else None
    show = Output(invocation, typed=True).printer("selector updated", dry_run)
    if selector is None:
        raise CommandError("one selector is required")
    local, wanted = bool(invocation.flag("local")), invocation.flag("resource-version")
    query = Query(invocation.args[:-1], bare_types=invocation.flag("all"), latest=not local, local=local, typed=True)

    def work(info: Info) -> None:
        before = typed(info.object)
        if wanted:
            before["metadata"] = {name: item for name, item in before["metadata"].items() if name != "resourceVersion"}
        after = _with_selector(before, selector)
        if wanted:
            after["metadata"] = {**after["metadata"], "resourceVersion": wanted}
        after = recorded(invocation, after)
        if local or dry_run == "client":
            show(after)
            return
        patch = strategic_difference(before, after, need_model(before))
        options = {"fieldManager": invocation.flag("field-manager")}
        if dry_run == "server":
            options["dryRun"] = "All"
        show(in_go_order(invocation.api.patch(info.kind, info.namespace, info.name, patch, STRATEGIC, options)))

    Selection(invocation, query).visit(work)


def _with_selector(obj: dict[str, Any], selector: dict[str, Any]) -> dict[str, Any]:
    if (obj["apiVersion"], obj["kind"]) != ("v1", "Service"):
        raise CommandError("setting a selector is only supported for Services")
    if selector.get("matchExpressions"):
        rows = " ".join(
            "{" + f"{item['key']} {item['operator']} [{' '.join(item.get('values', ()))}]" + "}"
            for item in selector["matchExpressions"]
        )
        raise CommandError(f"match expression [{rows}] not supported on this object")
    after = copy.deepcopy(obj)
    after["spec"]["selector"] = dict(selector.get("matchLabels") or {})
    if not after["spec"]["selector"]:
        del after["spec"]["selector"]
    return after


COMMAND = Command(
    "selector",
    "Set the selector on a resource",
    use="selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
    long="Replace the selector of a service by another one; nothing of the old selector stays. Only services can be "
    "changed.\n\n A selector is a list of labels like app=web,track=stable; names and values have at most 63 characters. With "
    "--resource-version the change is refused if the object has been changed since that version.",
    examples="""
# Let a service choose other pods
kubectl set selector service web app=web,track=stable

# Give a service a selector before it is created
kubectl create svc clusterip web --tcp=80 --dry-run=client -o yaml | kubectl set selector --local -f - app=shop -o yaml
""",
    flags=(
        *PRINT_FLAGS,
        RECORD,
        Flag("all", "bool", usage="Select all resources in the namespace of the specified resource types"),
        Flag("filename", "stringSlice", shorthand="f", usage="identifying the resource."),
        Flag("recursive", "bool", True, shorthand="R", usage=RECURSIVE_USAGE),
        changes.local_flag("annotation"),
        Flag(
            "resource-version",
            usage="If non-empty, the selectors update will only succeed if this is the current resource-version for the "
            "object. Only valid when specifying a single resource.",
        ),
        *changes.COMMON,
    ),
    run=run,
)
