"""The transport inside one process: a request is a function call, waiting is virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from k8snb.api.model import FrozenMap
from k8snb.apiserver.http.body import BUILTIN, read_object
from k8snb.apiserver.patch import APPLY_PATCH
from k8snb.apiserver.request import ADMIN, Request, Response, User
from k8snb.apiserver.rest import Rest
from k8snb.client.refused import ConnectionRefused

_WRITES = frozenset(("POST", "PUT", "PATCH"))


class Host(Protocol):
    """What an in-process client needs of the cluster it talks to."""

    rest: Rest

    def is_reachable(self) -> bool: ...
    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool: ...
    def unix_time(self) -> float: ...


class InProcessClient:
    """A RestClient on the cluster of this process."""

    def __init__(
        self, host: Host, user: User = ADMIN, server: str = "https://192.168.49.2:8443", agent: str = ""
    ) -> None:
        self._host, self.user, self.server = host, user, server
        #: the program that calls: the field manager of requests that name none
        self.agent = agent
        #: somebody else to act as (`--as`)
        self.impersonated: User | None = None

    def impersonating(self, user: User) -> InProcessClient:
        """The same connection, acting as somebody else (`--as`)."""
        other = InProcessClient(self._host, self.user, self.server, self.agent)
        other.impersonated = user
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
        if not self._host.is_reachable():
            raise ConnectionRefused(self.server, method, path, query, multi)
        if isinstance(body, bytes):
            body = read_object(body, content_type, BUILTIN, ("", "")).data
        if self.agent and method in _WRITES and content_type != APPLY_PATCH and not (query or {}).get("fieldManager"):
            query = {**(query or {}), "fieldManager": self.agent}
        many = FrozenMap({name: tuple(values) for name, values in (multi or {}).items()})
        request = Request(method, path, query or {}, body, content_type, accept, self.user, self.impersonated, many)
        return self._host.rest.handle(request)

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        return self._host.wait(until, timeout)

    def now(self) -> float:
        return self._host.unix_time()

    def close(self) -> None:
        """There is nothing to hang up."""
