"""`minikube node`: machines are added to the cluster, taken away, switched off and on."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.ip import find_node, named
from k8snb.minikube.commands.start import begin_restart, preparing, switch_on
from k8snb.minikube.commands.status import short_name
from k8snb.minikube.commands.stop import switch_off
from k8snb.minikube.host import BASE_IMAGE, CPUS, MEMORY_MB, PROFILE, is_control_plane
from k8snb.network.cni import internal_ip


def group(call: Invocation) -> int:
    raise call.fail("MK_USAGE", "Usage: minikube node [add|start|stop|delete|list]")


def list_nodes(call: Invocation) -> int:
    if call.args:
        raise call.fail("MK_USAGE", "Usage: minikube node list")
    call.check_exists()
    for node in call.host.nodes():
        call.out(f"{node.metadata.name}\t{internal_ip(node)}\n")
    return 0


def add(call: Invocation) -> int:
    call.check_running()
    if call.host.add_node is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster's machines are fixed")
    if call.flags["control-plane"]:
        raise call.fail(
            "MK_UNIMPLEMENTED",
            "Adding a control-plane node to a non-HA (non-multi-control plane) cluster is not currently supported.",
        )
    short = f"m{_last(call) + 1:02d}"
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


def _last(call: Invocation) -> int:
    """The number of the last machine: the next one follows it, whatever gaps there are."""
    numbers = [short_name(node.metadata.name)[1:] for node in call.host.nodes()]
    return max([int(number) for number in numbers if number.isdigit()], default=1)


def _argument(call: Invocation, verb: str) -> str:
    if not call.args:
        raise call.fail("MK_USAGE", f"Usage: minikube node {verb} [name]")
    return call.args[0]


def delete(call: Invocation) -> int:
    short = _argument(call, "delete")
    call.check_running()
    if call.host.remove_node is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster's machines are fixed")
    node = named(call, short)
    if node is not None and is_control_plane(node):
        raise call.fail(
            "MK_UNIMPLEMENTED", "a cluster without its only control-plane machine is none: use 'minikube delete'"
        )
    call.say("DeletingHost", f"Deleting node {short} from cluster {PROFILE}")
    if node is None:
        raise call.fail("GUEST_NODE_DELETE", f"deleting node: retrieve: Could not find node {short}")
    name = node.metadata.name
    call.say("Stopping", f'Stopping node "{name}"  ...')
    if call.host.machines.is_on(name):
        call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    call.say("DeletingHost", f'Deleting "{name}" in docker ...')
    call.host.machines.switch(name, on=False)
    call.host.remove_node(name)
    call.say("Deleted", f"Node {short} was successfully deleted.")
    return 0


def stop(call: Invocation) -> int:
    short = _argument(call, "stop")
    call.check_exists()
    node = find_node(call, short)
    name, machines = node.metadata.name, call.host.machines
    others = [other.metadata.name for other in call.host.nodes() if other.metadata.name != name]
    if is_control_plane(node) and any(machines.is_on(other) for other in others):
        raise call.fail(
            "MK_UNIMPLEMENTED", "workers cannot go on alone here: stop them first, or all with 'minikube stop'"
        )
    call.say("Stopping", f'Stopping node "{name}"  ...')
    if machines.is_on(name):
        call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    if is_control_plane(node):
        switch_off(call, [name])
    else:
        machines.switch(name, on=False)
    call.say("Stopped", f"Successfully stopped node {name}")
    return 0


def start(call: Invocation) -> int:
    short = _argument(call, "start")
    call.check_exists()
    node = find_node(call, short)
    name = node.metadata.name
    if call.host.machines.is_on(name):
        call.say("Check", f"{short} is already running")
        return 0
    if not is_control_plane(node):
        call.check_running()
    begin_restart(call, node)
    switch_on(call, node)
    call.say("HealthCheck", "Verifying Kubernetes components...")
    call.say("Happy", f"Successfully started node {name}!")
    return 0


NODE = Command(
    "node",
    "Add, remove, or list additional nodes",
    "Advanced Commands",
    long="Operations on nodes",
    run=group,
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
