"""The API server as Pods reach it: `curl -k https://kubernetes/api/v1/pods` with a service account's token, and as the
learner reaches it through `kubectl proxy`: `%curl localhost:8001/api/v1/pods`.

The simulated network hands over what arrives at a control-plane node's secure port. Source: KEP-1205 and
https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/. Simplifications: a watch answers with what it holds
already and ends; bodies are JSON or YAML, as on the wire.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from k8snb.api import errors, yaml
from k8snb.api.model import FrozenMap
from k8snb.apiserver.auth.tokens import user_of_token
from k8snb.apiserver.request import ANONYMOUS, Request, Response, User
from k8snb.apiserver.rest import Rest
from k8snb.network.apiproxy import ApiProxy
from k8snb.runtime.net import HttpRequest, HttpResponse

_JSON = "application/json"


def pod_api(rest: Rest) -> Callable[[HttpRequest], HttpResponse]:
    """What answers on the secure port."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.scheme != "https":
            return HttpResponse(400, b"Client sent an HTTP request to an HTTPS server.\n")
        headers = {key.lower(): value for key, value in request.headers.items()}
        try:
            return _shown(rest.handle(_read(rest, request, headers)))
        except errors.StatusError as error:
            return _shown(Response(error.code, error.status))

    return answer


def proxied_api(rest: Rest) -> Callable[[ApiProxy, HttpRequest], HttpResponse]:
    """What answers behind a `kubectl proxy`: the caller is who opened it."""

    def answer(proxy: ApiProxy, request: HttpRequest) -> HttpResponse:
        path = proxy.route(request.method, unquote(request.path), request.header("Host"))
        if not isinstance(path, str):
            return path
        headers = {key.lower(): value for key, value in request.headers.items() if key.lower() != "authorization"}
        try:
            found = replace(_read(rest, request, headers), path=path, user=proxy.user, impersonate=proxy.impersonate)
            return _shown(rest.handle(found))
        except errors.StatusError as error:
            return _shown(Response(error.code, error.status))

    return answer


def _read(rest: Rest, request: HttpRequest, headers: dict[str, str]) -> Request:
    pairs = parse_qsl(request.query, keep_blank_values=True)
    multi = {key: tuple(value for name, value in pairs if name == key) for key, _ in pairs}
    kind = headers.get("content-type", _JSON)
    return Request(
        request.method,
        unquote(request.path),
        FrozenMap(pairs),
        _body(request.body, kind),
        kind,
        headers.get("accept", _JSON),
        _user(rest, headers.get("authorization", "")),
        multi=FrozenMap(multi),
    )


def _user(rest: Rest, authorization: str) -> User:
    """The caller. StatusError Unauthorized for a token that is not good."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        return ANONYMOUS
    user = user_of_token(rest.server.store, token.strip(), rest.server.clock.unix)
    if user is None:
        raise errors.unauthorized()
    return user


def _body(body: bytes, kind: str) -> Any:
    if not body:
        return None
    try:
        text = body.decode()
        return yaml.load(text) if "yaml" in kind else json.loads(text)
    except (ValueError, UnicodeDecodeError) as error:
        raise errors.bad_request(f"couldn't get version/kind; json parse error: {error}") from None


def _shown(response: Response) -> HttpResponse:
    body = response.body
    headers = {"Content-Type": response.content_type}
    if hasattr(body, "poll"):
        lines = [json.dumps(event, separators=(",", ":")) + "\n" for event in body.poll()]
        body.close()
        return HttpResponse(response.code, "".join(lines).encode(), headers)
    if isinstance(body, bytes):
        return HttpResponse(response.code, body, headers)
    # Indented, as the server does it for people with curl.
    text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
    return HttpResponse(response.code, text.encode(), headers)
