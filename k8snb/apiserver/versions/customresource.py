"""Custom resources whose definition serves several versions: kept in one, shown in that of the request.

With the conversion strategy `None` versions differ in name only; fields that the other version's schema does not know are
dropped on the way. A conversion webhook is not called here: what it would have to convert is refused. Source:
apiextensions `pkg/apiserver/{conversion,customresource_handler.go}`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.model import encode, freeze
from k8snb.api.resources import Resource
from k8snb.apiserver import structural


def to_stored(obj: Any, resource: Resource) -> Any:
    """An object of a request in the stored version, with the defaults of the version of the request. Invalid if its own
    version's schema does not allow it."""
    from k8snb.apiserver.registry import custom_strategy

    stored = resource.stored_as
    if stored is None or type(obj) is stored.custom:
        return obj
    strategy = custom_strategy(resource)
    obj = strategy.defaults(obj)
    if problems := structural.validate(encode(obj), _schema(resource)):
        raise errors.invalid(resource.kind, resource.group, obj.metadata.name, problems)
    return _converted(obj, stored, resource)


def from_stored(obj: Any, resource: Resource) -> Any:
    """A stored object in the version of a request, whatever version it was once stored in."""
    if type(obj) is resource.custom:
        return obj
    if obj.apiVersion == resource.api_version:  # the definition has changed since, not the version
        return resource.model.of(obj.fields())
    return _converted(obj, resource, resource)


def _converted(obj: Any, wanted: Resource, by: Resource) -> Any:
    if by.webhook:
        at = f"{by.webhook}?timeout=30s"
        raise errors.untyped(
            f'conversion webhook for {obj.apiVersion}, Kind={obj.kind} failed: Post "{at}": conversion webhooks are not '
            "called in this cluster"
        )
    data = {name: value for name, value in encode(obj).items() if name != "metadata"}
    kept, _ = structural.prune(data, _schema(wanted))
    return wanted.model.of({"metadata": obj.metadata, **{name: freeze(value) for name, value in kept.items()}})


def _schema(resource: Resource) -> Any:
    custom: Any = resource.custom
    return custom.openapi
