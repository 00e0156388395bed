"""`pods/ephemeralcontainers` and `pods/resize`: the two parts of a running Pod's spec that may still change.

Source: `pkg/registry/core/pod/strategy.go` (podEphemeralContainersStrategy, podResizeStrategy).
"""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.resources import Resource
from k8snb.api.validation.field import invalid
from k8snb.api.validation.pod import validate_ephemeral_containers_update, validate_pod_resize
from k8snb.apiserver.patch import patch_data
from k8snb.apiserver.queryoptions import options_of
from k8snb.apiserver.registry.pod import qos_class
from k8snb.apiserver.registry.podspec import pod_spec_defaults
from k8snb.apiserver.request import Request, Response
from k8snb.apiserver.rest import Rest


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH the ephemeral containers of a Pod: they can be added, never changed or taken away."""
    old: Any = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, old.to_dict())
    wanted: Any = _wanted(rest, request, resource, old)
    added = pod_spec_defaults(old.spec.replace(ephemeralContainers=wanted.spec.ephemeralContainers or None))
    new = old.replace(spec=added)
    problems = validate_ephemeral_containers_update(new, old)
    if problems:
        raise errors.invalid("Pod", "", name, problems)
    return _stored(rest, request, old, new)


def serve_resize(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH the resources of a Pod's containers while it runs."""
    old: Any = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, old.to_dict())
    wanted: Any = _wanted(rest, request, resource, old)
    by_name = {container.name: container for container in wanted.spec.containers}
    containers = tuple(
        c.replace(resources=by_name[c.name].resources) if c.name in by_name else c for c in old.spec.containers
    )
    new = old.replace(spec=old.spec.replace(containers=containers))
    problems = validate_pod_resize(new, old)
    if qos_class(new) != old.status.qosClass:
        problems.append(invalid("metadata", new.metadata.name, "Pod QOS Class may not change as a result of resizing"))
    if problems:
        raise errors.invalid("Pod", "", name, problems)
    return _stored(rest, request, old, new)


def _wanted(rest: Rest, request: Request, resource: Resource, old: Any) -> Any:
    body = request.body
    if request.method == "PATCH":
        body = patch_data(request.content_type.partition(";")[0], resource, old.to_dict(), request.body)
    elif request.method != "PUT":
        raise errors.method_not_supported(GroupResource("", "pods"), request.method.lower())
    return rest.decode(resource, body, options_of(request), [])


def _stored(rest: Rest, request: Request, old: Any, new: Any) -> Response:
    if new == old or options_of(request).dry_run:
        return Response(200, new.to_dict())
    generation = (old.metadata.generation or 0) + 1
    new = new.replace(metadata=new.metadata.replace(generation=generation))
    return Response(200, rest.server.store.put("pods", new, rest.server.clock.now).to_dict())
