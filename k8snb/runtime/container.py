"""One container as plain data: everything that has to be kept of it between two instants.

Nothing here moves by itself: `machine.Machine` takes a container, lets its programs run at the present instant and gives the
next container. An idle one shares its image's files, its environment and its mounts with all others of the same template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from k8snb.runtime.filesystem import Directory, Mount
from k8snb.runtime.load import IDLE, Load
from k8snb.runtime.log import EMPTY_LOG, Log
from k8snb.runtime.process import OpenFile, Process, Session

CREATED, RUNNING, EXITED = "created", "running", "exited"


@dataclass(frozen=True, slots=True)
class Spec:
    """How a container is to be run. Containers of one template share it; `hostname` and the like are the Pod's."""

    image: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str = "/"
    uid: int = 0
    gid: int = 0
    mounts: tuple[Mount, ...] = ()
    readonly: bool = False
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    memory_limit: int | None = None
    cpu_limit: int | None = None
    own_command: bool = False
    declared_ports: tuple[int, ...] = ()
    #: supplementary groups
    groups: tuple[int, ...] = ()


@dataclass(slots=True)
class Container:
    """The state of one container, never changed once it is made. Times are virtual Unix seconds.

    (Not declared frozen only because constructing frozen classes takes three times as long.)
    """

    id: str
    name: str
    spec: Spec
    hostname: str
    root: Directory
    phase: str = CREATED
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    log: Log = EMPTY_LOG
    processes: Mapping[int, Process] = field(default_factory=dict)
    sessions: Mapping[int, Session] = field(default_factory=dict)
    pipes: Mapping[int, bytes] = field(default_factory=dict)
    files: Mapping[int, OpenFile] = field(default_factory=dict)
    serial: int = 0
    seed: int = 0
    #: requests served and CPU time used, for whoever measures
    requests: int = 0
    cpu: Load = IDLE

    @property
    def running(self) -> bool:
        return self.phase == RUNNING

    @property
    def ports(self) -> frozenset[int]:
        """TCP ports that some process listens on."""
        return frozenset(port for process in self.processes.values() for port in process.ports)

    @property
    def silent_ports(self) -> frozenset[int]:
        """Those of them behind which nobody answers, because the process is stopped."""
        return frozenset(port for process in self.processes.values() if process.stopped for port in process.ports)

    def wakes_at(self) -> float | None:
        """The earliest virtual Unix time at which a process has something to do, or None."""
        if self.phase != RUNNING:
            return None
        earliest: float | None = None
        for process in self.processes.values():
            wait = process.wait
            if wait is None or process.status is not None:
                continue
            due = wait.value if wait.kind in ("time", "serve") else wait.until
            if due is not None:
                earliest = float(due) if earliest is None else min(earliest, float(due))
        return earliest
