"""`minikube delete`: throws the cluster away, with everything in it."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE
from k8snb.minikube.style import line


def delete(call: Invocation) -> int:
    if call.args:
        raise call.fail("MK_USAGE", "Usage: minikube delete")
    everything = call.flags["all"]
    if call.host.cluster is not None and (everything or call.profile == PROFILE):
        _delete(call)
    elif not everything:
        call.err(line("Meh", f'"{call.profile}" profile does not exist, trying anyways.'))
        call.say("Deleted", f'Removed all traces of the "{call.profile}" cluster.')
    if everything:
        call.say("DeletingHost", "Successfully deleted all profiles")
    if call.flags["purge"]:
        call.host.config.clear()
        call.say("Deleted", "Successfully purged minikube directory located at - [/home/learner/.minikube]")
    return 0


def _delete(call: Invocation) -> None:
    host = call.host
    if host.destroy is None:
        raise call.fail("MK_UNIMPLEMENTED", "this cluster belongs to a program: it can only be dropped there")
    names = [node.metadata.name for node in host.nodes()]
    call.say("DeletingHost", f'Deleting "{PROFILE}" in docker ...')
    for name in names:
        call.say("DeletingHost", f'Deleting container "{name}" ...')
    for name in names:
        call.say("DeletingHost", f"Removing /home/learner/.minikube/machines/{name} ...")
    host.destroy()
    host.cluster = None
    host.addons.clear()
    call.say("Deleted", f'Removed all traces of the "{PROFILE}" cluster.')


DELETE = Command(
    "delete",
    "Deletes a local Kubernetes cluster",
    "Basic Commands",
    long="Deletes a local Kubernetes cluster. This command deletes the VM, and removes all\nassociated files.",
    flags=(
        Flag("all", "bool", usage="Set flag to delete all profiles"),
        Flag("purge", "bool", usage="Set this flag to delete the '.minikube' folder from your user directory."),
    ),
    run=delete,
)
