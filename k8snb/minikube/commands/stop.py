"""`minikube stop`: switches the machines off. Objects stay; nothing runs and nobody answers until `start`.

What a terminal had open to the cluster ends with it: port-forwards, the tunnel; and its kubeconfig forgets the cluster until
the next start, unless told not to (--keep-context-active). Source: minikube `cmd/minikube/cmd/stop.go`.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.update_context import forget
from k8snb.network.endpoint import TRAFFIC


def stop(call: Invocation) -> int:
    call.check_exists()
    machines = call.host.machines
    if call.flags["schedule"]:
        raise call.fail(
            "MK_UNIMPLEMENTED", "nobody waits here until it is time: let time pass with `%clock`, then stop"
        )
    nodes = [node.metadata.name for node in call.host.nodes()]
    for name in nodes:
        call.say("Stopping", f'Stopping node "{name}"  ...')
        if machines.is_on(name):
            call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    switch_off(call, nodes)
    if not call.flags["keep-context-active"]:
        forget(call.host)
    call.say("Stopped", f"{len(nodes)} node{'' if len(nodes) == 1 else 's'} stopped.")
    return 0


def switch_off(call: Invocation, nodes: list[str]) -> None:
    """Take these machines, the control plane's among them, from the power; the control plane's programs end."""
    cluster, network = call.cluster, call.cluster.network
    network.tunnel.stop()
    for port in list(network.fabric.forwards):
        network.fabric.unforward(port)
    for name in nodes:
        call.host.machines.switch(name, on=False)
    cluster.run_ready()
    for component in cluster.engine.components:
        if component != TRAFFIC:  # the learner's own machine stays on
            cluster.engine.stop(component)
    network.traffic.catch_up(woken=True)


STOP = Command(
    "stop",
    "Stops a running local Kubernetes cluster",
    "Basic Commands",
    long="Stops a local Kubernetes cluster. This command stops the underlying VM or container, but keeps user data intact. "
    'The cluster can be started again with the "start" command.',
    flags=(
        Flag("all", "bool", usage="Set flag to stop all profiles (clusters)"),
        Flag("keep-context-active", "bool", usage="keep the kube-context active after cluster is stopped."),
        Flag("schedule", "duration", usage="Set flag to stop cluster after a set amount of time (e.g. --schedule=5m)"),
    ),
    run=stop,
)
