"""`kubectl create -f`: send every object of the manifests to the server.

Source: `k8s.io/kubectl/pkg/cmd/create/create.go`.
"""

from __future__ import annotations

from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import updated_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import write_query
from k8snb.kubectl.errors import CommandError, UsageError, from_source
from k8snb.kubectl.output import Output, Printer
from k8snb.kubectl.rawhttp import check_raw, send_raw
from k8snb.kubectl.selection import Info, Query, Selection, require_files


def run(invocation: Invocation) -> None:
    """Create what the files describe."""
    if invocation.args:
        raise UsageError(f"Unexpected args: [{' '.join(invocation.args)}]")
    dry_run, validation = invocation.dry_run, invocation.validation
    require_files(invocation)
    printer = Output(invocation).printer("created", dry_run)
    if invocation.flag("raw"):
        check_raw(invocation, exclusive=("edit", "recursive", "selector", "output"))
        send_raw(invocation, "POST")
        return
    if invocation.flag("edit"):
        from k8snb.kubectl.commands.create.editfirst import edit_and_create

        edit_and_create(invocation)
        return
    query = write_query(invocation, dry_run, validation)
    wanted = Query(selector=invocation.flag("selector"), validate=validation != "Ignore")
    count = 0

    def create(info: Info) -> None:
        nonlocal count
        create_one(invocation, info, dry_run, query, printer)
        count += 1

    Selection(invocation, wanted).visit(create)
    if not count:
        raise CommandError("no objects passed to create")


def create_one(invocation: Invocation, info: Info, dry_run: str, query: dict[str, str], printer: Printer) -> None:
    """Create one object and print it."""
    obj = recorded(invocation, updated_last_applied(info.object, invocation.flag("save-config")))
    info.object = obj
    if dry_run != "client":
        meta = obj.get("metadata") or {}
        if meta.get("resourceVersion"):
            meta = {name: value for name, value in meta.items() if name != "resourceVersion"}
            obj = {**obj, "metadata": meta}
        try:
            info.refresh(invocation.api.create(info.kind, info.namespace, obj, query))
        except StatusError as error:
            raise from_source("creating", info.source, error) from None
    printer(info.object)
