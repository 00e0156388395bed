"""`kubectl cordon` and `uncordon`. Source: kubectl `pkg/cmd/drain/drain.go`, `pkg/drain/cordon.go`."""

from __future__ import annotations

from functools import partial

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, SELECTOR

STRATEGIC = "application/strategic-merge-patch+json"


def nodes_of(invocation: Invocation, verb: str) -> list[Info]:
    """The nodes that a command line names or selects."""
    args, selector = invocation.args, invocation.flag("selector")
    if not args and not selector:
        raise UsageError(f"USAGE: {verb} NODE [flags]")
    if args and selector:
        raise UsageError("error: cannot specify both a node name and a --selector option")
    named = [arg if "/" in arg else f"nodes/{arg}" for arg in args] or ["nodes"]
    found = []
    for info in Selection(invocation, Query(named, selector, single_type=True)).infos():
        if (info.kind.group, info.kind.kind) != ("", "Node"):
            raise CommandError(f"expected resource of type node, got {quoted(info.kind.resource_text)}")
        found.append(info)
    return found


def cordon(invocation: Invocation, info: Info, wanted: bool, dry_run: str) -> None:
    """Make one node (un)schedulable and say so."""
    done = "cordoned" if wanted else "uncordoned"
    suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
    if bool(info.object["spec"].get("unschedulable")) == wanted:
        invocation.line(f"{info.label} already {done}{suffix}")
        return
    if dry_run != "client":
        query = {"fieldManager": "kubectl-cordon", **({"dryRun": "All"} if dry_run == "server" else {})}
        patch = {"spec": {"unschedulable": True if wanted else None}}
        info.refresh(invocation.api.patch(info.kind, "", info.name, patch, STRATEGIC, query))
    invocation.line(f"{info.label} {done}{suffix}")


def run(invocation: Invocation, *, wanted: bool) -> None:
    """(Un)cordon every node that is meant."""
    dry_run = invocation.dry_run
    for info in nodes_of(invocation, "cordon" if wanted else "uncordon"):
        cordon(invocation, info, wanted, dry_run)


COMMAND = Command(
    "cordon",
    "Mark node as unschedulable",
    use="NODE",
    long="Mark node as unschedulable.",
    examples="""
# No new Pods for a node
kubectl cordon minikube-m02
""",
    flags=(DRY_RUN, SELECTOR),
    run=partial(run, wanted=True),
)
