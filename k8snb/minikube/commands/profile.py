"""`minikube profile`: the lab has one profile, called minikube."""

from __future__ import annotations

from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.start import preparing
from k8snb.minikube.host import KUBERNETES, PROFILE
from k8snb.minikube.style import table
from k8snb.network.cni import internal_ip

_HEAD = ("PROFILE", "DRIVER", "RUNTIME", "IP", "VERSION", "STATUS", "NODES", "ACTIVE PROFILE", "ACTIVE KUBECONTEXT")


def profile(call: Invocation) -> int:
    if not call.args:
        call.out(f"{PROFILE}\n")
        return 0
    if call.args[0] != PROFILE:
        raise call.fail("MK_UNIMPLEMENTED", f"this lab has one profile, {PROFILE}: there is no {call.args[0]}")
    call.say("Success", f"minikube profile was successfully set to {PROFILE}")
    return 0


def list_profiles(call: Invocation) -> int:
    nodes = call.host.nodes()
    if not nodes:
        raise call.fail("MK_USAGE", "No minikube profile was found.", "You can create one using 'minikube start'.")
    runtime = preparing(nodes[0])[1].split(" on ")[1].split()[0].lower()
    state = "Stopped" if call.host.is_stopped() else "OK"
    row = (PROFILE, "docker", runtime, internal_ip(nodes[0]), KUBERNETES, state, str(len(nodes)), "*", "*")
    call.out(table(_HEAD, [row]))
    return 0


PROFILE_COMMAND = Command(
    "profile",
    "Get or list the current profiles (clusters)",
    "Configuration and Management Commands",
    use="[MINIKUBE_PROFILE_NAME] [options]",
    run=profile,
    subcommands=(Command("list", "Lists all minikube profiles.", run=list_profiles),),
)
