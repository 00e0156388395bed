"""`minikube ssh -- COMMAND`: a command on a machine. What a node knows of its network and containers is answered
here, from the data that the simulation itself works with; everything else goes to the machine's own shell, where
there is one.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.ip import find_node
from k8snb.minikube.host import ShellResult
from k8snb.minikube.nodeshell import PROGRAMS


def ssh(call: Invocation) -> int:
    cluster = call.running
    node = find_node(call, call.flags["node"])
    name = node.metadata.name
    if not call.host.machines.is_on(name):
        raise call.fail("GUEST_NODE_RETRIEVE", f"the machine {name} is not running")
    words = list(call.args)
    if not words:
        raise call.fail("MK_UNIMPLEMENTED", "an open shell needs a terminal: give a command, `minikube ssh -- ls /`")
    if len(words) == 1 and " " in words[0]:
        words = words[0].split()
    words = words[1:] if words[0] == "sudo" else words
    program = PROGRAMS.get(words[0])
    if program is not None:
        result = program(cluster, node, words[1:])
    elif call.host.shell is not None:
        result = call.host.shell(name, words, call.stdin)
    else:
        result = ShellResult(
            "", f"bash: {words[0]}: not simulated on a machine (there are: {', '.join(sorted(PROGRAMS))})\n", 127
        )
    call.out(result.stdout)
    call.err(result.stderr)
    if result.exit_code:
        call.err(f"ssh: Process exited with status {result.exit_code}\n")
    return result.exit_code


SSH = Command(
    "ssh",
    "Log into the minikube environment (for debugging)",
    "Advanced Commands",
    use="[flags] -- [command]",
    flags=(
        Flag("node", shorthand="n", usage="The node to ssh into. Defaults to the primary control plane."),
        Flag("native-ssh", "bool", True, usage="Use native Golang SSH client (default true)."),
    ),
    run=ssh,
    passes_words=True,
)
