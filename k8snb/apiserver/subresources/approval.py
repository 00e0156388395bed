"""`certificatesigningrequests/approval`: who decides about a request for a certificate writes only its conditions.

What may change is the strategy's business (`registry/certificatesigningrequest.py`), who may decide that of admission
(`admission/certificates.py`). Source: `pkg/registry/certificates/certificates/storage/storage.go`.
"""

from __future__ import annotations

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.resources import Resource
from k8snb.apiserver.patch import patch_data
from k8snb.apiserver.queryoptions import options_of
from k8snb.apiserver.request import Request, Response
from k8snb.apiserver.rest import Rest


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH a request's conditions."""
    old = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, rest.shown(request, resource, old))
    body = request.body
    if request.method == "PATCH":
        body = patch_data(request.content_type.partition(";")[0], resource, old.to_dict(), request.body)
    elif request.method != "PUT":
        raise errors.method_not_supported(GroupResource(resource.group, resource.plural), request.method.lower())
    options, warnings = options_of(request), list[str]()
    wanted = rest.decode(resource, body, options, warnings)
    stored = rest.server.update(request.user, resource, namespace, wanted, "approval", options, warnings)
    return Response(200, rest.shown(request, resource, stored), tuple(warnings))
