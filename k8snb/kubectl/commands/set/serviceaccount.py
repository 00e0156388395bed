"""`kubectl set serviceaccount`. Source: kubectl `pkg/cmd/set/set_serviceaccount.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.sharedflags import RECORD, filename


def run(invocation: Invocation) -> None:
    """Let the Pods of a template run as another service account."""
    sender = changes.Sender(invocation, "serviceaccount updated", "failed to patch ServiceAccountName ", unchanged=True)
    sender.check_local()
    if not invocation.args:
        raise CommandError("serviceaccount is required")
    *resources, account = invocation.args
    infos = changes.select(invocation, () if invocation.flag("local") else resources)

    def mutate(obj: dict[str, Any]) -> bool:
        changes.pod_spec(obj)["serviceAccountName"] = account
        obj["metadata"] = recorded(invocation, obj)["metadata"]
        return True

    sender.send(infos, mutate, [])


COMMAND = Command(
    "serviceaccount",
    "Update the service account of a resource",
    use="serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
    aliases=("sa",),
    long="Set the service account that the pods of a template run as: in deployments, daemon sets, stateful sets, replica "
    "sets, replication controllers and jobs.",
    examples="""
# Let the pods of a deployment run as the service account robot
kubectl set serviceaccount deployment web robot

# Show what a file would become, send nothing
kubectl set sa -f web.yaml robot --local --dry-run=client -o yaml
""",
    flags=(
        *PRINT_FLAGS,
        RECORD,
        *filename(changes.FILENAME_USAGE),
        changes.ALL,
        changes.local_flag("set serviceaccount"),
        *changes.COMMON,
    ),
    run=run,
)
