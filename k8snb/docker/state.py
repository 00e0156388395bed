"""Everything a docker daemon is at an instant, as plain data: images by name, containers, networks, volumes, the build cache.

Contents are kept by identity (`sha256:…`) and never change; names point at them. Times are virtual Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from k8snb.api.model import EMPTY_MAP
from k8snb.docker.image import BuiltImage, Config
from k8snb.runtime.container import Container
from k8snb.runtime.filesystem import Directory, Mount

#: the address range of the default bridge, and the daemon's own address on it
BRIDGE, GATEWAY = "172.17.0.0/16", "172.17.0.1"


class Port(NamedTuple):
    """A published port: `host` leads to `inner` of the container, at `address` of the learner's machine."""

    host: int
    inner: int
    protocol: str = "tcp"
    address: str = "0.0.0.0"


class Restart(NamedTuple):
    """A restart policy: no, always, unless-stopped, on-failure (at the most `limit` times if that is not 0)."""

    name: str = "no"
    limit: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.limit}" if self.limit else self.name


class Attachment(NamedTuple):
    """A container's place on a network."""

    network: str
    ip: str
    aliases: tuple[str, ...] = ()


class Health(NamedTuple):
    """What a container's health check has found: starting, healthy or unhealthy; when it is looked at again."""

    status: str = "starting"
    failures: int = 0
    due: float = 0.0
    session: int = 0
    deadline: float = 0.0
    last: tuple[int, str] = (0, "")


_NO_RESTART = Restart()


@dataclass(frozen=True, slots=True)
class Box:
    """One container as docker keeps it: the runtime's container, and how it was created."""

    container: Container
    name: str
    image: str
    image_id: str
    config: Config
    ports: tuple[Port, ...] = ()
    restart: Restart = _NO_RESTART
    auto_remove: bool = False
    detached: bool = False
    networks: tuple[Attachment, ...] = ()
    #: volumes by mount point: (kind, source, read-only)
    binds: Mapping[str, tuple[str, str, bool]] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    links: tuple[str, ...] = ()
    restarts: int = 0
    #: when the restart policy starts it again, and how long it waited the last time
    restart_at: float | None = None
    backoff: float = 0.0
    #: stopped by hand: no restart policy brings it back
    stopped: bool = False
    #: when a `docker stop` loses its patience
    kill_at: float | None = None
    paused: bool = False
    health: Health | None = None
    error: str = ""

    @property
    def id(self) -> str:
        return self.container.id


@dataclass(frozen=True, slots=True)
class Volume:
    """A named (or anonymous) volume with its files."""

    name: str
    root: Directory
    created: float
    anonymous: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bridge:
    """A network of containers."""

    name: str
    id: str
    driver: str = "bridge"
    subnet: str = BRIDGE
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)


class Cached(NamedTuple):
    """What one build step made: the files, and the history entry that stands for it."""

    root: Directory
    created: float
    size: int
    layer: str
    used: float = 0.0


class DockerState(NamedTuple):
    """The engine, the learner's account, and what has been pushed anywhere."""

    #: normalised reference -> identity of the content, in the order they came
    names: Mapping[str, str] = EMPTY_MAP
    #: identities without a name (`<none>`)
    dangling: tuple[str, ...] = ()
    #: normalised reference -> digest under which it was pulled or pushed
    digests: Mapping[str, str] = EMPTY_MAP
    contents: Mapping[str, BuiltImage] = EMPTY_MAP
    boxes: Mapping[str, Box] = EMPTY_MAP
    volumes: Mapping[str, Volume] = EMPTY_MAP
    networks: Mapping[str, Bridge] = EMPTY_MAP
    cache: Mapping[str, Cached] = EMPTY_MAP
    #: registry (`docker.io`, `localhost:5000`) -> account
    accounts: Mapping[str, str] = EMPTY_MAP
    #: what was pushed: normalised reference -> identity
    pushed: Mapping[str, str] = EMPTY_MAP
    #: layers that registries have, by repository
    blobs: Mapping[str, frozenset[str]] = EMPTY_MAP
    #: identity of an image of the table -> the reference it came from
    origins: Mapping[str, str] = EMPTY_MAP
    #: the last address given out on each network
    last_address: Mapping[str, int] = EMPTY_MAP
