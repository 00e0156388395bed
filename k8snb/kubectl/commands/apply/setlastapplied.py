"""`kubectl apply set-last-applied`: make apply remember a manifest without applying it.

Source: `k8s.io/kubectl/pkg/cmd/apply/apply_set_last_applied.go`.
"""

from __future__ import annotations

from k8snb.api import jsontext
from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import LAST_APPLIED, last_applied
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.differences import MERGE
from k8snb.kubectl.errors import FAILURES, CommandError, from_source
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection, get
from k8snb.kubectl.sharedflags import DRY_RUN, filename


def run(invocation: Invocation) -> None:
    """Set the annotation of the objects whose remembered manifest is another one."""
    dry_run = invocation.dry_run
    printer = Output(invocation).printer("configured", dry_run)
    wanted: list[tuple[Info, str]] = []

    def check(info: Info) -> None:
        text = jsontext.dumps(info.object) + "\n"
        try:
            info.object = get(invocation, info)
        except FAILURES as error:
            if isinstance(error, StatusError) and error.reason == "NotFound":
                raise
            doing = f"retrieving current configuration of:\n{info}\nfrom server for:"
            raise from_source(doing, info.source, error) from None
        before = last_applied(info.object)
        if before is None and not invocation.flag("create-annotation"):
            raise CommandError(
                f"no last-applied-configuration annotation found on resource: {info.name}, to create the annotation, run "
                "the command with --create-annotation"
            )
        if before is not None and jsontext.loads(before) == jsontext.loads(text):
            invocation.line(f"set-last-applied {info.name}: no changes required.")
        else:
            wanted.append((info, text))

    Selection(invocation, Query(brittle=True)).visit(check)
    query = {"dryRun": "All"} if dry_run == "server" else {}
    for info, text in wanted:
        if dry_run != "client":
            patch = {"metadata": {"annotations": {LAST_APPLIED: text}}}
            info.refresh(invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE, query))
        printer(info.object)


COMMAND = Command(
    "set-last-applied",
    "Set the last-applied-configuration annotation on a live object to match the contents of a file",
    use="set-last-applied -f FILENAME",
    long="""Make apply believe that it was last given this manifest. Nothing else of the object changes.""",
    examples="""
# From now on, apply compares with this file
kubectl apply set-last-applied -f web.yaml

# Also for an object that apply does not know yet
kubectl apply set-last-applied -f web.yaml --create-annotation=true
""",
    run=run,
    flags=(
        *PRINT_FLAGS,
        Flag(
            "create-annotation",
            "bool",
            usage="Will create 'last-applied-configuration' annotations if current objects doesn't have one",
        ),
        DRY_RUN,
        filename("Filename, directory, or URL to files that contains the last-applied-configuration annotations")[0],
    ),
)
