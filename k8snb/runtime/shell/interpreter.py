"""Executes shell scripts one instruction at a time, with an explicit stack of frames instead of Python's own.

`step` looks at the topmost frame of a process's shell, does one thing, and leaves the stack ready for the next. A command that
must wait leaves its frame where it is. So a script can be suspended anywhere, copied and continued, and an endless one costs
no more than its budget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8snb.runtime import limits
from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import SIGNAL_NAMES, Fd, Frame, Process, Wait
from k8snb.runtime.programs.program import OUT_OF_MEMORY, Failure
from k8snb.runtime.shell import calls, control, lists, redirections
from k8snb.runtime.shell.arithmetic import ArithmeticFailure
from k8snb.runtime.shell.complaints import arithmetic_message, prefix, syntax_message
from k8snb.runtime.shell.expansion import Expander, ExpansionFailure, Needed
from k8snb.runtime.shell.parser import parse
from k8snb.runtime.shell.syntax import AndOr, Command, Fault, Group, Pipeline, Sequence
from k8snb.runtime.shell.words import Incomplete

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
        except ArithmeticFailure as error:
            self.complain(arithmetic_message(self.shell.dialect, error))
            self.leave(1 if self.shell.dialect == "bash" else 2)
        except ExpansionFailure as error:
            if str(error) == OUT_OF_MEMORY and self.machine.out_of_memory():
                return
            self.complain(str(error))
            self.leave(error.status or (1 if self.shell.dialect == "bash" else 2))
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

    def complain(self, text: str, builtin: str = "") -> None:
        """An error message in the shell's own manner."""
        self.err(f"{prefix(self.shell, builtin)}{text}\n")

    def refuse(self, fault: Fault, within: str = "") -> None:
        """A text is no script: say so, and end the shell unless somebody types into it."""
        self.err(syntax_message(self.shell, fault, within))
        self.status = 2
        if not self.interactive and not (within and self.shell.dialect == "bash"):
            self.leave(1 if fault.words == "bad substitution" and self.shell.dialect == "bash" else 2)

    @property
    def interactive(self) -> bool:
        """Does somebody type what this shell reads?"""
        return self.shell.source == "stdin" and self.process.fds.get(0, Fd("null")).kind == "in"

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
        self.subshell(child, script)
        self.push("capture", None, reader.id, (child.pid,))

    def subshell(self, child: Process, body: Sequence | Command) -> None:
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
        line = self.machine.read_line(self.process, 0).decode("utf-8", "surrogateescape")
        text, shell.pending_text = shell.pending_text + line, ""
        if not line and not text:
            self.leave(shell.status)
            return
        try:
            script = parse(text, shell.read, not line, shell.dialect)
        except Incomplete:
            shell.pending_text = text
            return
        shell.read += text.count("\n")
        if script.items or script.broken:
            self.push("sequence", script)

    def leave(self, status: int) -> None:
        """Exit the shell; its EXIT trap runs first."""
        shell = self.shell
        shell.status = status & 0xFF
        trap = shell.traps.get("EXIT", "")
        if trap and not shell.ended:
            shell.ended = True
            self._unwind_fds()
            shell.frames[:] = [Frame("exit", None, shell.status), Frame("sequence", parse(trap, dialect=shell.dialect))]
            shell.source = ""
            return
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
            calls.return_from(self, frame)

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
            script = parse(shell.traps[name], dialect=shell.dialect)
            if top is not None and top.kind == "simple" and top.at == 1 and top.data[0][:1] == ["wait"]:
                self.status = 128 + signal
                self.pop()
            self.push("trapped", None, self.status)
            self.push("sequence", script)
        return True

    def _has_terminal(self) -> bool:
        session = self.machine.sessions.get(self.process.session)
        return session is not None and session.tty

    # -- commands -------------------------------------------------------------------------------------------------------

    def command(self, node: Command) -> None:
        """Begin a command."""
        if isinstance(node, Group):
            if node.subshell:
                child = self.machine.fork(self.process)
                self.subshell(child, node.body)
                self.push("wait", None, child.pid)
            else:
                self.push("sequence", node.body)
            return
        kind = type(node).__name__.lower()
        self.push(kind, node, -1 if kind in ("for", "arithmeticfor") else 0)


def _simple(shell: Interpreter, frame: Frame) -> None:
    from k8snb.runtime.shell.simple import run_simple

    run_simple(shell, frame)


_HANDLERS: dict[str, Callable[[Interpreter, Frame], None]] = {
    "sequence": lists.sequence,
    "andor": lists.andor,
    "guard": lists.guard,
    "not": lists.negation,
    "time": lists.timed,
    "errexit": lists.errexit,
    "pipe": lists.pipe,
    "wait": lists.wait,
    "capture": lists.capture,
    "redirected": redirections.redirected,
    "restore": redirections.restore,
    "function": calls.definition,
    "call": calls.called,
    "sourced": calls.sourced,
    "trapped": calls.trapped,
    "exit": calls.exit_trap,
    "if": control.conditional,
    "while": control.loop,
    "for": control.iteration,
    "arithmeticfor": control.arithmetic_loop,
    "arithmeticcommand": control.arithmetic,
    "case": control.selection,
    "simple": _simple,
}
