"""One call as plain data: who asks, for what, with which options, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from k8snb.api import errors
from k8snb.api.errors import StatusError
from k8snb.api.model import FrozenMap
from k8snb.api.object import Object
from k8snb.api.resources import Resource


def flag(query: Mapping[str, str], name: str) -> bool:
    """A boolean parameter of a query: true unless it is not there, `false` or `0` (apimachinery's conversion)."""
    value = query.get(name)
    return value is not None and value != "0" and value.lower() != "false"


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated caller (`authentication.k8s.io` UserInfo)."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)

    @property
    def is_master(self) -> bool:
        """Members of system:masters pass every authorizer."""
        return "system:masters" in self.groups


#: the learner's own certificate, as minikube and kubeadm issue it
ADMIN = User("kubernetes-admin", ("kubeadm:cluster-admins", "system:masters", "system:authenticated"))
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))


def component_user(name: str) -> User:
    """The identity of a control-plane part (`system:kube-scheduler`)."""
    return User(f"system:{name}", ("system:masters", "system:authenticated"))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that is in a format the server knows, but wrong: the decoder's words, and the body in a few characters.

    `version` and `kind` are what it said of itself, if that much could be read. Without a summary the problem says it all.
    """

    problem: str
    summary: str = ""
    version: str = ""
    kind: str = ""

    def error(self, wanted: str) -> StatusError:
        """BadRequest for a request that needed a body of the kind `wanted` (upstream `transformDecodeError`)."""
        if not self.summary:
            return errors.bad_request(self.problem)
        if self.kind:
            version = self.version.rpartition("/")[2]
            return errors.bad_request(
                f'{self.kind} in version "{version}" cannot be handled as a {wanted}: {self.problem}'
            )
        return errors.bad_request(
            f"the object provided is unrecognized (must be of type {wanted}): {self.problem} ({self.summary})"
        )


@dataclass(frozen=True, slots=True)
class Options:
    """Query options of a write: dryRun=All, fieldManager, fieldValidation, force (server-side apply).

    `strict_problems` is what a strict reader of the body's text found: keys that come twice.
    """

    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = "Warn"
    force: bool = False
    strict_problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """Body of a delete: grace period in seconds, Background | Foreground | Orphan, and what must still hold."""

    grace_period: int | None = None
    propagation: str = ""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False


DEFAULT = Options()

DELETE = DeleteOptions()


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `body` is decoded JSON data (or None); `query` holds the last value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=FrozenMap)
    body: Any = None
    content_type: str = "application/json"
    accept: str = "application/json"
    user: User = ADMIN
    #: somebody else to act as (Impersonate-User and -Group headers)
    impersonate: User | None = None
    #: parameters that may come several times (`command` of exec)
    multi: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    #: what a strict reader held against the body's text: keys that come twice
    strict_problems: tuple[str, ...] = ()
    #: writes whole objects (or items of a list, without their kind) in a form of the caller's; None: JSON data
    render: Callable[[Resource, Object, bool], Any] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: HTTP status, JSON data or text, warnings for the Warning header."""

    code: int
    body: Any
    warnings: tuple[str, ...] = ()
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names."""

    resource: Resource | None = None
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    path: str = ""
    #: what follows the subresource (`proxy/…`)
    rest: str = ""
