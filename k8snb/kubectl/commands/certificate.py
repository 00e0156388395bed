"""`kubectl certificate approve` and `deny`. Source: kubectl `pkg/cmd/certificates/certificates.go`."""

from __future__ import annotations

from functools import partial
from typing import Any

from k8snb.api.duration import format_time
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import filename

_RESOURCE = "certificatesigningrequests.certificates.k8s.io"


def _run(invocation: Invocation, *, approve: bool) -> None:
    if not invocation.args and not invocation.flag("filename"):
        raise CommandError("one or more CSRs must be specified as <name> or -f <filename>")
    output = Output(invocation, typed=True)
    args = [f"{_RESOURCE}/{name}" for name in invocation.args]
    Selection(invocation, Query(args, latest=True)).visit(lambda info: _decide(invocation, info, approve, output))


def _decide(invocation: Invocation, info: Info, approve: bool, output: Output) -> None:
    wanted, other = ("Approved", "Denied") if approve else ("Denied", "Approved")
    verb = "approve" if approve else "deny"
    conditions: list[dict[str, Any]] = list((info.object.get("status") or {}).get("conditions") or ())
    if any(c["type"] == other for c in conditions):
        raise CommandError(f"certificate signing request {info.name!r} is already {other}".replace("'", '"'))
    if not any(c["type"] == wanted for c in conditions) or invocation.flag("force"):
        conditions = [c for c in conditions if c["type"] != wanted]
        conditions.append(
            {
                "type": wanted,
                "status": "True",
                "reason": f"Kubectl{verb.capitalize()}",
                "message": f"This CSR was {'approved' if approve else 'denied'} by kubectl certificate {verb}.",
                "lastUpdateTime": format_time(invocation.client.now()),
            }
        )
        body = {**info.object, "status": {**(info.object.get("status") or {}), "conditions": conditions}}
        info.refresh(invocation.api.replace(info.kind, "", info.name, body, sub="approval"))
    output.print(info.object, wanted.lower())


_FLAGS = (
    *PRINT_FLAGS,
    *filename("Filename, directory, or URL to files identifying the resource to update"),
)

COMMAND = Command(
    "certificate",
    "Modify certificate resources",
    use="SUBCOMMAND",
    long="Modify certificate resources.",
    bare_help="help",
    subcommands=(
        Command(
            "approve",
            "Approve a certificate signing request",
            use="(-f FILENAME | NAME)",
            long="Approve a certificate signing request.\n\n A signer may then issue the certificate that was asked for.",
            examples="""
# Approve a request
kubectl certificate approve jane
""",
            flags=(*_FLAGS, Flag("force", "bool", usage="Update the CSR even if it is already approved.")),
            run=partial(_run, approve=True),
        ),
        Command(
            "deny",
            "Deny a certificate signing request",
            use="(-f FILENAME | NAME)",
            long="Deny a certificate signing request.\n\n No certificate will be issued for it.",
            examples="""
# Deny a request
kubectl certificate deny jane
""",
            flags=(*_FLAGS, Flag("force", "bool", usage="Update the CSR even if it is already denied.")),
            run=partial(_run, approve=False),
        ),
    ),
)
