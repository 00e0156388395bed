"""Kinds that are served in several versions and stored in one: HorizontalPodAutoscalers (as v2) and Events (as core/v1).

The server's verbs take any served version and answer with the stored one; the REST face shows objects in the version of the
request. To add a version: one row below, and a module with `to_stored` and `from_stored`. Source: `pkg/apis/*/*/conversion.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, TypeVar, cast

from k8snb.api.object import Object
from k8snb.api.resources import RESOURCES, Resource

_Object = TypeVar("_Object", bound=Object)

#: api version and plural of a request -> (api version of what is stored, module under k8snb.apiserver.versions)
_TABLE = {
    ("autoscaling/v1", "horizontalpodautoscalers"): ("autoscaling/v2", "horizontalpodautoscaler"),
    ("events.k8s.io/v1", "events"): ("v1", "event"),
}


class _Conversion(NamedTuple):
    stored: Resource
    to_stored: Callable[[Any], Any]
    from_stored: Callable[[Any], Any]


@cache
def _conversion(api_version: str, plural: str) -> _Conversion | None:
    row = _TABLE.get((api_version, plural))
    if row is None:
        return None
    stored = next(r for r in RESOURCES if (r.api_version, r.plural) == (row[0], plural))
    module = import_module(f"k8snb.apiserver.versions.{row[1]}")
    return _Conversion(stored, module.to_stored, module.from_stored)


def storage_of(resource: Resource) -> Resource:
    """The resource under which the objects of a resource are stored: most often itself."""
    found = _conversion(resource.api_version, resource.plural)
    return resource if found is None else found.stored


def to_stored(obj: _Object, resource: Resource) -> _Object:
    """An object of a request on `resource` in the version that is stored."""
    found = _conversion(resource.api_version, resource.plural)
    if found is None or isinstance(obj, found.stored.model):
        return obj
    return cast(_Object, found.to_stored(obj))


def from_stored(obj: _Object, resource: Resource) -> _Object:
    """A stored object in the version of a request on `resource`."""
    found = _conversion(resource.api_version, resource.plural)
    return obj if found is None else cast(_Object, found.from_stored(obj))
