"""The line between a client library and the cluster: one request in, one answer out, under the cluster's lock.

The request is read and the answer written by the same code as on the wire (`apiserver/http`), without the wire. As there, a
request takes a little (virtual) time, what it sets going is worked on at once, and a bearer token decides who is calling.
"""

from __future__ import annotations

import errno
import itertools
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from k8snb.api import errors
from k8snb.apiclient.reading import Host, Reader
from k8snb.apiserver.auth.tokens import user_of_token
from k8snb.apiserver.http.app import Face
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.call import BadImpersonation, Call, Message
from k8snb.apiserver.http.negotiation import Accepted
from k8snb.apiserver.http.responses import PLAIN, write
from k8snb.apiserver.request import Request, Response, Target, User
from k8snb.sim.limits import REQUEST_BYTES, REQUEST_SECONDS

_serial = itertools.count(1)

#: names and values of headers
Headers = Iterable[tuple[str, str]]


class Link:
    """Calls on one cluster by one client; the wire's `Backend`."""

    def __init__(self, cluster: Host, user: User) -> None:
        self.cluster, self._user = cluster, user
        self._owner = threading.get_ident()
        # Libraries keep what they discover in files named after the host: no two clusters may share one.
        self.url = f"https://{os.getpid()}-{next(_serial)}.k8snb.internal"
        store = cluster.rest.server.store
        self._authenticator = Authenticator(
            user, "", lambda token: user_of_token(store, token, cluster.clock.unix) if token else None
        )
        self._face = Face(self, self._authenticator)

    def __deepcopy__(self, memo: Any) -> Link:
        """Configurations are copied; the cluster they lead to is not."""
        return self

    # -- calls --------------------------------------------------------------------------------------------------------

    def call(self, method: str, url: str, headers: Headers, body: bytes = b"") -> tuple[Request, Response, Accepted]:
        """The request as understood, its answer (bytes or a stream), and the format it is in. ConnectionRefusedError."""
        call = _Call(method, url, headers)
        with self.cluster.lock:
            self._pass()
            self._dial()
            try:
                user, wanted = self._caller(call), call.impersonated()
                if len(body) > REQUEST_BYTES:
                    raise errors.request_entity_too_large(f"limit is {REQUEST_BYTES}")
                return self._face.exchange(call, user, wanted, body)
            except errors.StatusError as error:
                return _refusal(call, error)
            except BadImpersonation:
                refused = errors.bad_request("requested groups, uid or extra without impersonating a user")
                return _refusal(call, refused)

    def open(self, url: str, headers: Headers) -> Response:
        """An answer that talks in both directions (exec, attach): 101 and a stream, or a refusal. ConnectionRefusedError."""
        call = _Call("POST", url, headers)
        with self.cluster.lock:
            self._pass()
            self._dial()
            try:
                user, wanted = self._caller(call), call.impersonated()
            except errors.StatusError as error:
                return _refusal(call, error)[1]
            answer = self.serve(Request("POST", call.path, call.query, user=user, impersonate=wanted, multi=call.multi))
        return answer if hasattr(answer.body, "poll") else Response(answer.code, write(answer.body).data)

    def reader(self, stream: Any, subject: str, lifetime: float | None = None) -> Reader:
        """Reads the stream of an answer."""
        return Reader(self.cluster, stream, subject, lifetime, self._owner)

    def _pass(self) -> None:
        """The time that a request takes, if this thread is the one that moves time."""
        if self.cluster.pacer is None and threading.get_ident() == self._owner:
            self.cluster.engine.run_until(self.cluster.clock.now + REQUEST_SECONDS)

    def _dial(self) -> None:
        """Nobody answers while the control plane's machine is off (`minikube stop`)."""
        if not self.cluster.is_reachable():
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

    def _caller(self, call: Call) -> User:
        """The client's own user, or the service account whose token is shown. StatusError Unauthorized."""
        authorization = call.header("authorization")
        user = self._authenticator.user_of(authorization, call.scope) if authorization else self._user
        if user is None:
            raise errors.unauthorized()
        return user

    # -- the wire's backend ---------------------------------------------------------------------------------------------

    def serve(self, request: Request) -> Response:
        with self.cluster.lock:
            answer = self.cluster.rest.handle(request)
            if request.method not in ("GET", "HEAD"):
                self.cluster.engine.run_instant()
            return answer

    def locked(self, work: Callable[[], Any]) -> Any:
        with self.cluster.lock:
            return work()

    def act(self, work: Callable[[], Any]) -> Any:
        with self.cluster.lock:
            result = work()
            self.cluster.engine.run_instant()
            return result

    def target(self, path: str) -> Target:
        return self.cluster.rest.parse(path)

    def revision(self) -> int:
        return self.cluster.rest.server.store.revision

    def now(self) -> float:
        return self.cluster.clock.now


class _Call(Call):
    """A request that nobody has to wait for: its body is there already."""

    def __init__(self, method: str, url: str, headers: Headers) -> None:
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(parts.path),
            "query_string": parts.query.encode("latin-1", "replace"),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
        super().__init__(scope, _nothing, _nowhere)


def _refusal(call: Call, error: errors.StatusError) -> tuple[Request, Response, Accepted]:
    written = write(error.status)
    answer = Response(error.code, written.data, content_type=written.content_type)
    return Request(call.method, call.path, call.query), answer, PLAIN


async def _nothing() -> Message:
    raise NotImplementedError


async def _nowhere(message: Message) -> None:
    raise NotImplementedError
