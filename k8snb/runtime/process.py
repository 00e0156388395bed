"""Processes inside a container, as data: what the kernel's process table holds.

A process that runs a script carries a `Shell` (its stack of frames, variables, traps); any other carries the plain state its
program left behind when it paused. Processes are copied when a container starts to run and never changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, NamedTuple

SIGNALS: Mapping[str, int] = {
    "HUP": 1,
    "INT": 2,
    "QUIT": 3,
    "ILL": 4,
    "TRAP": 5,
    "ABRT": 6,
    "BUS": 7,
    "FPE": 8,
    "KILL": 9,
    "USR1": 10,
    "SEGV": 11,
    "USR2": 12,
    "PIPE": 13,
    "ALRM": 14,
    "TERM": 15,
    "CHLD": 17,
    "CONT": 18,
    "STOP": 19,
    "TSTP": 20,
    "TTIN": 21,
    "TTOU": 22,
    "URG": 23,
    "WINCH": 28,
    "SYS": 31,
}
SIGNAL_NAMES: Mapping[int, str] = {number: name for name, number in SIGNALS.items()}
SIGINT, SIGKILL, SIGPIPE, SIGTERM, SIGCONT = 2, 9, 13, 15, 18
#: signals that freeze a process until SIGCONT
FREEZING = frozenset({19, 20})
#: signals that do nothing unless a program asks for them
HARMLESS = frozenset({17, 18, 19, 20, 21, 22, 23, 28})


def signal_number(name: str) -> int | None:
    """`TERM`, `SIGTERM` or `15` as a number."""
    if name.isdigit():
        return int(name)
    return SIGNALS.get(name.upper().removeprefix("SIG"))


class Environ(Mapping[str, str]):
    """The environment of process 1: what all containers of a template share, and the two names that are its own."""

    __slots__ = ("_base", "_home", "_hostname")

    def __init__(self, base: Mapping[str, str], hostname: str, home: str) -> None:
        self._base, self._hostname, self._home = base, hostname, home

    def __getitem__(self, name: str) -> str:
        if name in self._base:
            return self._base[name]
        if name == "HOSTNAME":
            return self._hostname
        if name == "HOME":
            return self._home
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._base
        yield from (name for name in ("HOSTNAME", "HOME") if name not in self._base)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Fd(NamedTuple):
    """One open descriptor. `kind`: in and out (a session's terminal or log), read and write (a pipe), file, null."""

    kind: str
    id: int = 0
    stream: str = ""


class Wait(NamedTuple):
    """Why a process does not run: time (until), input (fd has more than `seen` bytes), eof (fd), child (pid, at the most until
    then), space (pipe), serve (next tick)."""

    kind: str
    value: float | int | None = None
    seen: int = 0
    until: float | None = None


class OpenFile(NamedTuple):
    """An open file description: shared by all descriptors that were copied from one."""

    path: str
    offset: int = 0
    append: bool = False
    writable: bool = False


class Frame(NamedTuple):
    """One level of what a shell is doing: which construct, how far in it, what it has found out."""

    kind: str
    node: Any = None
    at: int = 0
    data: Any = None


@dataclass(slots=True)
class Shell:
    """All that a running script is, besides its process."""

    frames: list[Frame]
    variables: dict[str, str]
    exported: frozenset[str]
    dialect: str = "ash"
    name: str = "sh"
    params: tuple[str, ...] = ()
    readonly: frozenset[str] = frozenset()
    functions: Mapping[str, Any] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    traps: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    jobs: Mapping[int, int | None] = field(default_factory=dict)
    background: int = 0
    #: where the next command comes from when the frames are empty: `` (nowhere: the script ends) or stdin
    source: str = ""
    pending_text: str = ""
    #: where its script came from: -c, stdin or file; and the line it is at
    origin: str = "-c"
    line: int = 1
    #: the number of the next line of standard input
    read: int = 1
    subshell: bool = False
    ended: bool = False
    seconds_base: float = 0.0

    def clone(self) -> Shell:
        return replace(self, frames=list(self.frames), variables=dict(self.variables))


@dataclass(slots=True)
class Process:
    """One process. `state` is its program's own data; `status` is set when it has ended and nobody has asked yet."""

    pid: int
    ppid: int
    argv: tuple[str, ...]
    program: str
    env: Mapping[str, str]
    cwd: str
    fds: Mapping[int, Fd]
    started: float
    uid: int = 0
    gid: int = 0
    session: int = 0
    wait: Wait | None = None
    shell: Shell | None = None
    state: Any = None
    status: int | None = None
    signal: int = 0
    pending: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()
    #: those of them that are open on 127.0.0.1 only
    loopback: tuple[int, ...] = ()
    child_status: int | None = None
    umask: int = 0o022
    #: frozen by SIGSTOP: its ports stay open, but nobody answers there
    stopped: bool = False
    #: bytes that it has taken beyond what its image's main program takes, and the thousandths of a CPU that it keeps busy
    memory: int = 0
    cpu: int = 0

    def clone(self) -> Process:
        """A copy to work on."""
        twin = Process(*_fields(self))
        if twin.shell is not None:
            twin.shell = twin.shell.clone()
        return twin


# `dataclasses.replace` takes every field by its name: three times the work, for each process at each instant.
_fields = attrgetter(*(item.name for item in fields(Process)))


@dataclass(frozen=True, slots=True)
class Session:
    """One set of standard streams: 0 is the container's own (its output is the log), the others belong to execs.

    `given` is input not yet read, `open` whether more may come, `output` what nobody has fetched yet; `over` are processes
    that are being told that there is no more, though there may be for others (Ctrl-D).
    """

    id: int
    pid: int
    tty: bool = False
    given: bytes = b""
    open: bool = False
    output: tuple[tuple[str, bytes], ...] = ()
    status: int | None = None
    over: tuple[int, ...] = ()
