"""`kubectl top`: what nodes and Pods use, as the metrics server measures it. Source: kubectl `pkg/cmd/top`."""

from __future__ import annotations

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.top import node, pod

COMMAND = Command(
    "top",
    "Display resource (CPU/memory) usage",
    use="top [flags]",
    long="""Display resource (CPU/memory) usage.

 It is shown for nodes or for pods, by what the Metrics Server of the cluster has measured: one must be installed.""",
    subcommands=(node.COMMAND, pod.COMMAND),
)
