"""The namespace controller: empties a namespace that is being deleted, and lets go of it when nothing is left.

Deletes everything of every kind in it, Pods first, and tells in conditions what still holds it up: an API whose server does
not answer, too, for it may have something in the namespace. Source:
`pkg/controller/namespace/deletion/namespaced_resources_deleter.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from k8snb.api.core.namespace import NamespaceCondition
from k8snb.api.errors import StatusError
from k8snb.apiserver.aggregation import APISERVICES
from k8snb.apiserver.store import Change
from k8snb.apiserver.subresources.finalize import finalize
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import ENDED, unix
from k8snb.engine import After, Watch

FINALIZER = "kubernetes"
#: seconds before it begins, so that all API servers know that the namespace is closed
GRACE = 5.0
#: seconds it expects a finalizer to take
_FINALIZER_SECONDS = 15


class Remains(NamedTuple):
    """What of a namespace is still there: objects by resource and by finalizer, the first refusal, seconds to wait; and
    groups and versions that could not be looked into.
    """

    resources: dict[str, int]
    finalizers: dict[str, int]
    refusal: str
    estimate: int
    silent: tuple[str, ...] = ()


class NamespaceController:
    """Reconciles namespaces that are being deleted."""

    name: ClassVar[str] = "namespace-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("namespaces"), Watch(APISERVICES, self._held_up))

    def _held_up(self, change: Change) -> Iterable[str]:
        """The namespaces that may have waited for an API, when one changes."""
        if change.type == "ADDED":
            return ()
        found = self.client.list("namespaces").items
        return [each.metadata.name for each in found if each.metadata.deletionTimestamp is not None]

    def reconcile(self, key: str) -> After | None:
        namespace = self.client.find("namespaces", key)
        if namespace is None or namespace.metadata.deletionTimestamp is None:
            return None
        if FINALIZER not in namespace.spec.finalizers:
            return None
        begin = unix(namespace.metadata.deletionTimestamp) + GRACE - self.client.clock.unix
        if begin > 0:
            return After(begin)
        remains = self._delete_content(key)
        namespace = self._write_conditions(namespace, remains)
        if remains.resources:
            return After(remains.estimate // 2 + 1)
        if remains.silent:
            return None
        left = tuple(name for name in namespace.spec.finalizers if name != FINALIZER)
        finalize(self.client.server, self.client.user, namespace.replace(spec=namespace.spec.replace(finalizers=left)))
        return None

    def _delete_content(self, namespace: str) -> Remains:
        """Delete Pods, and when they are gone everything else."""
        resources = self.client.server.store.resources()
        resources.sort(key=lambda resource: (resource != "pods", resource))
        silent = (f"{api.group}/{api.version}" for api in self.client.server.catalogue.remotes() if not api.available)
        remains = Remains({}, {}, "", 0, tuple(sorted(silent)))
        for resource in resources:
            if resource != "pods" and "pods." in remains.resources:
                break
            remains = self._delete_all(resource, namespace, remains)
        return remains

    def _delete_all(self, resource: str, namespace: str, remains: Remains) -> Remains:
        refusal, estimate = remains.refusal, remains.estimate
        for obj in self.client.list(resource, namespace).items:
            if obj.metadata.namespace != namespace:
                return remains  # a cluster-scoped resource
            if obj.metadata.deletionTimestamp is None:
                try:
                    self.client.delete(resource, obj.metadata.name, namespace, propagation="Background")
                except StatusError as error:
                    refusal = refusal or error.message
        left = self.client.list(resource, namespace).items
        if not left:
            return remains._replace(refusal=refusal)
        finalizers = dict(remains.finalizers)
        for obj in left:
            estimate = max(estimate, _estimate(resource, obj))
            for finalizer in obj.metadata.finalizers:
                finalizers[finalizer] = finalizers.get(finalizer, 0) + 1
        # `configmaps. has 1 resource instances`: upstream writes resource, dot, group, and the core group has no name.
        name = resource if "." in resource else f"{resource}."
        return Remains({**remains.resources, name: len(left)}, finalizers, refusal, estimate, remains.silent)

    def _write_conditions(self, namespace: Any, remains: Remains) -> Any:
        conditions = list(namespace.status.conditions)
        for type, status, reason, message in _conditions(remains):
            known = next((c for c in conditions if c.type == type), None)
            if known is not None and (known.status, known.reason, known.message) == (status, reason, message):
                continue
            same = known is not None and known.status == status
            condition = NamespaceCondition(
                type=type,
                status=status,
                reason=reason,
                message=message,
                lastTransitionTime=known.lastTransitionTime if known and same else self.client.clock.timestamp(),
            )
            if known is None:
                conditions.append(condition)
            else:
                conditions[conditions.index(known)] = condition
        status = namespace.status.replace(conditions=tuple(conditions))
        return self.client.update_status(namespace.replace(status=status)) if status != namespace.status else namespace


def _estimate(resource: str, obj: Any) -> int:
    """Seconds after which the object may be gone."""
    if resource == "pods" and obj.status.phase not in ENDED and obj.metadata.deletionTimestamp is not None:
        return obj.spec.terminationGracePeriodSeconds or 0
    return _FINALIZER_SECONDS if obj.metadata.finalizers else 0


def _conditions(remains: Remains) -> list[tuple[str, str, str, str]]:
    """Type, status, reason, message, in upstream's order and words."""
    discovery = "NamespaceDeletionDiscoveryFailure"
    if remains.silent:
        which = ", ".join(f"{each}: stale GroupVersion discovery: {each}" for each in remains.silent)
        failure = f"unable to retrieve the complete list of server APIs: {which}"
        message = f"Discovery failed for some groups, {len(remains.silent)} failing: {failure}"
        found = [(discovery, "True", "DiscoveryFailed", message)]
    else:
        found = [(discovery, "False", "ResourcesDiscovered", "All resources successfully discovered")]
    found += [
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
    ]
    failure = "NamespaceDeletionContentFailure"
    if remains.refusal:
        message = f"Failed to delete all resource types, 1 remaining: {remains.refusal}"
        found.append((failure, "True", "ContentDeletionFailed", message))
    else:
        message = "All content successfully deleted, may be waiting on finalization"
        found.append((failure, "False", "ContentDeleted", message))
    if remains.resources:
        texts = sorted(f"{name} has {count} resource instances" for name, count in remains.resources.items())
        message = f"Some resources are remaining: {', '.join(texts)}"
        found.append(("NamespaceContentRemaining", "True", "SomeResourcesRemain", message))
    else:
        found.append(("NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"))
    if remains.finalizers:
        texts = sorted(f"{name} in {count} resource instances" for name, count in remains.finalizers.items())
        message = f"Some content in the namespace has finalizers remaining: {', '.join(texts)}"
        found.append(("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", message))
    else:
        message = "All content-preserving finalizers finished"
        found.append(("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", message))
    return found
