"""What `valueFrom` of an environment variable refers to: as words, and as the value itself (`set env --list --resolve`).

Source: kubectl `pkg/cmd/set/env/env_resolve.go`.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from k8snb.api import quantity
from k8snb.api.errors import StatusError
from k8snb.api.validation import names
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, quoted

_SOURCES = {"secretKeyRef": ("secrets", "secret"), "configMapKeyRef": ("configmaps", "config map")}


def shown(source: dict[str, Any]) -> str:
    """`configmap settings, key mode`"""
    if "configMapKeyRef" in source:
        return f"configmap {source['configMapKeyRef']['name']}, key {source['configMapKeyRef']['key']}"
    if "secretKeyRef" in source:
        return f"secret {source['secretKeyRef']['name']}, key {source['secretKeyRef']['key']}"
    if "fieldRef" in source:
        return f"field path {source['fieldRef']['fieldPath']}"
    if "resourceFieldRef" in source:
        container = source["resourceFieldRef"].get("containerName", "")
        return f"resource field {container + '/' if container else ''}{source['resourceFieldRef']['resource']}"
    return "invalid valueFrom"


class Resolver:
    """Looks values up; objects are fetched once."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.fetched: dict[tuple[str, str], dict[str, str]] = {}

    def value(self, source: dict[str, Any], obj: dict[str, Any], container: dict[str, Any]) -> str:
        """The value. CommandError if there is none."""
        for field, (plural, noun) in _SOURCES.items():
            if field in source:
                return self._key(plural, noun, source[field]["name"], source[field]["key"])
        if "fieldRef" in source:
            return _field(obj, source["fieldRef"]["fieldPath"])
        if "resourceFieldRef" in source:
            return _resource(container, source["resourceFieldRef"])
        raise CommandError("invalid valueFrom")

    def _key(self, plural: str, noun: str, name: str, key: str) -> str:
        data = self.fetched.get((plural, name))
        if data is None:
            kind = self.invocation.kind(plural)
            try:
                found = self.invocation.api.get(kind, self.invocation.namespace, name)
            except StatusError as error:
                raise CommandError(error.message) from None
            data = self.fetched[plural, name] = found.get("data") or {}
        if key not in data:
            raise CommandError(f"key {key} not found in {noun} {name}")
        return base64.b64decode(data[key]).decode("utf-8", "replace") if plural == "secrets" else data[key]


def _field(obj: dict[str, Any], path: str) -> str:
    meta = obj["metadata"]
    field, subscript, key = path.removesuffix("']").partition("['")
    if path.endswith("']") and subscript and field:
        if field not in ("metadata.annotations", "metadata.labels"):
            raise CommandError(f"fieldPath {quoted(path)} does not support subscript")
        wrong = names.label_key(key.lower() if field == "metadata.annotations" else key)
        if wrong:
            raise CommandError(f"invalid key subscript in {path}: {';'.join(wrong)}")
        return str((meta.get(field.removeprefix("metadata.")) or {}).get(key, ""))
    if path in ("metadata.annotations", "metadata.labels"):
        values = meta.get(path.removeprefix("metadata.")) or {}
        return "\n".join(f"{name}={quoted(values[name])}" for name in sorted(values))
    if path in ("metadata.name", "metadata.namespace", "metadata.uid"):
        return str(meta.get(path.removeprefix("metadata."), ""))
    raise CommandError(f"unsupported fieldPath: {path}")


def _resource(container: dict[str, Any], reference: dict[str, Any]) -> str:
    resource = reference["resource"]
    group, _, name = resource.partition(".")
    known = name in ("cpu", "memory", "ephemeral-storage") or name.startswith("hugepages-")
    if group not in ("limits", "requests") or not known:
        raise CommandError(f"Unsupported container resource : {resource}")
    divisor = str(reference.get("divisor") or "1")
    divisor = "1" if quantity.is_zero(divisor) else divisor
    amount = ((container.get("resources") or {}).get(group) or {}).get(name, "0")
    measure = quantity.milli_value if name == "cpu" else quantity.value
    return str(math.ceil(measure(amount) / measure(divisor)))
