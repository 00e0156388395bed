"""`pods/log`: a container's log, whole or as it grows.

Source: `pkg/registry/core/pod/rest/log.go`, `pkg/apis/core/validation` (ValidatePodLogOptions).
"""

from __future__ import annotations

from collections.abc import Mapping

from k8snb.api import errors
from k8snb.api.duration import TimeError, parse_time
from k8snb.api.resources import Resource
from k8snb.api.validation.field import FieldError, forbidden, invalid
from k8snb.apiserver.request import Request, Response, flag
from k8snb.apiserver.rest import Rest
from k8snb.kubelet.access import logs


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """The log as text; with `follow` a stream that is polled for lines."""
    rest.server.get(request.user, resource, namespace, name)
    query = request.query
    tail, limit, since = _number(query, "tailLines"), _number(query, "limitBytes"), _number(query, "sinceSeconds")
    problems = _problems(tail, limit, since, query)
    if problems:
        raise errors.invalid("PodLogOptions", "", name, problems)
    start = None if since is None else rest.server.clock.unix - since
    if query.get("sinceTime"):
        start = _instant(query["sinceTime"])
    found = logs(
        rest.cluster.kubelet,
        namespace,
        name,
        query.get("container", ""),
        previous=flag(query, "previous"),
        tail=tail,
        since=start,
        timestamps=flag(query, "timestamps"),
        limit_bytes=limit,
        follow=flag(query, "follow"),
    )
    return Response(200, found, content_type="text/plain")


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _instant(text: str) -> float:
    try:
        return parse_time(text)
    except TimeError as error:
        raise errors.bad_request(str(error)) from None


def _problems(tail: int | None, limit: int | None, since: int | None, query: Mapping[str, str]) -> list[FieldError]:
    found = []
    if tail is not None and tail < 0:
        found.append(invalid("tailLines", tail, "must be greater than or equal to 0"))
    if limit is not None and limit < 1:
        found.append(invalid("limitBytes", limit, "must be greater than 0"))
    if since is not None and query.get("sinceTime"):
        found.append(forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    elif since is not None and since < 1:
        found.append(invalid("sinceSeconds", since, "must be greater than 0"))
    return found
