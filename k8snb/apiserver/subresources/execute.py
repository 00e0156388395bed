"""`pods/exec` and `pods/attach`: a command in a container, or its process 1, with its streams.

The answer's body is a stream: `poll()` gives (`stdout` or `stderr`, bytes), `write(bytes, more)` is standard input, `status`
the exit code once there is one, `close()` hangs up. The HTTP face maps these to the channels of a websocket. Source:
`pkg/registry/core/pod/rest/subresources.go`.
"""

from __future__ import annotations

from k8snb.api import errors
from k8snb.api.resources import Resource
from k8snb.apiserver.request import Request, Response, flag
from k8snb.apiserver.rest import Rest
from k8snb.kubelet.access import attach, execute


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """Start a command (`command`, once a word). With `stdin` its input stays open until it is closed."""
    rest.server.get(request.user, resource, namespace, name)
    argv = list(request.multi.get("command") or ())
    if not argv and request.query.get("command"):
        argv = [request.query["command"]]
    if not argv:
        raise errors.bad_request("you must specify at least one command for the container")
    stdin, tty = flag(request.query, "stdin"), flag(request.query, "tty")
    stream = execute(
        rest.cluster.kubelet,
        namespace,
        name,
        request.query.get("container", ""),
        argv,
        stdin=b"" if stdin else None,
        more=stdin,
        tty=tty,
    )
    return Response(101, stream)


def serve_attach(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """Join the streams of a container's process 1."""
    rest.server.get(request.user, resource, namespace, name)
    stdin, tty = flag(request.query, "stdin"), flag(request.query, "tty")
    container = request.query.get("container", "")
    return Response(101, attach(rest.cluster.kubelet, namespace, name, container, stdin=stdin, tty=tty))
