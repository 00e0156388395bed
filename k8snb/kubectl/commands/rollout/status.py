"""`kubectl rollout status`: says what a rollout waits for until it is done.

Source: kubectl `pkg/cmd/rollout/rollout_status.go`, `pkg/polymorphichelpers/rollout_status.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.rollout.revisions import REVISION, require_resource
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, filename

_VIEWED = ("Deployment", "DaemonSet", "StatefulSet")


def run(invocation: Invocation) -> None:
    """Watch each object until its rollout is over."""
    require_resource(invocation)
    query = Query(invocation.args, invocation.flag("selector"), bare_types=True, latest=True, typed=True)
    found: list[Info] = []

    def follow(info: Info) -> None:
        found.append(info)
        _follow(invocation, info)

    Selection(invocation, query).visit(follow)
    if not found:
        invocation.error_line(f"No resources found in {invocation.namespace} namespace.")


def _follow(invocation: Invocation, info: Info) -> None:
    if info.kind.group != "apps" or info.kind.kind not in _VIEWED:
        raise CommandError(f"no status viewer has been implemented for {info.kind.go_group_kind}")
    revision = invocation.flag("revision")
    uid = info.object["metadata"]["uid"]
    text, done = status_of(info.object, revision)
    invocation.out(text)
    if done or not invocation.flag("watch"):
        return
    since = info.object["metadata"]["resourceVersion"]
    watched = {"fieldSelector": f"metadata.name={info.name}", "resourceVersion": since}
    timeout = invocation.flag("timeout") or None
    for event in invocation.api.watch(info.kind, info.namespace, watched, timeout):
        if event["type"] == "DELETED" or event["object"]["metadata"]["uid"] != uid:
            raise CommandError("object has been deleted")
        text, done = status_of(event["object"], revision)
        invocation.out(text)
        if done:
            return
    if timeout is not None:
        raise CommandError("timed out waiting for the condition")
    invocation.lab("nothing can change this rollout any more: it waits for something that will not come by itself")
    raise CommandError("timed out waiting for the condition")


def status_of(obj: dict[str, Any], revision: int = 0) -> tuple[str, bool]:
    """What `rollout status` says of an object, and whether its rollout is over. CommandError if it has failed."""
    return {"Deployment": _deployment, "DaemonSet": _daemon_set, "StatefulSet": _stateful_set}[obj["kind"]](
        obj, revision
    )


def _deployment(obj: dict[str, Any], revision: int) -> tuple[str, bool]:
    name, spec, status = obj["metadata"]["name"], obj["spec"], obj.get("status") or {}
    if revision > 0:
        current = int((obj["metadata"].get("annotations") or {}).get(REVISION) or 0)
        if current != revision:
            raise CommandError(f"desired revision ({revision}) is different from the running revision ({current})")
    if obj["metadata"].get("generation", 0) > status.get("observedGeneration", 0):
        return "Waiting for deployment spec update to be observed...\n", False
    for condition in status.get("conditions") or ():
        if condition["type"] == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            raise CommandError(f"deployment {quoted(name)} exceeded its progress deadline")
    wanted, updated = spec.get("replicas"), status.get("updatedReplicas", 0)
    total, available = status.get("replicas", 0), status.get("availableReplicas", 0)
    waiting = f"Waiting for deployment {quoted(name)} rollout to finish: "
    if wanted is not None and updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...\n", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...\n", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...\n", False
    return f"deployment {quoted(name)} successfully rolled out\n", True


def _daemon_set(obj: dict[str, Any], revision: int) -> tuple[str, bool]:
    name, status = obj["metadata"]["name"], obj.get("status") or {}
    if (obj["spec"].get("updateStrategy") or {}).get("type") != "RollingUpdate":
        raise CommandError("rollout status is only available for RollingUpdate strategy type")
    if obj["metadata"].get("generation", 0) > status.get("observedGeneration", 0):
        return "Waiting for daemon set spec update to be observed...\n", False
    wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    available = status.get("numberAvailable", 0)
    waiting = f"Waiting for daemon set {quoted(name)} rollout to finish: "
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new pods have been updated...\n", False
    if available < wanted:
        return f"{waiting}{available} of {wanted} updated pods are available...\n", False
    return f"daemon set {quoted(name)} successfully rolled out\n", True


def _stateful_set(obj: dict[str, Any], revision: int) -> tuple[str, bool]:
    spec, status = obj["spec"], obj.get("status") or {}
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") != "RollingUpdate":
        raise CommandError("rollout status is only available for RollingUpdate strategy type")
    observed = status.get("observedGeneration", 0)
    if not observed or obj["metadata"].get("generation", 0) > observed:
        return "Waiting for statefulset spec update to be observed...\n", False
    wanted, ready, updated = spec.get("replicas"), status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if wanted is not None and ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...\n", False
    partition = (strategy.get("rollingUpdate") or {}).get("partition")
    if partition is not None:
        if wanted is not None and updated < wanted - partition:
            waiting = "Waiting for partitioned roll out to finish: "
            return f"{waiting}{updated} out of {wanted - partition} new pods have been updated...\n", False
        return f"partitioned roll out complete: {updated} new pods have been updated...\n", True
    if status.get("updateRevision") != status.get("currentRevision"):
        text = f"waiting for statefulset rolling update to complete {updated} pods at revision"
        return f"{text} {status.get('updateRevision')}...\n", False
    current = status.get("currentReplicas", 0)
    return f"statefulset rolling update complete {current} pods at revision {status.get('currentRevision')}...\n", True


COMMAND = Command(
    "status",
    "Show the status of the rollout",
    use="(TYPE NAME | TYPE/NAME) [flags]",
    long="""Show the status of the rollout.

 It follows the latest rollout until it is done; --watch=false only says how it stands. If a new rollout begins meanwhile,
 that one is followed. A revision can be pinned with --revision=N: then it is an error if another one takes over.""",
    examples="""
# Wait until a rollout is done
kubectl rollout status deployment/web
""",
    flags=(
        *filename("Filename, directory, or URL to files identifying the resource to get from a server."),
        Flag(
            "revision",
            "int64",
            0,
            usage="Pin to a specific revision for showing its status. Defaults to 0 (last revision).",
        ),
        SELECTOR,
        Flag(
            "timeout",
            "duration",
            0.0,
            usage="The length of time to wait before ending watch, zero means never. Any other values should contain a "
            "corresponding time unit (e.g. 1s, 2m, 3h).",
        ),
        Flag("watch", "bool", True, shorthand="w", usage="Watch the status of the rollout until it's done."),
    ),
    run=run,
)
