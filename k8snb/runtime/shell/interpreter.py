"""Executes shell scripts one instruction at a time, with an explicit stack of frames instead of Python's own.

`step` looks at the topmost frame of a process's shell, does one thing, and leaves the stack ready for the next. A command that
must wait leaves its frame where it is. So a script can be suspended anywhere, copied and continued, and an endless one costs
no more than its budget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8snb.runtime import limits
from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.process import SIGNAL_NAMES, Fd, Frame, Process, Shell, Wait
from k8snb.runtime.programs.program import Blocked, Failure
from k8snb.runtime.shell import control
from k8snb.runtime.shell.arithmetic import ArithmeticFailure
from k8snb.runtime.shell.expansion import Expander, ExpansionFailure, Needed
from k8snb.runtime.shell.parser import parse
from k8snb.runtime.shell.syntax import (
    AndOr,
    Command,
    Group,
    Pipeline,
    Redirect,
    Sequence,
    Simple,
)
from k8snb.runtime.shell.words import Incomplete, SyntaxFailure

if TYPE_CHECKING:
    from k8snb.runtime.machine import Machine


def step(machine: Machine, process: Process, woken: Wait | None) -> None:
    """Do the next thing of a process that runs a shell."""
    Interpreter(machine, process).step()


#: frames that wait for a command in the foreground
WAITING = frozenset({"wait", "pipe", "capture"})


class Unwound(Exception):
    """The frames have been rearranged; nothing more is to be done in this step."""


class Interpreter:
    """One step's view of a shell: the process, its shell, its machine."""

    def __init__(self, machine: Machine, process: Process) -> None:
        assert process.shell is not None
        self.machine, self.process, self.shell = machine, process, process.shell

    @property
    def frames(self) -> list[Frame]:
        return self.shell.frames

    def step(self) -> None:
        if self.process.pending and self._signals():
            return
        if not self.frames:
            self._next_command()
            return
        frame = self.frames[-1]
        try:
            _HANDLERS[frame.kind](self, frame)
        except Unwound:
            pass
        except (ExpansionFailure, ArithmeticFailure) as error:
            self.complain(str(error))
            self.leave(1 if self.shell.dialect == "bash" else 2)
        except Failure as failure:
            self.complain(failure.message)
            self.leave(failure.status)
        except FileError as error:
            self.complain(f"{error.path}: {error.words}")
            self.status = 1
            self.pop()

    # -- small things -------------------------------------------------------------------------------------------------

    @property
    def status(self) -> int:
        return self.shell.status

    @status.setter
    def status(self, value: int) -> None:
        self.shell.status = value

    def pop(self) -> None:
        self.frames.pop()

    def push(self, kind: str, node: Any = None, at: int = 0, data: Any = None) -> None:
        if len(self.frames) > limits.SHELL_DEPTH * 5:
            self.complain("maximum nesting level exceeded")
            self.leave(2)
            raise Unwound
        self.frames.append(Frame(kind, node, at, data))

    def advance(self, at: int, data: Any = None) -> None:
        """Move the topmost frame on."""
        self.frames[-1] = self.frames[-1]._replace(at=at, data=data)

    def out(self, text: str | bytes) -> None:
        self.machine.write(
            self.process, 1, text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        )

    def err(self, text: str) -> None:
        self.machine.write(self.process, 2, text.encode("utf-8", "surrogateescape"))

    def complain(self, text: str) -> None:
        """An error message in the shell's own manner."""
        where = "line 1: " if self.shell.dialect == "bash" and not self.shell.source else ""
        where = "1: " if self.shell.dialect == "dash" and not self.shell.source else where
        self.err(f"{self.shell.name}: {where}{text}\n")

    def expander(self, results: tuple[str, ...]) -> Expander:
        shell = Expander(self.shell, self.process, self.machine.fs, results, self.machine.seed)
        if "RANDOM" not in shell.variables and self.shell.dialect != "dash":
            self.machine.seed = (self.machine.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return shell

    def keep(self, expander: Expander) -> None:
        """Adopt the variables that an expansion assigned."""
        self.shell.variables = expander.variables

    def expand(self, frame: Frame, expand: Callable[[Expander], Any]) -> Any:
        """Run an expansion over the results collected in the frame; runs the substitution it lacks first."""
        results = frame.data or ()
        expander = self.expander(results)
        try:
            value = expand(expander)
        except Needed as needed:
            self.capture(needed.script)
            raise Unwound from None
        self.keep(expander)
        return value

    def capture(self, script: Sequence) -> None:
        """Start a command substitution; what it prints is added to the topmost frame's data."""
        reader, writer = self.machine.pipe()
        child = self.machine.fork(self.process)
        child.fds = {**child.fds, 1: writer}
        self._subshell(child, script)
        self.push("capture", None, reader.id, (child.pid,))

    def _subshell(self, child: Process, body: Sequence | Command) -> None:
        """Make a forked process run just `body`."""
        shell = child.shell
        assert shell is not None
        node = body if isinstance(body, Sequence) else Sequence((AndOr((Pipeline((body,)),)),))
        guarded = self.guarded()
        shell.frames[:] = [Frame("guard"), Frame("sequence", node)] if guarded else [Frame("sequence", node)]
        shell.variables.setdefault("$", str(self.process.pid))
        shell.source, shell.subshell, shell.jobs, shell.traps = (
            "",
            True,
            {},
            {name: text for name, text in shell.traps.items() if not text},
        )

    def guarded(self) -> bool:
        """Are we inside a condition, where `set -e` does not hold?"""
        return any(frame.kind == "guard" for frame in self.frames)

    # -- where commands come from ------------------------------------------------------------------------------------

    def _next_command(self) -> None:
        """The frames are empty: read the next line of standard input, or end."""
        shell = self.shell
        if shell.source != "stdin":
            self.leave(shell.status)
            return
        try:
            line = self.machine.read_line(self.process, 0).decode("utf-8", "surrogateescape")
        except Blocked:
            raise
        text = shell.pending_text + line
        if not line:
            if text.strip():
                self._syntax_error("end of file")
            self.leave(shell.status)
            return
        try:
            script = parse(text)
        except Incomplete:
            shell.pending_text = text
            return
        except SyntaxFailure as error:
            shell.pending_text = ""
            self._syntax_error(error.token)
            return
        shell.pending_text = ""
        if script.items:
            self.push("sequence", script)

    def _syntax_error(self, token: str) -> None:
        self.err(syntax_message(self.shell, token))
        self.status = 2

    def leave(self, status: int) -> None:
        """Exit the shell; its EXIT trap runs first."""
        shell = self.shell
        shell.status = status & 0xFF
        trap = shell.traps.get("EXIT", "")
        if trap and not shell.ended and not shell.subshell:
            shell.ended = True
            self._unwind_fds()
            try:
                shell.frames[:] = [Frame("exit", None, shell.status), Frame("sequence", parse(trap))]
                shell.source = ""
                return
            except SyntaxFailure as error:
                self._syntax_error(error.token)
        self.machine.exit(self.process, shell.status)

    def _unwind_fds(self) -> None:
        for frame in self.frames:
            if frame.kind == "restore":
                self.process.fds = frame.data
                return

    def unwind(self, *kinds: str) -> Frame | None:
        """Drop frames until one of these kinds is on top, undoing what they had set up; None if there is none."""
        if not any(frame.kind in kinds for frame in self.frames):
            return None
        while self.frames[-1].kind not in kinds:
            self.drop()
        return self.frames[-1]

    def drop(self) -> None:
        """Take the topmost frame away, as if its command had been left early."""
        frame = self.frames.pop()
        if frame.kind == "restore":
            self.process.fds = frame.data
        elif frame.kind == "call":
            self._return_from(frame)

    # -- signals ------------------------------------------------------------------------------------------------------

    def _signals(self) -> bool:
        """Meet a pending signal between commands; True if this step is used up by it."""
        process, shell = self.process, self.shell
        name = SIGNAL_NAMES.get(process.pending[0], "")
        top = self.frames[-1] if self.frames else None
        if name in shell.traps and top is not None and top.kind in WAITING:
            return False  # a trap runs when the command in the foreground has ended
        signal, process.pending = process.pending[0], process.pending[1:]
        if name not in shell.traps:
            if not (shell.source == "stdin" and signal in (2, 3, 15) and self._has_terminal()):
                self.machine.default_action(process, signal)
            return bool(process.status is not None or process.pid not in self.machine.processes)
        if shell.traps[name]:
            try:
                script = parse(shell.traps[name])
            except SyntaxFailure as error:
                self._syntax_error(error.token)
                return True
            if top is not None and top.kind == "simple" and top.at == 1 and top.data[0][:1] == ["wait"]:
                self.status = 128 + signal
                self.pop()
            self.push("trapped", None, self.status)
            self.push("sequence", script)
        return True

    def _has_terminal(self) -> bool:
        session = self.machine.sessions.get(self.process.session)
        return session is not None and session.tty

    # -- lists ----------------------------------------------------------------------------------------------------------

    def _sequence(self, frame: Frame) -> None:
        node: Sequence = frame.node
        if frame.at >= len(node.items):
            self.pop()
            return
        item = node.items[frame.at]
        self.advance(frame.at + 1)
        if item.background:
            self._background(item)
        elif len(item.pipelines) == 1:
            self._pipeline_of(item.pipelines[0], check=True)
        else:
            self.push("andor", item, 0, -1)

    def _background(self, item: AndOr) -> None:
        child = self.machine.fork(self.process)
        child.fds = {**child.fds, 0: Fd("null")}
        self._subshell(child, Sequence((AndOr(item.pipelines, item.operators),)))
        self.shell.background = child.pid
        self.shell.jobs = {**self.shell.jobs, child.pid: None}
        self.status = 0

    def _andor(self, frame: Frame) -> None:
        node: AndOr = frame.node
        at = frame.at
        while 0 < at < len(node.pipelines) and (self.status == 0) != (node.operators[at - 1] == "&&"):
            at += 1
        if at >= len(node.pipelines):
            self.pop()
            return
        self.advance(at + 1, at)
        last = at == len(node.pipelines) - 1
        if not last:
            self.push("guard")
        self._pipeline_of(node.pipelines[at], check=last)

    def _guard(self, frame: Frame) -> None:
        self.pop()

    def _pipeline_of(self, node: Pipeline, check: bool) -> None:
        if node.negated:
            self.push("not")
            self.push("guard")
        elif check and "e" in self.shell.options:
            command = node.commands[-1]
            if (
                len(node.commands) > 1
                or isinstance(command, Simple)
                or (isinstance(command, Group) and command.subshell)
            ):
                self.push("errexit")
        if len(node.commands) == 1:
            self.command(node.commands[0])
        else:
            self._connect(node)

    def _not(self, frame: Frame) -> None:
        self.pop()
        self.status = 0 if self.status else 1

    def _errexit(self, frame: Frame) -> None:
        self.pop()
        if self.status and not self.guarded():
            self.leave(self.status)

    def _connect(self, node: Pipeline) -> None:
        """Start every stage of a pipeline in a process of its own."""
        source: Fd | None = None
        pids = []
        for index, command in enumerate(node.commands):
            child = self.machine.fork(self.process)
            fds = dict(child.fds)
            if source is not None:
                fds[0] = source
            if index + 1 < len(node.commands):
                source, fds[1] = self.machine.pipe()
            child.fds = fds
            self._subshell(child, command)
            pids.append(child.pid)
        self.push("pipe", None, 0, tuple(pids))

    def _pipe(self, frame: Frame) -> None:
        """Wait for all stages; the last one's status counts, or with pipefail the last that failed."""
        statuses = []
        for pid in frame.data:
            child = self.machine.processes.get(pid)
            if child is not None and child.status is None:
                self.process.wait = Wait("child", pid)
                return
            statuses.append(child.status if child is not None else 0)
        for pid in frame.data:
            self.machine.reap(pid)
        self.pop()
        failed = [status for status in statuses if status]
        self.status = (failed[-1] if failed and "pipefail" in self.shell.options else statuses[-1]) or 0

    # -- commands -------------------------------------------------------------------------------------------------------

    def command(self, node: Command) -> None:
        """Begin a command."""
        if isinstance(node, Group):
            if node.subshell:
                child = self.machine.fork(self.process)
                self._subshell(child, node.body)
                self.push("wait", None, child.pid)
            else:
                self.push("sequence", node.body)
            return
        kind = type(node).__name__.lower()
        self.push(kind, node, -1 if kind in ("for", "arithmeticfor") else 0)

    def _function(self, frame: Frame) -> None:
        self.pop()
        self.shell.functions = {**self.shell.functions, frame.node.name: frame.node.body}
        self.status = 0

    def _redirected(self, frame: Frame) -> None:
        targets = self.expand(frame, lambda expander: _targets(expander, frame.node.redirects))
        saved = self.process.fds
        self.pop()
        try:
            self.redirect(frame.node.redirects, targets)
        except FileError as error:
            self.process.fds = saved
            self.complain(_redirect_message(self.shell, error))
            self.status = 2 if self.shell.dialect == "dash" else 1
            return
        self.push("restore", None, 0, saved)
        self.command(frame.node.command)

    def _restore(self, frame: Frame) -> None:
        self.process.fds = frame.data
        self.pop()
        self.machine._sweep()

    def redirect(self, redirects: tuple[Redirect, ...], targets: list[str]) -> None:
        """Open what the redirections name; FileError for the first that cannot be."""
        fds = dict(self.process.fds)
        for redirect, target in zip(redirects, targets, strict=True):
            if redirect.op in ("<&", ">&") and (target == "-" or target.isdigit()):
                if target == "-":
                    fds.pop(redirect.fd, None)
                elif int(target) in fds:
                    fds[redirect.fd] = fds[int(target)]
                else:
                    raise FileError("EINVAL", target)
                continue
            if redirect.op in ("<<", "<<<"):
                reader, _ = self.machine.pipe()
                text = target + "\n" if redirect.op == "<<<" else target
                self.machine.pipes[reader.id] = text.encode("utf-8", "surrogateescape")
                fds[redirect.fd] = reader
                continue
            path = join(self.process.cwd, target)
            if not target:
                raise FileError("ENOENT", target)
            flags = {"<": "r", ">>": "a", "<>": "+"}.get(redirect.op, "w")
            if redirect.op == ">" and "C" in self.shell.options and self.machine.fs.exists(path):
                raise FileError("EEXIST", target)
            self.process.fds, kept = fds, self.process.fds
            try:
                opened = self.machine.open(self.process, path, flags)
            except FileError as error:
                raise FileError(error.name, target, flags != "r") from None
            finally:
                self.process.fds = kept
            fds[redirect.fd] = opened
            if redirect.op in ("&>", ">&"):
                fds[1] = fds[2] = opened
        self.process.fds = fds

    # -- waiting ----------------------------------------------------------------------------------------------------------

    def _wait(self, frame: Frame) -> None:
        status = self.machine.reap(frame.at)
        if status is None:
            self.process.wait = Wait("child", frame.at)
            return
        self.pop()
        self.status = status

    def _capture(self, frame: Frame) -> None:
        """A command substitution has ended: its text goes to the frame that asked for it."""
        child = self.machine.processes.get(frame.data[0])
        if child is not None and child.status is None:
            self.process.wait = Wait("child", frame.data[0])
            return
        self.pop()
        self.status = self.machine.reap(frame.data[0]) or 0
        text = self.machine.pipes.pop(frame.at, b"").decode("utf-8", "surrogateescape").replace("\0", "").rstrip("\n")
        asked = self.frames[-1]
        self.frames[-1] = asked._replace(data=(*(asked.data or ()), text))

    def _trapped(self, frame: Frame) -> None:
        self.pop()
        self.status = frame.at

    def _exit(self, frame: Frame) -> None:
        self.machine.exit(self.process, frame.at)

    def _call(self, frame: Frame) -> None:
        self.pop()
        self._return_from(frame)

    def _return_from(self, frame: Frame) -> None:
        """Give back what a function call had hidden: positional parameters and local variables."""
        self.shell.params, saved = frame.data
        for name, value in saved.items():
            if value is None:
                self.shell.variables.pop(name, None)
            else:
                self.shell.variables[name] = value

    def _sourced(self, frame: Frame) -> None:
        self.pop()

    def _simple(self, frame: Frame) -> None:
        from k8snb.runtime.shell.simple import run_simple

        run_simple(self, frame)


def _targets(expander: Expander, redirects: tuple[Redirect, ...]) -> list[str]:
    return [expander.text(item.heredoc.body if item.heredoc else item.word) for item in redirects]


def syntax_message(shell: Shell, token: str) -> str:
    """What each shell says of text that is no script."""
    if shell.dialect == "bash":
        if token == "end of file":
            return f"{shell.name}: -c: line 1: syntax error: unexpected end of file\n"
        return f"{shell.name}: -c: line 1: syntax error near unexpected token `{token}'\n"
    quoted = token if token in ("newline", "end of file") else f'"{token}"'
    if shell.dialect == "dash":
        return f"{shell.name}: 1: Syntax error: {quoted[0].upper() + quoted[1:]} unexpected\n"
    return f"{shell.name}: syntax error: unexpected {quoted}\n"


def _redirect_message(shell: Shell, error: FileError) -> str:
    """What each shell says of a redirection that fails."""
    if error.name == "EINVAL":
        return f"{error.path}: Bad file descriptor"
    if shell.dialect == "bash":
        return f"{error.path}: {error.words}"
    ash = shell.dialect == "ash"
    if not error.writing:
        words = "no such file" if ash else "No such file"
        verb = "can't open" if ash else "cannot open"
        return f"{verb} {error.path}: {words if error.name == 'ENOENT' else error.words}"
    verb = "can't create" if ash else "cannot create"
    missing = "nonexistent directory" if ash else "Directory nonexistent"
    return f"{verb} {error.path}: {missing if error.name == 'ENOENT' else error.words}"


_HANDLERS: dict[str, Callable[[Interpreter, Frame], None]] = {
    "sequence": Interpreter._sequence,
    "andor": Interpreter._andor,
    "guard": Interpreter._guard,
    "not": Interpreter._not,
    "errexit": Interpreter._errexit,
    "pipe": Interpreter._pipe,
    "function": Interpreter._function,
    "redirected": Interpreter._redirected,
    "restore": Interpreter._restore,
    "if": control.conditional,
    "while": control.loop,
    "for": control.iteration,
    "arithmeticfor": control.arithmetic_loop,
    "arithmeticcommand": control.arithmetic,
    "case": control.selection,
    "wait": Interpreter._wait,
    "capture": Interpreter._capture,
    "trapped": Interpreter._trapped,
    "exit": Interpreter._exit,
    "call": Interpreter._call,
    "sourced": Interpreter._sourced,
    "simple": Interpreter._simple,
}
