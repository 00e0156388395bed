"""API aggregation: which groups and versions there are (APIServices), and those that a Service of the cluster serves.

The server's own APIs are registered when it starts, with the priorities that order discovery; an APIService with a Service
hands its paths to the Pods behind that. `Backend` is such an API server: the objects it shows are worked out when they are
asked for and never stored. Source: `k8s.io/kube-aggregator`, `pkg/controlplane/apiserver/aggregator.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from k8snb.api import selector
from k8snb.api.apiregistration.apiservice import APIService, APIServiceSpec
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.api.object import Object
from k8snb.api.resources import Resource

APISERVICES = "apiservices.apiregistration.k8s.io"
GROUP = "apiregistration.k8s.io"
MANAGED = "kube-aggregator.kubernetes.io/automanaged"
#: priorities of the group and version of custom resources
CUSTOM = (1000, 100)
#: (group, version) -> priority of the group among all, of the version in its group
PRIORITIES: dict[tuple[str, str], tuple[int, int]] = {
    ("", "v1"): (18000, 1),
    ("apps", "v1"): (17800, 15),
    ("events.k8s.io", "v1"): (17750, 15),
    ("authentication.k8s.io", "v1"): (17700, 15),
    ("authorization.k8s.io", "v1"): (17600, 15),
    ("autoscaling", "v1"): (17500, 15),
    ("autoscaling", "v2"): (17500, 30),
    ("batch", "v1"): (17400, 15),
    ("certificates.k8s.io", "v1"): (17300, 15),
    ("networking.k8s.io", "v1"): (17200, 15),
    ("policy", "v1"): (17100, 15),
    ("rbac.authorization.k8s.io", "v1"): (17000, 15),
    ("storage.k8s.io", "v1"): (16800, 15),
    ("apiextensions.k8s.io", "v1"): (16700, 15),
    ("admissionregistration.k8s.io", "v1"): (16700, 15),
    ("scheduling.k8s.io", "v1"): (16600, 15),
    ("coordination.k8s.io", "v1"): (16500, 15),
    ("node.k8s.io", "v1"): (16300, 15),
    ("discovery.k8s.io", "v1"): (16200, 15),
    ("resource.k8s.io", "v1"): (16200, 15),
    ("flowcontrol.apiserver.k8s.io", "v1"): (16100, 21),
}

_READ = ("get", "list")
#: what aggregated API servers that are simulated serve, by the name of their APIService
SERVED: dict[str, tuple[Resource, ...]] = {
    "v1beta1.metrics.k8s.io": (
        Resource(
            "metrics.k8s.io",
            "v1beta1",
            "NodeMetrics",
            "nodes",
            "metrics.nodemetrics",
            namespaced=False,
            verbs=_READ,
        ),
        Resource("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", "metrics.podmetrics", verbs=_READ),
    )
}


class Backend(Protocol):
    """An API server behind a Service. Selectors are parsed; refusals are StatusErrors."""

    def get(self, resource: Resource, namespace: str, name: str) -> Object: ...

    def list(
        self,
        resource: Resource,
        namespace: str,
        labels: selector.Selector | None,
        fields: selector.FieldSelector | None,
    ) -> list[Object]: ...


#: asks a Service for a path: (namespace, name, port, path) -> what went wrong with `{url}` for the address, "" if it answers
Ask = Callable[[str, str, int, str], str]


def _nobody(namespace: str, name: str, port: int, path: str) -> str:
    return 'Get "{url}": dial tcp: connect: no route to host'


class Aggregator:
    """Whom the API server passes requests on to."""

    def __init__(self) -> None:
        #: by the apiVersion they serve
        self.backends: dict[str, Backend] = {}
        self.ask: Ask = _nobody

    def connect(self, api_version: str, backend: Backend, ask: Ask) -> None:
        """Wire in an API server behind Services, and a way to reach Services at all."""
        self.backends[api_version] = backend
        self.ask = ask


class Remote(NamedTuple):
    """An APIService that names a Service: its name, `namespace/name` of the Service, whether requests can be passed on."""

    name: str
    group: str
    version: str
    service: str
    available: bool

    @property
    def resources(self) -> tuple[Resource, ...]:
        return SERVED.get(self.name, ())


def remotes(api_services: Iterable[Any]) -> Iterator[Remote]:
    """Those of these APIServices that others serve."""
    for api in api_services:
        spec, service = api.spec, api.spec.service
        if service is None:
            continue
        available = any(c.type == "Available" and c.status == "True" for c in api.status.conditions)
        yield Remote(api.metadata.name, spec.group, spec.version, f"{service.namespace}/{service.name}", available)


def api_service(group: str, version: str, priorities: tuple[int, int], managed: str) -> APIService:
    """The registration of an API that this server serves itself."""
    meta = ObjectMeta(name=f"{version}.{group}", labels=FrozenMap({MANAGED: managed}))
    spec = APIServiceSpec.of(
        {
            **({"group": group} if group else {}),
            "groupPriorityMinimum": priorities[0],
            "version": version,
            "versionPriority": priorities[1],
        }
    )
    return APIService(metadata=meta, spec=spec)


def own_api_services() -> Iterator[APIService]:
    """The registrations of everything built in but the group of the registrations itself."""
    for (group, version), priorities in sorted(PRIORITIES.items(), key=lambda item: (item[0][1], item[0][0])):
        yield api_service(group, version, priorities, "onstart")
