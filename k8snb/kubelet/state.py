"""What a kubelet remembers, as data: one record for each Pod and its containers, one for each node.

Records are cloned before they are worked on and never changed once they are put back, so a snapshot is a copy of two tables.
Times are virtual Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, Entry
from k8snb.runtime.registry import ImageStore

INIT, MAIN, EPHEMERAL = "init", "main", "ephemeral"


class ProbeState(NamedTuple):
    """How a probe stands. `passed` is its present verdict, `streak` how many equal outcomes in a row; a probe that is `stable`
    is not due again before the container `seen` has changed. `pending` is the exec session of a check under way, -1 a request
    that nobody has answered yet."""

    passed: bool | None = None
    outcome: bool | None = None
    streak: int = 0
    last: float = 0.0
    due: float | None = 0.0
    seen: object = None
    pending: int = 0
    deadline: float = 0.0


class Stopping(NamedTuple):
    """A container on its way out: when it gets SIGTERM (None: done), when SIGKILL, the preStop session that is awaited."""

    term_at: float | None
    kill_at: float
    hook: int = 0
    reason: str = ""


@dataclass(slots=True)
class ContainerRecord:
    """One container of a Pod, over all its restarts."""

    name: str
    kind: str
    container: Container | None = None
    previous: Container | None = None
    image: str = ""
    image_id: str = ""
    reason: str = ""
    message: str = ""
    restarts: int = 0
    #: the pull under way: when it was asked for, began and ends
    pull: tuple[float, float, float] | None = None
    pull_backoff: float = 0.0
    pull_retry_at: float | None = None
    pulled: bool = False
    #: how the container is to be run, between the decision and its start
    prepared: Spec | None = None
    start_at: float | None = None
    config_retry_at: float | None = None
    crash_backoff: float = 0.0
    crash_updated: float = 0.0
    restart_at: float | None = None
    backing_off: bool = False
    stopping: Stopping | None = None
    #: the postStart hook's session while it runs
    hook: int = 0
    hook_done: bool = False
    #: until when a postStart hook sleeps
    hook_until: float | None = None
    started: bool = False
    ready: bool = False
    probes: Mapping[str, ProbeState] = field(default_factory=dict)
    failed_hook: str = ""

    @property
    def running(self) -> bool:
        return self.container is not None and self.container.phase == "running"

    @property
    def exited(self) -> bool:
        return self.container is not None and self.container.phase == "exited"


@dataclass(slots=True)
class PodRecord:
    """One Pod that a node has taken on."""

    key: str
    uid: str
    node: str
    pod: Pod
    begun: float
    containers: dict[str, ContainerRecord] = field(default_factory=dict)
    volumes: Mapping[str, Entry] = field(default_factory=dict)
    #: objects that volumes were made from, as they were when they were read: `configmaps/name` -> object
    sources: Mapping[str, object] = field(default_factory=dict)
    refresh_at: float | None = None
    ip: str = ""
    sandbox_at: float | None = None
    sandbox: bool = False
    mounted: bool = False
    mount_retry_at: float | None = None
    mount_backoff: float = 0.0
    terminating: bool = False
    grace: int = 30
    #: the Pod is over and its status is final: (phase, reason, message)
    over: tuple[str, str, str] | None = None
    rejected: bool = False
    #: why the node is throwing the Pod out
    evicted: str = ""
    due: float | None = None
    serial: int = 0

    def clone(self) -> PodRecord:
        """A copy to work on."""
        twin = PodRecord(*_pod_fields(self))
        twin.containers = {
            name: ContainerRecord(*_container_fields(record)) for name, record in self.containers.items()
        }
        return twin


# `copy.copy` takes an object with slots apart and together again by name: three times the work.
_pod_fields = attrgetter(*(field.name for field in fields(PodRecord)))
_container_fields = attrgetter(*(field.name for field in fields(ContainerRecord)))


@dataclass(slots=True)
class NodeRecord:
    """One machine: its images and files, the addresses it has given out, whether its kubelet runs. Never changed in place."""

    name: str
    ip: str
    images: ImageStore
    files: Directory = field(default_factory=Directory)
    addresses: frozenset[str] = frozenset()
    last_address: str = ""
    pull_free_at: float = 0.0
    #: names of images whose pull is under way
    coming: frozenset[str] = frozenset()
    #: virtual Unix time at which the kubelet was stopped, or None while it runs
    stopped: float | None = None
    powered: bool = True
    booted: float = 0.0


class KubeletState(NamedTuple):
    """Everything the kubelets know at an instant."""

    pods: dict[str, PodRecord]
    nodes: dict[str, NodeRecord]
