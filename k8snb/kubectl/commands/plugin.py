"""`kubectl plugin list`: this kubectl has no plugins, and says so as kubectl does.

Source: kubectl `pkg/cmd/plugin/plugin.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag


def run(invocation: Invocation) -> None:
    """There is no PATH to look for plugins on: containers and notebooks are simulated or sandboxed."""
    raise CommandError("unable to find any kubectl plugins in your PATH")


COMMAND = Command(
    "plugin",
    "Provides utilities for interacting with plugins",
    use="[flags]",
    long="""Provides utilities for interacting with plugins.

 Plugins provide extended functionality that is not part of the major command-line distribution. Please refer to the \
documentation and examples for more information about how write your own plugins.

 The easiest way to discover and install plugins is via the kubernetes sub-project krew: [krew.sigs.k8s.io]. To install \
krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install""",
    examples="""# List all available plugins
kubectl plugin list

# List only binary names of available plugins without paths
kubectl plugin list --name-only""",
    subcommands=(
        Command(
            "list",
            "List all visible plugin executables on a user's PATH",
            use="[flags]",
            long="List all available plugin files on a user's PATH.",
            flags=(
                Flag(
                    "name-only",
                    "bool",
                    usage="If true, display only the binary name of each plugin, rather than its full path",
                ),
            ),
            run=run,
        ),
    ),
)
