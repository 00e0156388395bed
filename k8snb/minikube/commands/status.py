"""`minikube status`: what runs on each machine. The exit code is made of bits: 1 machine, 2 control plane, 4 kubelet
not running.
"""

from __future__ import annotations

import json
from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import Host, is_control_plane


def status(call: Invocation) -> int:
    cluster, code = call.cluster, 0
    wanted, found = call.flags["node"], []
    for node in call.host.nodes():
        if wanted in ("", node.metadata.name, short_name(node.metadata.name)):
            found.append(describe(call.host, cluster, node))
    if not found:
        raise call.fail("GUEST_NODE_RETRIEVE", f"retrieving node: Could not find node {wanted}")
    output = call.flags["output"]
    if output == "json":
        data = [{**item, "Worker": item["type"] == "Worker"} for item in found]
        shown = [{key: value for key, value in item.items() if key != "type"} for item in data]
        call.out(json.dumps(shown[0] if len(shown) == 1 else shown, separators=(",", ":")) + "\n")
    elif output != "text":
        raise call.fail("MK_USAGE", f"invalid output format: {output}. Valid values: 'text', 'json'")
    for item in found:
        if output == "text":
            call.out(_text(item))
        code |= 1 * (item["Host"] != "Running")
        code |= 2 * (item["APIServer"] not in ("Running", "Irrelevant")) | 4 * (item["Kubelet"] != "Running")
    return code


def short_name(name: str) -> str:
    """minikube's own name of a machine: `minikube-m02` is `m02`, the first one has none."""
    return name.rpartition("-")[2] if "-" in name else ""


def describe(host: Host, cluster: Any, node: Any) -> dict[str, str]:
    """One machine as `status` shows it."""
    name = node.metadata.name
    on = host.machines.is_on(name)
    component = f"kubelet/{name}"
    kubelet_off = _is_off(cluster, "kubelet") or _is_off(cluster, component)
    worker = not is_control_plane(node)
    state = "Running" if on else "Stopped"
    return {
        "Name": name,
        "Host": state,
        "Kubelet": "Stopped" if kubelet_off else state,
        "APIServer": "Irrelevant" if worker else state,
        "Kubeconfig": "Irrelevant" if worker else ("Configured" if on else "Stopped"),
        "type": "Worker" if worker else "Control Plane",
    }


def _is_off(cluster: Any, component: str) -> bool:
    engine = cluster.engine
    return component in engine.components and engine.is_stopped(component)


def _text(item: dict[str, str]) -> str:
    lines = [item["Name"], f"type: {item['type']}", f"host: {item['Host']}", f"kubelet: {item['Kubelet']}"]
    if item["type"] != "Worker":
        lines += [f"apiserver: {item['APIServer']}", f"kubeconfig: {item['Kubeconfig']}"]
    return "\n".join([*lines, "", ""])


STATUS = Command(
    "status",
    "Gets the status of a local Kubernetes cluster",
    "Basic Commands",
    flags=(
        Flag("output", default="text", shorthand="o", usage="minikube status --output OUTPUT. json, text"),
        Flag("node", shorthand="n", usage="The node to check status for. Leave blank for all nodes."),
    ),
    run=status,
)
