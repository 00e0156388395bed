"""`kubectl scale`: how many replicas a workload is to have, through its `scale` subresource.

Source: kubectl `pkg/cmd/scale/scale.go`, `pkg/scale/scale.go`.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.differences import MERGE, merge_difference
from k8snb.kubectl.errors import FAILURES, CommandError, quoted
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SELECTOR, filename

#: how long a conflict with somebody else's change is tried again, and how often, in seconds
_RETRY_TIMEOUT: Final = 300.0
_RETRY_INTERVAL: Final = 1.0


def run(invocation: Invocation) -> None:
    """Scale every object that is meant; what cannot be found is told at the end."""
    dry_run = invocation.dry_run
    show = Output(invocation).printer("scaled", dry_run)
    replicas = invocation.flag("replicas")
    if replicas < 0:
        raise CommandError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    if invocation.flag("current-replicas") < -1:
        raise CommandError("The --current-replicas must specify an integer of -1 or greater")
    query = Query(invocation.args, invocation.flag("selector"), bare_types=invocation.flag("all"))
    infos, error = Selection(invocation, query).attempt()
    if invocation.flag("resource-version") and len(infos) > 1:
        raise CommandError("cannot use --resource-version with multiple resources")
    if not infos:
        raise error or CommandError("no objects passed to scale")
    for info in infos:
        if dry_run == "client":
            show(_with_replicas(info.object, replicas))
            continue
        actual = _scale(invocation, info, replicas, dry_run)
        obj = _with_replicas(info.object, actual)
        _record(invocation, info, obj)
        show(obj)
    if error is not None:
        raise error


def _scale(invocation: Invocation, info: Info, replicas: int, dry_run: str) -> int:
    """Scale one object and, with --timeout, wait until it has that size. Returns the size the server has noted."""
    options = {"dryRun": "All"} if dry_run == "server" else {}
    if invocation.flag("current-replicas") != -1 or invocation.flag("resource-version"):
        answer = _update(invocation, info, replicas, options)
    else:
        patch = {"spec": {"replicas": replicas}}
        answer = invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE, options, "scale")
    if invocation.flag("timeout") and dry_run == "none":
        _await(invocation, info, replicas)
    return int((answer.get("spec") or {}).get("replicas", 0))


def _update(invocation: Invocation, info: Info, replicas: int, options: dict[str, str]) -> dict[str, Any]:
    """Scale from a size or version that must hold; a conflict is tried again."""
    end = invocation.client.now() + _RETRY_TIMEOUT
    while True:
        scale = invocation.api.get(info.kind, info.namespace, info.name, sub="scale")
        _check(invocation, scale)
        changed = {**scale, "spec": {**(scale.get("spec") or {}), "replicas": replicas}}
        try:
            answer: dict[str, Any] = invocation.api.replace(
                info.kind, info.namespace, info.name, changed, options, "scale"
            )
            return answer
        except StatusError as error:
            if error.reason != "Conflict" or invocation.client.now() >= end:
                raise
            invocation.client.wait(lambda: False, _RETRY_INTERVAL)


def _check(invocation: Invocation, scale: dict[str, Any]) -> None:
    size = int((scale.get("spec") or {}).get("replicas", 0))
    wanted = invocation.flag("current-replicas")
    if wanted not in (-1, size):
        raise CommandError(f"Expected replicas to be {wanted}, was {size}")
    version = invocation.flag("resource-version")
    if version and scale["metadata"].get("resourceVersion") != version:
        raise CommandError(
            f"Expected resource version to be {version}, was {scale['metadata'].get('resourceVersion', '')}"
        )


def _await(invocation: Invocation, info: Info, replicas: int) -> None:
    def reached() -> bool:
        scale = invocation.api.get(info.kind, info.namespace, info.name, sub="scale")
        spec, status = scale.get("spec") or {}, scale.get("status") or {}
        return bool(spec.get("replicas", 0) == replicas == status.get("replicas", 0))

    if not reached() and not invocation.client.wait(reached, invocation.flag("timeout")):
        raise CommandError(f"timed out waiting for {quoted(info.name)} to be synced")


def _with_replicas(obj: dict[str, Any], replicas: int) -> dict[str, Any]:
    """The object with its new size, where upstream knows in which field it stands."""
    group, slash, _ = str(obj.get("apiVersion", "")).rpartition("/")
    if slash and group != "apps":
        return obj
    return {**obj, "spec": {**(obj.get("spec") or {}), "replicas": replicas}}


def _record(invocation: Invocation, info: Info, obj: dict[str, Any]) -> None:
    patch = merge_difference(obj, recorded(invocation, obj))
    if patch:
        try:
            invocation.api.patch(info.kind, info.namespace, info.name, patch, MERGE)
        except FAILURES as error:
            invocation.lab(f"the change cause was not recorded: {error}")


COMMAND = Command(
    "scale",
    "Set a new size for a deployment, replica set, or replication controller",
    use="scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    long="Set how many replicas a deployment, replica set, replication controller or stateful set is to have.\n\n "
    "--current-replicas and --resource-version are conditions: if they do not hold, nothing is changed.",
    examples="""
# Five replicas of a deployment
kubectl scale deployment/web --replicas=5

# Only if there are two now
kubectl scale deployment/web --current-replicas=2 --replicas=5

# What a manifest names
kubectl scale -f web.yaml --replicas=3

# Several at once
kubectl scale deployment web api --replicas=0
""",
    flags=(
        RECORD,
        *PRINT_FLAGS,
        Flag("all", "bool", usage="Select all resources in the namespace of the specified resource types"),
        Flag(
            "resource-version",
            usage="Precondition for resource version. Requires that the current resource version match this value in "
            "order to scale.",
        ),
        Flag(
            "current-replicas",
            "int",
            -1,
            usage="Precondition for current size. Requires that the current size of the resource match this value in "
            "order to scale. -1 (default) for no condition.",
        ),
        Flag("replicas", "int", usage="The new desired number of replicas. Required."),
        Flag(
            "timeout",
            "duration",
            usage="The length of time to wait before giving up on a scale operation, zero means don't wait. Any other "
            "values should contain a corresponding time unit (e.g. 1s, 2m, 3h).",
        ),
        *filename("Filename, directory, or URL to files identifying the resource to set a new size"),
        DRY_RUN,
        SELECTOR,
    ),
    required=("replicas",),
    run=run,
)
