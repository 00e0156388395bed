"""A container while it runs: its kernel. Takes the frozen `Container`, lets every process go as far as it can at this instant,
and gives the next `Container`.

Processes run one after the other in the order of their pids until each of them sleeps, waits or has ended. The time that passes
meanwhile is none; what takes time says so (`Pause`). What takes more than `BURST_STEPS` at one instant without any waiting is a
runaway and is killed, as a cgroup out of its means would be: an exec's processes alone, or the container if they are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from typing import Any

from k8snb.runtime import limits
from k8snb.runtime.container import EXITED, RUNNING, Container
from k8snb.runtime.filesystem import FileError, Filesystem
from k8snb.runtime.image import Image
from k8snb.runtime.log import Log
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.process import SIGINT, SIGKILL, SIGNAL_NAMES, Environ, Fd, OpenFile, Process, Session, Wait
from k8snb.runtime.processtable import DEFAULT_PATH, NoSuchProgram, ProcessTable, awaited
from k8snb.runtime.programs import find_program
from k8snb.runtime.programs.program import (
    CAPTURED,
    OUT_OF_MEMORY,
    Become,
    Blocked,
    Call,
    Failure,
    Outcome,
    Pause,
    Quiet,
    Run,
    Serve,
    Server,
    UsageFailure,
)
from k8snb.runtime.programs.talk import PROTOCOLS
from k8snb.runtime.streams import Killed
from k8snb.runtime.world import World

__all__ = ["DEFAULT_PATH", "Machine", "NoSuchProgram", "World"]


class Machine(ProcessTable):
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
        self.requests, self.cpu = container.requests, container.cpu
        self.spent: dict[int, int] = {}
        self.skipped: dict[int, int] = {}
        self.printed: dict[int, tuple[list[tuple[str, bytes]], int]] = {}
        self._fs: Filesystem | None = None

    @property
    def fs(self) -> Filesystem:
        """The container's files, as root sees them until a process acts."""
        if self._fs is None:
            spec = self.container.spec
            self._fs = Filesystem(self.container.root, spec.mounts, self.world.volumes, self._special, spec.readonly)
            self._fs.now, self._fs.groups = self.now, spec.groups
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
        self.hand_over()
        for pipe in list(self.skipped):
            self.waiting(pipe)
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
            self.cpu,
        )

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    # -- beginning and ending --------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start the container's own command as process 1; NoSuchProgram if there is no such thing."""
        spec = self.container.spec
        if self._over_memory():
            self.end(137, SIGKILL, "OOMKilled")
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

    def end(self, status: int, signal: int, reason: str = "") -> None:
        """The container is over: process 1 has ended."""
        self.phase, self.finished = EXITED, self.now
        self.exit_code, self.exit_signal = status, signal
        self.reason = reason or ("Completed" if status == 0 else "Error")
        for session in list(self.sessions.values()):
            if session.id and session.status is None:
                self.sessions[session.id] = replace(session, status=137)
        self.processes, self.pipes, self.files, self.skipped = {}, {}, {}, {}

    # -- memory ------------------------------------------------------------------------------------------------------

    def memory(self) -> int:
        """Bytes that the container takes: its image's main program, and what processes have taken beyond that."""
        return self.image.memory_bytes(self.container.spec.argv) + sum(item.memory for item in self.processes.values())

    def _over_memory(self) -> bool:
        limit = self.container.spec.memory_limit
        return limit is not None and limit < self.memory()

    def out_of_memory(self) -> bool:
        """A process has asked for more than there is: with a memory limit that is the end of the whole container, as its cgroup
        is killed as one. False if it has none: then the process fails alone."""
        if self.container.spec.memory_limit is None or self.phase != RUNNING:
            return False
        self.end(137, SIGKILL, "OOMKilled")
        return True

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
                    if self.spent.get(process.session, 0) > limits.BURST_STEPS:
                        self.overrun(process.session, "used up its CPU without ever waiting for anything")
                        if self.phase != RUNNING:
                            return
                    process = self.processes.get(pid)

    def _ready(self, process: Process) -> bool:
        wait = process.wait
        if process.stopped:
            return False
        if wait is None or (process.pending and not _deferred(process)):
            return True
        if wait.kind in ("time", "serve"):
            return wait.value is not None and wait.value <= self.now
        if wait.kind in ("input", "eof"):
            data, ended = self.available(process, int(wait.value or 0))
            return ended or (wait.kind == "input" and len(data) > wait.seen)
        if wait.kind == "child":
            child = self.processes.get(int(wait.value or 0))
            return child is None or child.status is not None or (wait.until is not None and wait.until <= self.now)
        if wait.kind == "space":
            pipe = int(wait.value or 0)
            room = len(self.pipes.get(pipe, b"")) - self.skipped.get(pipe, 0) <= limits.PIPE_BUFFER
            return room or not self._has(pipe, "read") or self.hoarder(pipe) is not None
        return False

    def _step(self, process: Process) -> None:
        """One instruction of a shell, or one run of a program."""
        self.spent[process.session] = self.spent.get(process.session, 0) + 1
        if self._fs is not None or process.uid:
            self.fs.uid, self.fs.gid = process.uid, process.gid
        woken, process.wait = process.wait, None
        try:
            if process.pending and not process.shell:
                self.take_signal(process)
                process.wait = woken  # a signal that it has survived has not brought what it waits for
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
        if process.memory and self._over_memory():
            self.out_of_memory()

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
            if failure.message == OUT_OF_MEMORY and self.out_of_memory():
                return
            if not isinstance(failure, Quiet):
                call.complain(failure.message)
            if isinstance(failure, UsageFailure) and not call.busybox:
                call.err(f"Try '{call.name} --help' for more information.\n")
            outcome = failure.status
        except FileError as error:
            call.complain(f"{error.path}: {error.words}" if error.path else error.words)
            outcome = 1
        try:
            self.flush(call)
        except FileError as error:  # standard output is a file, and the disk is full
            with suppress(FileError):  # standard error may be the same file
                self.write(process, 2, f"{call.name}: write error: {error.words}\n".encode())
            outcome = 1
        self._conclude(process, outcome)

    def flush(self, call: Call) -> None:
        """Write what a program has printed."""
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
                said = f"{process.argv[0]}: can't execute '{outcome.argv[0]}': {words}\n"
                self.write(process, 2, said.encode("utf-8", "surrogateescape"))
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
        if run.capture:
            reader, fds[1] = self.pipe()
            process.fds = {**process.fds, CAPTURED: reader}
        try:
            child = self.spawn(
                process.pid, run.argv, process.env, process.cwd, fds, process.session, process.uid, process.gid
            )
        except NoSuchProgram as missing:
            words = "No such file or directory" if missing.status == 127 else "Permission denied"
            said = f"{process.argv[0]}: {run.argv[0]}: {words}\n"
            self.write(process, 2, said.encode("utf-8", "surrogateescape"))
            process.child_status = missing.status
            return
        until = None if run.patience is None else self.now + run.patience
        process.wait = Wait("child", child.pid, 0, until)
        process.child_status = None

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
        self.hand_over()
        known = self.sessions.get(session)
        if known is None:
            return [], 137
        self.sessions[session] = replace(known, output=())
        return list(known.output), known.status

    def end_input(self, session: int) -> None:
        """Ctrl-D at a session's terminal: the end for the program that reads, or for the shell if none does."""
        known, sources = self.sessions.get(session), ("input", "eof")
        own = [process for process in self.processes.values() if process.session == session and process.shell is None]
        readers = tuple(process.pid for process in own if process.wait is not None and process.wait.kind in sources)
        if known is None or not readers:
            self.feed(session, b"", more=False)
            return
        self.sessions[session] = replace(known, over=readers)
        self.run()
        left = self.sessions.get(session)
        if left is not None:
            self.sessions[session] = replace(left, over=())

    def interrupt(self, session: int) -> None:
        """Ctrl-C at a session's terminal: what runs in the foreground ends, and a shell is back at its prompt."""
        leader = self.processes.get(self.sessions[session].pid if session in self.sessions else 1)
        if leader is None or leader.status is not None:
            return
        if leader.shell is None or not leader.shell.source:
            if session:  # the first process of a container does not hear it
                for child in [other.pid for other in self.processes.values() if other.ppid == leader.pid]:
                    self._interrupt_tree(child)
                self.exit(leader, 128 + SIGINT, SIGINT)
                self.run()
            return
        for pid in awaited(leader):
            self._interrupt_tree(pid)
        for frame in leader.shell.frames:
            if frame.kind == "restore":
                leader.fds = frame.data
                break
        leader.shell.frames.clear()
        leader.shell.pending_text, leader.shell.status, leader.wait = "", 128 + SIGINT, None
        self.run()

    def _interrupt_tree(self, pid: int) -> None:
        """A process of the foreground and its children get SIGINT; they are not asked for their status any more."""
        for child in [other.pid for other in self.processes.values() if other.ppid == pid]:
            self._interrupt_tree(child)
        process = self.processes.get(pid)
        if process is not None and process.status is None:
            self.exit(process, 128 + SIGINT, SIGINT)
        self.reap(pid)

    def close(self, session: int) -> None:
        """Forget a session; its command, if it still runs, is killed."""
        known = self.sessions.pop(session, None)
        if known is not None and known.status is None and known.pid in self.processes:
            self.exit(self.processes[known.pid], 137, SIGKILL)

    def take_signal(self, process: Process) -> None:
        """A process without traps meets its signals."""
        signal, process.pending = process.pending[0], process.pending[1:]
        program = find_program(process.program) if not process.shell else None
        if isinstance(program, Server):
            call = Call(self, process)
            status = program.signal(call, signal)
            self.flush(call)
            if status is not None and process.status is None:
                self.exit(process, status)
            return
        self.default_action(process, signal)

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
        if port in process.loopback and not request.client.startswith("127."):
            return NetError("refused")
        if process.stopped:  # the kernel accepts the connection, and nobody ever reads what comes
            return NetError("timeout", message="the process behind the port is stopped and answers nothing")
        program = find_program(process.program)
        if not isinstance(program, Server) or (request.method in PROTOCOLS and request.method not in program.speaks):
            return NetError("reset", message="Connection reset by peer")
        self.requests += 1
        call, asker = Call(self, process), (self.fs.uid, self.fs.gid)
        self.fs.uid, self.fs.gid = process.uid, process.gid
        try:
            response = program.request(call, request, port)
        except FileError as error:  # of a file that it needs: its connection breaks off
            call.complain(f"{error.path}: {error.words}")
            response = None
        if response is not None:
            self.cpu = self.cpu.charged(self.now, self.now, response.work)
        self.fs.uid, self.fs.gid = asker
        self.flush(call)
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
