"""Running a handed-in notebook's cells, and writing down what they type. The process that this happens in is not trusted.

The lab's magics are wrapped: a command is written down before it runs, with its variables filled in, so that a cell that fails
in its middle has still typed its beginning. `time.sleep` lets virtual time go on instead. Nothing is shown or kept.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from k8snb.grading.marking import inputs
from k8snb.grading.marking.inputs import Input
from k8snb.grading.marking.shell import Silence
from k8snb.grading.marking.submission import Cell

#: a learner reads and thinks between two cells; here time goes on until the cluster is quiet, or for this long
READING_SECONDS = 60.0
QUIET_SECONDS = 5.0

_MOST_FILES = 300
#: what the replay answers; here there is nobody to read it
_ANSWERED_LATER = ("check", "hint")
#: exit code of a process whose cell does not let itself be interrupted
STUBBORN = 77


class Recorder:
    """Writes down what a notebook types, in order."""

    def __init__(self, write: Callable[[bytes], object], shell: Any) -> None:
        self._write, self._shell = write, shell
        self._files = _scan()
        self._kept: dict[str, str] = dict(shell._k8snb_lab.files)
        self.cell = 0
        self._left, self._left_in_cell = inputs.MOST_COMMANDS, 0

    def begin(self, place: int) -> None:
        """What follows is typed in the cell at this place of the plan."""
        self.cell, self._left_in_cell = place, inputs.MOST_IN_A_CELL
        self.note("begin")

    def note(self, kind: str, name: str = "", line: str = "", body: str | None = None) -> None:
        """Write one record."""
        self._write(Input(self.cell, kind, name, line, body).dumps())

    def typed(self, kind: str, name: str, line: str, body: str | None) -> None:
        """Write a command, and before it the files that it may read. RuntimeError after too many."""
        if not self._left or not self._left_in_cell:
            raise RuntimeError("this notebook types too many commands")
        self._left -= 1
        self._left_in_cell -= 1
        self._changed_files()
        self.note(kind, name, line, body)

    def _changed_files(self) -> None:
        now = _scan()
        for name, stamp in now.items():
            if self._files.get(name) != stamp:
                text = _text(name)
                if text is not None:
                    self.note("file", name, body=text)
        self._files = now
        kept = self._shell._k8snb_lab.files
        for name, text in kept.items():
            if self._kept.get(name) != text and isinstance(text, str) and len(text) <= inputs.LONGEST_TEXT:
                self.note("kept", str(name), body=text)
        self._kept = dict(kept)

    def wrap(self, magics: dict[str, Any], names: frozenset[str], kind: str) -> None:
        """Record the calls of some magics."""
        for name in names & magics.keys():
            magics[name] = self._recorded(kind, name, magics[name])

    def _recorded(self, kind: str, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        filled = self._filling(run)

        def call(line: str = "", body: str | None = None) -> Any:
            self.typed(kind, name, filled(line), body)
            if name in _ANSWERED_LATER:
                return None
            return run(line) if body is None else run(line, body)

        for mark in ("_ipython_magic_no_var_expand", "__doc__"):
            setattr(call, mark, getattr(run, mark, None))
        return call

    def _filling(self, run: Callable[..., Any]) -> Callable[[str], str]:
        """How a magic fills variables in, if it does so itself; where IPython does, the line comes filled in."""
        magics = getattr(run, "__self__", None)
        own = getattr(magics, "_filled", None)
        if own is not None:
            return cast(Callable[[str], str], own)
        of_module = getattr(sys.modules.get(type(magics).__module__), "filled", None)
        return (lambda line: line) if of_module is None else lambda line: str(of_module(line, self._shell))


def play(cells: Mapping[int, Cell], shell: Any, write: Callable[[bytes], object], cell_seconds: float) -> None:
    """Run the cells, by their place in the plan, and write down what they type; whatever they do, go on with the next."""
    recorder = Recorder(write, shell)
    magics = shell.magics_manager.magics
    recorder.wrap(magics["line"], inputs.LINES, "line")
    recorder.wrap(magics["cell"], inputs.CELLS, "cell")
    magics["line"]["view"] = lambda line="": None
    vars(time)["sleep"] = _sleeper(recorder, shell)
    # what a cell may tamper with is held here
    begin, note, run, alarm = recorder.begin, recorder.note, shell.run_cell, signal.setitimer
    for place, cell in cells.items():
        begin(place)
        _arm(alarm, cell_seconds)
        try:
            result = run(cell.source, store_history=False)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # noqa: BLE001 - a stranger's cell may raise anything, and the next one follows
            error = raised
        alarm(signal.ITIMER_PROF, 0.0)
        if error is not None:
            note("failed", type(error).__name__[:60])
        read(shell._k8snb_lab)
        # what was printed or displayed may hold the last cell's results; they are not needed any more
        shell.user_ns.get("_oh", {}).clear()
    note("end")


def read(lab: Any) -> None:
    """Let the time pass that a learner takes to read what a cell has shown."""
    if lab.is_started:
        lab.cluster.settle(QUIET_SECONDS, READING_SECONDS)


def _sleeper(recorder: Recorder, shell: Any) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        entry = Input(recorder.cell, "sleep", line=repr(float(seconds)))
        recorder.typed(*entry[1:])
        if shell._k8snb_lab.is_started:
            shell._k8snb_lab.cluster.advance(inputs.seconds(entry))

    return sleep


def _arm(alarm: Callable[..., object], seconds: float) -> None:
    """Interrupt a cell that takes too much CPU time; end the process if it will not be interrupted."""
    rung = 0

    def ring(*_: object) -> None:
        nonlocal rung
        rung += 1
        if rung > 2:
            os._exit(STUBBORN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGPROF, ring)
    alarm(signal.ITIMER_PROF, seconds, seconds / 2)


def _scan() -> dict[str, tuple[int, int]]:
    """The files of the working folder and below, and their stamps."""
    found: dict[str, tuple[int, int]] = {}
    folders = ["."]
    while folders and len(found) < _MOST_FILES:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    about = entry.stat()
                    found[entry.path.removeprefix("./")] = (about.st_mtime_ns, about.st_size)
    return found


def _text(name: str) -> str | None:
    """A file's text; None if it has none, is too long or has gone."""
    try:
        path = Path(name)
        if path.stat().st_size > inputs.LONGEST_TEXT or not inputs.is_inside(name):
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def silence() -> None:
    """Cut a process off from its parent's terminal."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for good
    sys.stdout = sys.stderr = Silence()
