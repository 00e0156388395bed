"""What may stand at the cursor of a manifest: fields of the schema, allowed values, names of objects that are there; and
what the field under it means.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Session
from k8snb.kubectl.errors import FAILURES
from k8snb.kubectl.fieldschema import ELEMENT, FieldInfo, Fields, fields_of
from k8snb.kubectl.lookups import Lookups
from k8snb.magics.yamlcursor import Place, place

#: the last fields of paths that name objects -> their resource
_REFERENCES: dict[tuple[str, ...], str] = {
    ("metadata", "namespace"): "namespaces",
    ("serviceAccountName",): "serviceaccounts",
    ("nodeName",): "nodes",
    ("storageClassName",): "storageclasses",
    ("priorityClassName",): "priorityclasses",
    ("ingressClassName",): "ingressclasses",
    ("configMapRef", "name"): "configmaps",
    ("configMapKeyRef", "name"): "configmaps",
    ("configMap", "name"): "configmaps",
    ("secretRef", "name"): "secrets",
    ("secretKeyRef", "name"): "secrets",
    ("secret", "secretName"): "secrets",
    ("persistentVolumeClaim", "claimName"): "persistentvolumeclaims",
    ("backend", "service", "name"): "services",
    ("scaleTargetRef", "name"): "deployments",
    ("spec", "serviceName"): "services",
}


class Offer(NamedTuple):
    """A text for the place of what is typed there, and what it is."""

    text: str
    about: str


def offers(session: Session, text: str, line: int, column: int) -> tuple[str, list[Offer]]:
    """(what of it is typed, what it may become) at a cursor."""
    here = place(text, line, column)
    if here is None:
        return "", []
    try:
        found = _beginning(_values(session, here) if here.is_value else _keys(session, here), here.typed)
        if not found and here.path == ["kind"]:
            session.kinds.refresh()  # it may be a new custom resource
            found = _beginning(_values(session, here), here.typed)
    except (ConnectionRefused, *FAILURES):
        return here.typed, []  # nobody there who could be asked
    return here.typed, found


def _beginning(found: list[Offer], text: str) -> list[Offer]:
    return [offer for offer in found if offer.text.lower().startswith(text.lower())]


def field_at(session: Session, text: str, line: int, column: int) -> tuple[Place, list[str]] | None:
    """The place of the field under a cursor, and the names that lead to it."""
    lines = text.split("\n")
    whole = lines[line]
    start = len(whole) - len(whole.lstrip(" -"))
    here = place(text, line, max(column, start))
    if here is None or not here.kind:
        return None
    path = here.path if here.is_value else [*here.path, here.key]
    return here, [step for step in path if step not in (ELEMENT, "")]


def _fields(session: Session, here: Place) -> Fields | None:
    return fields_of(session, here.api_version, here.kind) if here.api_version and here.kind else None


def _keys(session: Session, here: Place) -> list[Offer]:
    fields = _fields(session, here)
    if fields is None:
        known = {"apiVersion": "string", "kind": "string", "metadata": "ObjectMeta", "spec": "Object"}
        rows = [FieldInfo(name, kind) for name, kind in known.items()] if not here.path else []
        return [_offer(row, "") for row in rows if row.name not in here.present]
    start, path = "", here.path
    schema = fields.at(path)
    if schema is not None and fields.type(schema).startswith("[]"):
        if here.dashed:
            return []
        start, path = "- ", [*path, ELEMENT]  # a list's element has yet to begin
        element = fields.field(path)
        if element is not None and element.shape == "scalar":
            return [Offer(f"- {value}", element.type) for value in element.values]
        if here.typed.startswith("-"):
            return []
        here.present.clear()
    below = fields.below(path)
    order = sorted(below.values(), key=lambda row: (not row.required, row.name))
    if not here.path:
        order = [row for row in order if row.name != "status"]
    return [_offer(row, start) for row in order if row.name not in here.present or row.name == here.typed]


def _offer(row: FieldInfo, start: str) -> Offer:
    end = ": " if row.shape == "scalar" else ":"
    return Offer(f"{start}{row.name}{end}", f"{row.type}{' (required)' if row.required else ''}")


def _values(session: Session, here: Place) -> list[Offer]:
    kinds = list(session.kinds)
    if here.path == ["apiVersion"]:
        versions = {kind.api_version for kind in kinds if not here.kind or kind.kind == here.kind}
        return [Offer(version, "apiVersion") for version in sorted(versions)]
    if here.path == ["kind"]:
        names = {kind.kind for kind in kinds if "create" in kind.verbs and here.api_version in ("", kind.api_version)}
        return [Offer(name, "kind") for name in sorted(names)]
    fields = _fields(session, here)
    row = fields.field(here.path) if fields is not None else None
    if row is not None and row.values:
        return [Offer(value, row.type) for value in row.values]
    steps = tuple(step for step in here.path if step != ELEMENT)
    for end, plural in _REFERENCES.items():
        if steps[-len(end) :] == end:
            live = Lookups(session, session.config.namespace() or "default")
            kind = live.kind(plural)
            return [Offer(name, kind.singular if kind is not None else plural) for name in live.names(kind)]
    return []
