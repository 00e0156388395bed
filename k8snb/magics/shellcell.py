"""Runs shell scripts on the learner's own machine: `%%kubectl` cells, `%kubectl … | grep …` lines, and editors.

The machine goes on until everybody waits. A process of one of the lab's programs is then run here, its output going to its
descriptors while it comes, so that what stands behind it in a pipe sees each line at once and may hang up; who sleeps lets the
cluster's time go on. What would go on for ever ends as Ctrl-C would end it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8snb.kubectl.command import LAB_MARK
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.magics.labprograms import FOLLOWS, LAB_PROGRAMS, Started
from k8snb.magics.mirror import Mirror, kept_files
from k8snb.magics.workstation import HOME, Terminal, Workstation, fresh_container
from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import SIGINT, SIGKILL, Process, Wait
from k8snb.runtime.processtable import NoSuchProgram, awaited
from k8snb.runtime.streams import Killed
from k8snb.runtime.world import World
from k8snb.sim.limits import SETTLE_SECONDS

if TYPE_CHECKING:
    from k8snb.magics.lab import Lab

Write = Callable[[str], object]
#: the status of what was interrupted: 128 + SIGINT
INTERRUPTED = 130
#: why a process does not run whose program is run here
_AT_WORK = Wait("work")
_FOREVER = f"{LAB_MARK}this would go on for ever: it was interrupted, as Ctrl-C does in a terminal\n"


class ShellCells:
    """The learner's machine, from one script to the next."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._container = fresh_container()
        self._terminal = Terminal()
        self._running: Script | None = None

    @property
    def running(self) -> Script | None:
        """The script that runs at this moment."""
        return self._running

    def run(self, script: str, write: Write, write_error: Write) -> int:
        """Run a script; its exit status."""
        argv = ("bash", "-c", script)
        status: int = self._with(lambda running: running.run(argv, write, write_error))
        return status

    def edit(self, program: str, text: str, name: str, write: Write, write_error: Write) -> tuple[str, str] | None:
        """Let an editor (`sed -i …`) run on a text: (the new text, its file). None if there is no such program here."""
        if self._running is not None:
            return self._running.edit(program, text, name, write, write_error)
        found: tuple[str, str] | None = self._with(
            lambda running: running.edit(program, text, name, write, write_error)
        )
        return found

    def remove(self, path: str) -> None:
        """Remove a file of the machine, if it is there."""

        def act(running: Script) -> None:
            with suppress(FileError):
                running.machine.fs.remove(path)

        if self._running is not None:
            act(self._running)
        else:
            self._with(act)

    def _with(self, act: Callable[[Script], Any]) -> Any:
        """Switch the machine on for something, with the notebook's files on it; what it has become is kept."""
        outer, lab = self._running, self.lab
        machine = Workstation(self._container, World(lab.unix_time()), Path.cwd(), self._terminal)
        running = self._running = Script(lab, machine)
        try:
            running.bring_files()
            return act(running)
        finally:
            running.close()
            self._running, self._container = outer, machine.result()


