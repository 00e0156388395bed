"""`pods/binding`: the scheduler's one write. A Pod is bound once and for ever. Source: `pkg/registry/core/pod/storage`."""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.core.pod import Binding, Pod, PodCondition
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.errors import GroupResource
from k8snb.api.resources import Resource, builtin
from k8snb.api.validation.field import required
from k8snb.apiserver.request import Request, Response, User
from k8snb.apiserver.rest import Rest
from k8snb.apiserver.server import APIServer

_PODS = GroupResource("", "pods")


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """POST a Binding: what another scheduler does."""
    try:
        wanted, _ = decode_object(Binding, request.body or {})
    except DecodeError as error:
        raise errors.bad_request(f'Binding in version "v1" cannot be handled as a Binding: {error}') from None
    assert isinstance(wanted, Binding)
    if not wanted.target.name:
        raise errors.invalid("Binding", "", name, [required("target.name")])
    bind(rest.server, request.user, namespace, name, wanted.target.name, wanted.metadata.uid)
    return Response(201, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})


def bind(server: APIServer, user: User, namespace: str, name: str, node: str, uid: str = "") -> Any:
    """Set `spec.nodeName` and the PodScheduled condition; returns the Pod. Conflict if it is bound or being deleted."""
    pod = server.get(user, builtin("pods"), namespace, name)
    assert isinstance(pod, Pod)
    if uid and pod.metadata.uid != uid:
        detail = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.metadata.uid}"
        raise errors.conflict(_PODS, name, detail)
    if pod.metadata.deletionTimestamp is not None:
        raise errors.conflict(_PODS, name, f"pod {name} is being deleted, cannot be assigned to a host")
    if pod.spec.nodeName:
        raise errors.conflict(_PODS, name, f'pod {name} is already assigned to node "{pod.spec.nodeName}"')
    if pod.spec.schedulingGates:
        raise errors.conflict(_PODS, name, f"pod {name} has non-empty .spec.schedulingGates")
    scheduled = PodCondition(
        type="PodScheduled",
        status="True",
        lastTransitionTime=server.clock.timestamp(),
        observedGeneration=pod.metadata.generation,
    )
    others = tuple(c for c in pod.status.conditions if c.type != "PodScheduled")
    bound = pod.replace(
        spec=pod.spec.replace(nodeName=node), status=pod.status.replace(conditions=(*others, scheduled))
    )
    return server.store.put("pods", bound, server.clock.now)
