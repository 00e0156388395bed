"""The ResourceQuota controller: writes into each quota what its namespace uses.

Admission counts for itself, so this is for people to read. Source: `pkg/controller/resourcequota`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from k8snb.api.model import FrozenMap
from k8snb.apiserver.quota import used_in
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch, split_key

QUOTAS = "resourcequotas"
#: written all the time and never worth counting
_NOISE = frozenset({QUOTAS, "events", "leases.coordination.k8s.io", "endpoints", "endpointslices.discovery.k8s.io"})


class ResourceQuotaController:
    """Reconciles `resourcequotas`."""

    name: ClassVar[str] = "resourcequota-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(QUOTAS), Watch("*", self._quotas))

    def _quotas(self, change: Change) -> Iterable[str]:
        """The quotas of the namespace in which something changed."""
        namespace = change.object.metadata.namespace
        if not namespace or change.resource in _NOISE:
            return ()
        found = self.client.server.store.list(QUOTAS, namespace)
        return [f"{namespace}/{quota.metadata.name}" for quota in found]

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        quota = self.client.find(QUOTAS, name, namespace)
        if quota is None or quota.metadata.deletionTimestamp is not None:
            return None
        used = FrozenMap(used_in(self.client.server.store, quota))
        status = quota.status.replace(hard=quota.spec.hard, used=used)
        if status != quota.status:
            self.client.update_status(quota.replace(status=status))
        return None
