"""Namespaces, with their quotas and limits."""

from __future__ import annotations

from typing import TypeVar

from k8snb.api.core.limitrange import LimitRange
from k8snb.api.core.namespace import Namespace
from k8snb.api.core.resourcequota import ResourceQuota
from k8snb.api.decode import decode_object
from k8snb.api.errors import StatusError
from k8snb.api.object import Object
from k8snb.kubectl.describe import conditions, limitrange, metadata, resourcequota
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter

T = TypeVar("T", bound=Object)


def describe(w: PrefixWriter, obj: Namespace, reader: Reader) -> None:
    """A Namespace."""
    name = obj.metadata.name
    quotas = _list(reader, "resourcequotas", name, ResourceQuota)
    limits = _list(reader, "limitranges", name, LimitRange)
    metadata.head(w, obj, namespaced=False)
    w.field(0, "Status", obj.status.phase)
    if obj.status.conditions:
        conditions.dated(w, obj.status.conditions)
    if quotas is not None:
        w.line(0)
        resourcequota.section(w, quotas)
    if limits is not None:
        w.line(0)
        limitrange.section(w, limits)


def _list(reader: Reader, resource: str, namespace: str, cls: type[T]) -> list[T] | None:
    """The objects of a kind; None if the server does not have the kind."""
    try:
        found = reader.list(resource, namespace)
    except StatusError as error:
        if error.reason == "NotFound":
            return None
        raise
    typed = [decode_object(cls, item)[0] for item in found]
    return [item for item in typed if isinstance(item, cls)]
