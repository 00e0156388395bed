"""`minikube profile`: the lab has one profile, called minikube."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.start import preparing
from k8snb.minikube.host import KUBERNETES, PROFILE
from k8snb.minikube.style import line, table
from k8snb.network.cni import internal_ip

_HEAD = ("PROFILE", "DRIVER", "RUNTIME", "IP", "VERSION", "STATUS", "NODES", "ACTIVE PROFILE", "ACTIVE KUBECONTEXT")


def profile(call: Invocation) -> int:
    if not call.args:
        call.out(f"{PROFILE}\n")
        return 0
    if len(call.args) > 1:
        raise call.fail("MK_USAGE", "usage: minikube profile [MINIKUBE_PROFILE_NAME]")
    name = PROFILE if call.args[0] == "default" else call.args[0]
    if name != PROFILE or call.host.cluster is None:
        tip = f"if you want to create a profile you can by this command: minikube start -p {name}"
        call.err(line("Tip", tip))
        return 0
    call.say("Success", f"minikube profile was successfully set to {PROFILE}")
    return 0


def list_profiles(call: Invocation) -> int:
    output = call.flags["output"].lower()
    if output != "table":
        if output == "json":
            raise call.fail("MK_UNIMPLEMENTED", "--output=json is not simulated here: use the table")
        raise call.fail("MK_USAGE", f"invalid output format: {call.flags['output']}. Valid values: 'table', 'json'")
    nodes = call.host.nodes()
    if not nodes:
        advice = "\n\n    You can create one using 'minikube start'.\n"
        raise call.fail("MK_USAGE_NO_PROFILE", "No minikube profile was found.", advice)
    runtime = preparing(nodes[0])[1].split(" on ")[1].split()[0].lower()
    state = "Stopped" if call.host.is_stopped() else "OK"
    version = nodes[0].status.nodeInfo.kubeletVersion or KUBERNETES
    row = (PROFILE, "docker", runtime, internal_ip(nodes[0]), version, state, str(len(nodes)), "*", "*")
    call.out(table(_HEAD, [row]))
    return 0


PROFILE_COMMAND = Command(
    "profile",
    "Get or list the current profiles (clusters)",
    "Configuration and Management Commands",
    use="[MINIKUBE_PROFILE_NAME] [options]",
    run=profile,
    subcommands=(
        Command(
            "list",
            "Lists all minikube profiles.",
            flags=(
                Flag("output", default="table", shorthand="o", usage="The output format. One of 'json', 'table'"),
                Flag("light", "bool", shorthand="l", usage="If true, returns list of profiles faster."),
            ),
            run=list_profiles,
        ),
    ),
)
