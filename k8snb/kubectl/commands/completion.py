"""`kubectl completion`: upstream prints a script for a shell. The lab's kubectl lives in no shell and says where Tab works.

What is printed are comments, so that `source <(kubectl completion bash)` does no harm. Cells complete by themselves
(`k8snb.kubectl.completion`). Source: kubectl `pkg/cmd/completion/completion.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import UsageError, quoted

#: shell -> what puts kubectl's script to work there
SHELLS = {
    "bash": "source <(kubectl completion bash)",
    "fish": "kubectl completion fish | source",
    "powershell": "kubectl completion powershell | Out-String | Invoke-Expression",
    "zsh": "source <(kubectl completion zsh)",
}
_POINTER = """\
# This kubectl is part of a notebook and has no {shell} script: press Tab in a cell, and commands, types, names and flags
# complete from the live cluster. The kubectl of a terminal (https://kubernetes.io/docs/tasks/tools/) prints its script:
#     {line}
"""


def run(invocation: Invocation) -> None:
    """Print where completion is to be had. UsageError for anything but one known shell."""
    args = invocation.args
    if not args:
        raise UsageError("Shell not specified.")
    if len(args) > 1:
        raise UsageError("Too many arguments. Expected only the shell type.")
    if args[0] not in SHELLS:
        raise UsageError(f"Unsupported shell type {quoted(args[0])}.")
    invocation.out(_POINTER.format(shell=args[0], line=SHELLS[args[0]]))


COMMAND = Command(
    "completion",
    "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)",
    use="completion SHELL",
    long="""Output shell completion code for the specified shell (bash, zsh, fish, or powershell).

 In a notebook, Tab completes without it. In a terminal the shell has to read the code, which its kubectl prints.""",
    examples="""# Complete kubectl's words in this bash
source <(kubectl completion bash)

# The same in zsh
source <(kubectl completion zsh)

# The same in fish
kubectl completion fish | source

# The same in powershell
kubectl completion powershell | Out-String | Invoke-Expression""",
    run=run,
)
