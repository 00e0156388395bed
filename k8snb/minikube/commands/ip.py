"""`minikube ip`: the address of a machine."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.status import short_name
from k8snb.network.cni import internal_ip


def ip(call: Invocation) -> int:
    call.check_running()
    call.out(f"{internal_ip(find_node(call, call.flags['node']))}\n")
    return 0


def find_node(call: Invocation, wanted: str) -> Any:
    """The node of a name; the control plane without one. Ends the command if there is none."""
    found = named(call, wanted)
    if found is None:
        raise call.fail("GUEST_NODE_RETRIEVE", f"retrieving node: Could not find node {wanted}")
    return found


def named(call: Invocation, wanted: str) -> Any | None:
    """The node of a name (`minikube-m02`, `m02`), the control plane without one; None if there is none."""
    nodes = call.host.nodes()
    found = [n for n in nodes if wanted in (n.metadata.name, short_name(n.metadata.name))] if wanted else nodes
    return found[0] if found else None


IP = Command(
    "ip",
    "Retrieves the IP address of the specified node",
    "Troubleshooting Commands",
    flags=(Flag("node", shorthand="n", usage="The node to get IP. Defaults to the primary control plane."),),
    run=ip,
)
