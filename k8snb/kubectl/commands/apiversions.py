"""`kubectl api-versions`. Source: kubectl `pkg/cmd/apiresources/apiversions.go`."""

from __future__ import annotations

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError


def run(invocation: Invocation) -> None:
    """Every group and version the server has, sorted."""
    if invocation.args:
        raise UsageError(f"unexpected arguments: [{' '.join(invocation.args)}]")
    try:
        invocation.kinds.refresh()
    except ConnectionRefused as refused:
        raise CommandError(f"couldn't get available api versions from server: {refused.message}") from None
    for version in sorted({*(kind.api_version for kind in invocation.kinds), *invocation.kinds.stale}):
        invocation.line(version)


COMMAND = Command(
    "api-versions",
    'Print the supported API versions on the server, in the form of "group/version"',
    long='Print the supported API versions on the server, in the form of "group/version".',
    examples="""
# What the server speaks
kubectl api-versions
""",
    run=run,
)
