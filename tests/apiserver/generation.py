"""Objects of every kind, made up from the models: random fields, and what the server refuses repaired until it accepts.

The server itself says what is wrong (`details.causes` of an Invalid): a field that is required is filled in, any other is
taken out. What comes out is an object that is valid, and on the way there many that are not.
"""

from __future__ import annotations

import base64
import copy
import re
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from k8snb.api.model import FieldMeta, Struct
from k8snb.api.resources import RESOURCES, Resource

MARKED: dict[str, tuple[Any, ...]] = {
    "Quantity": ("1", "100m", "1Gi", "2500000"),
    "Time": ("2026-01-01T00:00:00Z",),
    "MicroTime": ("2026-01-01T00:00:00.000001Z",),
    "Duration": ("5s", "1h0m0s"),
    "Bytes": (base64.b64encode(b"data").decode(),),
    "IntOrString": (80, "http", "25%"),
    "JSON": ({"a": 1},),
}
#: what strings are good for, by the end of the field's name
STRINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?i)(^|.)namespace$", ("default",)),
    (r"image$", ("nginx:1.27", "busybox")),
    (r"[pP]ath$", ("/data", "/srv/x")),
    (r"topologyKey$", ("kubernetes.io/hostname",)),
    (r"apiVersion$|groupVersion$", ("v1", "apps/v1")),
    (r"kind$", ("Pod", "Deployment")),
    (r"(?i)ips?$|address$", ("10.1.2.3",)),
    (r"(?i)cidrs?$", ("10.1.0.0/16",)),
    (r"schedule$", ("*/5 * * * *",)),
    (r"protocol$", ("TCP", "UDP")),
    (r"driver$|provisioner$|controller$|signerName$", ("example.com/x",)),
    (r"host(name)?s?$", ("web.example.com", "box")),
    (r"resourceVersion$|uid$", ("",)),
)
_PLAIN = ("a", "b1", "web", "some-name")
_LEFT_OUT = {
    "metadata": {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
        "namespace",
        "name",
        "generateName",
        "ownerReferences",
        "finalizers",
    },
}
#: names of things that would have to be there
_ABSENT = {"serviceAccountName", "serviceAccount", "priorityClassName", "priority", "runtimeClassName", "overhead"}
DEPTH = 6

_LABELS = {"app": "x"}
_CONTAINERS = [{"name": "main", "image": "nginx"}]
_TEMPLATE = {"metadata": {"labels": _LABELS}, "spec": {"containers": _CONTAINERS}}
_ONCE = {"spec": {"containers": _CONTAINERS, "restartPolicy": "Never"}}
_ROLL_OUT = {"selector": {"matchLabels": _LABELS}, "template": _TEMPLATE}
_STORAGE = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_SCHEMA = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
_NAMES = {"plural": "xs", "singular": "x", "kind": "X"}


def _signing_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alice")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()


#: what a kind cannot be without and what the server's answers do not lead to
SEEDS: dict[str, dict[str, Any]] = {
    "persistentvolumeclaims": {"spec": _STORAGE},
    "persistentvolumes": {
        "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/data"}}
    },
    "pods": {"spec": {"containers": _CONTAINERS}},
    "podtemplates": {"template": _TEMPLATE},
    "replicationcontrollers": {"spec": {"selector": _LABELS, "template": _TEMPLATE}},
    "services": {"spec": {"selector": _LABELS, "ports": [{"name": "http", "port": 80}]}},
    "daemonsets.apps": {"spec": _ROLL_OUT},
    "deployments.apps": {"spec": _ROLL_OUT},
    "replicasets.apps": {"spec": _ROLL_OUT},
    "statefulsets.apps": {"spec": {**_ROLL_OUT, "serviceName": "x"}},
    "cronjobs.batch": {"spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": _ONCE}}}},
    "jobs.batch": {"spec": {"template": _ONCE}},
    "certificatesigningrequests.certificates.k8s.io": {
        "spec": {"request": _signing_request(), "signerName": "example.com/x", "usages": ["client auth"]}
    },
    "apiservices.apiregistration.k8s.io": {
        "spec": {"group": "x.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 1}
    },
    "volumeattachments.storage.k8s.io": {
        "spec": {"attacher": "example.com", "nodeName": "node-0", "source": {"persistentVolumeName": "a"}}
    },
    "resourceslices.resource.k8s.io": {
        "spec": {
            "driver": "example.com",
            "nodeName": "node-0",
            "pool": {"name": "a", "generation": 1, "resourceSliceCount": 1},
        }
    },
    "ingresses.networking.k8s.io": {
        "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
    },
    "customresourcedefinitions.apiextensions.k8s.io": {
        "metadata": {"name": "xs.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": _NAMES,
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": _SCHEMA}],
        },
    },
}


