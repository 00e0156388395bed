"""How a program of a container is written: a function of a `Call` that answers with an outcome.

A program runs at one instant. To let time pass it answers `Pause` and is called again later with the state it left; to wait
for input it asks for input that is not there yet, and is called again from the start when it is. A server answers `Serve` and
from then on reacts: to requests, signals and ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from k8snb.runtime.filesystem import File, FileError, join
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.process import Process, Wait

if TYPE_CHECKING:
    from k8snb.runtime.machine import Machine

#: devices that never end
ENDLESS = frozenset({"zero", "full", "random", "urandom"})


class Pause(NamedTuple):
    """Call me again in `seconds`, with this state."""

    seconds: float
    state: Any


class Serve(NamedTuple):
    """I am up: keep this state for my requests, and tick me after `tick` seconds if that is not None."""

    state: Any
    tick: float | None = None


class Become(NamedTuple):
    """Run this command in my place (`exec`)."""

    argv: tuple[str, ...]
    env: Mapping[str, str]


class Run(NamedTuple):
    """Run a command, then call me again with this state; its exit code is `call.child_status`.

    With `patience` (seconds) I am called again when they are over, too: the status is None then. With `capture` its standard
    output goes to my descriptor CAPTURED.
    """

    argv: tuple[str, ...]
    state: Any
    stdin: bytes | None = None
    patience: float | None = None
    capture: bool = False


#: where a program reads what a command printed that it ran with `capture`
CAPTURED = 9


#: An int is the exit code.
Outcome = int | Pause | Serve | Become | Run


#: what a program says that would need more memory than there is
OUT_OF_MEMORY = "out of memory"


class Blocked(Exception):
    """Cannot go on before something happens; nothing has been done yet."""

    def __init__(self, wait: Wait) -> None:
        super().__init__(wait.kind)
        self.wait = wait


class Failure(Exception):
    """Ends the program with a message on stderr (`name: ` is put before it) and an exit code."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.message, self.status = message, status


class UsageFailure(Failure):
    """A command line that makes no sense: GNU's programs point at their help then."""


class Quiet(Failure):
    """An end whose message has been written already."""

    def __init__(self, status: int) -> None:
        super().__init__("", status)


class Call:
    """What a running program sees: its arguments, its streams and its machine."""

    __slots__ = ("argv", "machine", "output", "process")

    def __init__(self, machine: Machine, process: Process) -> None:
        self.machine, self.process, self.argv = machine, process, process.argv
        #: (descriptor, bytes) in the order of writing
        self.output: list[tuple[int, bytes]] = []

    @property
    def name(self) -> str:
        return self.argv[0].rpartition("/")[2]

    @property
    def args(self) -> list[str]:
        return list(self.argv[1:])

    @property
    def env(self) -> Mapping[str, str]:
        return self.process.env

    @property
    def state(self) -> Any:
        return self.process.state

    @property
    def child_status(self) -> int:
        return self.process.child_status or 0

    @property
    def now(self) -> float:
        """Unix seconds on the virtual clock."""
        return self.machine.now

    @property
    def busybox(self) -> bool:
        """Is this machine's userland busybox (as on alpine), with its wording?"""
        return self.machine.image.userland == "busybox"

    def path(self, name: str) -> str:
        """An argument as an absolute path."""
        return join(self.process.cwd, name)

    def out(self, text: str | bytes) -> None:
        self.output.append((1, text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text))

    def err(self, text: str | bytes) -> None:
        self.output.append((2, text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text))

    def complain(self, text: str) -> None:
        """A line on stderr with the program's name before it."""
        self.err(f"{self.name}: {text}\n")

    def stdin(self) -> bytes:
        """All of standard input; waits for its end."""
        return self.machine.read_all(self.process, 0)

    def read(self, name: str) -> bytes:
        """The content of an argument: a file, or `-` for standard input."""
        if name == "-":
            return self.stdin()
        path = self.path(name)
        if path in ("/dev/stdin", "/proc/self/fd/0"):
            return self.stdin()
        entry = self.machine.fs.lookup(path)
        if isinstance(entry, File) and entry.device in ENDLESS:
            raise Failure("out of memory", 137)  # it would never have all of it
        content = self.machine.fs.read(path)
        self.machine.work(self.process, len(content))
        return content

    def listen(self, port: int) -> None:
        """Bind a TCP port on all addresses; FileError-like Failure if another process of the Pod has it."""
        if self.machine.port_taken(port, self.process.pid):
            raise Failure("Address already in use")
        self.process.ports = (*self.process.ports, port)


class Server:
    """A program that stays: stateless code that reacts through the state its process carries."""

    #: protocols besides HTTP that it takes as requests (see `talk.py`)
    speaks: ClassVar[frozenset[str]] = frozenset()

    def start(self, call: Call) -> Outcome:
        """The process begins."""
        raise NotImplementedError

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        """One HTTP request has arrived at a port it listens on; None drops the connection."""
        return None

    def signal(self, call: Call, signal: int) -> int | None:
        """A signal has arrived; an int ends the process with that exit code, None goes on."""
        return None

    def tick(self, call: Call) -> Outcome:
        """The time that `Serve.tick` asked for has come."""
        return Serve(call.state)


def each_file(
    call: Call,
    names: list[str],
    status: list[int],
    missing: tuple[str, str] = ("can't open '{name}': {words}", "{name}: {words}"),
) -> list[tuple[str, bytes]]:
    """(name, content) of the files named, standard input if there are none; complaints go to stderr and `status`.

    `missing` is how busybox and GNU word a file that cannot be read.
    """
    found = []
    for name in names or ["-"]:
        try:
            found.append((name, call.read(name)))
        except FileError as error:
            status[0] = 1
            call.complain((missing[0] if call.busybox else missing[1]).format(name=name, words=error.words))
    return found
