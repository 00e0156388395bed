"""`pods/proxy`, `services/proxy`, `nodes/proxy`: HTTP requests that the API server passes on.

`/api/v1/namespaces/NS/services/[SCHEME:]NAME[:PORT]/proxy/PATH`; Pods likewise. Nodes answer for their kubelet. Source:
`pkg/registry/core/{pod,service,node}/rest`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.resources import Resource
from k8snb.apiserver.request import Request, Response
from k8snb.apiserver.rest import Rest
from k8snb.network.endpoint import Answered, Outcome, Refused, TimedOut
from k8snb.runtime.net import HttpRequest

_SLICES = "endpointslices.discovery.k8s.io"


def serve_pod(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """To a port of a Pod: the one that is named, else its first."""
    scheme, pod_name, port = _split(name)
    pod: Any = rest.server.get(request.user, resource, namespace, pod_name)
    return _to_pod(rest, request, pod, _pod_port(pod, port), scheme)


def serve_service(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """To a ready endpoint of a Service, whichever it is. ServiceUnavailable if there is none, or none with that port."""
    scheme, service_name, wanted = _split(name)
    service: Any = rest.server.get(request.user, resource, namespace, service_name)
    if wanted.isdecimal():
        named = next((one for one in service.spec.ports if one.port == int(wanted)), None)
        if named is None:
            raise errors.service_unavailable(f'no service port {wanted} found for service "{service_name}"')
        wanted = named.name
    ready, found = False, list[tuple[Any, int]]()
    slices: list[Any] = rest.server.store.indexed(_SLICES, "service", f"{namespace}/{service_name}")
    for one in slices:
        endpoints = [each for each in one.endpoints if each.conditions.ready is not False and each.addresses]
        ready = ready or bool(endpoints)
        numbers = [port.port for port in one.ports if (port.name or "") == wanted and port.port]
        found += [(endpoint, number) for number in numbers for endpoint in endpoints]
    if not found:
        asked = name if ready else service_name
        raise errors.service_unavailable(f'no endpoints available for service "{asked}"')
    endpoint, number = found[rest.cluster.rng.below(len(found), "service-proxy")]
    pod = _pod_of(rest, namespace, endpoint)
    if pod is None:
        where = f"{endpoint.addresses[0]}:{number}"
        raise errors.service_unavailable(f"error trying to reach service: dial tcp {where}: i/o timeout")
    return _to_pod(rest, request, pod, number, scheme)


def _pod_of(rest: Rest, namespace: str, endpoint: Any) -> Any:
    """The Pod behind an endpoint; None if nobody has its address."""
    if endpoint.targetRef is not None and endpoint.targetRef.kind == "Pod":
        return rest.server.store.get("pods", namespace, endpoint.targetRef.name)
    holders = rest.server.store.indexed("pods", "podIP", endpoint.addresses[0])
    return holders[0] if holders else None


def serve_node(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """To a node's kubelet: only its health and its Pods are simulated."""
    node_name = _split(name)[1]
    rest.server.get(request.user, resource, "", node_name)
    path = _path(request)
    if path.partition("?")[0] in ("/healthz", "/healthz/ping"):
        return Response(200, "ok", content_type="text/plain")
    if path.partition("?")[0] == "/pods":
        found: list[Any] = rest.server.store.list("pods")
        items = [pod.to_dict() for pod in found if pod.spec.nodeName == node_name]
        return Response(200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items})
    raise errors.not_found(GroupResource("", "nodes/proxy"), path)


def _split(name: str) -> tuple[str, str, str]:
    """(scheme, name, port) of `[scheme:]name[:port]`."""
    parts = name.split(":")
    if len(parts) == 1:
        return "http", name, ""
    if len(parts) == 2:
        return "http", parts[0], parts[1]
    return parts[0] or "http", parts[1], parts[2]


def _pod_port(pod: Any, wanted: str) -> int:
    if wanted.isdigit():
        return int(wanted)
    for container in pod.spec.containers:
        for port in container.ports:
            if not wanted or port.name == wanted:
                return int(port.containerPort)
    return 80


def _path(request: Request) -> str:
    """What follows `proxy` in the URL, with the query."""
    _, _, path = request.path.partition("/proxy")
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    return (path or "/") + (f"?{query}" if query else "")


def _to_pod(rest: Rest, request: Request, pod: Any, port: int, scheme: str) -> Response:
    if not pod.status.podIP:
        raise errors.bad_request("address not allowed")
    if not rest.cluster.network.fabric.machine_up(pod.spec.nodeName):
        where = f"{pod.status.podIP}:{port}"
        raise errors.service_unavailable(f"error trying to reach service: dial tcp {where}: connect: no route to host")
    body = request.body if isinstance(request.body, bytes) else b""
    wanted = HttpRequest(request.method, _path(request), {"Host": f"{pod.status.podIP}:{port}"}, body, scheme=scheme)
    outcome: Outcome = rest.cluster.network.fabric.endpoints.http(pod, port, wanted)
    where = f"{pod.status.podIP}:{port}"
    if isinstance(outcome, Answered) and outcome.response is not None:
        answer = outcome.response
        kind = answer.header("content-type", "text/plain")
        return Response(answer.status, answer.text, content_type=kind)
    if isinstance(outcome, TimedOut):
        raise errors.service_unavailable(f"error trying to reach service: dial tcp {where}: i/o timeout")
    if isinstance(outcome, Refused):
        raise errors.service_unavailable(
            f"error trying to reach service: dial tcp {where}: connect: connection refused"
        )
    raise errors.service_unavailable(f"error trying to reach service: read tcp {where}: connection reset by peer")
