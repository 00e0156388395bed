"""Occurrences: what of the cluster's changes may have made a waiting Pod schedulable.

Source: `pkg/scheduler/eventhandlers.go`, `framework/events.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from k8snb.apiserver.store import Change
from k8snb.scheduler.cache import Cache, is_same_to_schedule
from k8snb.scheduler.framework import Occurrence

_STORAGE = frozenset(
    {"persistentvolumes", "persistentvolumeclaims", "storageclasses.storage.k8s.io", "csinodes.storage.k8s.io"}
)
_ENDED = ("Succeeded", "Failed")


def occurrences(changes: Iterable[Change], cache: Cache) -> list[Occurrence]:
    """What the changes mean to waiting Pods; the same thing once. The cache has taken the changes in already."""
    return list(dict.fromkeys(each for change in changes for each in _of(change, cache)))


def _of(change: Change, cache: Cache) -> Iterator[Occurrence]:
    resource = change.resource
    if resource == "pods":
        yield from _of_pod(change, cache)
    elif change.type == "DELETED":
        return
    elif resource == "nodes":
        yield from _of_node(change, cache)
    elif resource in _STORAGE:
        yield Occurrence("storage")
    elif resource == "namespaces":
        yield Occurrence("namespace")


def _of_pod(change: Change, cache: Cache) -> Iterator[Occurrence]:
    new: Any = change.object if change.type != "DELETED" else None
    was, now = _is_placed(change.old), _is_placed(new)
    if was and not now:
        yield Occurrence("pod gone", template=cache.template_of(change.old))  # type: ignore[arg-type]
    elif now and not was:
        yield Occurrence("pod placed", template=cache.template_of(new))
    elif now and change.old is not None:
        old: Any = change.old
        if new.spec is not old.spec or new.metadata.labels != old.metadata.labels:
            yield Occurrence("pod changed", template=cache.template_of(new), before=cache.template_of(old))


def _is_placed(pod: Any | None) -> bool:
    return pod is not None and bool(pod.spec.nodeName) and pod.status.phase not in _ENDED


def _of_node(change: Change, cache: Cache) -> Iterator[Occurrence]:
    info = cache.by_name.get(change.object.metadata.name)
    if info is None:
        return
    if change.old is None:
        yield Occurrence("node", info)
    elif not is_same_to_schedule(change.old, change.object):
        before = info.copy()
        before.set_node(change.old)  # type: ignore[arg-type]
        yield Occurrence("node", info, before)
