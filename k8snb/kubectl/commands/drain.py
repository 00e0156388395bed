"""`kubectl drain`: evict the Pods of a node, with regard to disruption budgets, and keep new ones away.

Source: kubectl `pkg/cmd/drain/drain.go`, `pkg/drain/{drain,filters}.go`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.cordon import cordon, nodes_of
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info
from k8snb.kubectl.sharedflags import CHUNK_SIZE, DRY_RUN, SELECTOR

#: seconds between two tries to evict a Pod whose budget does not allow it
_RETRY = 5.0


class Verdict(NamedTuple):
    """What happens to one Pod: it goes, or stays; why that is worth a word; why it cannot be."""

    delete: bool
    warning: str = ""
    error: str = ""


_UNMANAGED_FATAL = "cannot delete Pods that declare no controller (use --force to override)"
_UNMANAGED_WARNING = "deleting Pods that declare no controller"
_DAEMONSET_FATAL = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
_DAEMONSET_WARNING = "ignoring DaemonSet-managed Pods"
_LOCAL_FATAL = "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
_LOCAL_WARNING = "deleting Pods with local storage"


def run(invocation: Invocation) -> None:
    """Cordon every node that is meant, then empty one after the other."""
    dry_run = invocation.dry_run
    nodes = nodes_of(invocation, "drain")
    for info in nodes:
        cordon(invocation, info, True, dry_run)
    drained: list[str] = []
    for info in nodes:
        try:
            _drain(invocation, info, dry_run)
        except CommandError as error:
            _give_up(invocation, info, [n.name for n in nodes if n.name not in drained], error)
        drained.append(info.name)
        suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
        invocation.line(f"{info.label} drained{suffix}")


def _give_up(invocation: Invocation, info: Info, remaining: list[str], error: CommandError) -> None:
    invocation.err(
        f"error: unable to drain node {quoted(info.name)} due to error: {error.message}, continuing command...\n"
    )
    invocation.err("There are pending nodes to be drained:\n" + "".join(f" {name}\n" for name in remaining))
    raise CommandError(error.message.removeprefix("error: "))


def _drain(invocation: Invocation, info: Info, dry_run: str) -> None:
    pods = invocation.api.list(
        invocation.kind("pods"), "", invocation.flag("pod-selector"), f"spec.nodeName={info.name}"
    )["items"]
    warnings: dict[str, list[str]] = {}
    errors: dict[str, list[str]] = {}
    leaving: list[dict[str, Any]] = []
    for pod in pods:
        verdict = _verdict(invocation, pod)
        name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        if verdict.error:
            errors.setdefault(verdict.error, []).append(name)
        elif verdict.warning:
            warnings.setdefault(verdict.warning, []).append(name)
        if verdict.delete and not verdict.error:
            leaving.append(pod)
    if errors:
        texts = "; ".join(f"{text}: {', '.join(names)}" for text, names in sorted(errors.items()))
        raise CommandError(texts if len(errors) == 1 else f"[{texts}]")
    if warnings:
        texts = "; ".join(f"{text}: {', '.join(names)}" for text, names in sorted(warnings.items()))
        invocation.error_line(f"Warning: {texts}")
    for pod in leaving:
        _say_start(invocation, pod, dry_run)
    if dry_run == "none":
        _evict_all(invocation, leaving)


def _verdict(invocation: Invocation, pod: dict[str, Any]) -> Verdict:
    """The filters, in upstream's order; the first that keeps a Pod ends it."""
    meta = pod["metadata"]
    timeout = invocation.flag("skip-wait-for-delete-timeout")
    if meta.get("deletionTimestamp") and timeout:
        return Verdict(False)
    owner = next((o for o in meta.get("ownerReferences") or () if o.get("controller")), None)
    finished = pod["status"].get("phase") in ("Succeeded", "Failed")
    if owner is not None and owner["kind"] == "DaemonSet" and not finished:
        if not invocation.flag("ignore-daemonsets"):
            return Verdict(False, error=_DAEMONSET_FATAL)
        return Verdict(False, warning=_DAEMONSET_WARNING)
    if "kubernetes.io/config.mirror" in (meta.get("annotations") or {}):
        return Verdict(False)
    local = any("emptyDir" in volume for volume in pod["spec"].get("volumes") or ())
    if local and not finished:
        if not invocation.flag("delete-emptydir-data"):
            return Verdict(False, error=_LOCAL_FATAL)
        return Verdict(True, warning=_LOCAL_WARNING)
    if owner is None and not finished:
        if not invocation.flag("force"):
            return Verdict(False, error=_UNMANAGED_FATAL)
        return Verdict(True, warning=_UNMANAGED_WARNING)
    return Verdict(True)


def _say_start(invocation: Invocation, pod: dict[str, Any], dry_run: str) -> None:
    verb = "deleting" if invocation.flag("disable-eviction") else "evicting"
    suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
    invocation.line(f"{verb} pod {pod['metadata']['namespace']}/{pod['metadata']['name']}{suffix}")


