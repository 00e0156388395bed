"""`kubectl events`: what components said about objects, the oldest first.

Source: kubectl `pkg/cmd/events/{events,event_printer}.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.describe.events import age
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.gosort import go_sort
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers import terminal
from k8snb.kubectl.printers.tabwriter import TabWriter
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, CHUNK_SIZE

Json = dict[str, Any]


def run(invocation: Invocation) -> None:
    """Print the events, and with -w those that come."""
    flags = invocation.parsed
    if invocation.args:
        raise CommandError(f'unknown command "{invocation.args[0]}" for "kubectl events"')
    fields = _about(invocation)
    types = [text.lower() for text in flags["types"]]
    if any(text not in ("normal", "warning") for text in types):
        raise CommandError("valid --types are Normal or Warning")
    output = Output(invocation, typed=True)
    if output.format:
        output.printer()
    namespace = "" if flags["all-namespaces"] else invocation.namespace
    if flags["watch"]:
        _watch(invocation, output, namespace, fields, types)
        return
    found = Reader(invocation.api, invocation.kinds, flags["chunk-size"]).list("events", namespace, fields=fields)
    found = [one for one in found if _fits(one, types)]
    go_sort(found, lambda one, other: _time(one) < _time(other))
    if not found:
        where = f" in {namespace} namespace." if namespace else "."
        invocation.error_line(f"No events found{where}")
        return
    if output.format == "name":
        return  # upstream the printer of names refuses a list, and nobody looks at that
    if output.format:
        items = [in_go_order(event) for event in found]
        output.print({"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": items})
        return
    writer = TabWriter()
    _header(invocation, writer)
    for event in found:
        writer.write(_row(invocation, event))
    invocation.out(writer.flush())


def _about(invocation: Invocation) -> str:
    """The field selector that `--for TYPE/NAME` stands for."""
    word = invocation.flag("for")
    if not word:
        return ""
    if "/" not in word:
        raise CommandError("--for must be in resource/name form")
    if word.count("/") > 1:
        raise CommandError("arguments in resource/name form may not have more than one slash")
    resource, _, name = word.partition("/")
    if not resource:
        raise CommandError("a resource must be present, got: /, Resource=")
    kind = invocation.kinds.match(resource.lower())
    if not name:
        return ""
    return f"involvedObject.apiVersion={kind.api_version},involvedObject.kind={kind.kind},involvedObject.name={name}"


def _fits(event: Json, types: list[str]) -> bool:
    return not types or str(event.get("type", "")).lower() in types


def _time(event: Json) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")


def _header(invocation: Invocation, writer: TabWriter) -> None:
    if not invocation.flag("no-headers"):
        writer.write("NAMESPACE\t" if invocation.flag("all-namespaces") else "")
        writer.write("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n")


def _row(invocation: Invocation, event: Json) -> str:
    about = event.get("involvedObject") or {}
    cells = [
        age(event, invocation.client.now()),
        event.get("type", ""),
        event.get("reason", ""),
        f"{about.get('kind', '')}/{about.get('name', '')}",
        str(event.get("message", "")).strip(),
    ]
    if invocation.flag("all-namespaces"):
        cells.insert(0, event["metadata"].get("namespace", ""))
    return "\t".join(terminal.escape(cell) for cell in cells) + "\n"


def _watch(invocation: Invocation, output: Output, namespace: str, fields: str, types: list[str]) -> None:
    """Print events as they come, until nothing more can happen."""
    writer = TabWriter()
    query = {"fieldSelector": fields} if fields else {}
    if not output.format:
        _header(invocation, writer)
    for change in invocation.api.watch(invocation.kind("events"), namespace, query):
        event = change["object"]
        if change["type"] == "DELETED" or not _fits(event, types):
            continue
        if output.format:
            output.print(event)
        else:
            writer.write(_row(invocation, event))
            invocation.out(writer.flush())


COMMAND = Command(
    "events",
    "List events",
    use="events [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|"
    "jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
    long="""Display events.

 Prints a table of the most important information about events. You can request events for a namespace, for all namespace, or \
filtered to only those pertaining to a specified resource.""",
    examples="""# List recent events in the default namespace
kubectl events

# List recent events in all namespaces
kubectl events --all-namespaces

# List recent events of the pod web, and go on with those that come
kubectl events --for pod/web --watch

# List recent events in YAML format
kubectl events -oyaml

# List recent warnings and normal events
kubectl events --types=Warning,Normal""",
    flags=(
        *PRINT_FLAGS,
        ALL_NAMESPACES,
        CHUNK_SIZE,
        Flag("for", usage="Filter events to only those pertaining to the specified resource."),
        Flag("no-headers", "bool", usage="When using the default output format, don't print headers."),
        Flag("types", "stringSlice", usage="Output only events of given types."),
        Flag("watch", "bool", shorthand="w", usage="After listing the requested events, watch for more events."),
    ),
    run=run,
)
