"""`*/scale`: the number of replicas of anything that has one, in one shape (autoscaling/v1 Scale).

Source: `pkg/registry/apps/deployment/storage`, `pkg/registry/core/replicationcontroller/storage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api import errors, selector
from k8snb.api.autoscaling.scale import Scale, ScaleSpec, ScaleStatus
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.errors import GroupResource
from k8snb.api.meta import ObjectMeta
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.api.validation.field import invalid
from k8snb.apiserver.patch import patch_data
from k8snb.apiserver.rest import Request, Response, Rest, options_of


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH the scale of an object."""
    obj = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, scale_of(obj).to_dict())
    body = request.body
    if request.method == "PATCH":
        scale = Resource("autoscaling", "v1", "Scale", "scales", "autoscaling.scale")
        body = patch_data(request.content_type.partition(";")[0], scale, scale_of(obj).to_dict(), request.body)
    elif request.method != "PUT":
        raise errors.method_not_supported(GroupResource(resource.group, resource.plural), request.method.lower())
    try:
        wanted, _ = decode_object(Scale, body)
    except DecodeError as error:
        raise errors.bad_request(f'Scale in version "v1" cannot be handled as a Scale: {error}') from None
    assert isinstance(wanted, Scale)
    version = wanted.metadata.resourceVersion
    if version and version != obj.metadata.resourceVersion:
        raise errors.conflict(GroupResource(resource.group, resource.plural), name)
    if wanted.spec.replicas < 0:
        problem = invalid("spec.replicas", wanted.spec.replicas, "must be greater than or equal to 0")
        raise errors.invalid("Scale", "autoscaling", name, [problem])
    changed = with_replicas(obj, wanted.spec.replicas)
    stored = rest.server.update(request.user, resource, namespace, changed, "", options_of(request))
    return Response(200, scale_of(stored).to_dict())


def with_replicas(obj: Object, replicas: int) -> Object:
    """The object with another number of replicas."""
    spec: Any = obj.__dict__.get("spec")
    if isinstance(spec, Mapping):
        return obj.replace(spec=type(spec)({**spec, "replicas": replicas}))  # type: ignore[call-arg]
    return obj.replace(spec=spec.replace(replicas=replicas))


def scale_of(obj: Any) -> Scale:
    """The Scale of a workload: asked for, running, and the selector of its Pods as text."""
    meta = obj.metadata
    spec, status = obj.__dict__.get("spec"), obj.__dict__.get("status")
    if isinstance(spec, Mapping) or spec is None:
        wanted, running, text = int((spec or {}).get("replicas", 0)), int((status or {}).get("replicas", 0)), ""
    else:
        wanted, running = spec.replicas or 0, (status.replicas if status is not None else 0)
        labels = spec.selector
        compiled = selector.from_labels(labels) if isinstance(labels, Mapping) else selector.from_label_selector(labels)
        text = str(compiled)
    return Scale(
        metadata=ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            resourceVersion=meta.resourceVersion,
            creationTimestamp=meta.creationTimestamp,
        ),
        spec=ScaleSpec(replicas=wanted),
        status=ScaleStatus.of({"replicas": running, "selector": text} if text else {"replicas": running}),
    )
