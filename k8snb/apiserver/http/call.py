"""One HTTP request as ASGI brings it: headers, query, body; and the identity it wants to act under.

Source: `apiserver/pkg/endpoints/filters/impersonation.go`, `apiserver/pkg/endpoints/handlers/rest.go` (limitedReadBody).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from k8snb.api import errors
from k8snb.api.model import FrozenMap
from k8snb.apiserver.request import User
from k8snb.sim.limits import REQUEST_BYTES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: bytes of a body that is too long which are still read, so that the client reads the answer instead of a broken pipe
_DRAINED: Final = 4 * REQUEST_BYTES
#: wall seconds that a body may take to arrive (upstream's --request-timeout), and what of it is read for no use
BODY_SECONDS: Final = 60.0
_DISCARDED, _DISCARD_SECONDS = 256 * 1024, 1.0
#: parameters of one query
_PARAMETERS: Final = 1000
#: methods that come with a body
BODIES: Final = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_EXTRA: Final = "impersonate-extra-"


class Disconnected(Exception):
    """Nobody is there any more to answer."""


class BadImpersonation(ValueError):
    """Headers that name groups or the like, but no user to act as."""


class Call:
    """The request line and headers of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.method: str = scope.get("method", "GET")
        #: whether there is a body that nobody has read to its end
        self.unread = self.method in BODIES
        self.path: str = scope["path"]
        self._headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        pairs = self._parameters(scope.get("query_string", b""))
        self.multi: FrozenMap[str, tuple[str, ...]] = FrozenMap(
            {key: tuple(value for name, value in pairs if name == key) for key, _ in pairs}
        )
        #: the last value that each parameter has, if any
        self.query: FrozenMap[str, str] = FrozenMap({key: value for key, value in pairs if value})

    def _parameters(self, text: bytes) -> list[tuple[str, str]]:
        if not text:
            return []
        try:
            return parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=_PARAMETERS)
        except ValueError:
            raise errors.bad_request(f"a request may have at most {_PARAMETERS} parameters") from None

    def header(self, name: str, default: str = "") -> str:
        """The first value of a header (in lower case)."""
        found = self._headers.get(name)
        return found[0] if found else default

    def headers(self, name: str) -> list[str]:
        """All values of a header."""
        return self._headers.get(name, [])

    @property
    def uri(self) -> str:
        """The path with its query."""
        query = self.scope.get("query_string", b"").decode("latin-1")
        return f"{self.path}?{query}" if query else self.path

    async def body(self) -> bytes:
        """The whole body. StatusError RequestEntityTooLarge beyond upstream's limit, Timeout if it does not come."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self._body()
        except TimeoutError:
            raise errors.timeout("request did not complete within the allotted timeout") from None

    async def discard(self) -> None:
        """Read a body that nobody wants, so that its client reads the answer; not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCARD_SECONDS):
                left = _DISCARDED
                while self.unread and left > 0:
                    message = await self.receive()
                    left -= len(message.get("body", b""))
                    self.unread = bool(message.get("more_body", False))

    async def _body(self) -> bytes:
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk = message.get("body", b"")
            size += len(chunk)
            if size <= REQUEST_BYTES:
                chunks.append(chunk)
            elif size > _DRAINED:
                break
            more = self.unread = message.get("more_body", False)
        if size > REQUEST_BYTES:
            raise errors.request_entity_too_large(f"limit is {REQUEST_BYTES}")
        return b"".join(chunks)

    def impersonated(self) -> User | None:
        """Whom the headers ask to act as. BadImpersonation."""
        name, uid = self.header("impersonate-user"), self.header("impersonate-uid")
        groups = tuple(self.headers("impersonate-group"))
        extra = {
            unquote(key.removeprefix(_EXTRA)): tuple(values)
            for key, values in self._headers.items()
            if key.startswith(_EXTRA)
        }
        if name:
            return User(name, groups, uid, FrozenMap(extra))
        if groups or uid or extra:
            raise BadImpersonation
        return None
