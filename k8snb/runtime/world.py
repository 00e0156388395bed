"""What is around a container while it runs: the time, the network, its volumes, and the machine it runs on."""

from __future__ import annotations

from dataclasses import dataclass, field

from k8snb.runtime.filesystem import Volumes
from k8snb.runtime.net import Net, NoNet


@dataclass(slots=True)
class World:
    """One container's surroundings. Programs reach nothing of the host but through this."""

    now: float
    net: Net = field(default_factory=NoNet)
    volumes: Volumes = field(default_factory=Volumes)
    boot_time: float = 0.0
    cpus: int = 2
    memory: int = 4 * 1024**3
    kernel: str = "6.6.95"
    ip: str = ""
    #: ports that other containers of the same Pod listen on
    ports: frozenset[int] = frozenset()
    #: set when a program looked at something that changes by itself: the clock, the network
    outside: bool = False
