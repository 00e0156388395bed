"""A container while it runs: its kernel. Takes the frozen `Container`, lets every process go as far as it can at this instant,
and gives the next `Container`.

Processes run one after the other in the order of their pids until each of them sleeps, waits or has ended. The time that passes
meanwhile is none; what takes time says so (`Pause`). A burst of more than `BURST_STEPS` instructions without any waiting is a
runaway program and is killed, as a cgroup out of its means would be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from k8snb.runtime import limits
from k8snb.runtime.container import EXITED, RUNNING, Container
from k8snb.runtime.filesystem import Directory, File, FileError, Filesystem, Volumes, join
from k8snb.runtime.image import Image
from k8snb.runtime.log import Log
from k8snb.runtime.net import HttpRequest, HttpResponse, Net, NetError, NoNet
from k8snb.runtime.process import (
    HARMLESS,
    SIGKILL,
    SIGNAL_NAMES,
    Environ,
    Fd,
    OpenFile,
    Process,
    Session,
    Wait,
)
from k8snb.runtime.programs import find_program
from k8snb.runtime.programs.program import Become, Blocked, Call, Failure, Outcome, Pause, Run, Serve, Server
from k8snb.runtime.streams import Killed, Streams, captured

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(slots=True)
class World:
    """What is around a container: the time, the network, its volumes, and the machine it runs on."""

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


class NoSuchProgram(Exception):
    """A command that cannot be started; `status` is the shell's exit code for it, `cause` the runtime's words."""

    def __init__(self, command: str, cause: str, status: int) -> None:
        super().__init__(cause)
        self.command, self.cause, self.status = command, cause, status


class Machine(Streams):
    """The working copy of one container."""

    def __init__(self, container: Container, image: Image, world: World) -> None:
        self.container, self.image, self.world = container, image, world
        self.now = world.now
        self.processes = {pid: process.clone() for pid, process in container.processes.items()}
        self.sessions: dict[int, Session] = dict(container.sessions)
        self.pipes: dict[int, bytes] = dict(container.pipes)
        self.files: dict[int, OpenFile] = dict(container.files)
        self.log: Log = container.log
        self.serial, self.seed = container.serial, container.seed
        self.phase, self.exit_code, self.exit_signal = container.phase, container.exit_code, container.signal
        self.reason, self.started, self.finished = container.reason, container.started, container.finished
        self.requests = container.requests
        self._steps = 0
        self._fs: Filesystem | None = None

    @property
    def fs(self) -> Filesystem:
        """The container's files, as root sees them until a process acts."""
        if self._fs is None:
            spec = self.container.spec
            self._fs = Filesystem(self.container.root, spec.mounts, self.world.volumes, self._special, spec.readonly)
            self._fs.now = self.now
        return self._fs

    @property
    def fs_changed(self) -> set[str]:
        """Keys of the volumes that were written to."""
        return self._fs.changed if self._fs is not None else set()

    def _special(self, path: str) -> Any:
        if path in ("/proc", "/dev", "/sys"):
            from k8snb.runtime.kernelfs import kernel_tree

            return kernel_tree(self, path)
        return None

    def result(self) -> Container:
        """The container as it is now."""
        old = self.container
        return Container(
            old.id,
            old.name,
            old.spec,
            old.hostname,
            self._fs.root if self._fs else old.root,
            self.phase,
            self.exit_code,
            self.exit_signal,
            self.reason,
            old.message,
            old.created,
            self.started,
            self.finished,
            self.log,
            self.processes,
            self.sessions or _NOTHING,
            self.pipes or _NOTHING,
            self.files or _NOTHING,
            self.serial,
            self.seed,
            self.requests,
            old.cpu_seconds,
        )

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    # -- beginning and ending --------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start the container's own command as process 1; NoSuchProgram if there is no such thing."""
        spec = self.container.spec
        if spec.memory_limit is not None and spec.memory_limit < self.image.memory_bytes(spec.argv):
            self._end(137, SIGKILL, "OOMKilled")
            self.started = self.now
            return
        if spec.stdin or spec.tty:
            self.sessions = {0: Session(0, 1, spec.tty, open=spec.stdin)}
        fds = _STREAMS[spec.stdin, spec.tty]
        env = self.environment(spec.env)
        self.phase, self.started = RUNNING, self.now
        try:
            self.spawn(0, spec.argv, env, spec.cwd, fds, 0, spec.uid, spec.gid)
        except NoSuchProgram:
            self.phase = self.container.phase
            raise
        self.run()

    def environment(self, env: Mapping[str, str]) -> Mapping[str, str]:
        """The environment of a new process: the runtime adds PATH, HOSTNAME and HOME."""
        home = "/root" if self.container.spec.uid == 0 else "/"
        if "PATH" not in env:
            env = {"PATH": DEFAULT_PATH, **env}
        if self.container.spec.tty:
            env = {**env, "TERM": "xterm"}
        return Environ(env, self.container.hostname, home)

    def _end(self, status: int, signal: int, reason: str = "") -> None:
        """The container is over: process 1 has ended."""
        self.phase, self.finished = EXITED, self.now
        self.exit_code, self.exit_signal = status, signal
        self.reason = reason or ("Completed" if status == 0 else "Error")
        for session in list(self.sessions.values()):
            if session.id and session.status is None:
                self.sessions[session.id] = replace(session, status=137)
        self.processes, self.pipes, self.files = {}, {}, {}

    def spawn(
        self,
        ppid: int,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        cwd: str,
        fds: Mapping[int, Fd],
        session: int,
        uid: int = 0,
        gid: int = 0,
    ) -> Process:
        """Start a program in a process of its own."""
        if len(self.processes) >= limits.PROCESSES:
            raise NoSuchProgram(argv[0], "resource temporarily unavailable", 126)
        pid = 1 if self.container.phase != RUNNING and not self.processes else self.next_serial() + 1
        process = Process(pid, ppid, argv, "", env, cwd, fds, self.now, uid, gid, session)
        self.load(process, argv)
        self.processes[pid] = process
        return process

    def fork(self, parent: Process) -> Process:
        """A copy of a process, as a subshell is."""
        if len(self.processes) >= limits.PROCESSES:
            raise Failure("can't fork: Resource temporarily unavailable", 2)
        child = parent.clone()
        child.pid, child.ppid, child.started = self.next_serial() + 1, parent.pid, self.now
        child.pending, child.ports, child.wait = (), (), None
        self.processes[child.pid] = child
        return child

    def load(self, process: Process, argv: tuple[str, ...]) -> None:
        """Put a program into a process: `exec`. Scripts are run by what their first line names."""
        path, entry = self.find(argv[0], process)
        if entry.program:
            process.argv, process.program, process.shell, process.state = argv, entry.program, None, None
            return
        first = entry.content.partition(b"\n")[0].decode("utf-8", "replace")
        interpreter = first[2:].split(None, 1) if first.startswith("#!") else []
        if interpreter:
            self.load(process, (*interpreter, path, *argv[1:]))
            return
        raise NoSuchProgram(argv[0], "exec format error", 126)

    def find(self, command: str, process: Process | None = None) -> tuple[str, File]:
        """(path, file) of a command, looked up along PATH; NoSuchProgram in the runtime's words."""
        env, cwd = (process.env, process.cwd) if process else ({}, "/")
        if self.image.userland == "hollow":
            return command, File(program="image:hollow:Hollow", mode=0o755)
        if not command:
            raise NoSuchProgram(command, "no command specified", 127)
        if "/" in command:
            candidates = [join(cwd, command)]
        else:
            candidates = [join(cwd, f"{base or '.'}/{command}") for base in env.get("PATH", DEFAULT_PATH).split(":")]
        denied = False
        for path in candidates:
            try:
                entry = self.fs.lookup(path)
            except FileError:
                continue
            if isinstance(entry, Directory) or not entry.mode & 0o111:
                denied = True
                continue
            if isinstance(entry, File):
                return path, entry
        if denied and "/" in command:
            raise NoSuchProgram(command, "permission denied", 126)
        missing = "no such file or directory" if "/" in command else "executable file not found in $PATH"
        raise NoSuchProgram(command, missing, 127)

    def exit(self, process: Process, status: int, signal: int = 0) -> None:
        """A process ends; with process 1 the container does."""
        if process.pid == 1:
            self._end(status, signal)
            return
        process.status, process.signal = status & 0xFF, signal
        process.shell, process.state, process.ports, process.fds, process.wait = None, None, (), {}, None
        for other in self.processes.values():
            if other.ppid == process.pid:
                other.ppid = 1
        session = self.sessions.get(process.session)
        if session is not None and session.id and session.pid == process.pid:
            self.sessions[session.id] = replace(session, status=process.status)
        parent = self.processes.get(process.ppid)
        if parent is None or process.pid not in _awaited(parent):
            del self.processes[process.pid]
            if parent is not None and parent.shell and process.pid in parent.shell.jobs:
                parent.shell.jobs = {**parent.shell.jobs, process.pid: process.status}
        self._sweep()

    def reap(self, pid: int) -> int | None:
        """The exit status of a child that has ended, taken away; None if it still runs, 127 if nobody knows it."""
        child = self.processes.get(pid)
        if child is None:
            return 127
        if child.status is None:
            return None
        del self.processes[pid]
        return child.status

    def _sweep(self) -> None:
        """Forget pipes and open files that no live process holds."""
        held = {(fd.kind in ("read", "write"), fd.id) for p in self.processes.values() for fd in p.fds.values()}
        held |= {(True, identifier) for p in self.processes.values() for identifier in captured(p)}
        for p in self.processes.values():
            if p.shell:
                held |= {
                    (fd.kind in ("read", "write"), fd.id)
                    for frame in p.shell.frames
                    if frame.kind == "restore"
                    for fd in frame.data.values()
                }
        self.pipes = {key: data for key, data in self.pipes.items() if (True, key) in held}
        self.files = {key: file for key, file in self.files.items() if (False, key) in held}

    # -- running -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Let every process go on until nothing can happen at this instant."""
        progress = True
        while progress and self.phase == RUNNING:
            progress = False
            for pid in sorted(self.processes):
                process = self.processes.get(pid)
                while process is not None and process.status is None and self._ready(process):
                    progress = True
                    self._step(process)
                    if self._steps > limits.BURST_STEPS:
                        self._exhausted()
                        return
                    process = self.processes.get(pid)

    def _exhausted(self) -> None:
        """A burst without end: the container dies of it."""
        self.log = self.log.append(self.now, "stderr", "Killed: the container used up its CPU without ever waiting\n")
        self._end(137, SIGKILL, "Error")

    def _ready(self, process: Process) -> bool:
        wait = process.wait
        if wait is None or (process.pending and not _deferred(process)):
            return True
        if wait.kind in ("time", "serve"):
            return wait.value is not None and wait.value <= self.now
        if wait.kind in ("input", "eof"):
            data, ended = self.available(process, int(wait.value or 0))
            return ended or (wait.kind == "input" and len(data) > wait.seen)
        if wait.kind == "child":
            child = self.processes.get(int(wait.value or 0))
            return child is None or child.status is not None
        if wait.kind == "space":
            pipe = int(wait.value or 0)
            return len(self.pipes.get(pipe, b"")) <= limits.PIPE_BUFFER or not self._has(pipe, "read")
        return False

    def _step(self, process: Process) -> None:
        """One instruction of a shell, or one run of a program."""
        self._steps += 1
        if self._fs is not None:
            self._fs.uid, self._fs.gid = process.uid, process.gid
        woken, process.wait = process.wait, None
        try:
            if process.pending and not process.shell:
                self._take_signal(process)
            elif process.shell:
                from k8snb.runtime.shell.interpreter import step

                step(self, process, woken)
            else:
                self._run_program(process, woken)
        except Blocked as blocked:
            process.wait = blocked.wait
        except Killed:
            pass
        if self._fs is not None:
            self._fs.uid = self._fs.gid = 0

    def _run_program(self, process: Process, woken: Wait | None) -> None:
        program = find_program(process.program)
        call = Call(self, process)
        try:
            if woken is not None and woken.kind == "child" and woken.value:
                self.child_result(process, int(woken.value))
            if not isinstance(program, Server):
                outcome = program(call)
            else:
                outcome = program.tick(call) if woken is not None and woken.kind == "serve" else program.start(call)
        except Failure as failure:
            call.complain(failure.message)
            outcome = failure.status
        except FileError as error:
            call.complain(f"{error.path}: {error.words}" if error.path else error.words)
            outcome = 1
        self._flush(call)
        self._conclude(process, outcome)

    def _flush(self, call: Call) -> None:
        for number, run in groupby(call.output, key=lambda item: item[0]):
            self.write(call.process, number, b"".join(data for _, data in run))

    def _conclude(self, process: Process, outcome: Outcome) -> None:
        """Do what a program answered."""
        if self.phase != RUNNING or process.status is not None:
            return
        if isinstance(outcome, int):
            self.exit(process, outcome)
        elif isinstance(outcome, Pause):
            process.state = outcome.state
            process.wait = Wait("time", self.now + outcome.seconds) if outcome.seconds > 0 else process.wait
        elif isinstance(outcome, Serve):
            process.state = outcome.state
            process.wait = Wait("serve", None if outcome.tick is None else self.now + outcome.tick)
        elif isinstance(outcome, Become):
            process.env = outcome.env
            try:
                self.load(process, outcome.argv)
            except NoSuchProgram as missing:
                words = "No such file or directory" if missing.status == 127 else "Permission denied"
                name = process.argv[0]
                self.write(process, 2, f"{name}: can't execute '{outcome.argv[0]}': {words}\n".encode())
                self.exit(process, missing.status)
        else:
            self._run_child(process, outcome)

    def _run_child(self, process: Process, run: Run) -> None:
        process.state = run.state
        fds = dict(process.fds)
        if run.stdin is not None:
            pipe = self.next_serial()
            self.pipes[pipe] = run.stdin
            fds[0] = Fd("read", pipe)
        try:
            child = self.spawn(
                process.pid, run.argv, process.env, process.cwd, fds, process.session, process.uid, process.gid
            )
        except NoSuchProgram as missing:
            words = "No such file or directory" if missing.status == 127 else "Permission denied"
            self.write(process, 2, f"{process.argv[0]}: {run.argv[0]}: {words}\n".encode())
            process.child_status = missing.status
            return
        process.wait = Wait("child", child.pid)
        process.child_status = None

    def child_result(self, process: Process, pid: int) -> None:
        """Hand a finished child's status to the program that ran it."""
        status = self.reap(pid)
        if status is not None:
            process.child_status = status

    # -- exec sessions -------------------------------------------------------------------------------------------------

    def execute(self, argv: tuple[str, ...], stdin: bytes | None = None, tty: bool = False, more: bool = False) -> int:
        """Start a command beside process 1 and give its session; NoSuchProgram in the runtime's words. `more` keeps standard
        input open for `feed`."""
        spec = self.container.spec
        identifier = self.next_serial()
        reads = stdin is not None or more
        self.sessions[identifier] = Session(identifier, 0, tty, stdin or b"", more)
        fds = {
            0: Fd("in", identifier) if reads else Fd("null"),
            1: Fd("out", identifier, "stdout"),
            2: Fd("out", identifier, "stdout" if tty else "stderr"),
        }
        env = self.environment(spec.env)
        if tty:
            env = {**env, "TERM": "xterm"}
        try:
            process = self.spawn(0, argv, env, spec.cwd, fds, identifier, spec.uid, spec.gid)
        except NoSuchProgram:
            del self.sessions[identifier]
            raise
        self.sessions[identifier] = replace(self.sessions[identifier], pid=process.pid)
        self.run()
        return identifier

    def feed(self, session: int, data: bytes, more: bool = True) -> None:
        """Give a session input; without `more` that was the last of it."""
        known = self.sessions.get(session)
        if known is not None:
            self.sessions[session] = replace(known, given=known.given + data, open=more)
            self.run()

    def collect(self, session: int) -> tuple[list[tuple[str, bytes]], int | None]:
        """Take what a session has printed since the last time, and its exit status once it has ended."""
        known = self.sessions.get(session)
        if known is None:
            return [], 137
        self.sessions[session] = replace(known, output=())
        return list(known.output), known.status

    def close(self, session: int) -> None:
        """Forget a session; its command, if it still runs, is killed."""
        known = self.sessions.pop(session, None)
        if known is not None and known.status is None and known.pid in self.processes:
            self.exit(self.processes[known.pid], 137, SIGKILL)

    # -- signals -----------------------------------------------------------------------------------------------------

    def kill(self, pid: int, signal: int, outside: bool = False) -> bool:
        """Send a signal; `outside` comes from the node, whom process 1 must obey. False if there is no such process."""
        process = self.processes.get(pid)
        if process is None or process.status is not None:
            return False
        if signal == 0 or self.phase != RUNNING:
            return True
        if signal == SIGKILL:
            if pid != 1 or outside:
                self.exit(process, 137, SIGKILL)
            return True
        process.pending = (*process.pending, signal)
        if not process.shell:
            self._take_signal(process)
        return True

    def _take_signal(self, process: Process) -> None:
        """A process without traps meets its signals."""
        signal, process.pending = process.pending[0], process.pending[1:]
        program = find_program(process.program) if not process.shell else None
        if isinstance(program, Server):
            call = Call(self, process)
            status = program.signal(call, signal)
            self._flush(call)
            if status is not None and process.status is None:
                self.exit(process, status)
            return
        self.default_action(process, signal)

    def default_action(self, process: Process, signal: int) -> None:
        """What a signal does to a process that has no handler: process 1 is immune, as in any pid namespace."""
        if signal not in HARMLESS and process.pid != 1:
            self.exit(process, 128 + signal, signal)

    # -- the network ---------------------------------------------------------------------------------------------------

    def port_taken(self, port: int, pid: int) -> bool:
        return port in self.world.ports or any(
            port in process.ports for process in self.processes.values() if process.pid != pid
        )

    def listener(self, port: int) -> Process | None:
        """The process that listens on a port."""
        return next((process for process in self.processes.values() if port in process.ports), None)

    def request(self, port: int, request: HttpRequest, nested: bool = False) -> HttpResponse | NetError:
        """Let the server behind a port answer a request; `nested` if one of this container's own programs asks."""
        process = self.listener(port)
        if process is None or self.phase != RUNNING:
            return NetError("refused")
        program = find_program(process.program)
        if not isinstance(program, Server):
            return NetError("reset", message="Connection reset by peer")
        self.requests += 1
        call = Call(self, process)
        self.fs.uid, self.fs.gid = process.uid, process.gid
        response = program.request(call, request, port)
        self.fs.uid = self.fs.gid = 0
        self._flush(call)
        if not nested:
            self.run()
        return response if response is not None else NetError("reset", message="Connection reset by peer")


