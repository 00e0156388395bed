"""The client interface that speaks paths and JSON, as kubectl does: one protocol, an in-process and an HTTP transport.

`request` never raises for a refusal: the response carries the Status. Where nobody answers at all, it raises
ConnectionRefused (`refused.py`). What takes time in Kubernetes takes time here through `wait`: in process it lets the
virtual clock go on, over HTTP it waits for the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from k8snb.apiserver.request import Response, User


class RestClient(Protocol):
    """A connection to an API server as one user."""

    #: the server's URL, as `cluster-info` and errors show it
    server: str

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
        """One call; ConnectionRefused if nobody answers. `body` is JSON data, or bytes that go as they are.

        The response's body is JSON data, text, or a stream with `poll()` and `close()`.
        """

    def impersonating(self, user: User) -> RestClient:
        """The same connection, acting as somebody else (`--as`)."""

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Let time go on until `until()` holds (True). False after `timeout` seconds, or when nothing can happen any more."""

    def now(self) -> float:
        """Unix seconds on the cluster's clock."""

    def close(self) -> None:
        """Hang up, if there is anything to hang up."""
