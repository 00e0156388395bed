"""The process table of a container: processes begin, become other programs, get signals, end.

`ProcessTable` is the part of a `Machine` that knows who is whose child and which file a command is. A process that ends goes to
its parent if that waits for it, and is forgotten otherwise; the container ends with process 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from k8snb.runtime import limits
from k8snb.runtime.container import RUNNING, Container
from k8snb.runtime.filesystem import Directory, File, FileError, join
from k8snb.runtime.image import Image
from k8snb.runtime.process import FREEZING, HARMLESS, SIGCONT, SIGKILL, Fd, Process
from k8snb.runtime.programs.program import Failure
from k8snb.runtime.streams import Streams, captured

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: how many scripts may name each other as their interpreter (Linux: BINPRM_MAX_RECURSION)
_INTERPRETERS = 4
#: what a new process costs for each that there is already, as bytes of work: a fork bomb soon has had its share
_COST = 512


class NoSuchProgram(Exception):
    """A command that cannot be started; `status` is the shell's exit code for it, `cause` the runtime's words."""

    def __init__(self, command: str, cause: str, status: int) -> None:
        super().__init__(cause)
        self.command, self.cause, self.status = command, cause, status


class ProcessTable(Streams):
    """What a machine does with processes."""

    container: Container
    image: Image
    phase: str

    def end(self, status: int, signal: int, reason: str = "") -> None:
        raise NotImplementedError

    def take_signal(self, process: Process) -> None:
        raise NotImplementedError

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
        umask: int = 0o022,
    ) -> Process:
        """Start a program in a process of its own."""
        if len(self.processes) >= limits.PROCESSES:
            raise NoSuchProgram(argv[0], "resource temporarily unavailable", 126)
        pid = 1 if self.container.phase != RUNNING and not self.processes else self.next_serial() + 1
        self.spent[session] = self.spent.get(session, 0) + _COST * len(self.processes) // limits.WORK_BYTES
        process = Process(pid, ppid, argv, "", env, cwd, fds, self.now, uid, gid, session, umask=umask)
        self.load(process, argv)
        self.processes[pid] = process
        return process

    def fork(self, parent: Process) -> Process:
        """A copy of a process, as a subshell is."""
        self.work(parent, _COST * len(self.processes))
        if len(self.processes) >= limits.PROCESSES:
            raise Failure("can't fork: Resource temporarily unavailable", 2)
        child = parent.clone()
        child.pid, child.ppid, child.started = self.next_serial() + 1, parent.pid, self.now
        child.pending, child.ports, child.loopback, child.wait = (), (), (), None
        self.processes[child.pid] = child
        return child

    def load(self, process: Process, argv: tuple[str, ...], depth: int = 0) -> None:
        """Put a program into a process: `exec`. Scripts are run by what their first line names."""
        path, entry = self.find(argv[0], process)
        if entry.program:
            process.argv, process.program, process.shell, process.state = argv, entry.program, None, None
            return
        first = entry.content.partition(b"\n")[0].decode("utf-8", "replace")
        interpreter = first[2:].split(None, 1) if first.startswith("#!") else []
        if interpreter and depth < _INTERPRETERS:
            self.load(process, (*interpreter, path, *argv[1:]), depth + 1)
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
            self.end(status, signal)
            return
        process.status, process.signal = status & 0xFF, signal
        process.shell, process.state, process.ports, process.fds, process.wait = None, None, (), {}, None
        for other in list(self.processes.values()):
            if other.ppid == process.pid:
                other.ppid = 1
                if other.status is not None:  # nobody is left who would ask
                    del self.processes[other.pid]
        session = self.sessions.get(process.session)
        if session is not None and session.id and session.pid == process.pid and session.status is None:
            self.sessions[session.id] = replace(session, status=process.status)
        parent = self.processes.get(process.ppid)
        if parent is None or process.pid not in awaited(parent):
            del self.processes[process.pid]
            if parent is not None and parent.shell and process.pid in parent.shell.jobs:
                parent.shell.jobs = {**parent.shell.jobs, process.pid: -signal or process.status}
        self.sweep()

    def overrun(self, session: int, why: str) -> None:
        """Kill all that belongs to a session which has gone over its means; with session 0 that is the container."""
        text = f"{limits.MARK}killed: {why}\n"
        if session == 0:
            self.log = self.log.append(self.now, "stderr", text)
            self.end(137, SIGKILL, "Error")
            return
        known = self.sessions.get(session)
        if known is not None:
            self.hand_over()
            said = ("stdout" if known.tty else "stderr", text.encode())
            known = self.sessions[session]
            self.sessions[session] = replace(known, output=(*known.output, said), status=137)
        for process in list(self.processes.values()):
            if process.session == session and process.status is None:
                self.exit(process, 137, SIGKILL)
        self.spent[session] = 0

    def reap(self, pid: int) -> int | None:
        """The exit status of a child that has ended, taken away; None if it still runs, 127 if nobody knows it."""
        child = self.processes.get(pid)
        if child is None:
            return 127
        if child.status is None:
            return None
        del self.processes[pid]
        return child.status

    def sweep(self) -> None:
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
        self.skipped = {key: count for key, count in self.skipped.items() if (True, key) in held}
        self.pipes = {key: data for key, data in self.pipes.items() if (True, key) in held}
        self.files = {key: file for key, file in self.files.items() if (False, key) in held}

    def child_result(self, process: Process, pid: int) -> None:
        """Hand a finished child's status to the program that ran it."""
        status = self.reap(pid)
        if status is not None:
            process.child_status = status

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
        if signal in FREEZING or signal == SIGCONT:
            process.stopped = signal != SIGCONT and (outside or pid != 1)
            return True
        process.pending = (*process.pending, signal)
        if not process.shell and not process.stopped and (outside or pid != 1):
            self.take_signal(process)
        return True  # process 1 hears of it when whoever asks has had its say: `kill 1` still ends with 0

    def default_action(self, process: Process, signal: int) -> None:
        """What a signal does to a process that has no handler: process 1 is immune, as in any pid namespace."""
        if signal not in HARMLESS and process.pid != 1:
            self.exit(process, 128 + signal, signal)


def awaited(process: Process) -> frozenset[int]:
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