_NOTHING: Mapping[int, Any] = {}


def _streams(stdin: bool, tty: bool) -> Mapping[int, Fd]:
    """Descriptors of a container's process 1."""
    source = Fd("in", 0) if stdin else Fd("null")
    return {0: source, 1: Fd("out", 0, "stdout"), 2: Fd("out", 0, "stdout" if tty else "stderr")}


_STREAMS = {(stdin, tty): _streams(stdin, tty) for stdin in (False, True) for tty in (False, True)}


def _deferred(process: Process) -> bool:
    """Must a trapped signal wait until the command in the shell's foreground has ended?"""
    shell = process.shell
    if shell is None or not shell.frames or shell.frames[-1].kind not in ("wait", "pipe", "capture"):
        return False
    return SIGNAL_NAMES.get(process.pending[0], "") in shell.traps


def _awaited(process: Process) -> frozenset[int]:
    """Children whose exit status a process is going to take."""
    if not process.shell:
        wait = process.wait
        return frozenset([int(wait.value)]) if wait and wait.kind == "child" and wait.value else frozenset()
    pids: set[int] = set()
    for frame in process.shell.frames:
        if frame.kind == "wait":
            pids.add(frame.at)
        elif frame.kind in ("capture", "pipe"):
            pids.update(frame.data)
    return frozenset(pids)
