"""`kubectl get`: tables, objects in any output format, and watching them.

The server makes the tables; several kinds stand one below the other, each with its own columns. Source:
`k8s.io/kubectl/pkg/cmd/get/get.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, Many, UsageError, raise_all
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.output import COLUMN_FORMATS, GET_PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.table import TableOptions, TablePrinter
from k8snb.kubectl.rawhttp import check_path, get_raw
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, CHUNK_SIZE, FIELD_SELECTOR, SELECTOR, filename, subresource
from k8snb.kubectl.sorting import sorted_objects, sorted_table

_SUGGESTION = 'Use "kubectl api-resources" for a complete list of supported resources.'


def run(invocation: Invocation) -> None:
    """Get what the command line means and print it."""
    if invocation.flag("raw"):
        _raw(invocation)
        return
    watching = _announce(invocation)
    output = Output(invocation, extra=(*COLUMN_FORMATS, "wide"))
    _check(invocation, output, watching)
    human = output.format in ("", "wide")
    query = _query(invocation, human)
    if watching:
        from k8snb.kubectl.watching import watch

        watch(invocation, query, output, human)
    elif human:
        _print_tables(invocation, Selection(invocation, query))
    else:
        _print_objects(invocation, Selection(invocation, query), output)


def _raw(invocation: Invocation) -> None:
    if invocation.args:
        raise CommandError("arguments may not be passed when --raw is specified")
    if invocation.flag("watch") or invocation.flag("watch-only") or invocation.flag("selector"):
        raise CommandError(
            "--raw may not be specified with other flags that filter the server request or alter the output"
        )
    if invocation.flag("output"):
        raise CommandError("--raw and --output are mutually exclusive")
    check_path(invocation.flag("raw"))
    get_raw(invocation, invocation.flag("raw"))


def _announce(invocation: Invocation) -> bool:
    """What is said before anything is asked; whether to watch."""
    sort = invocation.flag("sort-by")
    if invocation.flag("watch"):
        if sort:
            invocation.error_line("warning: --watch requested, --sort-by will be ignored for watch events received")
        return True
    if invocation.flag("watch-only"):
        if sort:
            invocation.error_line("warning: --watch-only requested, --sort-by will be ignored")
        return True
    if not invocation.args and not invocation.flag("filename") and not invocation.flag("kustomize"):
        invocation.error_line(f"You must specify the type of resource to get. {_SUGGESTION}\n")
        raise UsageError(
            "Required resource not specified.\n"
            'Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).'
        )
    return False


def _check(invocation: Invocation, output: Output, watching: bool) -> None:
    if invocation.flag("show-labels") and output.format not in ("", "wide"):
        raise CommandError(f"--show-labels option cannot be used with {invocation.flag('output')} printer")
    if invocation.flag("output-watch-events") and not watching:
        raise CommandError("--output-watch-events option can only be used with --watch or --watch-only")


def _query(invocation: Invocation, human: bool) -> Query:
    table: dict[str, str] | None = None
    if human and invocation.flag("server-print"):
        table = {}
        if invocation.flag("sort-by"):
            table["includeObject"] = "Object"
        elif not (
            invocation.flag("all-namespaces") or invocation.flag("show-labels") or invocation.flag("label-columns")
        ):
            # The cells are all that is printed: the metadata need not be made.
            table["includeObject"] = "None"
    return Query(
        invocation.args,
        selector=invocation.flag("selector"),
        fields=invocation.flag("field-selector"),
        all_namespaces=invocation.flag("all-namespaces"),
        bare_types=True,
        latest=True,
        chunk=0 if invocation.flag("sort-by") else invocation.flag("chunk-size"),
        subresource=invocation.flag("subresource"),
        ignore_not_found=invocation.flag("ignore-not-found"),
        table=table,
    )


# -- tables -------------------------------------------------------------------------------------------------------------


def options_for(invocation: Invocation, kind: Kind, with_kind: bool, with_namespace: bool) -> TableOptions:
    """How the table of a kind is printed."""
    return TableOptions(
        no_headers=invocation.flag("no-headers"),
        wide=invocation.flag("output") == "wide",
        with_namespace=with_namespace,
        show_labels=invocation.flag("show-labels"),
        label_columns=tuple(invocation.flag("label-columns")),
        kind=kind.group_kind if with_kind or invocation.flag("show-kind") else "",
    )


def _print_tables(invocation: Invocation, selection: Selection) -> None:
    infos, error = selection.attempt()
    with_kind = len({info.kind for info in infos}) > 1
    expression = invocation.flag("sort-by")
    if expression and len(infos) > 1:
        infos = _sorted_infos(invocation, infos, expression)
    text, spread = "", False
    last: Kind | None = None
    printer: TablePrinter | None = None

    def flush() -> None:
        nonlocal text
        block = printer.writer.flush() if printer is not None else ""
        text += f"\n{block}" if text and block and not invocation.flag("no-headers") else block

    for info in infos:
        if printer is None or info.kind != last:
            flush()
            # Once a table has had the column of namespaces, all that follow have it (upstream shares the options).
            spread = spread or (invocation.flag("all-namespaces") and info.kind.namespaced)
            printer, last = TablePrinter(options_for(invocation, info.kind, with_kind, spread)), info.kind
        table = as_table(invocation, info)
        found = sorted_table(invocation, table, expression) if expression else table
        if found is not None:
            printer.write(found)
    flush()
    invocation.out(text)
    if not text and not invocation.flag("ignore-not-found") and error is None:
        namespaced = not invocation.flag("all-namespaces") and all(info.kind.namespaced for info in infos)
        where = f" in {invocation.namespace} namespace." if namespaced else ""
        invocation.error_line(f"No resources found{where}")
    if error is not None:
        raise Many([error])


def _sorted_infos(invocation: Invocation, infos: Sequence[Info], expression: str) -> list[Info]:
    """Several answers are sorted as they are: a field of a table, not of its rows, as upstream does it."""
    place = {id(info.object): info for info in infos}
    return [place[id(obj)] for obj in sorted_objects(invocation, [info.object for info in infos], expression)]


def as_table(invocation: Invocation, info: Info) -> dict[str, Any]:
    """The table of an answer; of a plain object (--server-print=false) name and age."""
    if info.object.get("kind") == "Table":
        return info.object
    from k8snb.api.duration import human_duration, parse_time

    meta = info.object.get("metadata") or {}
    columns = [
        {"name": "Name", "type": "string", "format": "name"},
        {"name": "Age", "type": "string", "format": ""},
    ]
    created = meta.get("creationTimestamp")
    age = human_duration(invocation.client.now() - parse_time(created)) if created else "<unknown>"
    cells = [meta.get("name", ""), age]
    return {"kind": "Table", "columnDefinitions": columns, "rows": [{"cells": cells, "object": info.object}]}


# -- objects ------------------------------------------------------------------------------------------------------------


def _print_objects(invocation: Invocation, selection: Selection, output: Output) -> None:
    infos, error = selection.attempt()
    errors = [error] if error is not None else []
    if error is not None and selection.single:
        raise error
    if not infos and invocation.flag("ignore-not-found"):
        raise_all(errors)
        return
    printer = output.printer()
    if selection.single and len(infos) == 1:
        obj = infos[0].object
    else:
        objects = [info.object for info in infos]
        if invocation.flag("sort-by") and objects:
            objects = sorted_objects(invocation, objects, invocation.flag("sort-by"))
        obj = {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}}
    printer(obj)
    raise_all(errors)


COMMAND = Command(
    "get",
    "Display one or many resources",
    use="get [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|"
    "jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] "
    "(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    long="Display one or many resources.\n\n The most important things about each object in a table, or whole objects with "
    "-o yaml and the other formats. Without -n or -A only the namespace of the current context is looked at.\n\n"
    f"{_SUGGESTION}",
    examples="""
