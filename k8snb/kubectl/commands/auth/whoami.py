"""`kubectl auth whoami`. Source: kubectl `pkg/cmd/auth/whoami.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.printers.tabwriter import align

_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def run(invocation: Invocation) -> None:
    """Ask the server who it takes the caller for."""
    output = Output(invocation, typed=True)
    printer = output.printer() if output.format else None
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    answer = invocation.api.call("POST", path, None, _REVIEW).body
    if printer is not None:
        printer(answer)
        return
    invocation.out(_table(answer["status"].get("userInfo") or {}))


def _table(user: dict[str, Any]) -> str:
    rows = ["ATTRIBUTE\tVALUE\n"]
    for title, name in (("Username", "username"), ("UID", "uid")):
        if user.get(name):
            rows.append(f"{title}\t{user[name]}\n")
    if user.get("groups"):
        rows.append(f"Groups\t[{' '.join(user['groups'])}]\n")
    for key in sorted(user.get("extra") or {}):
        rows.append(f"Extra: {key}\t[{' '.join(user['extra'][key])}]\n")
    return align("".join(rows))


COMMAND = Command(
    "whoami",
    "Experimental: Check self subject attributes",
    long="Experimental: Check who you are and your attributes (groups, extra).",
    examples="""
# Who the server takes you for
kubectl auth whoami

# The same as JSON
kubectl auth whoami -o json
""",
    flags=PRINT_FLAGS,
    run=run,
)
