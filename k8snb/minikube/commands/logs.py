"""`minikube logs`: what the cluster's components did lately, from the lab's journal."""

from __future__ import annotations

from k8snb.api.duration import format_time
from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation

#: flags that choose among logs which the lab does not have
_UNHEEDED = ("audit", "follow", "last-start-only", "problems")


def logs(call: Invocation) -> int:
    cluster = call.running
    for name in _UNHEEDED:
        if name in call.flags.changed:
            raise call.fail(
                "MK_UNIMPLEMENTED", f"--{name} is not simulated here: the lab has one journal, and shows it"
            )
    records = list(cluster.journal)[-max(call.flags["length"], 1) :]
    call.out("\n==> k8snb journal <==\n")
    for record in records:
        fields = " ".join(f"{name}={value!r}" for name, value in record.fields.items())
        when = format_time(cluster.clock.epoch + record.time)
        call.out(f"{when} {record.component}: {record.message} {fields}".rstrip() + "\n")
    return 0


LOGS = Command(
    "logs",
    "Returns logs to debug a local Kubernetes cluster",
    "Troubleshooting Commands",
    flags=(
        Flag("length", "int", 60, "n", usage="Number of lines back to go within the log"),
        *(Flag(name, "bool", shorthand="f" if name == "follow" else "", hidden=True) for name in _UNHEEDED),
    ),
    run=logs,
)
