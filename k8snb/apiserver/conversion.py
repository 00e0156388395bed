"""Kinds that are served in several versions and stored in one: HorizontalPodAutoscalers (as v2), Events (as core/v1), and
what older clusters serve of the beta groups (as the version that replaced it, `api/removed.py`). Custom kinds with several
versions are converted by `versions/customresource.py`.

The server's verbs take any served version and answer with the stored one; the REST face shows objects in the version of the
request. To add a version: one row below, and a module with `to_stored` and `from_stored` for what differs; versions of one
shape need none. Source: `pkg/apis/*/*/conversion.go`.
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
#: removed versions whose shape or defaults are not those of their replacement -> module
_REMOVED = {
    ("apps/v1beta1", "deployments"): "workload",
    ("apps/v1beta1", "statefulsets"): "workload",
    ("autoscaling/v2beta1", "horizontalpodautoscalers"): "horizontalpodautoscaler_v2beta1",
    ("extensions/v1beta1", "daemonsets"): "workload",
    ("extensions/v1beta1", "deployments"): "workload",
    ("extensions/v1beta1", "ingresses"): "ingress",
    ("extensions/v1beta1", "replicasets"): "workload",
    ("networking.k8s.io/v1beta1", "ingresses"): "ingress",
    ("policy/v1beta1", "poddisruptionbudgets"): "poddisruptionbudget",
}


class _Conversion(NamedTuple):
    stored: Resource
    to_stored: Callable[[Any], Any]
    from_stored: Callable[[Any, Any], Any]


@cache
def _conversion(api_version: str, plural: str) -> _Conversion | None:
    row = _TABLE.get((api_version, plural))
    if row is None:
        return _removed(api_version, plural) if "beta" in api_version else None
    stored = next(r for r in RESOURCES if (r.api_version, r.plural) == (row[0], plural))
    return _by_module(stored, row[1])


def _removed(api_version: str, plural: str) -> _Conversion | None:
    from k8snb.api.removed import removed_resources, replacement_of

    old = next((r for r in removed_resources() if (r.api_version, r.plural) == (api_version, plural)), None)
    stored = replacement_of(old) if old is not None else None
    if stored is None:
        return None
    return _by_module(stored, _REMOVED.get((api_version, plural), ""))


def _by_module(stored: Resource, name: str) -> _Conversion:
    module = import_module(f"k8snb.apiserver.versions.{name}") if name else None

    def as_stored(obj: Any) -> Any:
        return stored.model.of(obj.fields())

    def as_model(obj: Any, model: Any) -> Any:
        return model.of(obj.fields())

    return _Conversion(stored, getattr(module, "to_stored", as_stored), getattr(module, "from_stored", as_model))


@cache
def _custom() -> Any:
    return import_module("k8snb.apiserver.versions.customresource")


def storage_of(resource: Resource) -> Resource:
    """The resource under which the objects of a resource are stored: most often itself."""
    if resource.custom is not None:
        return resource.stored_as or resource
    found = _conversion(resource.api_version, resource.plural)
    return resource if found is None else found.stored


def to_stored(obj: _Object, resource: Resource) -> _Object:
    """An object of a request on `resource` in the version that is stored."""
    if resource.custom is not None:
        return cast(_Object, _custom().to_stored(obj, resource))
    found = _conversion(resource.api_version, resource.plural)
    if found is None or type(obj) is found.stored.model:
        return obj
    return cast(_Object, found.to_stored(obj))


def from_stored(obj: _Object, resource: Resource) -> _Object:
    """A stored object in the version of a request on `resource`."""
    if resource.custom is not None:
        return cast(_Object, _custom().from_stored(obj, resource))
    found = _conversion(resource.api_version, resource.plural)
    return obj if found is None else cast(_Object, found.from_stored(obj, resource.model))
