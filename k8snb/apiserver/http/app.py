"""HTTP requests to REST requests and back: an ASGI application over `Rest`.

    authenticate → read the body → negotiate → `Rest` under the cluster's one lock → write the answer, or stream it

Everything that touches the cluster happens in a worker thread, so the event loop never waits for it. Source:
`apiserver/pkg/server/config.go` (DefaultBuildHandlerChain).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

from k8snb.api import errors
from k8snb.api.errors import StatusError
from k8snb.apiserver import metrics
from k8snb.apiserver.http import body as bodies
from k8snb.apiserver.http import gnostic
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.body import Body
from k8snb.apiserver.http.call import BODIES, BadImpersonation, Call, Disconnected, Receive, Scope, Send
from k8snb.apiserver.http.channels import PROTOCOLS, Socket, run
from k8snb.apiserver.http.fragments import Fragments
from k8snb.apiserver.http.negotiation import Accepted, formats_of, negotiate
from k8snb.apiserver.http.pulse import Pulse
from k8snb.apiserver.http.responses import PLAIN, Headers, compressed, warning_headers, write
from k8snb.apiserver.http.streaming import Streams, offered_for_watch, stream_type
from k8snb.apiserver.http.wireformat import ProtobufError
from k8snb.apiserver.patch import APPLY_PATCH
from k8snb.apiserver.request import ANONYMOUS, Request, Response, Target, Unreadable, User, flag

_LOG = logging.getLogger("uvicorn.error")
_TEXT = "text/plain; charset=utf-8"
#: what clients keep and ask for again with its tag
_DOCUMENTS = ("/openapi/",)
_PRETTY_AGENTS = ("curl", "Wget", "Mozilla/5.0")
_WRITES = frozenset(("POST", "PUT", "PATCH"))
_CONNECTIONS = frozenset(("exec", "attach", "portforward"))
#: characters of a field manager
_MANAGER = 128


class Backend(Protocol):
    """The cluster as the wire sees it."""

    def serve(self, request: Request) -> Response:
        """Answer one request under the cluster's lock."""

    def locked(self, work: Callable[[], Any]) -> Any:
        """Do something under the cluster's lock."""

    def act(self, work: Callable[[], Any]) -> Any:
        """Do something under the lock that sets off work in the cluster."""

    def target(self, path: str) -> Target:
        """What a path names."""

    def revision(self) -> int:
        """The store's revision, without the lock."""

    def now(self) -> float:
        """Virtual seconds, without the lock."""


class Answer(NamedTuple):
    """What goes out: status, headers, body."""

    code: int
    headers: Headers
    data: bytes


async def _nothing() -> Any:
    raise Disconnected


async def _nowhere(message: Any) -> None:
    raise Disconnected


