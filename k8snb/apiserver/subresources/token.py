"""`serviceaccounts/token`: a fresh token (authentication.k8s.io/v1 TokenRequest). Source: KEP-1205."""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.authentication.tokenrequest import TokenRequest, TokenRequestStatus
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.meta import ObjectMeta
from k8snb.api.resources import Resource
from k8snb.api.validation.field import FieldError, invalid
from k8snb.apiserver.auth.tokens import AUDIENCE, issue
from k8snb.apiserver.request import Request, Response
from k8snb.apiserver.rest import Rest

_SHORTEST, _LONGEST, _DEFAULT = 600, 1 << 32, 3600


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """POST a TokenRequest; its status carries the token."""
    account: Any = rest.server.get(request.user, resource, namespace, name)
    try:
        asked, _ = decode_object(TokenRequest, request.body or {})
    except DecodeError as error:
        raise errors.bad_request(f'TokenRequest in version "v1" cannot be handled as a TokenRequest: {error}') from None
    assert isinstance(asked, TokenRequest)
    seconds = _DEFAULT if asked.spec.expirationSeconds is None else asked.spec.expirationSeconds
    problems: list[FieldError] = []
    if seconds < _SHORTEST:
        text = "may not specify a duration less than 10 minutes"
        problems.append(invalid("spec.expirationSeconds", seconds, text))
    if seconds > _LONGEST:
        text = "may not specify a duration larger than 2^32 seconds"
        problems.append(invalid("spec.expirationSeconds", seconds, text))
    if problems:
        raise errors.invalid("TokenRequest", "authentication.k8s.io", name, problems)
    clock = rest.server.clock
    audiences = tuple(asked.spec.audiences) or (AUDIENCE,)
    bound: dict[str, Any] = {}
    reference = asked.spec.boundObjectRef
    if reference is not None:
        bound = {reference.kind.lower(): {"name": reference.name, "uid": reference.uid}}
    token = issue(rest.server.store, account, clock.unix, seconds, audiences, bound)
    spec = asked.spec.replace(audiences=audiences, expirationSeconds=seconds)
    status = TokenRequestStatus(token=token, expirationTimestamp=clock.timestamp_in(seconds))
    meta = ObjectMeta(name=name, namespace=namespace, creationTimestamp=clock.timestamp())
    return Response(201, asked.replace(metadata=meta, spec=spec, status=status).to_dict())
