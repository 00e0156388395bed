"""The CustomResourceDefinition controller: accepts names, establishes the kind, and clears its objects away at the end.

Source: `k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,finalizer}`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apiextensions.customresourcedefinition import CustomResourceDefinitionCondition
from k8snb.api.errors import StatusError
from k8snb.apiserver.registry.customresourcedefinition import CLEANUP
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

_RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"
_RETRY_SECONDS = 5.0


class CustomResourceDefinitionController:
    """Brings definitions into force."""

    name: ClassVar[str] = "customresourcedefinition-controller"
    watches: ClassVar[tuple[Watch, ...]] = (Watch(_RESOURCE),)

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events

    def reconcile(self, key: str) -> After | None:
        definition = self.client.find(_RESOURCE, key)
        if definition is None:
            return None
        if definition.metadata.deletionTimestamp is not None:
            return self._clear(definition) if CLEANUP in definition.metadata.finalizers else None
        self._establish(definition)
        return None

    def _establish(self, definition: Any) -> None:
        now, names = self.client.clock.timestamp(), definition.spec.names
        taken = self._conflict(definition)
        kept = {c.type: c for c in definition.status.conditions}

        def condition(type_: str, status: str, reason: str, message: str) -> Any:
            old = kept.get(type_)
            since = old.lastTransitionTime if old is not None and old.status == status else now
            return CustomResourceDefinitionCondition(
                type=type_, status=status, lastTransitionTime=since, reason=reason, message=message
            )

        if taken:
            accepted = condition("NamesAccepted", "False", taken[0], taken[1])
            established = condition("Established", "False", "NotAccepted", "not all names are accepted")
            status = definition.status.replace(conditions=(accepted, established))
        else:
            accepted = condition("NamesAccepted", "True", "NoConflicts", "no conflicts found")
            message = "the initial names have been accepted"
            established = condition("Established", "True", "InitialNamesAccepted", message)
            status = definition.status.replace(conditions=(accepted, established), acceptedNames=names)
        if status != definition.status:
            self.client.update_status(definition.replace(status=status))

    def _conflict(self, definition: Any) -> tuple[str, str] | None:
        """(reason, message) if another definition of the group already has one of the names."""
        names = definition.spec.names
        wanted = {names.plural, names.singular, *names.shortNames}
        for other in self.client.list(_RESOURCE).items:
            if other.metadata.uid == definition.metadata.uid or other.spec.group != definition.spec.group:
                continue
            accepted = other.status.acceptedNames
            for name in sorted(wanted & {accepted.plural, accepted.singular, *accepted.shortNames}):
                return "NameConflict", f'"{name}" is already in use'
            if accepted.kind == names.kind:
                return "KindConflict", f'"{names.kind}" is already in use'
        return None

    def _clear(self, definition: Any) -> After | None:
        """Delete every object of the kind, then let the definition go; look again while finalizers hold objects."""
        definition = self._terminating(definition)
        resource = f"{definition.spec.names.plural}.{definition.spec.group}"
        left = self.client.server.store.list(resource)
        for obj in left:
            try:
                self.client.delete(resource, obj.metadata.name, obj.metadata.namespace)
            except StatusError as error:
                if error.reason != "NotFound":
                    raise
        if self.client.server.store.list(resource):
            return After(_RETRY_SECONDS)
        finalizers = tuple(name for name in definition.metadata.finalizers if name != CLEANUP)
        self.client.update(definition.replace(metadata=definition.metadata.replace(finalizers=finalizers or None)))
        return None

    def _terminating(self, definition: Any) -> Any:
        """The definition with the note that its objects are being deleted."""
        message = "CustomResource deletion is in progress"
        conditions = tuple(
            each.replace(reason="InstanceDeletionInProgress", message=message) if each.type == "Terminating" else each
            for each in definition.status.conditions
        )
        if conditions == definition.status.conditions:
            return definition
        return self.client.update_status(definition.replace(status=definition.status.replace(conditions=conditions)))