class Face:
    """The application."""

    def __init__(
        self,
        backend: Backend,
        authenticator: Authenticator,
        lock: threading.RLock | None = None,
        fragments: Fragments | None = None,
    ) -> None:
        self._backend, self._authenticator = backend, authenticator
        #: writes objects whose text somebody has had before
        self._fragments = fragments
        #: the cluster's, for what is so little work that it is done at once if nobody else holds it
        self._lock = lock
        self.pulse = Pulse(backend.revision)
        self.streams = Streams(backend.locked, backend.now, self.pulse, lock)
        #: answers by (verb, code), for `/metrics`
        self._answered: Counter[tuple[str, int]] = Counter()
        #: requests that are being answered just now; streams count until they begin
        self.busy = 0
        #: called, in the event loop's thread, when the last of these has its answer
        self.idle: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await self._http(scope, receive, send)
            except Disconnected:
                return
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        call: Call | None = None
        try:
            call = Call(scope, receive, send)
            await self._answer(call)
        except StatusError as error:
            call = call or Call({**scope, "query_string": b""}, receive, send)
            await self._send(call, _written(Response(error.code, error.status)))
        except BadImpersonation:
            assert call is not None
            text = f'Internal Server Error: "{call.uri}": requested groups, uid or extra without impersonating a user'
            await self._send(call, _written(Response(500, text + "\n", content_type=_TEXT)))
        except Exception as error:  # noqa: BLE001  our own mistake: it is logged in full, and the client is told
            _LOG.exception("%s %s failed", scope.get("method"), scope["path"])
            failure = errors.internal_error(f"{type(error).__name__}: {error}")
            call = call or Call({**scope, "query_string": b""}, receive, send)
            await self._send(call, _written(Response(500, failure.status)))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """exec, attach and port-forward; whatever is not one of these is refused as a request."""
        call = Call(scope, receive, send)
        socket = Socket(call, self._backend.act)
        try:
            user = self._authenticator.user_of(call.header("authorization"), scope)
            if user is None:
                raise errors.unauthorized()
            target = await asyncio.to_thread(self._backend.target, call.path)
            known = PROTOCOLS.get(target.subresource) if target.resource is not None else None
            if known is None:
                raise errors.bad_request("the server does not stream this path: only exec, attach and portforward")
            offered = scope.get("subprotocols") or []
            protocol = next((name for name in known if name in offered), "")
            if offered and not protocol:
                raise errors.bad_request(f"unable to upgrade: unable to negotiate protocol: client supports {offered}")
            # A GET with an upgrade does what a POST does, and needs the same permission.
            request = replace(self._request(call, user, call.impersonated(), bodies.NOTHING, PLAIN), method="POST")
            response = await asyncio.to_thread(self._backend.serve, request)
        except StatusError as error:
            response = Response(error.code, error.status)
        if response.code != 101:
            refused = _written(response)
            await socket.refuse(refused, [(b"content-type", refused.content_type.encode())])
            return
        self._answered["CONNECT", 101] += 1
        self.streams.open += 1
        try:
            await run(socket, target.subresource, protocol, response.body)
        finally:
            self.streams.open -= 1

    async def _answer(self, call: Call) -> None:
        user = self._authenticator.user_of(call.header("authorization"), call.scope)
        if user is None:
            raise errors.unauthorized()
        wanted = call.impersonated()
        if user is ANONYMOUS and call.method in BODIES and (refused := await self._refused(call, user, wanted)):
            await self._send(call, refused)
            return
        data = await call.body() if call.method in BODIES else b""
        self.busy += 1
        try:
            done = await asyncio.to_thread(self.exchange, call, user, wanted, data)
        finally:
            self.busy -= 1
            if not self.busy:
                self.idle()
        if call.method in BODIES:
            self.pulse.beat()
        request, response, accepted = done
        stream = response.body
        if hasattr(stream, "bookmark"):
            self._answered["WATCH", response.code] += 1
            marks = flag(request.query, "allowWatchBookmarks")
            chunks = self.streams.watch(stream, float(request.query.get("timeoutSeconds") or 0), marks, accepted)
            await self.streams.run(call, chunks, response.code, stream_type(accepted))
        elif hasattr(stream, "poll"):
            self._answered["CONNECT", response.code] += 1
            await self.streams.run(call, self.streams.follow(stream), response.code, response.content_type)
        else:
            await self._send(call, response)

    async def _refused(self, call: Call, user: User, wanted: User | None) -> Response | None:
        """What a stranger is told whose body is not worth being read."""
        request = Request(call.method, call.path, call.query, Unreadable(""), user=user, impersonate=wanted)
        response = await asyncio.to_thread(self._backend.serve, request)
        return _written(response) if response.code != 400 else None

    def at_once(self, scope: Scope) -> Answer | None:
        """The answer to a GET of one object, if nobody is at the cluster: tasks and threads would cost more than the work.

        None: not such a request, or not a plain success. Then it has to go the usual way.
        """
        if scope["method"] != "GET" or self._lock is None or not self._lock.acquire(blocking=False):
            return None
        try:
            target = self._backend.target(scope["path"])
            if target.resource is None or not target.name or target.subresource or b"watch" in scope["query_string"]:
                return None
            call = Call(scope, _nothing, _nowhere)
            user = self._authenticator.user_of(call.header("authorization"), scope)
            if user is None:
                return None
            response = self.exchange(call, user, call.impersonated(), b"")[1]
            if response.code != 200:
                return None
            self.idle()
            return self._packed(call, response)
        except Exception:  # noqa: BLE001  whatever it is, it happens again the usual way, and is told and logged there
            return None
        finally:
            self._lock.release()

    def exchange(self, call: Call, user: User, wanted: User | None, data: bytes) -> tuple[Request, Response, Accepted]:
        """Understand a request, have it answered, write the answer's bytes: all but the waiting, so threads can do it."""
        target = self._backend.target(call.path)
        offered = formats_of(target.resource)
        watching = flag(call.query, "watch")
        accepted = self._accepted(call, offered_for_watch(offered) if watching else offered)
        if target.resource is not None and target.subresource in PROTOCOLS:
            raise errors.bad_request("Upgrade request required")  # SPDY alone is not spoken
        request = self._request(call, user, wanted, self._body(call, data, target, offered), accepted)
        response = self._backend.serve(request)
        if call.path == "/metrics" and response.code == 200:
            response = replace(response, body=response.body + metrics.text(self._families()))
        if call.path == "/openapi/v2" and response.code == 200 and gnostic.accepts(call.header("accept")):
            response = replace(response, body=gnostic.encode(response.body), content_type=gnostic.MEDIA_TYPE)
        if not hasattr(response.body, "poll"):
            response = _written(response, accepted)
        return request, response, accepted

    def _accepted(self, call: Call, offered: tuple[str, ...]) -> Accepted:
        """The format of the answer. NotAcceptable for paths that have one and clients that take none of it."""
        accepted = negotiate(call.header("accept"), offered)
        if accepted is None:
            if call.path.startswith("/api") and not call.path.endswith("/log"):
                raise errors.not_acceptable(offered)
            return PLAIN
        pretty = call.query.get("pretty", "")
        wanted = pretty in ("1", "t", "true", "True") if pretty else accepted.pretty
        if not pretty and call.header("user-agent").startswith(_PRETTY_AGENTS):
            wanted = True
        return accepted._replace(pretty=wanted)

    def _body(self, call: Call, data: bytes, target: Target, offered: tuple[str, ...]) -> Body:
        if target.resource is None or call.method not in BODIES or (call.method == "DELETE" and not data):
            return bodies.NOTHING
        header = call.header("content-type")
        if target.subresource == "proxy":
            return Body(data)
        if target.subresource in _CONNECTIONS:
            return bodies.NOTHING  # what they want is in the query
        if call.method == "PATCH":
            return bodies.read_patch(data, header)
        version, kind = target.resource.api_version, target.resource.kind
        subresource = target.resource.subresource(target.subresource) if target.subresource else None
        if subresource is not None:
            version, kind = subresource.group_version or version, subresource.kind
        if call.method == "DELETE":
            version, kind, offered = "v1", "DeleteOptions", bodies.BUILTIN
        return bodies.read_object(data, header, offered, (version, kind))

    def _request(self, call: Call, user: User, wanted: User | None, body: Body, accepted: Accepted) -> Request:
        query = call.query
        if call.method in _WRITES and "fieldManager" not in query and call.header("content-type") != APPLY_PATCH:
            query = type(query)({**query, "fieldManager": _manager(call.header("user-agent"))})
        return Request(
            call.method,
            call.path,
            query,
            body.data,
            bodies.media_type(call.header("content-type")),
            accepted.clause,
            user,
            wanted,
            call.multi,
            body.problems,
            self._fragments.write if self._fragments is not None and accepted == PLAIN else None,
        )

    def _families(self) -> list[metrics.Family]:
        """What this face counts."""
        counted = [({"code": str(code), "verb": verb}, float(n)) for (verb, code), n in sorted(self._answered.items())]
        return [
            metrics.Family("apiserver_request_total", "counter", "[STABLE] Answers by verb and HTTP code.", counted),
            metrics.Family(
                "apiserver_longrunning_requests",
                "gauge",
                "[STABLE] Open watches and followed logs.",
                [({}, float(self.streams.open))],
            ),
        ]

    async def _send(self, call: Call, response: Response) -> None:
        answer = self._packed(call, response)
        if call.unread:
            await call.discard()
        headers = [*answer.headers, (b"connection", b"close")] if call.unread else answer.headers
        await call.send({"type": "http.response.start", "status": answer.code, "headers": headers})
        await call.send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else answer.data})

    def _packed(self, call: Call, response: Response) -> Answer:
        """An answer as it goes out: counted, compressed, with its headers."""
        data: bytes = response.body
        headers: Headers = [
            (b"audit-id", str(uuid4()).encode()),
            (b"cache-control", b"no-cache, private"),
            (b"content-type", response.content_type.encode("latin-1", "replace")),
            *warning_headers(response.warnings),
        ]
        if response.code == 200 and call.path.startswith(_DOCUMENTS):
            tag = f'"{sha256(data).hexdigest().upper()}"'
            headers.append((b"etag", tag.encode()))
            if tag in call.header("if-none-match"):
                return Answer(304, headers, b"")
        packed = compressed(data, call.header("accept-encoding"))
        if packed is not None:
            data = packed
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
        headers.append((b"content-length", str(len(data)).encode()))
        self._answered[call.method, response.code] += 1
        return Answer(response.code, headers, data)


def _written(response: Response, accepted: Accepted = PLAIN) -> Response:
    """The answer with its body as bytes."""
    body = response.body
    if isinstance(body, str | bytes):
        return replace(response, body=body.encode("utf-8", "replace") if isinstance(body, str) else body)
    try:
        data, content_type = write(body, accepted)
    except ProtobufError:
        error = errors.not_acceptable(bodies.CUSTOM)
        return _written(Response(error.code, error.status))
    return replace(response, body=data, content_type=content_type)


def _manager(agent: str) -> str:
    """The field manager of a client that names none: the first word of its user agent."""
    name = "".join(letter for letter in agent.partition("/")[0] if letter.isprintable())
    return name[:_MANAGER] or "unknown"
