"""`kubectl top`: what nodes and Pods use, as the metrics server measures it. Source: kubectl `pkg/cmd/top`."""

from __future__ import annotations

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.top import node, pod

COMMAND = Command(
    "top",
    "Display resource (CPU/memory) usage",
    use="top [flags]",
    long="""Display resource (CPU/memory) usage.

 The top command allows you to see the resource consumption for nodes or pods.

 This command requires Metrics Server to be correctly configured and working on the server.""",
    subcommands=(node.COMMAND, pod.COMMAND),
)
