"""`minikube options`: the flags that every command takes."""

from __future__ import annotations

from k8snb.minikube.command import GLOBAL, Command, Invocation, option


def options(call: Invocation) -> int:
    shown = "\n\n".join(option(flag) for flag in GLOBAL)
    call.out(f"The following options can be passed to any command:\n\n{shown}\n\n")
    return 0


OPTIONS = Command(
    "options",
    "Show a list of global command-line options (applies to all commands).",
    "Troubleshooting Commands",
    run=options,
)
