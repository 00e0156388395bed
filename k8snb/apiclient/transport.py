"""What stands where the client library keeps its connections: urllib3's interface, answered by a cluster of this process."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from http.client import responses
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from k8snb.apiclient.link import Link
from k8snb.apiclient.reading import Reader
from k8snb.apiserver.http.negotiation import Accepted
from k8snb.apiserver.http.responses import warning_headers
from k8snb.apiserver.http.streaming import Watched, encoder, stream_type
from k8snb.apiserver.request import Request, Response


class InProcessPool(urllib3.PoolManager):
    """A PoolManager that has no connections: every request is a call on the link."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> urllib3.HTTPResponse:  # type: ignore[override]
        """One request. `body`, `headers`, `timeout` and `preload_content` mean what they mean to urllib3. MaxRetryError if
        nobody answers."""
        headers = [(str(name), _text(value)) for name, value in HTTPHeaderDict(options.get("headers") or {}).items()]
        body = options.get("body") or b""
        data = body.encode() if isinstance(body, str) else bytes(body)
        try:
            request, answer, accepted = self._link.call(method, url, headers, data)
        except ConnectionRefusedError as error:
            raise _unanswered(url, error) from error
        if hasattr(answer.body, "poll"):
            return self._live(request, answer, accepted, url, options.get("timeout"))
        return urllib3.HTTPResponse(
            io.BytesIO(b"" if method == "HEAD" else answer.body),
            _headers(answer, answer.content_type),
            answer.code,
            reason=responses.get(answer.code, ""),
            preload_content=bool(options.get("preload_content", True)),
            request_method=method,
            request_url=url,
        )

    def clear(self) -> None:
        """The client is closed: what a dynamic client has written down of this cluster goes, too."""
        name = hashlib.md5(self._link.url.encode(), usedforsecurity=False).hexdigest()
        Path(tempfile.gettempdir(), f"osrcp-{name}.json").unlink(missing_ok=True)
        super().clear()

    def _live(self, request: Request, answer: Response, accepted: Accepted, url: str, timeout: Any) -> LiveResponse:
        watched = isinstance(answer.body, Watched)
        lifetime = float(request.query.get("timeoutSeconds") or 0) or None if watched else None
        reader = self._link.reader(answer.body, f"{request.method} {request.path}", lifetime)
        source = _Source(reader, encoder(accepted) if watched else _bytes, _patience(timeout), self, url)
        headers = _headers(answer, stream_type(accepted) if watched else answer.content_type)
        return LiveResponse(
            source, headers, answer.code, reason="OK", preload_content=False, request_method="GET", request_url=url
        )


class _Source(io.RawIOBase):
    """A stream as a file: `segment` is what has come together, `read` anything up to the end."""

    def __init__(
        self, reader: Reader, encode: Callable[[Any], bytes], patience: float | None, pool: InProcessPool, url: str
    ) -> None:
        self._reader, self._encode, self._patience, self._pool, self._url = reader, encode, patience, pool, url
        self._left = b""

    def segment(self) -> bytes:
        """The next bytes, empty at the end. ReadTimeoutError if the caller's patience is at its end first."""
        left, self._left = self._left, b""
        if left:
            return left
        found = self._reader.read(self._patience)
        if not found and not self._reader.ended:
            text = f"Read timed out. (read timeout={self._patience:g})"
            raise ReadTimeoutError(self._pool, self._url, text)  # type: ignore[arg-type]
        return b"".join(self._encode(item) for item in found)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.segment()
        count = min(len(buffer), len(data))
        buffer[:count] = data[:count]
        self._left = data[count:]
        return count

    def close(self) -> None:
        self._reader.close()
        super().close()


class LiveResponse(urllib3.HTTPResponse):
    """An answer that goes on: `stream()` gives every event as it comes."""

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:  # type: ignore[override]
        """Segments until the end; `amt` and `decode_content` change nothing."""
        source: Any = self._fp
        while not source.closed and (segment := source.segment()):
            yield segment
        self.close()

    read_chunked = stream  # type: ignore[assignment]

    @property
    def connection(self) -> Any:
        """What `Watch.stop()` shuts down from another thread."""
        return self

    @property
    def sock(self) -> Any:
        return self

    def shutdown(self, how: int = 0) -> None:
        """Hang up: whoever reads finds the end."""
        self.close()


def _unanswered(url: str, error: ConnectionRefusedError) -> MaxRetryError:
    """What a pool says after it has tried in vain."""
    parts = urlsplit(url)
    pool = urllib3.HTTPSConnectionPool(parts.hostname or "", parts.port or 443)
    told = f"Failed to establish a new connection: {error}"
    reason = NewConnectionError(HTTPSConnection(pool.host, pool.port), told)
    return MaxRetryError(pool, f"{parts.path}?{parts.query}" if parts.query else parts.path, reason)


def _headers(answer: Response, kind: str) -> HTTPHeaderDict:
    headers = HTTPHeaderDict({"Content-Type": kind, "Cache-Control": "no-cache, private"})
    for name, value in warning_headers(answer.warnings):
        headers.add(name.decode(), value.decode())
    return headers


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(item: Any) -> bytes:
    return item if isinstance(item, bytes) else str(item).encode()


def _patience(timeout: Any) -> float | None:
    """Seconds without a byte that the caller bears."""
    if isinstance(timeout, urllib3.Timeout):
        seconds = timeout.total if timeout.total is not None else timeout.read_timeout
        return float(seconds) if isinstance(seconds, int | float) else None
    return float(timeout) if timeout else None
