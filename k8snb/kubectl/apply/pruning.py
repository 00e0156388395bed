"""`apply --prune`: objects that were applied once, still match, and are no longer in the manifests, are deleted.

Source: `k8s.io/kubectl/pkg/cmd/apply/prune.go`, `pkg/util/prune`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import LAST_APPLIED, annotations_of
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.kinds import Kind

#: what is looked through if nothing else is said
DEFAULTS: Final = tuple(
    row.split("/")
    for row in [
        "/v1/ConfigMap",
        "/v1/Endpoints",
        "/v1/PersistentVolumeClaim",
        "/v1/Pod",
        "/v1/ReplicationController",
        "/v1/Secret",
        "/v1/Service",
        "batch/v1/Job",
        "batch/v1/CronJob",
        "networking.k8s.io/v1/Ingress",
        "apps/v1/DaemonSet",
        "apps/v1/Deployment",
        "apps/v1/ReplicaSet",
        "apps/v1/StatefulSet",
        "/v1/Namespace",
        "/v1/PersistentVolume",
    ]
)


_NAMESPACE: Final = (
    "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag "
    "in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the "
    "--prune-allowlist flag."
)


def prunable(invocation: Invocation, allowed: Sequence[str]) -> list[Kind]:
    """The kinds of `--prune-allowlist` (`group/version/Kind`), or the usual ones. CommandError for one that is not there."""
    if not allowed:
        if invocation.namespace:
            invocation.klog("W", "prune.go:71", _NAMESPACE)
        found = [
            invocation.kinds.of_object(f"{group}/{version}".lstrip("/"), kind) for group, version, kind in DEFAULTS
        ]
        return [kind for kind in found if kind is not None]
    kinds: list[Kind] = []
    for text in allowed:
        parts = text.split("/")
        if len(parts) != 3:
            raise CommandError(f"invalid GroupVersionKind format: {text}, please follow <group/version/kind>")
        group, version, name = "" if parts[0] == "core" else parts[0], parts[1], parts[2]
        api_version = f"{group}/{version}".lstrip("/")
        kind = invocation.kinds.of_object(api_version, name)
        if kind is None:
            raise CommandError(f"no matches for kind {quoted(name)} in version {quoted(api_version)}", bare=False)
        kinds.append(kind)
    return kinds


def prune(
    invocation: Invocation,
    kinds: Sequence[Kind],
    namespaces: Collection[str],
    seen: Collection[str],
    delete: Callable[[Kind, str, str], None],
    show: Callable[[dict[str, Any]], None],
) -> None:
    """Delete what is left over. `namespaces` are those of the manifests, `seen` the UIDs of their objects."""
    for namespace in sorted(namespaces):
        for kind in kinds:
            if kind.namespaced:
                _prune_kind(invocation, kind, namespace, seen, delete, show)
    for kind in kinds:
        if not kind.namespaced:
            _prune_kind(invocation, kind, "", seen, delete, show)


def _prune_kind(
    invocation: Invocation,
    kind: Kind,
    namespace: str,
    seen: Collection[str],
    delete: Callable[[Kind, str, str], None],
    show: Callable[[dict[str, Any]], None],
) -> None:
    where = "namespaced" if kind.namespaced else "nonNamespaced"
    try:
        for obj in invocation.api.list(kind, namespace, invocation.flag("selector"))["items"]:
            meta = obj["metadata"]
            if LAST_APPLIED in annotations_of(obj) and meta["uid"] not in seen:
                delete(kind, namespace, meta["name"])
                show(obj)
    except StatusError as error:
        raise CommandError(f"error pruning {where} object {kind.kind_text}: {error.message}") from None
