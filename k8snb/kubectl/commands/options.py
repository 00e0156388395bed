"""`kubectl options`: the flags that every command takes."""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.globalflags import GLOBAL_FLAGS
from k8snb.kubectl.pflag import usages


def run(invocation: Invocation) -> None:
    """List them."""
    invocation.line("The following options can be passed to any command:\n")
    invocation.out(usages(GLOBAL_FLAGS))


COMMAND = Command("options", "Print the list of flags inherited by all commands", run=run)