# All pods of the namespace; with their nodes and addresses
kubectl get pods
kubectl get pods -o wide

# One deployment as it is stored
kubectl get deployment web -o yaml

# Deployments and services, and what a label selects
kubectl get deployments,services
kubectl get pods -l app=web,tier!=back

# One field, or a table of one's own
kubectl get pod web-0 -o jsonpath='{.status.podIP}'
kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName

# In all namespaces, the youngest last
kubectl get pods -A --sort-by=.metadata.creationTimestamp

# Go on printing while pods change
kubectl get pods -w
""",
    run=run,
    flags=(
        *GET_PRINT_FLAGS,
        ALL_NAMESPACES,
        CHUNK_SIZE,
        FIELD_SELECTOR,
        *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
        Flag(
            "ignore-not-found",
            "bool",
            usage="If the requested object does not exist the command will return exit code 0.",
        ),
        Flag(
            "output-watch-events",
            "bool",
            usage="Output watch event objects when --watch or --watch-only is used. Existing objects are output as "
            "initial ADDED events.",
        ),
        Flag("raw", usage="Raw URI to request from the server.  Uses the transport specified by the kubeconfig file."),
        SELECTOR,
        Flag(
            "server-print",
            "bool",
            True,
            usage="If true, have the server return the appropriate table output. Supports extension APIs and CRDs.",
        ),
        subresource("If specified, gets the subresource of the requested object."),
        Flag("watch", "bool", shorthand="w", usage="After listing/getting the requested object, watch for changes."),
        Flag(
            "watch-only",
            "bool",
            usage="Watch for changes to the requested object(s), without listing/getting first.",
        ),
    ),
)
