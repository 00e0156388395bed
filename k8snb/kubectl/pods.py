"""Which Pod and which container a command means: the Pods behind a workload, the best of them, the default container.

Source: kubectl `pkg/polymorphichelpers`, `pkg/util/podutils`, `pkg/cmd/util/podcmd`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from k8snb.api.duration import parse_time
from k8snb.api.selector import SelectorError, from_label_selector, from_labels
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection

Json = dict[str, Any]
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
#: kinds whose Pods can be found by `spec.selector`, with the name of Go's type
_SELECTORS = {
    ("apps", "ReplicaSet"): "*v1.ReplicaSet",
    ("", "ReplicationController"): "*v1.ReplicationController",
    ("apps", "StatefulSet"): "*v1.StatefulSet",
    ("apps", "DaemonSet"): "*v1.DaemonSet",
    ("apps", "Deployment"): "*v1.Deployment",
    ("batch", "Job"): "*v1.Job",
    ("", "Service"): "*v1.Service",
}


def running_timeout(seconds: float) -> Flag:
    """`--pod-running-timeout`"""
    return Flag(
        "pod-running-timeout",
        "duration",
        seconds,
        usage="The length of time (like 5s, 2m, or 3h, higher than zero) to wait until at least one pod is running",
    )


# -- the Pods behind something ------------------------------------------------------------------------------------------


def selector_of(info: Info) -> str:
    """The label selector of the Pods behind an object. CommandError if it has none."""
    spec = info.object.get("spec") or {}
    selector = spec.get("selector")
    if (info.kind.group, info.kind.kind) not in _SELECTORS:
        raise CommandError(f"selector for *v1.{info.kind.kind} not implemented")
    if info.kind.kind in ("Service", "ReplicationController"):
        if not selector:
            kind = "service" if info.kind.kind == "Service" else "replication controller"
            what = "Service" if info.kind.kind == "Service" else "Replication controller"
            raise CommandError(f"invalid {kind} '{info.name}': {what} is defined without a selector")
        return str(from_labels(selector))
    try:
        return str(from_label_selector(selector))
    except SelectorError as error:
        raise CommandError(f"invalid label selector: {error}") from None


def behind(invocation: Invocation, info: Info, timeout: float, best: Callable[[Json], Any]) -> list[Json]:
    """The Pods behind an object, the best first; waits until there is one. CommandError if none comes."""
    kind, selector = invocation.kind("pods"), selector_of(info)

    def found() -> list[Json]:
        items: list[Json] = invocation.api.list(kind, info.namespace, selector)["items"]
        return items

    pods = found()
    if not pods:
        if not invocation.client.wait(lambda: bool(found()), timeout):
            raise CommandError("timed out waiting for the condition")
        pods = found()
    return sorted(pods, key=best)


def attachable(invocation: Invocation, info: Info, timeout: float) -> Json:
    """The Pod to run something in: the object itself, or the liveliest Pod behind it."""
    if timeout <= 0:
        raise UsageError("--pod-running-timeout must be higher than zero")
    if (info.kind.group, info.kind.kind) == ("", "Pod"):
        return info.object
    try:
        selector_of(info)
    except CommandError as error:
        raise CommandError(f"cannot attach to *v1.{info.kind.kind}: {error.message}") from None
    return behind(invocation, info, timeout, liveliest)[0]


class Rank(NamedTuple):
    """What makes one Pod better than another; smaller is better."""

    unassigned: bool
    phase: int
    unready: bool
    ready_since: float
    restarts: int
    age: float


def liveliest(pod: Json) -> Rank:
    """For exec and attach: bound, running, ready, ready for longest, with the fewest restarts, oldest."""
    return _rank(pod, {"Running": 0, "Unknown": 1}, 2, 1)


def talkative(pod: Json) -> Rank:
    """For logs: bound, not pending, ready, ready for longest, with the most restarts, oldest."""
    return _rank(pod, {"Running": 0, "Unknown": 1, "Pending": 2}, 0, -1)


def _rank(pod: Json, phases: Mapping[str, int], other: int, restarts_sign: int) -> Rank:
    status = pod.get("status") or {}
    ready = next((c for c in status.get("conditions") or [] if c["type"] == "Ready" and c["status"] == "True"), None)
    since = parse_time(ready["lastTransitionTime"]) if ready and ready.get("lastTransitionTime") else float("inf")
    restarts = max((one.get("restartCount", 0) for one in status.get("containerStatuses") or []), default=0)
    return Rank(
        not pod["spec"].get("nodeName"),
        phases.get(status.get("phase", ""), other),
        ready is None,
        since,
        restarts_sign * restarts,
        parse_time(pod["metadata"]["creationTimestamp"]),
    )


def named(invocation: Invocation, word: str) -> Info:
    """The object that `NAME` (of a Pod) or `TYPE/NAME` means. CommandError, StatusError."""
    words = [word if "/" in word else f"pods/{word}"]
    return Selection(invocation, Query(words, single_type=True, typed=True)).infos()[0]


# -- containers -------------------------------------------------------------------------------------------------------------


def containers(pod: Json) -> Iterator[tuple[str, Json]]:
    """(field of the spec, container): init containers, containers, ephemeral containers."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for container in pod["spec"].get(field) or []:
            yield field, container


def find_container(pod: Json, name: str) -> Json | None:
    """The container of this name."""
    return next((container for _, container in containers(pod) if container["name"] == name), None)


def names(pod: Json) -> str:
    """`web, debugger (ephem), setup (init)`"""
    marks = {"containers": "", "ephemeralContainers": " (ephem)", "initContainers": " (init)"}
    found = list(containers(pod))
    return ", ".join(one["name"] + mark for field, mark in marks.items() for own, one in found if own == field)


def default_container(
    invocation: Invocation,
    pod: Json,
    wanted: str = "",
    *,
    quiet: bool = False,
    say: Callable[[str], object] | None = None,
) -> Json:
    """The container that is named, annotated, or comes first (which is said if there are more). CommandError."""
    meta = pod["metadata"]
    if wanted:
        found = find_container(pod, wanted)
        if found is None:
            raise CommandError(f"container {wanted} not found in pod {meta['name']}")
        return found
    if not pod["spec"].get("containers"):
        raise CommandError(f"pod {meta['namespace']}/{meta['name']} does not have any containers")
    annotated = find_container(pod, (meta.get("annotations") or {}).get(DEFAULT_CONTAINER, ""))
    if annotated is not None:
        return annotated
    first: Json = pod["spec"]["containers"][0]
    if not quiet and len(list(containers(pod))) > 1:
        (say or invocation.err)(f"Defaulted container {quoted(first['name'])} out of: {names(pod)}\n")
    return first
