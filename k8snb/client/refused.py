"""No answer at all: a connection to an API server that nobody takes, because its machine is off or there is no server.

client-go hands such a failure on as a `*url.Error`, like any other error of a call; so it takes the way of a refusal here, and
only what is printed in the end tells the two apart. Source: Go's `net/url` (Error), `net` (OpError).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from k8snb.api.errors import StatusError
from k8snb.apiserver.request import Response, User

#: where kubectl looks for a server when nothing tells it of one
NOWHERE = "http://localhost:8080"


class ConnectionRefused(StatusError):
    """The request that got no answer, as Go words it: `Get "https://…": dial tcp …: connect: connection refused`."""

    def __init__(
        self,
        server: str,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        multi: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.host = server.partition("://")[2].partition("/")[0] or server
        pairs = [(name, value) for name, value in (query or {}).items() if name not in (multi or {})]
        pairs += [(name, value) for name, values in (multi or {}).items() for value in values]
        words = urlencode(sorted(pairs, key=lambda pair: pair[0]))
        address = self.host.replace("localhost", "127.0.0.1", 1) if self.host.startswith("localhost:") else self.host
        url = f"{server.rstrip('/')}{path}{'?' if words else ''}{words}"
        text = f'{method.capitalize()} "{url}": dial tcp {address}: connect: connection refused'
        #: what people are told
        self.told = f"The connection to the server {self.host} was refused - did you specify the right host or port?"
        super().__init__({"kind": "Status", "status": "Failure", "message": text, "code": 0})


class ClosedPort:
    """A RestClient on an address where nobody listens. `clock` gives Unix seconds."""

    def __init__(self, server: str, clock: Callable[[], float]) -> None:
        self.server, self._clock = server, clock

    def impersonating(self, user: User) -> ClosedPort:
        """Whoever asks, nobody answers."""
        return self

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
        """Always ConnectionRefused."""
        raise ConnectionRefused(self.server, method, path, query, multi)

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Nothing will happen."""
        return until()

    def now(self) -> float:
        return self._clock()

    def close(self) -> None:
        """There is nothing to hang up."""
