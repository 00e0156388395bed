"""The fields of a kind as the server's OpenAPI documents tell: names, types, allowed values, documentation. So custom resources
and other servers' kinds are known as well as built-in ones. A document is read once by each session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from k8snb.kubectl.command import Session

Json = Mapping[str, Any]
#: a step of a path into a list's elements
ELEMENT = "[]"


class FieldInfo(NamedTuple):
    """One field: its type as `kubectl explain` names it, allowed values, documentation."""

    name: str
    type: str
    values: tuple[str, ...] = ()
    description: str = ""
    required: bool = False

    @property
    def shape(self) -> str:
        """`list`, `map` (an object or a map) or `scalar`."""
        if self.type.startswith("[]"):
            return "list"
        named = self.type[:1].isupper() and self.type not in _TEXTS
        return "map" if named or self.type.startswith("map[") else "scalar"


#: types with a name that are written as one word
_TEXTS = frozenset({"Quantity", "IntOrString", "Time", "MicroTime", "Duration"})


class Fields:
    """The schema of one kind."""

    def __init__(self, schemas: Json, root: Json) -> None:
        self._schemas, self._root = schemas, root

    def at(self, path: Iterable[str]) -> Json | None:
        """The schema that a path leads to (names, and ELEMENT for a list's elements); None if it leads nowhere."""
        schema: Json | None = self._root
        for step in path:
            schema = self._below(schema, step) if schema is not None else None
        return schema

    def below(self, path: Iterable[str]) -> dict[str, FieldInfo]:
        """The fields of the object that a path leads to."""
        schema = self.at(path)
        if schema is None:
            return {}
        required = self._required(schema)
        return {
            name: FieldInfo(name, self.type(one), self._values(one), self._description(one), name in required)
            for name, one in self._properties(schema).items()
        }

    def field(self, path: list[str]) -> FieldInfo | None:
        """One field by its path."""
        if path and path[-1] == ELEMENT:
            schema = self.at(path)
            return FieldInfo("", self.type(schema), self._values(schema)) if schema is not None else None
        return self.below(path[:-1]).get(path[-1]) if path else None

    def type(self, schema: Json) -> str:
        """`[]string`, `map[string]string`, `ObjectMeta`, …"""
        if schema.get("items"):
            return f"[]{self.type(schema['items'])}"
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping) and values:
            return f"map[string]{self.type(values)}"
        parts: Sequence[Json] = schema.get("allOf") or ()
        if len(parts) == 1 and not schema.get("properties"):
            return self.type(parts[0])
        ref = str(schema.get("$ref", "")).rpartition("/")[2]
        kind = str((self._schemas.get(ref) or {}).get("type", "")) if ref else str(schema.get("type") or "")
        if ref and (kind in ("", "object") or ref.rpartition(".")[2] in _TEXTS):
            return ref.rpartition(".")[2]
        if schema.get("x-kubernetes-int-or-string"):
            return "IntOrString"
        return "Object" if kind in ("", "object") else kind

    def _resolved(self, schema: Json) -> Json:
        found: Json = self._schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
        return found

    def _parts(self, schema: Json) -> list[Json]:
        resolved = self._resolved(schema)
        return [resolved, *(part for one in resolved.get("allOf") or () for part in self._parts(one))]

    def _properties(self, schema: Json) -> dict[str, Json]:
        return {name: one for part in self._parts(schema) for name, one in (part.get("properties") or {}).items()}

    def _required(self, schema: Json) -> set[str]:
        return {name for part in self._parts(schema) for name in part.get("required") or ()}

    def _below(self, schema: Json, step: str) -> Json | None:
        for part in self._parts(schema):
            if step == ELEMENT:
                if isinstance(part.get("items"), Mapping):
                    return part["items"]  # type: ignore[no-any-return]
            elif step in (part.get("properties") or {}):
                return part["properties"][step]  # type: ignore[no-any-return]
            elif isinstance(part.get("additionalProperties"), Mapping):
                return part["additionalProperties"]  # type: ignore[no-any-return]
        return None

    def _values(self, schema: Json) -> tuple[str, ...]:
        values = next((part["enum"] for part in [schema, *self._parts(schema)] if part.get("enum")), ())
        if not values and self.type(schema) == "boolean":
            return ("true", "false")
        return tuple(str(value) for value in values if value not in ("", None))

    def _description(self, schema: Json) -> str:
        found = schema.get("description")
        return str(found or next((part["description"] for part in self._parts(schema) if part.get("description")), ""))


def fields_of(session: Session, api_version: str, kind: str) -> Fields | None:
    """The fields of a kind; None if the server knows of none."""
    document = _document(session, api_version)
    group, _, version = api_version.rpartition("/")
    gvk = {"group": group, "version": version, "kind": kind}
    schemas: Json = (document or {}).get("components", {}).get("schemas", {})
    for schema in schemas.values():
        if gvk in (schema.get("x-kubernetes-group-version-kind") or ()):
            return Fields(schemas, schema)
    return None


def _document(session: Session, api_version: str) -> Json | None:
    path = f"/openapi/v3/apis/{api_version}" if "/" in api_version else f"/openapi/v3/api/{api_version}"
    if session.cluster is not None:  # in process it costs nothing, and a new custom resource is in it at once
        return _asked(session, path)
    if path not in session.documents:
        session.documents[path] = _asked(session, path)
    found: Json | None = session.documents[path]
    return found


def _asked(session: Session, path: str) -> Json | None:
    answer = session.client.request("GET", path)
    body: Any = answer.body
    return body if answer.code == 200 and isinstance(body, dict) else None