def _evict_all(invocation: Invocation, pods: list[dict[str, Any]]) -> None:
    """Evict, again and again where a budget refuses, and wait until all are gone."""
    client, timeout = invocation.client, invocation.flag("timeout")
    end = client.now() + timeout if timeout else None
    waiting = list(pods)
    gone: list[dict[str, Any]] = []
    while waiting:
        refused = [pod for pod in waiting if not _evict(invocation, pod)]
        gone += [pod for pod in waiting if pod not in refused]
        waiting = refused
        if refused:
            client.wait(lambda: False, _RETRY)
            if end is not None and client.now() >= end:
                raise CommandError(f"error when evicting pods: global timeout reached: {_go_seconds(timeout)}")
    _wait_until_gone(invocation, gone, end)


def _evict(invocation: Invocation, pod: dict[str, Any]) -> bool:
    """Ask for one eviction; False if a budget does not allow it now."""
    meta = pod["metadata"]
    pods = invocation.kind("pods")
    grace = invocation.flag("grace-period")
    options = {} if grace < 0 else {"gracePeriodSeconds": grace}
    try:
        if invocation.flag("disable-eviction"):
            invocation.api.delete(pods, meta["namespace"], meta["name"], options)
        else:
            body = {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"name": meta["name"], "namespace": meta["namespace"]},
                "deleteOptions": options,
            }
            invocation.api.call("POST", pods.path(meta["namespace"], meta["name"], "eviction"), None, body)
    except StatusError as error:
        if error.reason == "NotFound":
            return True
        if error.reason == "TooManyRequests":
            where = f"pods/{quoted(meta['name'])} -n {quoted(meta['namespace'])}"
            invocation.error_line(f"error when evicting {where} (will retry after 5s): {error.message}")
            return False
        raise
    return True


def _wait_until_gone(invocation: Invocation, pods: list[dict[str, Any]], end: float | None) -> None:
    client, kind = invocation.client, invocation.kind("pods")
    left = list(pods)
    done = "deleted" if invocation.flag("disable-eviction") else "evicted"

    def is_gone(pod: dict[str, Any]) -> bool:
        meta = pod["metadata"]
        try:
            now = invocation.api.get(kind, meta["namespace"], meta["name"])
        except StatusError as error:
            if error.reason == "NotFound":
                return True
            raise
        return bool(now["metadata"]["uid"] != meta["uid"])

    def some_gone() -> bool:
        for pod in [pod for pod in left if is_gone(pod)]:
            left.remove(pod)
            invocation.line(f"pod/{pod['metadata']['name']} {done}")
        return not left

    if not client.wait(some_gone, None if end is None else end - client.now()):
        raise CommandError(f"drain did not complete within {_go_seconds(invocation.flag('timeout'))}")


def _go_seconds(seconds: float) -> str:
    from k8snb.api.duration import format_seconds

    return format_seconds(seconds)


COMMAND = Command(
    "drain",
    "Drain node in preparation for maintenance",
    use="NODE",
    long="""Drain node in preparation for maintenance.

 The node is cordoned, then its Pods are evicted, with regard to PodDisruptionBudgets. Pods of DaemonSets would come back at\
 once: they are only left alone with --ignore-daemonsets. Pods without a controller would be lost: they only go with\
 --force. What emptyDir volumes hold is lost too: --delete-emptydir-data says that this is fine.""",
    examples="""
# Empty a node, losing bare Pods
kubectl drain minikube-m02 --force

# Give every Pod a quarter of an hour to stop
kubectl drain minikube-m02 --grace-period=900
""",
    flags=(
        CHUNK_SIZE,
        Flag(
            "delete-emptydir-data",
            "bool",
            usage="Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).",
        ),
        Flag(
            "disable-eviction",
            "bool",
            usage="Force drain to use delete, even if eviction is supported. This will bypass checking "
            "PodDisruptionBudgets, use with caution.",
        ),
        DRY_RUN,
        Flag("force", "bool", usage="Continue even if there are pods that do not declare a controller."),
        Flag(
            "grace-period",
            "int",
            -1,
            usage="Period of time in seconds given to each pod to terminate gracefully. If negative, the default value "
            "specified in the pod will be used.",
        ),
        Flag("ignore-daemonsets", "bool", usage="Ignore DaemonSet-managed pods."),
        Flag("pod-selector", usage="Label selector to filter pods on the node"),
        SELECTOR,
        Flag(
            "skip-wait-for-delete-timeout",
            "int",
            0,
            usage="If pod DeletionTimestamp older than N seconds, skip waiting for the pod.  Seconds must be greater than 0 "
            "to skip.",
        ),
        Flag(
            "timeout",
            "duration",
            0.0,
            usage="The length of time to wait before giving up, zero means infinite",
        ),
    ),
    run=run,
)
