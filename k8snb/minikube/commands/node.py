"""`minikube node`: machines are added to the cluster, taken away, switched off and on."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.ip import find_node
from k8snb.minikube.commands.start import preparing
from k8snb.minikube.commands.status import short_name
from k8snb.minikube.host import BASE_IMAGE, CPUS, MEMORY_MB, PROFILE, is_control_plane
from k8snb.network.cni import internal_ip


def list_nodes(call: Invocation) -> int:
    call.check_exists()
    for node in call.host.nodes():
        call.out(f"{node.metadata.name}\t{internal_ip(node)}\n")
    return 0


def add(call: Invocation) -> int:
    call.check_running()
    if call.host.add_node is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster's machines are fixed")
    if call.flags["control-plane"]:
        raise call.fail("MK_UNIMPLEMENTED", "Adding a control-plane node to a non-HA (non-multi-control plane) "
                                            "cluster is not "
                        "currently supported.")  # fmt: skip
    taken = [short_name(node.metadata.name) for node in call.host.nodes()]
    number = next(number for number in range(2, 1000) if f"m{number:02d}" not in taken)
    short = f"m{number:02d}"
    name = f"{PROFILE}-{short}"
    call.say("Happy", f"Adding node {short} to cluster {PROFILE} as [worker]")
    call.say("ThumbsUp", f'Starting "{name}" worker node in "{PROFILE}" cluster')
    call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
    call.say("StartingVM", f"Creating docker container (CPUs={CPUS}, Memory={MEMORY_MB}MB) ...")
    call.host.add_node(name)
    call.say(*preparing(find_node(call, name)))
    call.say("HealthCheck", "Verifying Kubernetes components...")
    call.say("Ready", f"Successfully added {short} to {PROFILE}!")
    return 0


def _one(call: Invocation, verb: str) -> Any:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", f"Usage: minikube node {verb} [name]")
    return find_node(call, call.args[0])


def delete(call: Invocation) -> int:
    call.check_running()
    node = _one(call, "delete")
    name = node.metadata.name
    if call.host.remove_node is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster's machines are fixed")
    if is_control_plane(node):
        raise call.fail("GUEST_NODE_DELETE", f"deleting node: node {name} is the control plane: use 'minikube delete'")
    call.say("DeletingHost", f"Deleting node {call.args[0]} from cluster {PROFILE}")
    call.say("Stopping", f'Stopping node "{name}"  ...')
    call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    call.say("DeletingHost", f'Deleting "{name}" in docker ...')
    call.host.machines.switch(name, on=False)
    call.host.remove_node(name)
    call.say("Deleted", f"Node {call.args[0]} was successfully deleted.")
    return 0


def stop(call: Invocation) -> int:
    call.check_exists()
    node = _one(call, "stop")
    name = node.metadata.name
    if is_control_plane(node):
        raise call.fail(
            "MK_UNIMPLEMENTED", "without its only control-plane machine the cluster is stopped: use 'minikube stop'"
        )
    call.say("Stopping", f'Stopping node "{name}"  ...')
    if call.host.machines.is_on(name):
        call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    call.host.machines.switch(name, on=False)
    call.say("Stopped", f"Successfully stopped node {call.args[0]}")
    return 0


def start(call: Invocation) -> int:
    call.check_running()
    node = _one(call, "start")
    name = node.metadata.name
    if call.host.machines.is_on(name):
        call.say("Restarting", f"{call.args[0]} is already running")
        return 0
    role = "primary control-plane" if is_control_plane(node) else "worker"
    call.say("ThumbsUp", f'Starting "{name}" {role} node in "{PROFILE}" cluster')
    call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
    call.say("Restarting", f'Restarting existing docker container for "{name}" ...')
    call.say(*preparing(node))
    call.say("HealthCheck", "Verifying Kubernetes components...")
    call.host.machines.switch(name, on=True)
    call.say("Ready", f"Successfully started node {call.args[0]}!")
    return 0


NODE = Command(
    "node",
    "Add, remove, or list additional nodes",
    "Advanced Commands",
    long="Operations on nodes",
    subcommands=(
        Command(
            "add",
            "Adds a node to the given cluster.",
            flags=(
                Flag("worker", "bool", True, usage="If set, added node will be available as worker. Defaults to true."),
                Flag(
                    "control-plane", "bool", usage="If set, added node will become a control-plane. Defaults to false."
                ),
            ),
            run=add,
        ),
        Command("delete", "Deletes a node from a cluster.", use="[name]", run=delete),
        Command("list", "List nodes.", run=list_nodes),
        Command("start", "Starts a node.", use="[name]", run=start),
        Command("stop", "Stops a node in a cluster.", use="[name]", run=stop),
    ),
)
