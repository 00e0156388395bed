"""Which Pods of a node `kubectl drain` takes away, and how: evictions that are tried again where a budget refuses them.

All Pods are evicted at once and each is waited for on its own; with --disable-eviction they are deleted. Source: kubectl
`pkg/drain/{drain,filters}.go`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from k8snb.api.duration import format_seconds, parse_time
from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, Many, quoted

Json = dict[str, Any]
#: seconds until a refused eviction is tried again
_RETRY: Final = 5.0
_UNMANAGED_FATAL: Final = "cannot delete Pods that declare no controller (use --force to override)"
_UNMANAGED_WARNING: Final = "deleting Pods that declare no controller"
_DAEMONSET_FATAL: Final = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
_DAEMONSET_WARNING: Final = "ignoring DaemonSet-managed Pods"
_LOCAL_FATAL: Final = "Pods with local storage (use --delete-emptydir-data to override)"
_OUT_OF_TIME: Final = "context deadline exceeded"


# -- which --------------------------------------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What happens to one Pod: it goes, or stays; why that is worth a word; why it cannot be."""

    delete: bool
    warning: str = ""
    error: str = ""


class Plan(NamedTuple):
    """The Pods that are to go, what is to be said about them, and what stands against it."""

    pods: list[Json]
    warnings: str
    errors: list[Exception]


def plan(invocation: Invocation, node: str) -> Plan:
    """Look at the Pods of a node."""
    selector, place = invocation.flag("pod-selector"), f"spec.nodeName={node}"
    found = invocation.api.list(invocation.kind("pods"), "", selector, place)["items"]
    warnings: dict[str, list[str]] = {}
    errors: dict[str, list[str]] = {}
    leaving: list[Json] = []
    for pod in found:
        verdict = _verdict(invocation, pod)
        name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        if verdict.error:
            errors.setdefault(verdict.error, []).append(name)
        elif verdict.warning:
            warnings.setdefault(verdict.warning, []).append(name)
        if verdict.delete:
            leaving.append(pod)
    told = "; ".join(f"{text}: {', '.join(names)}" for text, names in sorted(warnings.items()))
    refused = [CommandError(f"cannot delete {text}: {', '.join(names)}") for text, names in sorted(errors.items())]
    return Plan(leaving, told, list(refused))


def _verdict(invocation: Invocation, pod: Json) -> Verdict:
    """The filters, in upstream's order: the first that keeps a Pod ends it, else the last has the word."""
    meta = pod["metadata"]
    owner = next((o for o in meta.get("ownerReferences") or () if o.get("controller")), None)
    finished = pod["status"].get("phase") in ("Succeeded", "Failed")
    if _is_old(invocation, pod):
        return Verdict(False)
    if owner is not None and owner["kind"] == "DaemonSet" and not finished:
        verdict = _of_daemon_set(invocation, meta["namespace"], owner["name"])
        if not verdict.delete:
            return verdict
    if "kubernetes.io/config.mirror" in (meta.get("annotations") or {}):
        return Verdict(False)
    local = any("emptyDir" in volume for volume in pod["spec"].get("volumes") or ())
    if local and not finished and not invocation.flag("delete-emptydir-data"):
        return Verdict(False, error=_LOCAL_FATAL)
    if owner is None and not finished:
        if not invocation.flag("force"):
            return Verdict(False, error=_UNMANAGED_FATAL)
        return Verdict(True, warning=_UNMANAGED_WARNING)
    return Verdict(True)


def _of_daemon_set(invocation: Invocation, namespace: str, name: str) -> Verdict:
    try:
        invocation.api.get(invocation.kind("daemonsets.apps"), namespace, name)
    except StatusError as error:
        if error.reason == "NotFound" and invocation.flag("force"):
            return Verdict(True, warning=error.message)
        return Verdict(False, error=error.message)
    if not invocation.flag("ignore-daemonsets"):
        return Verdict(False, error=_DAEMONSET_FATAL)
    return Verdict(False, warning=_DAEMONSET_WARNING)


def _is_old(invocation: Invocation, pod: Json) -> bool:
    """Whether a Pod is going for longer than anybody wants to wait."""
    since, most = pod["metadata"].get("deletionTimestamp"), invocation.flag("skip-wait-for-delete-timeout")
    return bool(since and most > 0 and int(invocation.client.now() - parse_time(since)) > most)


# -- how ----------------------------------------------------------------------------------------------------------------------


def carry_out(invocation: Invocation, pods: list[Json], dry_run: str) -> None:
    """Take the Pods away. Many for those that stay, CommandError if time is up."""
    timeout = invocation.flag("timeout")
    end = invocation.client.now() + timeout if timeout else None
    if not pods:
        return
    if invocation.flag("disable-eviction"):
        _delete_all(invocation, pods, end, dry_run)
    else:
        _Evictions(invocation, end, dry_run).run(pods)


