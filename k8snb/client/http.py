"""The transport over HTTP: the same interface as in process, to any API server that a kubeconfig leads to.

One connection is kept for requests, each stream (a watch, a log that is followed) has one of its own and a thread that reads
it. Waiting is real time here. Source: client-go `rest/request.go`, `rest/warnings.go`.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from k8snb.apiserver.request import Response, User
from k8snb.client.credentials import CredentialsError, Identity
from k8snb.client.endpoint import Endpoint, problem
from k8snb.client.refused import ConnectionRefused
from k8snb.client.websocket import Channels, Refused

AGENT: Final = "kubectl/v1.36.2 (linux/amd64) kubernetes/0000000"
#: how often a condition is looked at that no stream tells of: soon at first, then less
_SOON, _LATER = 0.02, 0.5
#: seconds that a stream's reader gets to end
_GOODBYE: Final = 1.0
#: how often a server may ask to be asked again
_RETRIES: Final = 10
#: what a WebSocket is for
_CHANNELS: Final = ("/exec", "/attach")
_WARNING: Final = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')
_FAILURES: Final = (OSError, http.client.HTTPException, EOFError)


Headers = list[tuple[str, str]]


class Unreachable(ConnectionRefused):
    """A request that got no answer for another reason than a closed port (`problem`, in Go's words)."""

    def __init__(
        self, server: str, method: str, path: str, query: Mapping[str, str] | None, multi: Any, problem: str
    ) -> None:
        super().__init__(server, method, path, query, multi)
        begin = self.message.partition('": ')[0]
        self.status = {**self.status, "message": f'{begin}": {problem}'}
        self.told = f"Unable to connect to the server: {problem}"


class Credentials(Protocol):
    """Who asks."""

    def identity(self) -> Identity: ...
    def renew(self) -> bool: ...


class HttpClient:
    """A RestClient on an API server of any kind."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials) -> None:
        self.endpoint, self._credentials, self.server = endpoint, credentials, endpoint.server
        self._impersonate: User | None = None
        self._idle: http.client.HTTPConnection | None = None
        self._streams: list[_Stream | Channels] = []
        self._news = threading.Event()

    def impersonating(self, user: User) -> HttpClient:
        """The same server, acting as somebody else (`--as`)."""
        other = HttpClient(self.endpoint, self._credentials)
        other._impersonate = user
        return other

    # -- requests -----------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        multi: Mapping[str, Sequence[str]] | None = None,
    ) -> Response:
        """One call. ConnectionRefused (Unreachable) if nobody answers; every answer is a Response."""
        many = multi or {}
        pairs = [(name, value) for name, value in (query or {}).items() if name not in many]
        pairs += [(name, value) for name, values in many.items() for value in values]
        target = self.endpoint.prefix + quote(path, safe="/:@!$&'()*+,;=~%") + (f"?{urlencode(pairs)}" if pairs else "")
        data = body if body is None or isinstance(body, bytes) else _encoded(body)
        headers = [("Accept", accept), ("User-Agent", AGENT), ("Accept-Encoding", "gzip")]
        headers += [("Content-Type", content_type)] if data is not None else []
        headers += _impersonation(self._impersonate)
        lasting = (query or {}).get("watch") in ("true", "1") or (query or {}).get("follow") in ("true", "1")
        try:
            if path.endswith(_CHANNELS):
                return self._upgraded(target, headers)
            return self._answered(method, target, data, headers, lasting=lasting)
        except CredentialsError as error:
            raise Unreachable(self.server, method, path, query, multi, f"getting credentials: {error}") from None
        except ConnectionRefusedError:
            raise ConnectionRefused(self.server, method, path, query, multi) from None
        except _FAILURES as error:
            found = problem(error, self.server, self.endpoint.patience)
            raise Unreachable(self.server, method, path, query, multi, found) from None

    def _answered(self, method: str, target: str, data: bytes | None, headers: Headers, *, lasting: bool) -> Response:
        """The answer, once credentials are believed and the server is not too busy."""
        renewed = False
        for left in reversed(range(_RETRIES + 1)):
            connection, answer = self._sent(method, target, data, headers, lasting=lasting)
            if answer.status == http.client.UNAUTHORIZED and not renewed and self._credentials.renew():
                renewed = True
                connection.close()
                self._idle = None
                continue
            pause = answer.headers.get("Retry-After", "")
            busy = answer.status == http.client.TOO_MANY_REQUESTS or answer.status >= http.client.INTERNAL_SERVER_ERROR
            if not left or not busy or not pause.isdigit():
                break
            answer.read()
            time.sleep(int(pause))
        return self._response(connection, answer, lasting=lasting)

    def _upgraded(self, target: str, headers: Headers) -> Response:
        """The streams of exec and attach, or the refusal."""
        identity = self._credentials.identity()
        if identity.authorization:
            headers = [*headers, ("Authorization", identity.authorization)]
        connection = self.endpoint.open(identity)
        connection.connect()
        try:
            stream = Channels(connection.sock, urlsplit(self.server).netloc, target, headers, self._news)
        except BaseException as failure:
            connection.close()
            if not isinstance(failure, Refused):
                raise
            return _decoded(failure.code, failure.body, (), failure.kind)
        self._streams.append(stream)
        return Response(101, stream)

    def _sent(
        self, method: str, target: str, data: bytes | None, headers: Headers, *, lasting: bool
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        identity = self._credentials.identity()
        if identity.authorization:
            headers = [*headers, ("Authorization", identity.authorization)]
        connection = None if lasting else self._idle
        if connection is not None:
            try:
                return connection, _exchange(connection, method, target, data, headers)
            except (ConnectionError, http.client.HTTPException):
                connection.close()  # the server had closed it meanwhile
        connection = self.endpoint.open(identity)
        try:
            answer = _exchange(connection, method, target, data, headers)
        except BaseException:
            connection.close()
            raise
        if not lasting:
            self._idle = connection
        return connection, answer

    def _response(
        self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, *, lasting: bool
    ) -> Response:
        kind = answer.headers.get("Content-Type", "")
        warnings = tuple(
            re.sub(r"\\(.)", r"\1", text)
            for line in answer.headers.get_all("Warning") or ()
            for text in _WARNING.findall(line)
        )
        if lasting and answer.status < 300:
            stream = _Stream(connection, answer, self._news, _event if "json" in kind else _line)
            self._streams.append(stream)
            return Response(answer.status, stream, warnings, kind)
        data = answer.read()
        if lasting:
            connection.close()
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return _decoded(answer.status, data, warnings, kind)

    def close(self) -> None:
        """Hang up."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None
        for stream in self._streams:
            stream.close()
        self._streams = []

    # -- time ---------------------------------------------------------------------------------------------------------

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until a condition holds. False when time is up, or when every open stream has ended."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = _SOON
        while not until():
            self._streams = [stream for stream in self._streams if not stream.closed]
            if self._streams and all(stream.done for stream in self._streams):
                return until()
            left = _LATER if end is None else end - time.monotonic()
            if left <= 0:
                return False
            self._news.wait(min(pause, left))
            self._news.clear()
            pause = min(pause * 1.5, _LATER)
        return True

    def now(self) -> float:
        return time.time()


def _exchange(
    connection: http.client.HTTPConnection, method: str, target: str, data: bytes | None, headers: Headers
) -> http.client.HTTPResponse:
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if data is not None:
        connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data)
    return connection.getresponse()


