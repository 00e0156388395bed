"""`pods/portforward`: requests that arrive at a Pod from its own loopback.

The answer's body takes whole HTTP requests (`exchange`), or the bytes of a connection that has them in it (`connect`).
Source: `pkg/registry/core/pod/rest/subresources.go`, the CRI's PortForward.
"""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.resources import Resource
from k8snb.apiserver.request import Request, Response
from k8snb.apiserver.rest import Rest
from k8snb.apiserver.subresources.forwarding import Connection
from k8snb.kubelet.access import port_forward
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError


class PortForward:
    """An open forward to one Pod."""

    def __init__(self, kubelet: Any, namespace: str, name: str) -> None:
        self._kubelet, self._namespace, self._name = kubelet, namespace, name
        self.done = False

    def exchange(self, port: int, request: HttpRequest) -> HttpResponse | NetError:
        """One request to a port of the Pod."""
        return port_forward(self._kubelet, self._namespace, self._name, port, request)

    def connect(self, port: int) -> Connection:
        """A connection to a port of the Pod, for those who have bytes."""
        return Connection(port, lambda request: self.exchange(port, request))

    def poll(self) -> list[bytes]:
        """Nothing comes by itself."""
        return []

    def close(self) -> None:
        self.done = True


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """Open a forward. BadRequest if the Pod is on no node."""
    pod: Any = rest.server.get(request.user, resource, namespace, name)
    if not pod.spec.nodeName:
        raise errors.bad_request(f"pod {name} does not have a host assigned")
    return Response(101, PortForward(rest.cluster.kubelet, namespace, name))
