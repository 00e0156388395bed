"""What a describer may ask the server besides the object it describes: lists, other objects, the time.

Answers are JSON data. Source: kubectl `pkg/describe/describe.go` (searchEvents, getPodsInChunks).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.kubectl.api import Api
from k8snb.kubectl.kinds import Kind, Kinds, compiled

Json = dict[str, Any]


class Reader:
    """Reads on behalf of describers, in pages of `chunk` objects."""

    def __init__(self, api: Api, kinds: Kinds, chunk: int = 500) -> None:
        self.api, self.kinds, self.chunk = api, kinds, chunk

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self.api.client.now()

    def events(self, kind: Kind, obj: Mapping[str, Any]) -> list[Json]:
        """The events about an object. The kubelet writes those about its node under the node's name as UID."""
        meta = obj["metadata"]
        if kind.group == "" and kind.kind == "Node":
            return self._events(kind.kind, meta, meta["uid"]) + self._events(kind.kind, meta, meta["name"])
        mirrored = (meta.get("annotations") or {}).get("kubernetes.io/config.mirror")
        if kind.group == "" and kind.kind == "Pod":
            return self._events("", meta, mirrored or meta["uid"])
        return self._events(kind.kind, meta, meta.get("uid", ""))

    def _events(self, kind: str, meta: Mapping[str, Any], uid: str) -> list[Json]:
        namespace = meta.get("namespace", "")
        about = {"name": meta["name"], "namespace": namespace, "kind": kind, "uid": uid}
        given = {name: value for name, value in about.items() if value or name == "namespace"}
        fields = ",".join(f"involvedObject.{name}={value}" for name, value in sorted(given.items()))
        return self.list("events", namespace, fields=fields)

    def get(self, resource: str, namespace: str, name: str) -> Json:
        """One object. StatusError if it is not there."""
        found: Json = self.api.get(self.kind(resource), namespace, name)
        return found

    def kind(self, resource: str) -> Kind:
        try:
            return compiled(resource)
        except KeyError:
            return self.kinds.need(resource)

    def list(self, resource: str, namespace: str = "", labels: str = "", fields: str = "") -> list[Json]:
        """The items of a list, in the server's order. StatusError if it is refused."""
        query = {"labelSelector": labels, "fieldSelector": fields, "limit": str(self.chunk or "")}
        query = {name: value for name, value in query.items() if value}
        found: list[Json] = []
        while True:
            page = self.api.page(self.kind(resource), namespace, query)
            found += page["items"]
            rest = (page.get("metadata") or {}).get("continue")
            if not rest:
                return found
            query["continue"] = rest


def pods_of(reader: Reader, namespace: str, labels: str, uid: str) -> dict[str, int]:
    """How many Pods of a controller are in each phase."""
    count = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in reader.list("pods", namespace, labels):
        owners = pod["metadata"].get("ownerReferences") or []
        phase = (pod.get("status") or {}).get("phase", "")
        if phase in count and any(owner.get("controller") and owner["uid"] == uid for owner in owners):
            count[phase] += 1
    return count


def pods_status(reader: Reader, namespace: str, labels: str, uid: str) -> str:
    """`2 Running / 0 Waiting / 0 Succeeded / 0 Failed`"""
    count = pods_of(reader, namespace, labels, uid)
    return (
        f"{count['Running']} Running / {count['Pending']} Waiting / {count['Succeeded']} Succeeded / "
        f"{count['Failed']} Failed"
    )
