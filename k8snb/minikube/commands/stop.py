"""`minikube stop`: switches the machines off. Objects stay; containers and the control plane do not run until
`start`.
"""

from __future__ import annotations

from k8snb.minikube.command import Command, Invocation


def stop(call: Invocation) -> int:
    cluster, machines = call.cluster, call.host.machines
    nodes = [node.metadata.name for node in call.host.nodes()]
    for name in nodes:
        call.say("Stopping", f'Stopping node "{name}"  ...')
        if machines.is_on(name):
            call.say("Shutdown", f'Powering off "{name}" via SSH ...')
    for name in nodes:
        machines.switch(name, on=False)
    cluster.run_ready()
    for component in list(cluster.engine.components):
        cluster.engine.stop(component)
    call.say("Stopped", f"{len(nodes)} node{'' if len(nodes) == 1 else 's'} stopped.")
    return 0


STOP = Command("stop", "Stops a running local Kubernetes cluster", "Basic Commands", run=stop)
