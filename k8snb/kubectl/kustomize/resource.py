"""One object on its way through kustomize: what it is, what it was called before, whether its name gets a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from k8snb.api import jsontext
from k8snb.api.resources import RESOURCES

Json = dict[str, Any]
_CLUSTER_SCOPED = frozenset((row.group, row.kind) for row in RESOURCES if not row.namespaced)


@dataclass
class Resource:
    """An object. `names` are all the names it has had, the first from its file; `hashed` asks for a content hash."""

    object: Json
    names: list[str] = field(default_factory=list)
    hashed: bool = False

    def __post_init__(self) -> None:
        if not self.names:
            self.names = [self.name]

    @property
    def group(self) -> str:
        return str(self.object.get("apiVersion", "")).rpartition("/")[0]

    @property
    def version(self) -> str:
        return str(self.object.get("apiVersion", "")).rpartition("/")[2]

    @property
    def kind(self) -> str:
        return str(self.object.get("kind", ""))

    @property
    def name(self) -> str:
        return str(self.object["metadata"].get("name", ""))

    @property
    def namespace(self) -> str:
        return str(self.object["metadata"].get("namespace", ""))

    @property
    def namespaced(self) -> bool:
        """Whether objects of the kind are in namespaces; kinds that are not known are taken to be."""
        return (self.group, self.kind) not in _CLUSTER_SCOPED

    @property
    def gvk(self) -> str:
        """`Deployment.v1.apps`, `ConfigMap.v1.[noGrp]`"""
        return f"{self.kind}.{self.version}.{self.group or '[noGrp]'}"

    @property
    def id(self) -> str:
        """How errors name it: `Deployment.v1.apps/web.[noNs]`."""
        return f"{self.gvk}/{self.name}.{self.namespace or '[noNs]'}"

    def rename(self, name: str) -> None:
        """Give it another name and remember the old one."""
        self.object["metadata"]["name"] = name
        if name not in self.names:
            self.names.append(name)

    def add_hash(self) -> None:
        """The suffix that changes with the content, if it is wanted."""
        if not self.hashed:
            return
        # the name does not count: only the content does
        content: Json = {"kind": self.kind, "name": "", "data": self.object.get("data") or ""}
        if self.kind == "Secret":
            content["type"] = self.object.get("type", "")
            if "stringData" in self.object:
                content["stringData"] = self.object["stringData"]
        elif "binaryData" in self.object:
            content["binaryData"] = self.object["binaryData"]
        digest = hashlib.sha256(jsontext.dumps(content).encode()).hexdigest()[:10]
        self.rename(f"{self.name}-{digest.translate(str.maketrans('013ae', 'ghkmt'))}")


def visit(value: Any, path: tuple[str, ...], change: Callable[[Json, str], None], *, create: bool = False) -> None:
    """Call `change(holder, key)` for the fields at a path; lists on the way are gone through."""
    if isinstance(value, list):
        for item in value:
            visit(item, path, change, create=create)
        return
    if not isinstance(value, dict):
        return
    key, rest = path[0], path[1:]
    if not rest:
        if key in value or create:
            change(value, key)
        return
    if value.get(key) is None:
        if not create:
            return
        value[key] = {}
    visit(value[key], rest, change, create=create)


def split(path: str) -> tuple[str, ...]:
    """`spec/template/metadata/labels`; `\\/` is a slash within a name."""
    return tuple(part.replace("\0", "/") for part in path.replace("\\/", "\0").split("/"))


def pod_specs(resource: Resource) -> Iterator[tuple[str, ...]]:
    """Where the kind keeps a Pod's spec."""
    if resource.kind == "Pod":
        yield ("spec",)
    elif resource.kind in TEMPLATED:
        yield ("spec", "template", "spec")
    elif resource.kind == "CronJob":
        yield ("spec", "jobTemplate", "spec", "template", "spec")


#: kinds with a Pod template at `spec.template`
TEMPLATED = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController")
