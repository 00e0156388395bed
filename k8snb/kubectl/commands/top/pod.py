"""`kubectl top pod`. Source: kubectl `pkg/cmd/top/top_pod.go`, `pkg/metricsutil/metrics_printer.go`."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.api.duration import format_seconds, parse_time
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.top import usage
from k8snb.kubectl.commands.top.usage import Json
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import TabWriter
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, FIELD_SELECTOR, SELECTOR

#: seconds in which a new Pod need not have been measured
_DELAY = 120.0


def run(invocation: Invocation) -> None:
    """Print what Pods use, or each of their containers."""
    if len(invocation.args) > 1:
        raise UsageError("pod [NAME | -l label]")
    usage.check_sorting(invocation)
    name, labels, fields = (invocation.args or [""])[0], invocation.flag("selector"), invocation.flag("field-selector")
    if name and (labels or fields):
        raise CommandError("only one of NAME or selector can be provided")
    everywhere = invocation.flag("all-namespaces")
    namespace = "" if everywhere else invocation.namespace
    query = {"labelSelector": labels, "fieldSelector": fields}
    found = usage.measured(invocation, "pods", namespace, name, query)
    if found:
        invocation.out(_table(invocation, found))
        return
    _explain(invocation, invocation.api.list(invocation.kind("pods"), invocation.namespace, labels, fields)["items"])
    invocation.error_line(
        "No resources found" if everywhere else f"No resources found in {invocation.namespace} namespace."
    )


def _explain(invocation: Invocation, pods: Sequence[Json]) -> None:
    """Why nothing has been measured. CommandError if there are Pods."""
    for pod in pods:
        meta = pod["metadata"]
        age = invocation.client.now() - parse_time(meta["creationTimestamp"])
        if age > _DELAY:
            raise CommandError(
                f"Metrics not available for pod {meta['namespace']}/{meta['name']}, age: {format_seconds(age)}"
            )
    if pods:
        raise CommandError("metrics not available yet")


def _table(invocation: Invocation, found: Sequence[Json]) -> str:
    names, column = usage.resources(invocation), invocation.flag("sort-by")
    everywhere, apart = invocation.flag("all-namespaces"), invocation.flag("containers")
    titles = ["NAME", "CPU(cores)", "MEMORY(bytes)", *(["SWAP(bytes)"] if "swap" in names else [])]
    width, writer = len(titles), TabWriter()
    if not invocation.flag("no-headers"):
        before = [*(["NAMESPACE"] if everywhere else []), *(["POD"] if apart else [])]
        width += len(before)
        writer.write(usage.line([*before, *titles]))
    sums = {id(pod): usage.total((one["usage"] for one in pod.get("containers") or []), names) for pod in found}

    def rank(pod: Json) -> tuple[int, str, str]:
        meta = pod["metadata"]
        return usage.order(sums[id(pod)], column), meta["namespace"] if everywhere else "", meta["name"]

    for pod in sorted(found, key=rank):
        meta = pod["metadata"]
        place = [meta["namespace"]] if everywhere else []
        if not apart:
            writer.write(usage.line([*place, meta["name"], *usage.cells(sums[id(pod)], names)]))
            continue
        containers = pod.get("containers") or []
        for one in sorted(containers, key=lambda one: (usage.order(one["usage"], column), one["name"])):
            writer.write(usage.line([*place, meta["name"], one["name"], *usage.cells(one["usage"], names)]))
    if invocation.flag("sum"):
        writer.write(usage.line([*[""] * (width - 2), "________", "________"]))
        writer.write(usage.line([*[""] * (width - 3), "", *usage.cells(usage.total(sums.values(), names), names)]))
    return writer.flush()


COMMAND = Command(
    "pod",
    "Display resource (CPU/memory) usage of pods",
    use="pod [NAME | -l label]",
    long="Display resource (CPU/memory) usage of pods.\n\n What a new pod uses is only known after its first measurement, "
    "which may take some minutes.",
    examples="""# What the pods of the namespace use
kubectl top pod

# What the pods of another namespace use
kubectl top pod --namespace=shop

# What each container of a pod uses
kubectl top pod web --containers

# What the pods with a label use
kubectl top pod -l app=web""",
    aliases=("pods", "po"),
    flags=(
        ALL_NAMESPACES,
        Flag("containers", "bool", usage="If present, print usage of containers within a pod."),
        FIELD_SELECTOR,
        Flag("no-headers", "bool", usage="If present, print output without headers."),
        SELECTOR,
        Flag("show-swap", "bool", usage="Print pod resources related to swap memory."),
        Flag(
            "sort-by",
            usage="If non-empty, sort pods list using specified field. The field can be either 'cpu' or 'memory'.",
        ),
        Flag("sum", "bool", usage="Print the sum of the resource usage"),
        usage.PROTOBUF,
    ),
    run=run,
)
