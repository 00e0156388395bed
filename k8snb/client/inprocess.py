"""The transport inside one process: a request is a function call, waiting is virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from k8snb.api.model import FrozenMap
from k8snb.apiserver.request import ADMIN, User
from k8snb.apiserver.rest import Request, Response, Rest


class Host(Protocol):
    """What an in-process client needs of the cluster it talks to."""

    rest: Rest

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool: ...
    def unix_time(self) -> float: ...


class InProcessClient:
    """A RestClient on the cluster of this process."""

    def __init__(self, host: Host, user: User = ADMIN, server: str = "https://192.168.49.2:8443") -> None:
        self._host, self.user, self.server = host, user, server
        self._impersonate: User | None = None

    def impersonating(self, user: User) -> InProcessClient:
        """The same connection, acting as somebody else (`--as`)."""
        other = InProcessClient(self._host, self.user, self.server)
        other._impersonate = user
        return other

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
        many = FrozenMap({name: tuple(values) for name, values in (multi or {}).items()})
        request = Request(method, path, query or {}, body, content_type, accept, self.user, self._impersonate, many)
        return self._host.rest.handle(request)

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        return self._host.wait(until, timeout)

    def now(self) -> float:
        return self._host.unix_time()
