"""`minikube version`."""

from __future__ import annotations

import json

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import COMMIT, VERSION


def version(call: Invocation) -> int:
    output = call.flags["output"]
    if output == "json":
        call.out(json.dumps({"commit": COMMIT, "minikubeVersion": VERSION}, separators=(",", ":")) + "\n")
    elif output == "yaml":
        call.out(f"commit: {COMMIT}\nminikubeVersion: {VERSION}\n\n")
    elif output:
        raise call.fail("MK_USAGE", "error: --output must be 'yaml' or 'json'")
    elif call.flags["short"]:
        call.out(f"{VERSION}\n")
    else:
        call.out(f"minikube version: {VERSION}\ncommit: {COMMIT}\n")
    return 0


VERSION_COMMAND = Command(
    "version",
    "Print the version of minikube",
    "Troubleshooting Commands",
    flags=(
        Flag("short", "bool", usage="Print just the version number."),
        Flag("output", shorthand="o", usage="One of 'yaml' or 'json'."),
    ),
    run=version,
)
