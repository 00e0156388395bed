"""`namespaces/finalize`: the namespace controller takes its finalizer off when everything inside is gone."""

from __future__ import annotations

from typing import Any

from k8snb.api.core.namespace import Namespace
from k8snb.api.resources import Resource, builtin
from k8snb.apiserver.queryoptions import options_of
from k8snb.apiserver.request import Request, Response, User
from k8snb.apiserver.rest import Rest
from k8snb.apiserver.server import APIServer


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """PUT a namespace with other finalizers in its spec."""
    obj = rest.decode(resource, request.body, options_of(request), [])
    assert isinstance(obj, Namespace)
    old: Any = rest.server.get(request.user, resource, "", name)
    changed = old.replace(spec=obj.spec)
    return Response(200, finalize(rest.server, request.user, changed).to_dict())


def finalize(server: APIServer, user: User, namespace: Namespace) -> Namespace:
    """Store a namespace's finalizers; without any left, a namespace that is being deleted is gone."""
    resource = builtin("namespaces")
    old: Any = server.get(user, resource, "", namespace.metadata.name)
    changed = old.replace(spec=namespace.spec)
    if old.metadata.deletionTimestamp is not None and not changed.spec.finalizers and not old.metadata.finalizers:
        removed = server.remove(resource, changed)
        assert isinstance(removed, Namespace)
        return removed
    if changed == old:
        return namespace
    stored = server.store.put("namespaces", changed, server.clock.now)
    assert isinstance(stored, Namespace)
    return stored
