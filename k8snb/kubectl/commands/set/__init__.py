"""`kubectl set`: change one aspect of existing objects. Source: `k8s.io/kubectl/pkg/cmd/set`."""

from __future__ import annotations

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.set import env, image, resources, selector, serviceaccount, subject

COMMAND = Command(
    "set",
    "Set specific features on objects",
    use="SUBCOMMAND",
    long="""Configure application resources.

 These commands help you make changes to existing application resources.""",
    subcommands=(
        env.COMMAND,
        image.COMMAND,
        resources.COMMAND,
        selector.COMMAND,
        serviceaccount.COMMAND,
        subject.COMMAND,
    ),
)
