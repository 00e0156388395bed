"""A cluster's API server as the tests speak to it: a method, a path, a body; back comes a code and JSON data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from k8snb import Cluster
from k8snb.apiserver.request import ADMIN, Request, Response, User

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


class Face:
    """Calls on one cluster."""

    def __init__(self, cluster: Cluster | None = None, user: User = ADMIN) -> None:
        self.cluster = cluster or Cluster(profile="hollow")
        self.user = user

    def call(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        kind, user = more.pop("kind", "application/json"), more.pop("user", self.user)
        return self.cluster.rest.handle(Request(method, path, query or {}, body, kind, user=user, **more))

    def ok(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, **more: Any) -> Any:
        """The body of an answer that must be a success."""
        answer = self.call(method, path, body, query, **more)
        assert answer.code in (200, 201), answer.body
        return answer.body

    def refused(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, **more: Any
    ) -> tuple[int, str, str]:
        """(code, reason, message) of a refusal, which must leave the store alone."""
        revision = self.revision
        answer = self.call(method, path, body, query, **more)
        assert answer.body["kind"] == "Status", answer.body
        assert answer.body["status"] == "Failure"
        assert self.revision == revision
        return answer.code, answer.body["reason"], answer.body["message"]

    def watch(self, path: str, **query: str) -> Callable[[], list[tuple[str, str]]]:
        """A function that reads what is new on a watch: pairs of type and name."""
        stream = self.ok("GET", path, None, {"watch": "true", **query})
        return lambda: [(event["type"], event["object"]["metadata"].get("name", "")) for event in stream.poll()]

    def names(self, path: str, **query: str) -> list[str]:
        return [item["metadata"]["name"] for item in self.ok("GET", path, None, query)["items"]]

    @property
    def revision(self) -> int:
        return self.cluster.store.revision


def configmap(name: str, data: Mapping[str, str] | None = None, **meta: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **meta}, "data": dict(data or {"a": "1"})}


def pod(name: str, **meta: Any) -> dict[str, Any]:
    containers = [{"name": "main", "image": "nginx"}]
    return {"metadata": {"name": name, **meta}, "spec": {"containers": containers}}


def deployment(name: str = "web", replicas: int | None = 2) -> dict[str, Any]:
    labels = {"app": name}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "nginx"}]}},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
