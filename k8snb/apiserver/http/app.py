"""HTTP requests to REST requests and back: an ASGI application over `Rest`.

Everything that touches the cluster happens under its one lock, in a worker thread, so the event loop never waits for it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.responses import StreamingResponse
from starlette.routing import Route

from k8snb.api import errors, yaml
from k8snb.api.model import FrozenMap
from k8snb.apiserver.auth.authorizer import PUBLIC
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.request import ANONYMOUS, User
from k8snb.apiserver.rest import Request, Response
from k8snb.sim.limits import REQUEST_BYTES

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_GZIP_FROM = 128 * 1024
#: how often an open watch looks at the log, wall seconds
_POLL = 0.02
_BOOKMARK_SECONDS = 60.0
_IDLE = 0.5


class Backend(Protocol):
    """The cluster as the wire sees it."""

    def serve(self, request: Request) -> Response:
        """Answer one request under the cluster's lock."""

    def poll(self, stream: Any) -> list[dict[str, Any]]:
        """Read a stream under the cluster's lock."""


def build_app(backend: Backend, authenticator: Authenticator) -> Starlette:
    """The application."""
    face = _Face(backend, authenticator)
    return Starlette(routes=[Route("/{path:path}", face.handle, methods=METHODS)])


class _Face:
    def __init__(self, backend: Backend, authenticator: Authenticator) -> None:
        self._backend, self._authenticator = backend, authenticator

    async def handle(self, http: HttpRequest) -> HttpResponse:
        try:
            request = await self._request(http)
        except errors.StatusError as error:
            return _json(http, error.code, error.status, ())
        answer = await asyncio.to_thread(self._backend.serve, request)
        if hasattr(answer.body, "poll"):
            return self._stream(http, request, answer)
        if isinstance(answer.body, str | bytes):
            return HttpResponse(answer.body, answer.code, _warnings(answer.warnings), answer.content_type)
        return await asyncio.to_thread(_json, http, answer.code, answer.body, answer.warnings)

    async def _request(self, http: HttpRequest) -> Request:
        user = self._user(http)
        body = await self._body(http)
        kind = http.headers.get("content-type", "application/json")
        query = {key: value for key, value in http.query_params.items() if value != ""}
        multi = FrozenMap({key: tuple(http.query_params.getlist(key)) for key in http.query_params})
        return Request(
            http.method,
            http.scope["path"],
            FrozenMap(query),
            _parse(body, kind) if body else None,
            kind,
            _accept(http.headers.get("accept", "application/json")),
            user,
            _impersonated(http.headers),
            multi,
        )

    def _user(self, http: HttpRequest) -> User:
        user = self._authenticator.user_of(http.headers.get("authorization", ""), http.scope)
        if user is None:
            raise errors.unauthorized()
        if user is ANONYMOUS and http.scope["path"].rstrip("/") not in {path.rstrip("/") for path in PUBLIC}:
            raise errors.unauthorized()
        return user

    async def _body(self, http: HttpRequest) -> bytes:
        chunks, size = [], 0
        try:
            async for chunk in http.stream():
                size += len(chunk)
                if size > REQUEST_BYTES:
                    raise errors.request_entity_too_large(f"limit is {REQUEST_BYTES}")
                chunks.append(chunk)
        except ClientDisconnect:
            return b""
        return b"".join(chunks)

    def _stream(self, http: HttpRequest, request: Request, answer: Response) -> HttpResponse:
        seconds = float(request.query.get("timeoutSeconds") or 0) or 1800.0
        text = answer.content_type.startswith("text/")
        encode: Callable[[Any], bytes] = _text_chunk if text else _event_line

        async def lines() -> AsyncIterator[bytes]:
            stream, waited = answer.body, 0.0
            pause = _POLL
            try:
                while waited < seconds:
                    found = await asyncio.to_thread(self._backend.poll, stream)
                    for item in found:
                        yield encode(item)
                    if getattr(stream, "ended", False):
                        return
                    if await http.is_disconnected():
                        return
                    pause = _POLL if found else min(pause * 1.3, 0.1)
                    waited += pause
                    await asyncio.sleep(pause)
            finally:
                stream.close()

        return StreamingResponse(lines(), answer.code, media_type=answer.content_type)


def _event_line(event: Any) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _text_chunk(item: Any) -> bytes:
    return item if isinstance(item, bytes) else str(item).encode()


def _parse(body: bytes, kind: str) -> Any:
    if "protobuf" in kind:
        raise errors.unsupported_media_type(("application/json", "application/yaml"))
    try:
        if "yaml" in kind:
            return yaml.load(body.decode())
        return json.loads(body)
    except (ValueError, UnicodeDecodeError) as error:
        raise errors.bad_request(f"couldn't get version/kind; json parse error: {error}") from None


def _accept(header: str) -> str:
    """The first of the accepted types that the server can write: protobuf it cannot."""
    for part in header.split(","):
        if "protobuf" not in part and ("json" in part or "*" in part or "yaml" in part or "text" in part):
            return part.strip()
    raise errors.not_acceptable(("application/json", "application/yaml"))


def _impersonated(headers: Mapping[str, str]) -> User | None:
    name = headers.get("impersonate-user", "")
    if not name:
        return None
    groups: list[str] = headers.getlist("impersonate-group") if hasattr(headers, "getlist") else []
    return User(name, tuple(groups), headers.get("impersonate-uid", ""))


def _warnings(texts: tuple[str, ...]) -> dict[str, str] | None:
    if not texts:
        return None
    return {"Warning": ", ".join('299 - "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)}


def _json(http: HttpRequest, code: int, body: Any, warnings: tuple[str, ...]) -> HttpResponse:
    data = json.dumps(body, separators=(",", ":")).encode() + b"\n"
    headers = _warnings(warnings) or {}
    if len(data) > _GZIP_FROM and "gzip" in http.headers.get("accept-encoding", ""):
        data = gzip.compress(data, 1)
        headers["Content-Encoding"] = "gzip"
    media = "application/json"
    if isinstance(body, dict) and body.get("kind") == "APIGroupDiscoveryList":
        media = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    return HttpResponse(data, code, headers, media)