class Script:
    """One script at work."""

    def __init__(self, lab: Lab, machine: Workstation) -> None:
        self.lab, self.machine = lab, machine
        self.mirror = Mirror(machine.folder)
        self._outputs: dict[int, Callable[[], None]] = {}
        #: the notebook's files that are on the machine
        self._there: Set[str] = frozenset()
        machine.kubeconfig = lab.kubeconfig_text
        if not machine.container.running:
            machine.boot()

    # -- files ----------------------------------------------------------------------------------------------------------

    def bring_files(self) -> None:
        """Put the notebook's files where the script finds them."""
        machine, there = self.machine, kept_files(self.machine.fs.root)
        for name, text in self.lab.files.items():
            if there.get(name) != text and not name.startswith(("/", "../")):
                with suppress(FileError):  # the name of a file that is a folder for another one
                    machine.put(f"{HOME}/{name}", text.encode())
        for name in there.keys() - self.lab.files.keys():
            machine.fs.remove(f"{HOME}/{name}")
        self._there = kept_files(machine.fs.root).keys()

    def keep_files(self) -> None:
        """Give the notebook the files that the script has made of its own."""
        kept = kept_files(self.machine.fs.root)
        for name in self._there - kept.keys():
            self.lab.files.pop(name, None)
        self.lab.files.update(kept)
        self._there = kept.keys()

    def close(self) -> None:
        """The script is over: what still runs is hung up."""
        for pid, process in list(self.machine.processes.items()):
            if pid != 1 and process.status is None and pid in self.machine.processes:
                self.machine.exit(process, 128 + SIGKILL, SIGKILL)
        for session in list(self.machine.sessions):
            self.machine.close(session)
        self.keep_files()
        self.mirror.close()

    # -- running ----------------------------------------------------------------------------------------------------------

    def run(self, argv: tuple[str, ...], write: Write, write_error: Write, env: Mapping[str, str] | None = None) -> int:
        """Run a command to its end; its exit status."""
        machine = self.machine
        machine.tell_time(self.lab.unix_time())
        session = machine.begin(argv, env or {}, leader=argv[:2] == ("bash", "-c"))
        self._outputs[session] = _Output(machine, session, write, write_error).pass_on
        end = self.lab.unix_time() + SETTLE_SECONDS
        try:
            while (status := self._status(session)) is None:
                if not self._go_on(session, end):
                    write_error(_FOREVER)
                    return INTERRUPTED
            return status
        except KeyboardInterrupt:
            self._interrupt(session)
            write_error("^C\n")
            return INTERRUPTED
        finally:
            self.pump()
            del self._outputs[session]

    def pump(self) -> None:
        """Let every process go on as far as it can now, and show what has been printed."""
        self.machine.run()
        for pass_on in self._outputs.values():
            pass_on()

    def _status(self, session: int) -> int | None:
        """The exit status once the script and the lab's programs that it has left in the background are over."""
        self.machine.tell_time(self.lab.unix_time())
        self.pump()
        if any(not _follows(process) for process in self.machine.waiting_for_lab()):
            return None
        known = self.machine.sessions.get(session)
        return 137 if known is None else known.status

    def _go_on(self, session: int, end: float) -> bool:
        """Run one of the lab's programs, or let time pass until somebody wakes. False if nothing is to come any more."""
        machine, now = self.machine, self.lab.unix_time()
        ready = [process for process in machine.waiting_for_lab() if self._has_input(process)]
        foreground = self._foreground(session)
        for process in ready:
            if not _follows(process) or process.pid in foreground:
                self._run_program(process)
                return True
        wakes = machine.wakes_at()
        if wakes is None or (now >= end and self.lab.jumps):
            return False
        self.lab.pass_time(max(wakes - now, 0.0))
        return True

    def _foreground(self, session: int) -> set[int]:
        """The processes that the script's shell waits for, and theirs."""
        known = self.machine.sessions.get(session)
        todo, found = [known.pid] if known is not None else [], set[int]()
        while todo:
            pid = todo.pop()
            process = self.machine.processes.get(pid)
            if process is not None and pid not in found:
                found.add(pid)
                todo += awaited(process)
        return found

    def _has_input(self, process: Process) -> bool:
        """A program that wants its standard input can begin when all of it is there."""
        if not LAB_PROGRAMS[process.program.partition(":")[2]].reads(list(process.argv[1:])):
            return True
        return self.machine.available(process, 0)[1]

    def _run_program(self, process: Process) -> None:
        """Do what a program of the lab does."""
        machine = self.machine
        program = LAB_PROGRAMS[process.program.partition(":")[2]]
        words = list(process.argv[1:])
        stdin = b""
        if program.reads(words) and process.fds.get(0) is not None:
            stdin = machine.available(process, 0)[0]
            machine.consume(process, 0, len(stdin))
        self.mirror.show(machine.fs)
        self.keep_files()
        before, process.wait = dict(self.lab.files), _AT_WORK
        started = Started(
            self.lab, words, stdin, process.env, process.cwd, self.mirror, machine.fs,
            lambda text: self._print(process, 1, text), lambda text: self._print(process, 2, text),
        )  # fmt: skip
        try:
            status = program.run(started)
        except Killed:
            return  # nobody reads what it prints any more
        finally:
            self.mirror.take_back(machine.put)
            if self.lab.files != before:
                self.bring_files()
            machine.tell_time(self.lab.unix_time())
        if process.pid in machine.processes and process.status is None:
            machine.exit(process, status)

    def _print(self, process: Process, number: int, text: str | bytes) -> None:
        """A program prints: whoever reads it goes on at once. Killed if nobody does."""
        machine = self.machine
        machine.tell_time(self.lab.unix_time())
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        machine.write(process, number, data)
        process.wait = _AT_WORK  # a full pipe makes nobody wait who runs outside of the machine
        self.pump()
        if process.status is not None or process.pid not in machine.processes:
            raise Killed

    def _interrupt(self, session: int) -> None:
        for process in list(self.machine.processes.values()):
            if process.session == session and process.status is None and process.pid in self.machine.processes:
                self.machine.exit(process, INTERRUPTED, SIGINT)

    # -- editors ----------------------------------------------------------------------------------------------------------

    def edit(self, program: str, text: str, name: str, write: Write, write_error: Write) -> tuple[str, str] | None:
        machine, path = self.machine, f"/tmp/{name}"
        command = program.split()[0] if program.split() else ""
        try:
            machine.find(command)
        except NoSuchProgram:
            return None
        machine.put(path, text.encode())
        status = self.run(("sh", "-c", f"{program} {path}"), write, write_error)
        if status:
            raise CommandError(f"there was a problem with the editor {quoted(program)}")
        return machine.fs.read(path).decode("utf-8", "replace"), path


class _Output:
    """What a session prints, on its way to the cell: in order, and as text where a character is cut in two."""

    def __init__(self, machine: Workstation, session: int, write: Write, write_error: Write) -> None:
        self._machine, self._session = machine, session
        new = codecs.getincrementaldecoder("utf-8")
        self._to = {"stdout": (new("replace"), write), "stderr": (new("replace"), write_error)}

    def pass_on(self) -> None:
        if self._session not in self._machine.sessions:
            return
        for stream, data in self._machine.collect(self._session)[0]:
            decoder, write = self._to[stream]
            text = decoder.decode(data)
            if text:
                write(text)


def _follows(process: Process) -> bool:
    """Would this go on until somebody presses Ctrl-C?"""
    words = process.argv[1:]
    return any(word in FOLLOWS for word in words) or ("logs" in words and "-f" in words)
