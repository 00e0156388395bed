"""Descriptors of a container's processes: pipes, open files, the log, exec sessions; reading, writing, waiting for either.

`Streams` is the part of a `Machine` that moves bytes. A pipe without readers kills its writer, a full one makes it wait, and
who reads what is not there yet is `Blocked`.
"""

from __future__ import annotations

from dataclasses import replace

from k8snb.runtime import limits
from k8snb.runtime.filesystem import File, FileError, Filesystem
from k8snb.runtime.log import Log
from k8snb.runtime.process import SIGKILL, SIGPIPE, Fd, OpenFile, Process, Session, Wait
from k8snb.runtime.programs.program import ENDLESS, Blocked, Failure


class Killed(Exception):
    """The process that was running is gone."""


class Streams:
    """What a machine does with descriptors."""

    now: float
    seed: int
    log: Log
    processes: dict[int, Process]
    sessions: dict[int, Session]
    pipes: dict[int, bytes]
    files: dict[int, OpenFile]
    #: bytes at the beginning of a pipe that have been read, but not yet taken out
    skipped: dict[int, int]
    #: steps of this instant, by session
    spent: dict[int, int]
    #: what has been printed to sessions at this instant, and how much they hold in all
    printed: dict[int, tuple[list[tuple[str, bytes]], int]]

    @property
    def fs(self) -> Filesystem:
        raise NotImplementedError

    def exit(self, process: Process, status: int, signal: int = 0) -> None:
        raise NotImplementedError

    def next_serial(self) -> int:
        raise NotImplementedError

    def overrun(self, session: int, why: str) -> None:
        raise NotImplementedError

    def out_of_memory(self) -> bool:
        raise NotImplementedError

    def work(self, process: Process, size: int) -> None:
        """Charge what belongs to a process's session for so many bytes that were read, written or made."""
        self.spent[process.session] = self.spent.get(process.session, 0) + size // limits.WORK_BYTES

    def write(self, process: Process, number: int, data: bytes) -> None:
        """Write to a descriptor; a pipe without readers kills the writer, a full one makes it wait."""
        fd = process.fds.get(number)
        if fd is None or not data:
            return
        self.work(process, len(data))
        if fd.kind == "out":
            self._write_out(process, fd, data)
        elif fd.kind == "write":
            self._write_pipe(process, fd.id, data)
        elif fd.kind == "file":
            self._write_file(process, fd.id, data)

    def _write_pipe(self, process: Process, pipe: int, data: bytes) -> None:
        if not self._has(pipe, "read"):
            self.exit(process, 128 + SIGPIPE, SIGPIPE)
            raise Killed
        self.pipes[pipe] = self.waiting(pipe) + data
        if len(self.pipes[pipe]) <= limits.PIPE_BUFFER:
            return
        hoarder = self.hoarder(pipe)
        if hoarder is None:
            process.wait = Wait("space", pipe)
        elif len(self.pipes[pipe]) > limits.PROGRAM_BYTES:  # somebody wants all of it before it does anything
            del self.pipes[pipe]
            if self.out_of_memory():
                return
            self.write(hoarder, 2, f"{hoarder.argv[0]}: out of memory\n".encode())
            self.exit(hoarder, 137, SIGKILL)

    def _write_out(self, process: Process, fd: Fd, data: bytes) -> None:
        if fd.id == 0:
            self.work(process, data.count(b"\n") * limits.WORK_BYTES // 4)  # each line is a record
            self.log = self.log.append(self.now, fd.stream, data.decode("utf-8", "replace"))
            return
        session = self.sessions.get(fd.id)
        if session is None:
            return
        stream = "stdout" if session.tty else fd.stream
        pieces, size = self.printed.get(fd.id) or ([], sum(len(text) for _, text in session.output))
        room = limits.EXEC_BYTES - size
        pieces.append((stream, data[: max(room, 0)]))
        self.printed[fd.id] = pieces, size + len(data)
        if len(data) > room:
            self.overrun(fd.id, f"printed more than {limits.EXEC_BYTES >> 20} MiB without a pause")
        if process.status is not None:
            raise Killed

    def hand_over(self) -> None:
        """Give the sessions what has been printed to them; a program that prints a lot in small pieces is no slower for it."""
        for identifier, (pieces, _) in self.printed.items():
            session = self.sessions.get(identifier)
            if session is not None:
                self.sessions[identifier] = replace(session, output=(*session.output, *pieces))
        self.printed = {}

    def _write_file(self, process: Process, identifier: int, data: bytes) -> None:
        file = self.files[identifier]
        if not file.writable:
            raise FileError("EACCES", file.path)
        if file.path in ("/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1"):
            self._write_out(process, Fd("out", 0 if "1/fd" in file.path else process.session, "stdout"), data)
            return
        if file.path in ("/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2"):
            self._write_out(process, Fd("out", 0 if "1/fd" in file.path else process.session, "stderr"), data)
            return
        who, self.fs.uid = self.fs.uid, 0  # who may write was asked when it was opened
        try:
            end = self._write_at(process, file, data)
        finally:
            self.fs.uid = who
        self.files[identifier] = file._replace(offset=end)

    def _write_at(self, process: Process, file: OpenFile, data: bytes) -> int:
        """Write to an open file; where it stands afterwards."""
        entry = self.fs.lookup(file.path) if self.fs.exists(file.path) else None
        content = entry.content if isinstance(entry, File) else b""
        self.work(process, len(content) // 8)  # files are values: each write makes a new one
        if file.append or file.offset == len(content):
            self.fs.write(file.path, data, append=True)
            return len(content) + len(data)
        end = file.offset + len(data)
        self.fs.write(file.path, content[: file.offset].ljust(file.offset, b"\0") + data + content[end:])
        return end

    def open(self, process: Process, path: str, flags: str) -> Fd:
        """Open a file: `r`, `w` (truncated), `a`, `+` (read and write)."""
        if path == "/dev/null":
            return Fd("null")
        if path in _OWN_STREAMS:
            return process.fds.get(_OWN_STREAMS[path], Fd("null"))
        if path in _CONTAINER_STREAMS:
            return Fd("out", 0, _CONTAINER_STREAMS[path])
        if path == "/dev/tty":
            return process.fds.get(2, Fd("null"))
        if flags == "r":
            self.fs.read(path)
        elif flags == "w":
            self.fs.write(path, b"", mode=0o666 & ~process.umask)
        else:
            self.fs.write(path, b"", append=True, mode=0o666 & ~process.umask)
        identifier = self.next_serial()
        self.files[identifier] = OpenFile(path, 0, flags == "a", flags != "r")
        return Fd("file", identifier)

    def pipe(self) -> tuple[Fd, Fd]:
        """A new pipe: (its reading end, its writing end)."""
        identifier = self.next_serial()
        self.pipes[identifier] = b""
        return Fd("read", identifier), Fd("write", identifier)

    def _has(self, pipe: int, kind: str) -> bool:
        """Does a live process hold this end of the pipe?"""
        return any(
            fd.kind == kind and fd.id == pipe
            for process in self.processes.values()
            if process.status is None
            for fd in process.fds.values()
        ) or (kind == "read" and any(pipe in captured(process) for process in self.processes.values()))

    def hoarder(self, pipe: int) -> Process | None:
        """Who waits for more from this pipe, although it is full?"""
        for process in self.processes.values():
            wait = process.wait
            if wait is None:
                continue
            if pipe in captured(process):
                return process
            if wait.kind not in ("input", "eof") or process.fds.get(int(wait.value or 0)) != Fd("read", pipe):
                continue
            if wait.kind == "eof" or wait.seen >= len(self.pipes.get(pipe, b"")) - self.skipped.get(pipe, 0):
                return process
        return None

    def waiting(self, pipe: int) -> bytes:
        """What is in a pipe."""
        skipped = self.skipped.pop(pipe, 0)
        if skipped:
            self.pipes[pipe] = self.pipes[pipe][skipped:]
        return self.pipes.get(pipe, b"")

    def available(self, process: Process, number: int) -> tuple[bytes, bool]:
        """(what can be read now, whether that is all there will ever be); nothing is taken."""
        fd = process.fds.get(number, Fd("null"))
        if fd.kind == "read":
            return self.waiting(fd.id), not self._has(fd.id, "write")
        if fd.kind == "file":
            if name := self._endless(fd):
                return self.device(name), False
            file = self.files[fd.id]
            return self.fs.read(file.path)[file.offset :], True
        if fd.kind == "in":
            session = self.sessions.get(fd.id)
            return (session.given, not session.open or process.pid in session.over) if session else (b"", True)
        return b"", True

    def _endless(self, fd: Fd) -> str:
        """The device behind a descriptor, if it is one that never ends."""
        entry = self.fs.lookup(self.files[fd.id].path)
        return entry.device if isinstance(entry, File) and entry.device in ENDLESS else ""

    def device(self, name: str) -> bytes:
        """A helping of an endless device: zeros, or bytes that follow from the container's own seed."""
        if name in ("zero", "full"):
            return bytes(_DEVICE_BYTES)
        words = []
        for _ in range(512):
            self.seed = (self.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            words.append((self.seed >> 16).to_bytes(6, "big"))
        return b"".join(words) * (_DEVICE_BYTES // 3072)

    def consume(self, process: Process, number: int, count: int) -> None:
        """Take `count` bytes from a descriptor."""
        fd = process.fds.get(number, Fd("null"))
        self.work(process, count)
        if fd.kind == "read":
            self.pipes[fd.id] = self.waiting(fd.id)[count:]
        elif fd.kind == "file":
            file = self.files[fd.id]
            self.files[fd.id] = file._replace(offset=file.offset + count)
        elif fd.kind == "in" and fd.id in self.sessions:
            session = self.sessions[fd.id]
            self.sessions[fd.id] = replace(session, given=session.given[count:])

    def read_all(self, process: Process, number: int) -> bytes:
        """Everything up to the end; Blocked until the end is there."""
        data, ended = self.available(process, number)
        if not ended:
            if process.fds.get(number, Fd("null")).kind == "file":
                raise Failure("out of memory", 137)  # an endless device
            raise Blocked(Wait("eof", number))
        self.consume(process, number, len(data))
        return data

    def read_line(self, process: Process, number: int) -> bytes:
        """One line with its newline, or what is left at the end; Blocked until there is one."""
        fd = process.fds.get(number, Fd("null"))
        content, start, ended = self._readable(process, number, fd)
        stop = content.find(b"\n", start) + 1
        if not stop:
            if not ended:
                raise Blocked(Wait("input", number, len(content) - start))
            stop = len(content)
        if fd.kind == "read":
            self.skipped[fd.id] = stop  # a loop over many lines does not copy the rest for each of them
        else:
            self.consume(process, number, stop - start)
        return content[start:stop]

    def _readable(self, process: Process, number: int, fd: Fd) -> tuple[bytes, int, bool]:
        """(the content behind a descriptor, where reading goes on in it, whether that is all)."""
        if fd.kind == "read":
            return self.pipes.get(fd.id, b""), self.skipped.get(fd.id, 0), not self._has(fd.id, "write")
        if fd.kind == "file" and not self._endless(fd):
            file = self.files[fd.id]
            return self.fs.read(file.path), file.offset, True
        data, ended = self.available(process, number)
        return data, 0, ended


#: Names of the streams of whoever opens them, and of process 1, which images link their logs to.
_OWN_STREAMS = {
    "/dev/stdin": 0,
    "/dev/stdout": 1,
    "/dev/stderr": 2,
    "/proc/self/fd/0": 0,
    "/proc/self/fd/1": 1,
    "/proc/self/fd/2": 2,
}
_CONTAINER_STREAMS = {"/proc/1/fd/1": "stdout", "/proc/1/fd/2": "stderr"}
_DEVICE_BYTES = 1 << 20


def captured(process: Process) -> tuple[int, ...]:
    """Pipes that a shell reads for its command substitutions."""
    if not process.shell:
        return ()
    return tuple(frame.at for frame in process.shell.frames if frame.kind == "capture")
