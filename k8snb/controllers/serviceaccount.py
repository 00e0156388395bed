"""The ServiceAccount controller: every namespace has an account called `default`.

Source: `pkg/controller/serviceaccount/serviceaccounts_controller.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.api.meta import ObjectMeta
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch

DEFAULT = "default"


class ServiceAccountController:
    """Reconciles namespaces."""

    name: ClassVar[str] = "service-account-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("namespaces"), Watch("serviceaccounts", _lost))

    def reconcile(self, key: str) -> After | None:
        namespace = self.client.find("namespaces", key)
        if namespace is None or namespace.status.phase == "Terminating":
            return None
        if self.client.find("serviceaccounts", DEFAULT, key) is None:
            self.client.create(ServiceAccount(metadata=ObjectMeta(name=DEFAULT, namespace=key)))
        return None


def _lost(change: Change) -> Iterable[str]:
    meta = change.object.metadata
    return (meta.namespace,) if change.type == "DELETED" and meta.name == DEFAULT else ()
