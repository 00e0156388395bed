"""What answers on a machine itself, outside all Pods: the API server's port, the kubelet, and health-check ports of
Services; and `kubectl proxy` on the learner's own.

The API server runs in this process, not in a container; a request that reaches its port on a control-plane node is
handed to `apiserver`, which the composition root sets. Anything else on a machine refuses connections.
"""

from __future__ import annotations

import json

from k8snb.network.endpoint import Answered
from k8snb.network.fabric import Fabric
from k8snb.network.path import Arrival
from k8snb.runtime.net import HttpRequest, HttpResponse

KUBELET_PORT = 10250


def machine_answer(fabric: Fabric, arrival: Arrival, request: HttpRequest) -> Answered | None:
    """The answer of a node's own process, or None if nothing listens there."""
    if arrival.place == "host":
        forward = fabric.forwards.get(arrival.port)
        if forward is None or forward.proxy is None or fabric.proxied is None:
            return None
        return Answered(fabric.proxied(forward.proxy, request), 0.002, 0.001, "kubectl proxy")
    node = arrival.place.removeprefix("node/")
    if arrival.port == KUBELET_PORT:
        return Answered(
            HttpResponse(401, b"Unauthorized", {"Content-Type": "text/plain; charset=utf-8"}), 0.001, 0.0005
        )
    service = _health_check(fabric, node, arrival.port)
    if service:
        return _health(fabric, node, service)
    handler = fabric.apiserver
    place = fabric.atlas.nodes.get(node)
    if handler is not None and place is not None and place.control_plane and arrival.port == fabric.apiserver_port:
        return Answered(handler(request), 0.002, 0.001, "kube-apiserver")
    return None


def _health_check(fabric: Fabric, node: str, port: int) -> str:
    """The Service whose healthCheckNodePort this is: kube-proxy opens it on every node."""
    for rules in fabric.table(node).local.services.values():
        if rules.port.health_check_node_port == port:
            return f"{rules.port.namespace}/{rules.port.service}"
    return ""


def _health(fabric: Fabric, node: str, service: str) -> Answered:
    """kube-proxy's health check: 200 with local endpoints, 503 without."""
    namespace, _, name = service.partition("/")
    here = fabric.local_endpoints(node, service)
    body = {"service": {"namespace": namespace, "name": name}, "localEndpoints": here, "serviceProxyHealthy": True}
    status = 200 if here else 503
    headers = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
    return Answered(
        HttpResponse(status, json.dumps(body, separators=(",", ":")).encode() + b"\n", headers), 0.0005, 0.0002
    )
