"""`*/scale`: the number of replicas of anything that has one, in one shape (autoscaling/v1 Scale).

Source: `pkg/registry/apps/deployment/storage`, `pkg/registry/core/replicationcontroller/storage`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from k8snb.api import errors, selector
from k8snb.api.autoscaling.scale import Scale, ScaleSpec, ScaleStatus
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.errors import GroupResource
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.api.resources import Resource
from k8snb.api.validation.field import invalid
from k8snb.apiserver.patch import APPLY_PATCH, patch_data
from k8snb.apiserver.patch.apply import apply
from k8snb.apiserver.queryoptions import options_of
from k8snb.apiserver.request import Request, Response, Target
from k8snb.apiserver.rest import Rest


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH the scale of an object."""
    obj = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, scale_of(obj, resource).to_dict())
    body = request.body
    if request.method == "PATCH" and request.content_type.partition(";")[0].strip() == APPLY_PATCH:
        return _applied(rest, request, resource, namespace, name)
    if request.method == "PATCH":
        scale = Resource("autoscaling", "v1", "Scale", "scales", "autoscaling.scale")
        body = patch_data(
            request.content_type.partition(";")[0], scale, scale_of(obj, resource).to_dict(), request.body
        )
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
    changed = with_replicas(obj, resource, wanted.spec.replicas)
    stored = rest.server.update(request.user, resource, namespace, changed, "scale", options_of(request))
    return Response(200, scale_of(stored, resource).to_dict())


def _applied(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """Server-side apply of a Scale: of the number of replicas of the object behind it."""
    body, wanted = request.body, "autoscaling/v1"
    version = body.get("apiVersion") if isinstance(body, dict) else ""
    if version != wanted:
        raise errors.bad_request(
            f"Incorrect version specified in apply patch. Specified patch version: {version or ''}, expected: {wanted}"
        )
    path = ".spec.replicas" if resource.definition is None else resource.definition.subresources.scale.specReplicasPath
    replicas = (body.get("spec") or {}).get("replicas")
    parts: Any = replicas
    for step in reversed(_steps(path)):
        parts = {step: parts}
    config = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": {"name": name}}
    if replicas is not None:
        config |= parts
    target = Target(resource, namespace, name, "scale")
    stored, _ = apply(rest, replace(request, body=config), target, resource, options_of(request), [])
    return Response(200, scale_of(stored, resource).to_dict())


def with_replicas(obj: Any, resource: Resource, replicas: int) -> Any:
    """The object with another number of replicas."""
    if resource.definition is None:
        return obj.replace(spec=obj.spec.replace(replicas=replicas))
    first, *rest = _steps(resource.definition.subresources.scale.specReplicasPath)
    return obj.replace(**{first: _placed(obj.__dict__.get(first), rest, replicas)})


def _steps(path: str) -> list[str]:
    """`.spec.replicas`: a path that a definition gives is names and dots only."""
    return path.strip(".").split(".")


def _placed(node: Any, rest: list[str], value: Any) -> Any:
    if not rest:
        return value
    inner = node if isinstance(node, Mapping) else {}
    return FrozenMap({**inner, rest[0]: _placed(inner.get(rest[0]), rest[1:], value)})


def _found(obj: Any, path: str) -> Any:
    first, *rest = _steps(path)
    node = obj.__dict__.get(first)
    for step in rest:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def scale_of(obj: Any, resource: Resource) -> Scale:
    """The Scale of a workload: asked for, running, and the selector of its Pods as text."""
    meta = obj.metadata
    if resource.definition is not None:
        paths = resource.definition.subresources.scale
        found = _found(obj, paths.specReplicasPath)
        if found is None:
            raise errors.internal_error(f"the spec replicas field {json.dumps(paths.specReplicasPath)} does not exist")
        wanted, running = int(found), int(_found(obj, paths.statusReplicasPath) or 0)
        text = str(_found(obj, paths.labelSelectorPath) or "") if paths.labelSelectorPath else ""
    else:
        spec, status = obj.spec, obj.status
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