def _delete_all(invocation: Invocation, pods: list[Json], end: float | None, dry_run: str) -> None:
    kind = invocation.kind("pods")
    for pod in pods:
        try:
            invocation.api.delete(
                kind, pod["metadata"]["namespace"], pod["metadata"]["name"], _options(invocation, dry_run)
            )
        except StatusError as error:
            if error.reason != "NotFound":
                raise
    if dry_run == "none":
        waiting = _Departures(invocation, pods, "deleted")
        if not invocation.client.wait(waiting.over, _left(invocation, end)):
            raise CommandError(_OUT_OF_TIME)


def _options(invocation: Invocation, dry_run: str) -> Json:
    grace = invocation.flag("grace-period")
    options: Json = {} if grace < 0 else {"gracePeriodSeconds": grace}
    return options if dry_run == "none" else {**options, "dryRun": ["All"]}


def _left(invocation: Invocation, end: float | None) -> float | None:
    return None if end is None else max(end - invocation.client.now(), 0.0)


class _Departures:
    """Pods that are going; each is told when it is gone."""

    def __init__(self, invocation: Invocation, pods: list[Json], done: str) -> None:
        self._invocation, self.pods, self._done = invocation, list(pods), done

    def over(self) -> bool:
        """Whether all are gone."""
        self.look()
        return not self.pods

    def look(self) -> None:
        for pod in list(self.pods):
            if self._is_gone(pod):
                self.pods.remove(pod)
                self._invocation.line(f"pod/{pod['metadata']['name']} {self._done}")
            elif _is_old(self._invocation, pod):
                self.pods.remove(pod)
                most = self._invocation.flag("skip-wait-for-delete-timeout")
                name = quoted(pod["metadata"]["name"])
                self._invocation.line(f"pod {name} has DeletionTimestamp older than {most} seconds, skipping")

    def _is_gone(self, pod: Json) -> bool:
        meta, invocation = pod["metadata"], self._invocation
        try:
            now = invocation.api.get(invocation.kind("pods"), meta["namespace"], meta["name"])
        except StatusError as error:
            if error.reason == "NotFound":
                return True
            raise
        if now["metadata"].get("deletionTimestamp"):
            meta["deletionTimestamp"] = now["metadata"]["deletionTimestamp"]
        return bool(now["metadata"]["uid"] != meta["uid"])


class _Evictions:
    """The evictions of one node: all at once, those that a budget refuses again every five seconds."""

    def __init__(self, invocation: Invocation, end: float | None, dry_run: str) -> None:
        self._invocation, self._end, self._dry_run = invocation, end, dry_run
        self._going = _Departures(invocation, [], "evicted")
        self._errors: list[Exception] = []

    def run(self, pods: list[Json]) -> None:
        invocation, waiting = self._invocation, pods
        while waiting:
            waiting = [pod for pod in waiting if not self._tried(pod)]
            if waiting:
                invocation.client.wait(self._never, _RETRY)
        if not invocation.client.wait(self._going.over, _left(invocation, self._end)):
            for pod in self._going.pods:
                meta = pod["metadata"]
                where = f"pod {quoted(meta['name'])} in namespace {quoted(meta['namespace'])}"
                self._errors.append(CommandError(f"error when waiting for {where} to terminate: {_OUT_OF_TIME}"))
        if self._errors:
            raise Many(self._errors)

    def _never(self) -> bool:
        self._going.look()
        return False

    def _tried(self, pod: Json) -> bool:
        """Ask for one eviction; False if a budget does not allow it now."""
        invocation, meta = self._invocation, pod["metadata"]
        suffix = " (server dry run)" if self._dry_run == "server" else ""
        invocation.line(f"evicting pod {meta['namespace']}/{meta['name']}{suffix}")
        where = f"pods/{quoted(meta['name'])} -n {quoted(meta['namespace'])}"
        if self._end is not None and invocation.client.now() >= self._end:
            text = f"global timeout reached: {format_seconds(invocation.flag('timeout'))}"
            self._errors.append(CommandError(f"error when evicting {where}: {text}"))
            return True
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"]},
            "deleteOptions": _options(invocation, self._dry_run),
        }
        path = invocation.kind("pods").path(meta["namespace"], meta["name"], "eviction")
        try:
            invocation.api.call("POST", path, None, body)
        except StatusError as error:
            if error.reason == "TooManyRequests":
                invocation.error_line(f"error when evicting {where} (will retry after 5s): {error.message}")
                return False
            if error.reason != "NotFound":
                self._errors.append(CommandError(f"error when evicting {where}: {error.message}"))
            return True
        if self._dry_run == "none":
            self._going.pods.append(pod)
        return True
