"""What a Deployment writes on its ReplicaSets: the revision and its history, how many Pods were wanted and allowed.

`kubectl rollout history` and `undo` read these. Source: `pkg/controller/deployment/util/deployment_util.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.api.model import FrozenMap

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"

#: annotations of the Deployment that its ReplicaSets do not inherit
_OWN = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
        REVISION,
        REVISION_HISTORY,
        DESIRED_REPLICAS,
        MAX_REPLICAS,
    }
)
_HISTORY_CHARACTERS = 2000


def revision(obj: Any) -> int:
    """The revision that is written on an object; 0 if none is."""
    return number(obj, REVISION) or 0


def number(obj: Any, annotation: str) -> int | None:
    """An annotation read as a number; None if it is absent or is not one."""
    text = obj.metadata.annotations.get(annotation)
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def with_annotations(obj: Any, annotations: Mapping[str, str]) -> Any:
    """The object with these annotations and no others."""
    if annotations == obj.metadata.annotations:
        return obj
    return obj.with_metadata(annotations=FrozenMap(annotations) or None)


def inherited(deployment: Any, rs: ReplicaSet, new_revision: int) -> dict[str, str]:
    """The annotations of the ReplicaSet that carries the Deployment's template, at revision `new_revision` or later."""
    annotations = dict(rs.metadata.annotations)
    annotations.update({k: v for k, v in deployment.metadata.annotations.items() if k not in _OWN})
    before = rs.metadata.annotations.get(REVISION)
    if before is not None and not _is_number(before):
        return annotations  # somebody wrote nonsense: upstream leaves it alone
    if int(before or 0) < new_revision:
        annotations[REVISION] = str(new_revision)
        if before is not None:
            past = annotations.get(REVISION_HISTORY)
            annotations[REVISION_HISTORY] = _shorten(f"{past},{before}" if past else before)
    return annotations


def replica_annotations(desired: int, most: int) -> dict[str, str]:
    """What proportional scaling remembers: the Deployment's size, and that size with its surge."""
    return {DESIRED_REPLICAS: str(desired), MAX_REPLICAS: str(most)}


def _shorten(history: str) -> str:
    """Drop the oldest revisions until the text is short enough."""
    while len(history) > _HISTORY_CHARACTERS and "," in history:
        history = history.partition(",")[2]
    return history


def _is_number(text: str) -> bool:
    digits = text[1:] if text[:1] in ("-", "+") else text
    return digits.isascii() and digits.isdigit()
