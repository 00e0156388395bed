"""`kubectl set resources`. Source: kubectl `pkg/cmd/set/set_resources.go`, `pkg/generate/versioned`."""

from __future__ import annotations

from typing import Any

from k8snb.api import quantity
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.sharedflags import RECORD, SELECTOR, filename

_USAGE = (
    "The resource requirement requests for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side "
    "components may assign requests depending on the server configuration, such as limit ranges."
)


def run(invocation: Invocation) -> None:
    """Set requests and limits of containers."""
    sender = changes.Sender(
        invocation, "resource requirements updated", "failed to patch resources update to pod template "
    )
    infos = changes.select(invocation, invocation.args, invocation.flag("selector"))
    sender.check_local()
    if invocation.flag("all") and invocation.flag("selector"):
        raise CommandError(changes.ALL_AND_SELECTOR)
    if not invocation.flag("limits") and not invocation.flag("requests"):
        raise CommandError("you must specify an update to requests or limits (in the form of --requests/--limits)")
    wanted = {name: resource_list(invocation.flag(name)) for name in ("limits", "requests")}
    pattern = invocation.flag("containers")
    missing: list[Exception] = []

    def mutate(obj: dict[str, Any]) -> bool:
        containers = changes.selected_containers(changes.pod_spec(obj), pattern)
        if not containers:
            missing.append(CommandError(f"error: unable to find container named {pattern}"))
            return False
        for item in containers:
            present = item.setdefault("resources", {})
            for name, values in wanted.items():
                if values:
                    present[name] = {**(present.get(name) or {}), **values}
        obj["metadata"] = recorded(invocation, obj)["metadata"]
        return True

    sender.send(infos, mutate, missing)


def resource_list(text: str) -> dict[str, str]:
    """`cpu=200m,memory=64Mi` as a map of quantities in canonical form. CommandError for anything else."""
    found: dict[str, str] = {}
    for statement in text.split(",") if text else ():
        parts = statement.split("=")
        if len(parts) != 2:
            raise CommandError(f"Invalid argument syntax {statement}, expected <resource>=<value>")
        try:
            found[parts[0]] = quantity.canonical(parts[1])
        except quantity.QuantityError as error:
            raise CommandError(str(error)) from None
    return found


COMMAND = Command(
    "resources",
    "Update resource requests/limits on objects with pod templates",
    use="resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
    long="Set what containers ask for (requests) and what they may use at most (limits), of CPU, memory and the like. A pod "
    "that has found a node is guaranteed its requests.\n\n Where a limit is given and no request, the request is as large "
    "as the limit.",
    examples="""
# Limits for one container of a deployment
kubectl set resources deployment web -c=nginx --limits=cpu=200m,memory=512Mi

# Requests and limits for all containers
kubectl set resources deployment web --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi

# Show what a file would become, send nothing
kubectl set resources -f web.yaml --limits=cpu=200m,memory=512Mi --local -o yaml
""",
    flags=(
        *PRINT_FLAGS,
        RECORD,
        *filename(changes.FILENAME_USAGE),
        changes.ALL,
        SELECTOR,
        Flag(
            "containers",
            default="*",
            shorthand="c",
            usage="The names of containers in the selected pod templates to change, all containers are selected by "
            "default - may use wildcards",
        ),
        changes.local_flag("set resources"),
        Flag("limits", usage=_USAGE),
        Flag("requests", usage=_USAGE),
        *changes.COMMON,
    ),
    run=run,
)
