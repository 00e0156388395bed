"""What a word of a command line may become, asked of the live cluster: kinds, names, namespaces, containers, ports, labels,
fields of a kind. Refusals of the server mean that nothing is offered. Source: `k8s.io/kubectl/pkg/util/completion`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from k8snb.apiserver.patch.schema import schema_of
from k8snb.kubectl.command import Session
from k8snb.kubectl.fieldschema import ELEMENT, fields_of
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.typedobjects import model_of

_TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_PATH: Final = re.compile(r"((?:\.[A-Za-z0-9]+(?:\[[^\]]*\])?)*)\.([A-Za-z0-9]*)$")


class Lookups:
    """Questions to the cluster of a session, in one namespace ("" for all)."""

    def __init__(self, session: Session, namespace: str) -> None:
        self.session, self.namespace = session, namespace

    def kind(self, word: str) -> Kind | None:
        """The resource that a word means."""
        return self.session.kinds.find(word)

    def kinds(self, prefix: str, allowed: Collection[str] = ()) -> list[str]:
        """Words for kinds: plurals, and, once something is typed, singulars and short names. `allowed` are plurals."""
        found = matching(self._words(bool(prefix), allowed), prefix)
        if not found and prefix and not allowed:
            self.session.kinds.refresh()  # it may be a new custom resource
            found = matching(self._words(True, allowed), prefix)
        return found

    def _words(self, short: bool, allowed: Collection[str]) -> Iterable[str]:
        for kind in self.session.kinds:
            if {"get", "list"} & set(kind.verbs) and (not allowed or kind.plural in allowed):
                yield from (kind.plural, *((kind.singular, *kind.short_names) if short else ()))
        if not allowed:
            yield "all"

    def names(self, kind: Kind | None, prefix: str = "", namespace: str | None = None) -> list[str]:
        """The names of the objects of a kind."""
        if kind is None:
            return []
        where = self.namespace if namespace is None else namespace
        answer = self.session.client.request("GET", kind.path(where), {"includeObject": "None"}, accept=_TABLE)
        if answer.code != 200:
            return []
        if answer.body.get("kind") != "Table":
            return matching((item["metadata"]["name"] for item in answer.body.get("items") or ()), prefix)
        columns = answer.body["columnDefinitions"]
        at = next((index for index, column in enumerate(columns) if column.get("format") == "name"), 0)
        return matching((str(row["cells"][at]) for row in answer.body.get("rows") or ()), prefix)

    def labels(self, kind: Kind | None, prefix: str = "") -> list[str]:
        """Label keys of the objects of a kind, `key=value` once the key is there."""
        found: set[str] = set()
        for labels in self._labels(kind):
            found |= {f"{key}={value}" for key, value in labels.items()} if "=" in prefix else set(labels)
        return matching(found, prefix)

    def labels_of(self, kind: Kind | None, name: str, field: str = "labels") -> list[str]:
        """The label (or annotation) keys of one object."""
        return list((self.object(kind, name).get("metadata") or {}).get(field) or {})

    def _labels(self, kind: Kind | None) -> Iterable[dict[str, str]]:
        if kind is None:
            return
        answer = self.session.client.request(
            "GET", kind.path(self.namespace), {"includeObject": "Metadata"}, accept=_TABLE
        )
        if answer.code == 200 and answer.body.get("kind") == "Table":
            for row in answer.body.get("rows") or ():
                yield (row["object"].get("metadata") or {}).get("labels") or {}

    def object(self, kind: Kind | None, name: str) -> dict[str, Any]:
        """One object, empty if there is none."""
        if kind is None or not name:
            return {}
        answer = self.session.client.request("GET", kind.path(self.namespace, name))
        return dict(answer.body) if answer.code == 200 and isinstance(answer.body, dict) else {}

    def containers(self, kind: Kind | None, name: str) -> list[str]:
        """The containers of a Pod, or of a template for Pods."""
        spec = _pod_spec(self.object(kind, name))
        lists = [spec.get(field) or () for field in ("containers", "initContainers", "ephemeralContainers")]
        return [item["name"] for items in lists for item in items]

    def ports(self, kind: Kind | None, name: str) -> list[str]:
        """The ports of a Service, a Pod, or a template for Pods."""
        obj = self.object(kind, name)
        if obj.get("kind") == "Service":
            return [str(row["port"]) for row in obj["spec"].get("ports") or ()]
        containers = _pod_spec(obj).get("containers") or ()
        return [str(row["containerPort"]) for item in containers for row in item.get("ports") or ()]

    def fields(self, kind: Kind | None, text: str) -> list[str]:
        """A text that ends with a path of fields (`{.metadata.na`), with what its last field may be."""
        found = _PATH.search(text)
        if found is None or kind is None:
            return []
        path = [re.sub(r"\[.*", "", part) for part in found[1].split(".")[1:]]
        if path[:1] == ["items"]:
            path = path[1:]
        start = text[: found.start(2)]
        names = self.field_names(kind, path)
        listed = ["items"] if not found[1] else []
        return [start + name for name in matching([*names, *listed], found[2])]

    def field_names(self, kind: Kind, path: Sequence[str]) -> list[str]:
        """The fields of a kind, or of the part of it that a path leads to; lists are looked through."""
        found = _model_fields(kind, path)
        if found is not None:
            return found
        fields = fields_of(self.session, kind.api_version, kind.kind)
        steps: list[str] = []
        for name in path:
            steps.append(name)
            below = fields.field(steps) if fields is not None else None
            if below is not None and below.shape == "list":
                steps.append(ELEMENT)
        return list(fields.below(steps)) if fields is not None else []

    def conditions(self, kind: Kind | None, name: str) -> list[str]:
        """The types of an object's conditions; of all objects of the kind if it names none."""
        objects = [self.object(kind, name)] if name else self._objects(kind)
        return [row["type"] for obj in objects for row in (obj.get("status") or {}).get("conditions") or ()]

    def _objects(self, kind: Kind | None) -> list[dict[str, Any]]:
        if kind is None:
            return []
        answer = self.session.client.request("GET", kind.path(self.namespace))
        return list(answer.body.get("items") or ()) if answer.code == 200 and isinstance(answer.body, dict) else []


def _model_fields(kind: Kind, path: Sequence[str]) -> list[str] | None:
    cls: Any = model_of(kind.api_version, kind.kind)
    if cls is None:
        return None
    for name in path:
        schema = schema_of(cls).get(name)
        if schema is None or schema.cls is None or schema.is_map:
            return []
        cls = schema.cls
    names = list(schema_of(cls))
    return names if path else ["apiVersion", "kind", *names]


def matching(words: Iterable[str], prefix: str) -> list[str]:
    """The words that begin so, sorted, each once."""
    return sorted({word for word in words if word.startswith(prefix)})


def _pod_spec(obj: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = obj.get("spec") or {}
    if obj.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    if obj.get("kind") != "Pod":
        spec = (spec.get("template") or {}).get("spec") or {}
    return spec
