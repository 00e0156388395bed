"""`kubectl get -w`: what there is, then every change.

In the lab virtual time runs as long as somebody waits for it; when nothing is to come any more the command ends and says
so, where a terminal would go on waiting. Source: `k8s.io/kubectl/pkg/cmd/get/get.go` (watch).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8snb.api import jsontext, yaml
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.get import as_table, options_for
from k8snb.kubectl.connection import check_timeout
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import Output
from k8snb.kubectl.printers.table import TablePrinter
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sorting import sorted_table

#: prints the answer of a list, or the object of an event of this type
Show = Callable[[Info, str], None]


def watch(invocation: Invocation, query: Query, output: Output, human: bool) -> None:
    """Print what is there (unless --watch-only), then what changes. Ends with --request-timeout, or when all is quiet."""
    selection = Selection(invocation, _single(query))
    infos, error = selection.attempt()
    if error is not None:
        raise error
    if len({info.kind for info in infos}) > 1:
        raise CommandError(
            "watch is only supported on individual resources and resource collections - more than 1 resource was found"
        )
    kind = infos[0].kind if infos else selection.kinds[0]
    show = _tables(invocation, infos, query) if human else _objects(invocation, output)
    revision = _revision(selection, infos)
    if not invocation.flag("watch-only"):
        event = "ADDED" if invocation.flag("output-watch-events") else ""
        for info in infos:
            show(info, event)
    if selection.targets_single and len(infos) != 1:
        if len(selection.sources) == 1:
            raise CommandError(
                "watch is only supported on individual resources and resource collections - "
                f"{len(infos)} resources were found"
            )
        raise CommandError("you may only watch a single resource or type of resource at a time")
    wanted = _wanted(selection, query, infos, revision)
    namespace = infos[0].namespace if selection.targets_single else (selection.namespace if kind.namespaced else "")
    timeout = request_timeout(invocation)
    events = invocation.api.watch(kind, namespace, wanted, timeout, table=query.table is not None)
    for item in events:
        if item.get("type") == "BOOKMARK":
            continue
        event = str(item["type"]) if invocation.flag("output-watch-events") else ""
        show(Info(kind, namespace, "", item["object"]), event)
    if timeout is None:
        invocation.lab("nothing more is going to happen by itself; a terminal would go on watching (Ctrl+C)")


def _single(query: Query) -> Query:
    return Query(**{**query.__dict__, "single_type": True})


def _revision(selection: Selection, infos: list[Info]) -> str:
    """Where the watch begins: right behind what has been read."""
    return selection.revision or str(
        ((infos[0].object if infos else {}).get("metadata") or {}).get("resourceVersion", "")
    )


def _wanted(selection: Selection, query: Query, infos: list[Info], revision: str) -> dict[str, str]:
    wanted = {
        "resourceVersion": revision,
        "labelSelector": selection.labels or "",
        "fieldSelector": query.fields.strip(),
    }
    if selection.targets_single:
        name = infos[0].name
        wanted = {"resourceVersion": revision, "fieldSelector": f"metadata.name={name}"}
    wanted |= query.table or {}
    return {name: value for name, value in wanted.items() if value}


def _tables(invocation: Invocation, infos: list[Info], query: Query) -> Show:
    printer: TablePrinter | None = None
    expression = invocation.flag("sort-by")

    def show(info: Info, event: str) -> None:
        nonlocal printer
        if printer is None:
            printer = TablePrinter(options_for(invocation, info.kind, False, invocation.flag("all-namespaces")))
        table: dict[str, Any] | None = as_table(invocation, info)
        if expression and table is not None and len(table.get("rows") or []) > 1:
            table = sorted_table(invocation, table, expression)
            if table is None:
                raise CommandError(
                    f'unable to output the provided object: couldn\'t find any field with path "{{{expression}}}" in the '
                    "list of objects"
                )
        if table is not None:
            invocation.out(printer.print(table, event))

    return show


def _objects(invocation: Invocation, output: Output) -> Show:
    printer = output.printer()
    count = 0

    def show(info: Info, event: str) -> None:
        nonlocal count
        count += 1
        if event and output.format in ("json", "yaml"):
            if output.format == "json":
                invocation.line(f'{{"type":{jsontext.dumps(event)},"object":{jsontext.dumps(info.object)}}}')
            else:
                invocation.out(("---\n" if count > 1 else "") + yaml.dump({"type": event, "object": info.object}))
        else:
            printer(info.object)

    return show


def request_timeout(invocation: Invocation) -> float | None:
    """`--request-timeout` in seconds, None for none."""
    return check_timeout(str(invocation.flag("request-timeout")))
