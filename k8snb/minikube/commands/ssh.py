"""`minikube ssh -- COMMAND`: a command on a machine. What a node knows of its network and containers is answered
here, from the data that the simulation itself works with; everything else goes to the machine's own shell, where
there is one.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.ip import named
from k8snb.minikube.host import ShellResult
from k8snb.minikube.machineshell import shell
from k8snb.minikube.nodeshell import PROGRAMS


def ssh(call: Invocation) -> int:
    cluster = call.running
    node = named(call, call.flags["node"])
    if node is None:
        raise call.fail("GUEST_NODE_RETRIEVE", f"Node {call.flags['node']} does not exist.", ask=False)
    name, words = node.metadata.name, list(call.args)
    if not call.host.machines.is_on(name):
        call.err(f'ssh: "{name}" is not running\n')
        return 1
    if not words:
        raise call.fail("MK_UNIMPLEMENTED", "an open shell needs a terminal: give a command, `minikube ssh -- ls /`")
    result = run_line(cluster, node, words, call.stdin)
    call.out(result.stdout)
    call.err(result.stderr)
    if result.exit_code:
        call.err(f"ssh: Process exited with status {result.exit_code}\n")
    return int(result.exit_code != 0)  # minikube has one code for all of them


def run_line(cluster: Any, node: Any, words: list[str], stdin: str) -> ShellResult:
    """One command line on a machine: its network tools are answered from the simulation's data, all else by its shell."""
    text = words[0] if len(words) == 1 else shlex.join(words)
    text = re.sub(r"^\s*sudo\s+", "", text.replace("'|'", "|"))
    first, pipe, rest = text.partition("|")
    try:
        head = shlex.split(first)
    except ValueError as error:
        return ShellResult("", f"bash: {error}\n", 2)
    program = PROGRAMS.get(head[0]) if head else None
    if program is None:
        return shell(cluster, node, [text], stdin)
    result = program(cluster, node, head[1:])
    return shell(cluster, node, [rest], result.stdout) if pipe and not result.exit_code else result


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
)
