"""`kubectl rollout history`. Source: kubectl `pkg/cmd/rollout/rollout_history.go`, `pkg/polymorphichelpers/history.go`."""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.rollout.revisions import Revision, described, require_resource, revisions
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import align
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, filename


def run(invocation: Invocation) -> None:
    """Print the revisions of each object, or one of them in full."""
    require_resource(invocation)
    wanted = invocation.flag("revision")
    if wanted < 0:
        raise CommandError(f"revision must be a positive integer: {wanted}")
    query = Query(invocation.args, invocation.flag("selector"), bare_types=True, latest=True, typed=True)
    output = Output(invocation, typed=True)

    def show(info: Info) -> None:
        found = revisions(invocation, info)
        if output.format:
            _print_objects(output, found, wanted)
            return
        marked = f" with revision #{wanted}" if wanted else ""
        text = _details(found, wanted) if wanted else _table(found)
        invocation.out(f"{info.kind.group_kind}/{info.name}{marked}\n{text}\n")

    Selection(invocation, query).visit(show)


def _print_objects(output: Output, found: list[Revision], wanted: int) -> None:
    for revision in found:
        if wanted in (0, revision.number):
            output.print(revision.keeper)


def _table(found: list[Revision]) -> str:
    if not found:
        return "No rollout history found."
    rows = [f"{r.number}\t{r.cause or '<none>'}\n" for r in found]
    return align("".join(["REVISION\tCHANGE-CAUSE\n", *rows]), 0, 2)


def _details(found: list[Revision], wanted: int) -> str:
    for revision in found:
        if revision.number == wanted:
            return described(revision.template)
    raise CommandError("unable to find the specified revision")


COMMAND = Command(
    "history",
    "View rollout history",
    use="(TYPE NAME | TYPE/NAME) [flags]",
    long="View previous rollout revisions and configurations.",
    examples="""
# The revisions of a deployment
kubectl rollout history deployment/web

# What its third revision looked like
kubectl rollout history deployment/web --revision=3
""",
    flags=(
        *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
        *PRINT_FLAGS,
        Flag(
            "revision",
            "int64",
            0,
            usage="See the details, including podTemplate of the revision specified",
        ),
        SELECTOR,
    ),
    run=run,
)
