"""The aggregator's controllers: APIs of custom resources are registered, APIs behind Services tried.

Reads CustomResourceDefinitions, APIServices, Services and EndpointSlices; writes APIServices. Simplification: an API is
tried when something about it changes, not every thirty seconds. Source:
`k8s.io/kube-aggregator/pkg/controllers/{autoregister,status/remote}`,
`pkg/controlplane/controller/crdregistration`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, cast

from k8snb.api.apiregistration.apiservice import APIServiceCondition
from k8snb.apiserver.aggregation import APISERVICES, CUSTOM, MANAGED, api_service
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch
from k8snb.engine import own_key as own

_CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_LABEL = "kubernetes.io/service-name"


class _Verdict(NamedTuple):
    status: str
    reason: str
    message: str


class APIServiceController:
    """Keys are names of APIServices."""

    name: ClassVar[str] = "apiservice-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (
            Watch(APISERVICES, own),
            Watch(_CRDS, _versions),
            Watch("services", self._behind_service),
            Watch(_SLICES, self._behind_slice),
        )

    def _behind_service(self, change: Change) -> Iterable[str]:
        return self._behind(change.key)

    def _behind_slice(self, change: Change) -> Iterable[str]:
        meta = change.object.metadata
        return self._behind(f"{meta.namespace}/{meta.labels.get(_SERVICE_LABEL, '')}")

    def _behind(self, service: str) -> Iterable[str]:
        remotes = self.client.server.catalogue.remotes()
        return [remote.name for remote in remotes if remote.service == service] if remotes else ()

    def reconcile(self, key: str) -> After | None:
        found = self.client.find(APISERVICES, key)
        if found is not None and found.spec.service is not None:
            self._judge(found)
            return None
        version, _, group = key.partition(".")
        wanted = group and any(
            crd.spec.group == group and any(each.name == version and each.served for each in crd.spec.versions)
            for crd in self._definitions()
        )
        if wanted and found is None:
            self.client.create(api_service(group, version, CUSTOM, "true"))
        elif not wanted and found is not None and found.metadata.labels.get(MANAGED) == "true":
            self.client.delete(APISERVICES, key)
        return None

    def _definitions(self) -> list[Any]:
        # Straight from the store: listing through the API would load the kind's classes into clusters that have none.
        return cast("list[Any]", self.client.server.store.list(_CRDS))

    # -- availability ---------------------------------------------------------------------------------------------------

    def _judge(self, api: Any) -> None:
        verdict = self._verdict(api)
        known = next((c for c in api.status.conditions if c.type == "Available"), None)
        if known is not None and (known.status, known.reason, known.message) == verdict:
            return
        same = known is not None and known.status == verdict.status
        condition = APIServiceCondition(
            type="Available",
            status=verdict.status,
            lastTransitionTime=known.lastTransitionTime if known and same else self.client.clock.timestamp(),
            reason=verdict.reason,
            message=verdict.message,
        )
        others = tuple(c for c in api.status.conditions if c.type != "Available")
        self.client.update_status(api.replace(status=api.status.replace(conditions=(*others, condition))))

    def _verdict(self, api: Any) -> _Verdict:
        spec = api.spec.service
        where = f'service/{spec.name} in "{spec.namespace}"'
        service = self.client.find("services", spec.name, spec.namespace)
        if service is None:
            return _Verdict("False", "ServiceNotFound", f"{where} is not present")
        if service.spec.type == "ClusterIP":
            port = next((port for port in service.spec.ports if port.port == spec.port), None)
            if port is None:
                return _Verdict("False", "ServicePortError", f"{where} is not listening on port {spec.port}")
            slices = self.client.indexed(_SLICES, "service", f"{spec.namespace}/{spec.name}")
            if not slices:
                message = f"cannot find endpointslices for {where}"
                return _Verdict("False", "EndpointsNotFound", message)
            if not any(_serves(each, port.name) for each in slices):
                message = f'endpointslices for {where} have no addresses with port name "{port.name}"'
                return _Verdict("False", "MissingEndpoints", message)
        path = f"/apis/{api.spec.group}/{api.spec.version}"
        problem = self.client.server.aggregator.ask(spec.namespace, spec.name, spec.port, path)
        if problem:
            url = f"https://{service.spec.clusterIP}:{spec.port}{path}"
            message = f"failing or missing response from {url}: {problem.replace('{url}', url)}"
            return _Verdict("False", "FailedDiscoveryCheck", message)
        return _Verdict("True", "Passed", "all checks passed")


def _versions(change: Change) -> Iterable[str]:
    """The APIServices of a definition's versions, also of those it had before."""
    found: dict[str, None] = {}
    for obj in (change.object, change.old):
        crd: Any = obj
        for version in crd.spec.versions if crd is not None else ():
            found[f"{version.name}.{crd.spec.group}"] = None
    return found


def _serves(endpoint_slice: Any, port: str) -> bool:
    ready = any(e.conditions.ready is not False for e in endpoint_slice.endpoints)
    return ready and any((p.name or "") == port and p.port is not None for p in endpoint_slice.ports)
