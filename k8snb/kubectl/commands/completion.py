"""`kubectl completion`: refused. Cells complete by themselves (`k8snb.kubectl.completion`), and a terminal has its own kubectl.

Source: kubectl `pkg/cmd/completion/completion.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError

SHELLS = ("bash", "fish", "powershell", "zsh")


def run(invocation: Invocation) -> None:
    """Check the shell as kubectl does, then refuse. UsageError, CommandError."""
    if not invocation.args:
        raise UsageError("Shell not specified.")
    if len(invocation.args) > 1:
        raise UsageError("Too many arguments. Expected only the shell type.")
    if invocation.args[0] not in SHELLS:
        raise UsageError(f'Unsupported shell type "{invocation.args[0]}".')
    raise CommandError("the lab writes no shell scripts: press Tab in a cell")


COMMAND = Command(
    "completion",
    "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    use="completion SHELL",
    long="Not part of the lab: cells complete by themselves when you press Tab.",
    run=run,
)
