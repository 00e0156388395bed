"""`minikube status`: what runs on each machine. The exit code is made of bits: 1 machine, 2 control plane or kubelet,
4 kubeconfig not as it should be.
"""

from __future__ import annotations

import json
from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.gotemplate import TemplatePrinter
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.update_context import problem
from k8snb.minikube.host import Host, is_control_plane

_STALE = (
    "WARNING: Your kubectl is pointing to stale minikube-vm.",
    "To fix the kubectl context, run `minikube update-context`",
    "",
)
#: the fields of a machine's state, as --format and -o json name them
FIELDS = ("Name", "Host", "Kubelet", "APIServer", "Kubeconfig")


def status(call: Invocation) -> int:
    cluster, wanted, form = call.cluster, call.flags["node"], call.flags["format"]
    output = call.flags["output"].lower()
    if output != "text" and form:
        raise call.fail("MK_USAGE", "Cannot use both --output and --format options")
    nodes = call.host.nodes()
    if wanted:
        nodes = [node for node in nodes if wanted in (node.metadata.name, short_name(node.metadata.name))]
        if not nodes:
            raise call.fail("GUEST_NODE_RETRIEVE", f"retrieving node: Could not find node {wanted}")
    found = [describe(call.host, cluster, node) for node in (nodes[:1] if form else nodes)]
    if output == "json":
        call.out(_json(found))
    elif output != "text":
        raise call.fail("MK_USAGE", f"invalid output format: {output}. Valid values: 'text', 'json'")
    else:
        call.out("".join(_formatted(call, form, item) if form else _text(item) for item in found))
    return exit_code(found)


def exit_code(found: list[dict[str, str]]) -> int:
    """The bits of all machines together."""
    code = 0
    for item in found:
        control_plane_runs = item["APIServer"] in ("Running", "Irrelevant") and item["Kubelet"] == "Running"
        code |= 1 * (item["Host"] != "Running") | 2 * (not control_plane_runs)
        code |= 4 * (item["Kubeconfig"] not in ("Configured", "Irrelevant"))
    return code


def short_name(name: str) -> str:
    """minikube's own name of a machine: `minikube-m02` is `m02`, the first one has none."""
    return name.rpartition("-")[2] if "-" in name else ""


def describe(host: Host, cluster: Any, node: Any) -> dict[str, str]:
    """One machine as `status` shows it. Of one that is off nothing more is known."""
    name, worker = node.metadata.name, not is_control_plane(node)
    kind = "Worker" if worker else "Control Plane"
    if not host.machines.is_on(name):
        return {"Name": name, **dict.fromkeys(FIELDS[1:], "Stopped"), "type": kind}
    runs = host.machines.runs_kubelet(name) and not _is_off(cluster, "kubelet")
    return {
        "Name": name,
        "Host": "Running",
        "Kubelet": "Running" if runs else "Stopped",
        "APIServer": "Irrelevant" if worker else "Running",
        "Kubeconfig": "Irrelevant" if worker else "Misconfigured" if problem(host) else "Configured",
        "type": kind,
    }


def _is_off(cluster: Any, component: str) -> bool:
    engine = cluster.engine
    return component in engine.components and engine.is_stopped(component)


def _json(found: list[dict[str, str]]) -> str:
    shown = [{**{name: item[name] for name in FIELDS}, "Worker": item["type"] == "Worker"} for item in found]
    return json.dumps(shown[0] if len(shown) == 1 else shown, separators=(",", ":"))


def _formatted(call: Invocation, form: str, item: dict[str, str]) -> str:
    try:
        return TemplatePrinter(form).print({**item, "Worker": item["type"] == "Worker"})
    except PrinterError as error:
        raise call.fail("MK_STATUS_TEXT", f"status text failure: {error}") from None


def _text(item: dict[str, str]) -> str:
    lines = [item["Name"], f"type: {item['type']}", f"host: {item['Host']}", f"kubelet: {item['Kubelet']}"]
    if item["type"] != "Worker":
        lines += [f"apiserver: {item['APIServer']}", f"kubeconfig: {item['Kubeconfig']}"]
    return "\n".join([*lines, "", "", *(_STALE if item["Kubeconfig"] == "Misconfigured" else ())])


STATUS = Command(
    "status",
    "Gets the status of a local Kubernetes cluster",
    "Basic Commands",
    long="Gets the status of a local Kubernetes cluster.\n\tExit status contains the status of minikube's VM, cluster and "
    "Kubernetes encoded on it's bits in this order from right to left.\n\tEg: 7 meaning: 1 (for minikube NOK) + 2 (for "
    "cluster NOK) + 4 (for Kubernetes NOK)",
    flags=(
        Flag("format", shorthand="f", usage="Go template format string for the status output."),
        Flag("output", default="text", shorthand="o", usage="minikube status --output OUTPUT. json, text"),
        Flag("node", shorthand="n", usage="The node to check status for. Leave blank for all nodes."),
    ),
    run=status,
)
