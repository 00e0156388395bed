"""`minikube docker-env`: how a shell is pointed at the docker daemon of the cluster's machine.

The lines are those of the real command; in a notebook `%eval $(minikube docker-env)` does what they say.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.style import line

#: where the machine is reached, with the docker driver: its runtime is containerd, so the client comes through SSH
ADDRESS = "ssh://docker@127.0.0.1:32769"
_NAMES = ("DOCKER_HOST", "MINIKUBE_ACTIVE_DOCKERD")
_EXPERIMENT = (
    "Using the docker-env command with the containerd runtime is a highly experimental feature, please provide feedback or "
    "contributions to make it better"
)


def run(call: Invocation) -> int:
    call.check_running()
    nodes = call.host.nodes()
    if len(nodes) > 1:
        raise call.fail(
            "ENV_MULTINODE_CONFLICT",
            "The docker-env command is incompatible with multi-node clusters. Use the 'registry' add-on: "
            "https://minikube.sigs.k8s.io/docs/handbook/registry/",
        )
    if call.flags["unset"]:
        call.out("".join(f"unset {name};\n" for name in _NAMES))
        return 0
    profile = call.profile
    call.err(line("Notice", _EXPERIMENT))
    values = (ADDRESS, profile)
    call.out("".join(f'export {name}="{value}"\n' for name, value in zip(_NAMES, values, strict=True)))
    call.out(f"\n# To point your shell to minikube's docker-daemon, run:\n# eval $(minikube -p {profile} docker-env)\n")
    return 0


DOCKER_ENV = Command(
    "docker-env",
    "Provides instructions to point your terminal's docker-cli to the Docker Engine inside minikube. "
    "(Useful for building docker images directly inside minikube)",
    "Images Commands",
    use="[flags]",
    flags=(
        Flag(
            "shell",
            usage="Force environment to be configured for a specified shell: [fish, cmd, powershell, tcsh, bash, zsh]",
        ),
        Flag("unset", "bool", shorthand="u", usage="Unset variables instead of setting them"),
    ),
    run=run,
)
