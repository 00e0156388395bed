"""Who asks, and how: the user of a request and the options that every verb shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from k8snb.api.model import FrozenMap


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
class Options:
    """Query options of a write: dryRun=All, fieldManager, fieldValidation, force (server-side apply)."""

    dry_run: bool = False
    field_manager: str = ""
    field_validation: str = "Warn"
    force: bool = False


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
