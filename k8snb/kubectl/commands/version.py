"""`kubectl version`. Source: kubectl `pkg/cmd/version/version.go`."""

from __future__ import annotations

from typing import Any

from k8snb.api import yaml
from k8snb.api.errors import StatusError
from k8snb.apiserver.nonresource import version_info
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.json import print_json

#: what this client is, and the kustomize it corresponds to
CLIENT, KUSTOMIZE = "v1.36.2", "v5.8.1"


def run(invocation: Invocation) -> None:
    """Print the versions of client and server."""
    if invocation.args:
        raise CommandError(f"extra arguments: [{' '.join(invocation.args)}]")
    output = invocation.flag("output")
    if output not in ("", "yaml", "json"):
        raise CommandError("--output must be 'yaml' or 'json'")
    client = {name: value for name, value in version_info(CLIENT).items() if not name.startswith(("emulation", "minC"))}
    found: dict[str, Any] = {"clientVersion": client, "kustomizeVersion": KUSTOMIZE}
    refused: StatusError | None = None
    if not invocation.flag("client"):
        try:
            found["serverVersion"] = invocation.api.call("GET", "/version").body
        except StatusError as error:
            refused = error
    if output == "yaml":
        invocation.out(yaml.dump(found))
    elif output == "json":
        invocation.out(print_json(found, sort_keys=False))
    else:
        invocation.line(f"Client Version: {CLIENT}")
        invocation.line(f"Kustomize Version: {KUSTOMIZE}")
        if "serverVersion" in found:
            invocation.line(f"Server Version: {found['serverVersion']['gitVersion']}")
            _skew(invocation, found["serverVersion"])
    if refused is not None:
        raise refused


def _skew(invocation: Invocation, server: dict[str, Any]) -> None:
    """kubectl supports servers one minor version apart."""
    ours, theirs = CLIENT.split(".")[1], str(server.get("minor", "")).rstrip("+")
    if theirs.isdigit() and abs(int(ours) - int(theirs)) > 1:
        invocation.err(
            f"WARNING: version difference between client (1.{ours}) and server (1.{theirs}) exceeds the supported minor "
            "version skew of +/-1\n"
        )


COMMAND = Command(
    "version",
    "Print the client and server version information",
    use="[flags]",
    long="Print the client and server version information for the current context.",
    examples="""
# Both versions
kubectl version
""",
    flags=(
        Flag("client", "bool", usage="If true, shows client version only (no server required)."),
        Flag("output", shorthand="o", usage="One of 'yaml' or 'json'."),
    ),
    run=run,
)
