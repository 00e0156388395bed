"""`kubectl auth`: who am I, what may I do. Source: `k8s.io/kubectl/pkg/cmd/auth`."""

from __future__ import annotations

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.auth import cani, reconcile, whoami

COMMAND = Command(
    "auth",
    "Inspect authorization",
    use="auth [flags]",
    long="Inspect authorization.",
    subcommands=(cani.COMMAND, reconcile.COMMAND, whoami.COMMAND),
)
