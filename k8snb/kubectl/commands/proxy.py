"""`kubectl proxy`: refused with a way around it. A proxy without credentials has no place in a notebook that others may share.

Source: kubectl `pkg/cmd/proxy/proxy.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag


def run(invocation: Invocation) -> None:
    """Say what to do instead. CommandError."""
    raise CommandError(
        "the lab has no proxy: read a path with `kubectl get --raw PATH`, or serve the API to other programs with "
        "`%cluster serve` (`k8snb serve` in a terminal)"
    )


COMMAND = Command(
    "proxy",
    "Run a proxy to the Kubernetes API server",
    use="proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
    long="Not part of the lab: use get --raw, or serve the API.",
    flags=(
        Flag("port", "int", default=8001, shorthand="p", usage="The port of the proxy."),
        Flag("address", default="127.0.0.1", usage="The address of the proxy."),
        Flag("www", shorthand="w", usage="Files to serve beside the API."),
        Flag("www-prefix", shorthand="P", default="/static/", usage="Where the files are served."),
        Flag("api-prefix", default="/", usage="Where the API is served."),
    ),
    run=run,
)
