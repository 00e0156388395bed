"""The world as a check sees it: objects, endpoints, events, requests and history of one cluster, and trials on forks.

Reading goes through the client like everyone's; nothing here writes to the cluster that is judged. A request or a
command leaves traces, so `http` and `run` use a fork that nobody looks at again; `perturb()` gives a fork to break
at will. Kinds are named as kubectl names them (`pod`, `deployments`, `svc`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from k8snb.api import selector as selectors
from k8snb.api.resources import RESOURCES
from k8snb.apiserver.store import Change
from k8snb.grading.timeline import Moment, moments

if TYPE_CHECKING:
    from k8snb.cluster import Cluster
    from k8snb.docker.engine import Docker
    from k8snb.kubectl.cli import Result
    from k8snb.network.trace import Trace

SERVICE_LABEL = "kubernetes.io/service-name"


class World:
    """One cluster, to look at. `answers` is what the learner handed in besides, by exercise id."""

    def __init__(self, cluster: Cluster, answers: Mapping[str, object] | None = None) -> None:
        self._cluster = cluster
        self._answers = answers or {}
        self._scratch: Cluster | None = None

    @property
    def now(self) -> float:
        """Virtual seconds since the cluster's start."""
        return self._cluster.now

    def answer(self, exercise: str) -> object | None:
        """What the learner answered to a question, or None."""
        return self._answers.get(exercise)

    @property
    def docker(self) -> Docker:
        """The docker of the learner's machine: its images, its containers, and what was pushed to registries."""
        return self._cluster.docker

    def kubeconfig(self) -> Mapping[str, Any]:
        """The kubeconfig of the learner's machine, as data."""
        found: Mapping[str, Any] = self._cluster.session().config.data
        return found

    # -- state ------------------------------------------------------------------------------------------------------

    def obj(self, kind: str, name: str, ns: str = "default") -> Any | None:
        """One object, or None."""
        resource, namespaced = _resource(kind)
        return self._cluster.client.find(resource, name, ns if namespaced else "")

    def objs(self, kind: str, ns: str = "default", selector: str = "") -> list[Any]:
        """All objects of a kind in a namespace (`""`: in all), by name."""
        resource, namespaced = _resource(kind)
        return self._cluster.client.list(resource, ns if namespaced else "", label_selector=selector).items

    def pods(self, selector: str = "", ns: str = "default") -> list[Any]:
        """Pods that have these labels and are not on their way out."""
        return [pod for pod in self.objs("pods", ns, selector) if not pod.metadata.deletionTimestamp]

    def eps(self, service: str, ns: str = "default") -> list[str]:
        """The ready addresses behind a Service, from its EndpointSlices."""
        return ready_addresses(self.objs("endpointslices", ns, f"{SERVICE_LABEL}={service}"))

    def events(self, kind: str = "", name: str = "", reason: str = "", ns: str = "default") -> list[Any]:
        """Events about objects of a kind and name, with a reason; empty means any."""
        return [
            event
            for event in self.objs("events", ns)
            if (not kind or event.involvedObject.kind.lower() == kind.lower())
            and (not name or event.involvedObject.name == name)
            and (not reason or event.reason == reason)
        ]

    # -- history ----------------------------------------------------------------------------------------------------

    def history(self, kind: str, name: str = "", ns: str = "default") -> list[Change]:
        """Every change of these objects, oldest first."""
        resource, namespaced = _resource(kind)
        return [
            change
            for change in self._cluster.history(resource)
            if (not namespaced or change.object.metadata.namespace == ns)
            and (not name or change.object.metadata.name == name)
        ]

    def moments(self, kind: str, selector: str = "", ns: str = "default") -> Iterator[Moment]:
        """How the objects with these labels stood after every change."""
        match = selectors.parse(selector)
        return moments(self.history(kind, ns=ns), lambda obj: match.matches(obj.metadata.labels))

    def traces(self, since: float = 0.0) -> list[Trace]:
        """The requests that learners and Pods made, oldest first."""
        return [trace for trace in self._cluster.traces if trace.time >= since]

    # -- trials -----------------------------------------------------------------------------------------------------

    def http(self, frm: str, url: str, headers: Mapping[str, str] | None = None) -> Trace:
        """Make one request from `host`, `pod/NAME` or `node/NAME`, unseen by the learner's cluster."""
        return self._trial().http(url, source=frm, headers=dict(headers or {}))

    def run(self, pod: str, cmd: list[str], container: str = "", ns: str = "default") -> Result:
        """Run a command in a Pod's container as `kubectl exec` does, unseen by the learner's cluster."""
        chosen = ["-c", container] if container else []
        return self._trial().kubectl(["exec", "-n", ns, pod, *chosen, "--", *cmd])

    def perturb(self) -> Fork:
        """A fork of the cluster as it now is, to change and to watch."""
        return Fork(self._cluster.fork(), self._answers)

    def _trial(self) -> Cluster:
        if self._scratch is None:
            self._scratch = self._cluster.fork()
        return self._scratch


class Fork(World):
    """A copy of the learner's cluster that a check may change; everything that `World` reads is read from the copy."""

    def kubectl(self, args: str | list[str]) -> Result:
        """Run kubectl on the copy."""
        return self._cluster.kubectl(args)

    def run_docker(self, line: str) -> Result:
        """Run docker on the copy of the learner's machine."""
        from k8snb.docker.cli import run_docker

        return run_docker(self._cluster, line)

    def advance(self, seconds: float) -> None:
        """Let time pass on the copy."""
        self._cluster.advance(seconds)

    def power_off(self, node: str) -> None:
        """Cut a machine of the copy off: kubelet, containers and network."""
        self._cluster.stop_component(f"node/{node}")

    def settle(self) -> None:
        """Let the copy come to rest."""
        self._cluster.settle()

    def _trial(self) -> Cluster:
        return self._cluster


def ready_addresses(slices: list[Any]) -> list[str]:
    """The addresses of ready endpoints, in order, each once."""
    found = {
        address: None
        for each in slices
        for endpoint in each.endpoints
        if endpoint.conditions is None or endpoint.conditions.ready is not False
        for address in endpoint.addresses
    }
    return list(found)


def is_ready(pod: Any) -> bool:
    """Whether a Pod takes traffic: Ready, and not on its way out."""
    return not pod.metadata.deletionTimestamp and any(
        condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions
    )


@cache
def _resource(kind: str) -> tuple[str, bool]:
    for row in RESOURCES:
        if kind in (row.plural, row.singular_name, row.group_resource, *row.short_names):
            return row.group_resource, row.namespaced
    raise KeyError(f"no kind is called {kind!r}")


def doing(pod: Any) -> str:
    """What kubectl's STATUS column would say in one word: why a container waits or ended, else the phase."""
    if pod.metadata.deletionTimestamp:
        return "Terminating"
    for status in pod.status.containerStatuses:
        waiting = status.state.waiting or status.state.terminated if status.state else None
        if waiting and waiting.reason:
            return cast(str, waiting.reason)
    return cast(str, pod.status.phase or "Pending")