def _encoded(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _decoded(code: int, data: bytes, warnings: tuple[str, ...], kind: str) -> Response:
    text = data.decode("utf-8", "replace")
    try:
        return Response(code, json.loads(text) if "json" in kind else text, warnings, kind)
    except ValueError:
        return Response(code, text, warnings, kind)


def _impersonation(user: User | None) -> Headers:
    if user is None:
        return []
    uid = [("Impersonate-Uid", user.uid)] if user.uid else []
    groups = [("Impersonate-Group", group) for group in user.groups]
    extra = [
        (f"Impersonate-Extra-{quote(key.lower(), safe='')}", value)
        for key, values in user.extra.items()
        for value in values
    ]
    return [("Impersonate-User", user.name), *uid, *groups, *extra]


def _event(line: bytes) -> Any:
    return json.loads(line)


def _line(line: bytes) -> str:
    return line.decode("utf-8", "replace")


class _Stream:
    """A long answer, read by a thread of its own piece by piece."""

    def __init__(
        self,
        connection: http.client.HTTPConnection,
        answer: http.client.HTTPResponse,
        news: threading.Event,
        decode: Callable[[bytes], Any],
    ) -> None:
        self._connection, self._answer, self._news, self._decode = connection, answer, news, decode
        self._lock = threading.Lock()
        self._pieces: list[Any] = []
        self._over = False
        self.closed = False
        self._reader = threading.Thread(target=self._read, name="k8snb-stream", daemon=True)
        self._reader.start()

    def poll(self) -> list[Any]:
        """What came since the last time."""
        with self._lock:
            found, self._pieces = self._pieces, []
            return found

    @property
    def done(self) -> bool:
        """Whether nothing will come any more."""
        with self._lock:
            return self._over and not self._pieces

    def close(self) -> None:
        """Nobody will ask again."""
        self.closed = True
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._reader.join(_GOODBYE)

    def _read(self) -> None:
        try:
            while not self.closed and (data := self._answer.readline()):
                piece = self._decode(data)
                with self._lock:
                    self._pieces.append(piece)
                self._news.set()
        except (*_FAILURES, ValueError):
            pass
        self._answer.close()
        self._connection.close()
        with self._lock:
            self._over = True
        self._news.set()
