"""`kubectl top node`. Source: kubectl `pkg/cmd/top/top_node.go`."""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.top import usage
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import TabWriter
from k8snb.kubectl.sharedflags import SELECTOR

_COLUMNS = ("NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)")
_SWAP_COLUMNS = ("SWAP(bytes)", "SWAP(%)")


def run(invocation: Invocation) -> None:
    """Print what the nodes use, and how much of what they have that is."""
    if len(invocation.args) > 1:
        raise UsageError("node [NAME | -l label]")
    usage.check_sorting(invocation)
    name, selector = (invocation.args or [""])[0], invocation.flag("selector")
    if name and selector:
        raise CommandError("only one of NAME or --selector can be provided")
    found = usage.measured(invocation, "nodes", "", name, {"labelSelector": selector})
    if not found:
        raise CommandError("metrics not available yet")
    kind = invocation.kind("nodes")
    if name:
        nodes = [invocation.api.get(kind, "", name)]
    else:
        nodes = invocation.api.list(kind, "", selector)["items"]
    source = "capacity" if invocation.flag("show-capacity") else "allocatable"
    available = {node["metadata"]["name"]: dict((node.get("status") or {}).get(source) or {}) for node in nodes}
    names, missing = usage.resources(invocation), set()
    for node in nodes if "swap" in names else ():
        capacity = ((node.get("status") or {}).get("nodeInfo") or {}).get("swap", {}).get("capacity")
        if capacity is None:
            missing.add(node["metadata"]["name"])
        else:
            available[node["metadata"]["name"]]["swap"] = str(capacity)
    writer, column = TabWriter(), invocation.flag("sort-by")
    if not invocation.flag("no-headers"):
        writer.write(usage.line([*_COLUMNS, *(_SWAP_COLUMNS if "swap" in names else ())]))
    for one in sorted(found, key=lambda one: (usage.order(one["usage"], column), one["metadata"]["name"])):
        node_name = one["metadata"]["name"]
        without = ["swap"] if node_name in missing else []
        row = usage.cells(one["usage"], names, available.pop(node_name, {}), without)
        writer.write(usage.line([node_name, *row]))
    for node_name in sorted(available):
        writer.write(usage.line([node_name, *[usage.UNKNOWN] * (2 * len(names))]))
    invocation.out(writer.flush())


COMMAND = Command(
    "node",
    "Display resource (CPU/memory) usage of nodes",
    use="node [NAME | -l label]",
    long="Display resource (CPU/memory) usage of nodes.\n\n How much of its CPU and memory each node uses.",
    examples="""# What all nodes use
kubectl top node

# What one node uses
kubectl top node minikube""",
    aliases=("nodes", "no"),
    flags=(
        Flag("no-headers", "bool", usage="If present, print output without headers"),
        SELECTOR,
        Flag(
            "show-capacity",
            "bool",
            usage="Print node resources based on Capacity instead of Allocatable(default) of the nodes.",
        ),
        Flag("show-swap", "bool", usage="Print node resources related to swap memory."),
        Flag(
            "sort-by",
            usage="If non-empty, sort nodes list using specified field. The field can be either 'cpu' or 'memory'.",
        ),
        usage.PROTOBUF,
    ),
    run=run,
)
