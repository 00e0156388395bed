"""`minikube delete`: throws the cluster away, with everything in it."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE


def delete(call: Invocation) -> int:
    host = call.host
    if host.cluster is None:
        if call.flags["all"]:
            call.say("DeletingHost", "Successfully deleted all profiles")
            return 0
        call.say("Meh", f'"{PROFILE}" profile does not exist, trying anyways.')
    elif host.destroy is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster belongs to a program: it can only be dropped there")
    else:
        names = [node.metadata.name for node in host.nodes()]
        call.say("DeletingHost", f'Deleting "{PROFILE}" in docker ...')
        for name in names:
            call.say("DeletingHost", f'Deleting container "{name}" ...')
        for name in names:
            call.say("DeletingHost", f"Removing /home/learner/.minikube/machines/{name} ...")
        host.destroy()
        host.cluster = None
    call.say("Deleted", f'Removed all traces of the "{PROFILE}" cluster.')
    if call.flags["all"]:
        call.say("DeletingHost", "Successfully deleted all profiles")
    return 0


DELETE = Command(
    "delete",
    "Deletes a local Kubernetes cluster",
    "Basic Commands",
    flags=(
        Flag("all", "bool", usage="Set flag to delete all profiles"),
        Flag("purge", "bool", usage="Set this flag to delete the '.minikube' folder from your user directory."),
    ),
    run=delete,
)