@cache
def kinds() -> tuple[Resource, ...]:
    """Every kind that is stored."""
    return tuple(row for row in RESOURCES if "create" in row.verbs and "update" in row.verbs and "watch" in row.verbs)


@cache
def _fields(cls: type[Struct]) -> tuple[tuple[str, Any, FieldMeta], ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    rows = []
    for name, info in cls.model_fields.items():
        meta = info.json_schema_extra
        rows.append((info.alias or name, hints[name], typing.cast(FieldMeta, meta)))
    return tuple(rows)


class Maker:
    """Makes values of the models' types."""

    def __init__(self, random: Random, share: float = 0.25) -> None:
        self.random, self.share = random, share

    def struct(self, cls: type[Struct], depth: int = 0, where: str = "") -> dict[str, Any]:
        """An object with what it always has and a share of its other fields."""
        made = {}
        for name, hint, meta in _fields(cls):
            if name in ("apiVersion", "kind", "status") and depth == 0:
                continue
            if name in _LEFT_OUT.get(where, ()) or name in _ABSENT:
                continue
            wanted = meta is not None and meta.always
            if not wanted and (depth >= DEPTH or self.random.random() > self.share / (1 + depth / 3)):
                continue
            made[name] = self.value(hint, meta, name, depth + 1)
        return made

    def field(self, cls: type[Struct], path: list[str | int]) -> Any:
        """A value for the field at a path; None if the models do not know it."""
        hint: Any = cls
        meta: FieldMeta | None = None
        name = ""
        for step in path:
            hint = _bare(hint)
            if isinstance(step, int):
                hint = (typing.get_args(hint) or (Any,))[0]
            elif isinstance(hint, type) and issubclass(hint, Struct):
                found = next((row for row in _fields(hint) if row[0] == step), None)
                if found is None:
                    return None
                name, hint, meta = found
            elif typing.get_origin(hint) is not None and len(typing.get_args(hint)) == 2:
                hint = typing.get_args(hint)[1]
            else:
                return None
        return self.value(hint, meta, name, DEPTH - 1)

    def value(self, hint: Any, meta: FieldMeta | None, name: str, depth: int) -> Any:
        if marker := _marker(hint):
            return self.random.choice(MARKED[marker])
        hint = _bare(hint)
        if marker := _marker(hint):
            return self.random.choice(MARKED[marker])
        if meta is not None and meta.enum and hint is str:
            return self.random.choice(meta.enum)
        if isinstance(hint, type) and issubclass(hint, Struct):
            return self.struct(hint, depth, name)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is tuple:
            count = 1 if depth >= DEPTH else self.random.choice((1, 1, 2))
            return [self.value(arguments[0], meta, name, depth) for _ in range(count)]
        if origin is not None and len(arguments) == 2:
            return {self.random.choice(_PLAIN): self.value(arguments[1], None, "", depth)}
        return self._scalar(hint, name)

    def _scalar(self, hint: Any, name: str) -> Any:
        if hint is bool:
            return self.random.random() < 0.5
        if hint is int:
            return self.random.choice((1, 2, 30))
        if hint is float:
            return 1.5
        if hint is str:
            for pattern, values in STRINGS:
                if re.search(pattern, name):
                    return self.random.choice(values)
            return self.random.choice(_PLAIN)
        return {"a": "1"}


def _marker(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Annotated:
        return str(typing.get_args(hint)[1])
    return ""


def _bare(hint: Any) -> Any:
    """Without `| None`, and without an annotation that is no marker of a scalar."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [one for one in typing.get_args(hint) if one is not type(None)]
        return rest[0]
    return hint


def parse_path(text: str) -> list[str | int]:
    """`spec.ports[0].name` and `data[a.b]` as steps."""
    steps: list[str | int] = []
    for name, index in re.findall(r"([^.\[\]]+)|\[([^\]]*)\]", text):
        if name:
            steps.append(name)
        else:
            steps.append(int(index) if index.isdigit() else index)
    return steps


def remove(body: Any, path: list[str | int]) -> bool:
    """Take out what is at a path, or the nearest thing above it; False if nothing of it is there."""
    parents: list[tuple[Any, Any]] = []
    at = body
    for step in path:
        if (isinstance(at, dict) and step in at) or (isinstance(at, list) and isinstance(step, int) and step < len(at)):
            parents.append((at, step))
            at = at[step]
        else:
            break
    if not parents:
        return False
    holder, key = parents[-1]
    del holder[key]
    for holder, key in reversed(parents[:-1]):  # what has become empty goes, too
        if holder[key] in ({}, []) and len(parents) > 1:
            del holder[key]
        else:
            break
    return True


def put(body: Any, path: list[str | int], value: Any) -> bool:
    """Fill in a value at a path whose holder is there."""
    at = body
    for index, step in enumerate(path[:-1]):
        if isinstance(at, list):
            if not isinstance(step, int) or step >= len(at):
                return False
            at = at[step]
        elif isinstance(at, dict):
            if step not in at:
                at[step] = [] if isinstance(path[index + 1], int) else {}
            at = at[step]
        else:
            return False
    last = path[-1]
    if isinstance(at, dict):
        if at.get(last) not in (None, "", [], {}):
            return False
        at[last] = value
        return True
    return False


def path_of(resource: Resource, name: str = "", subresource: str = "") -> str:
    root = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
    space = "/namespaces/default" if resource.namespaced else ""
    return "/".join(part for part in (f"{root}{space}/{resource.plural}", name, subresource) if part)


def body_of(resource: Resource, random: Random, name: str, share: float = 0.25) -> dict[str, Any]:
    """A made-up object with the fields that its kind needs; not yet valid."""
    body = {"apiVersion": resource.api_version, "kind": resource.kind, **Maker(random, share).struct(resource.model)}
    body.setdefault("metadata", {})["name"] = name
    return merged(body, SEEDS.get(resource.group_resource, {}))


def merged(body: Any, seed: Any) -> Any:
    """The body with the seed's values put in; lists item by item."""
    if isinstance(body, dict) and isinstance(seed, dict):
        return {**body, **{name: merged(body.get(name), item) for name, item in seed.items()}}
    if isinstance(body, list) and isinstance(seed, list):
        return [merged(body[i] if i < len(body) else None, item) for i, item in enumerate(seed)] + body[len(seed) :]
    return copy.deepcopy(seed)


def attempts(
    resource: Resource, body: dict[str, Any], random: Random, send: Callable[[dict[str, Any]], Any], limit: int = 40
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Send a body, repair what was wrong with it, send it again: (body, answer) of each turn; the last may be a success."""
    maker = Maker(random, 0.0)
    tried: set[str] = set()
    for _ in range(limit):
        answer = send(copy.deepcopy(body))
        yield body, answer
        if answer.code < 300:
            return
        before, body = body, copy.deepcopy(body)
        for cause in causes(answer.body):
            _repair(resource, body, cause, maker, tried)
        body = merged(body, SEEDS.get(resource.group_resource, {}))
        if body == before and not _prune(body, random):
            return


def causes(status: dict[str, Any]) -> list[dict[str, Any]]:
    return list((status.get("details") or {}).get("causes") or [])


def _prune(body: dict[str, Any], random: Random) -> bool:
    """Where the server does not say what it minds: take out any field."""
    found = [(part, name) for name, part in body.items() if name not in ("apiVersion", "kind", "metadata")]
    holders = [body["spec"]] if isinstance(body.get("spec"), dict) else [body]
    names = [(holder, name) for holder in holders for name in holder if name not in ("apiVersion", "kind", "metadata")]
    if not names or not found:
        return False
    holder, name = random.choice(names)
    del holder[name]
    return True


def _repair(resource: Resource, body: dict[str, Any], cause: dict[str, Any], maker: Maker, tried: set[str]) -> bool:
    path = parse_path(cause.get("field", ""))
    if not path:
        return False
    allowed = re.search(r"supported values: (.+)$", cause["message"])
    if allowed and (words := re.findall(r'"([^"]+)"', allowed[1])):
        return remove(body, path) and put(body, path, maker.random.choice(words))
    if cause["reason"] == "FieldValueRequired" and cause["field"] not in tried:
        tried.add(cause["field"])
        value = maker.field(resource.model, path)
        if value is not None and put(body, path, value):
            return True
    return remove(body, path)
