"""`python -m k8snb.grading.marking.warden`: one lesson's submissions, each in processes of its own. Talks JSON with `batch`.

The warden loads the lesson, runs the part before its exercises once and then forks: a child that runs a notebook's cells and
may write nothing but its list of commands, and, when that has ended, another that replays the list and judges. Both are
confined; neither can reach the other, the warden or what the warden says. The warden itself never runs a notebook's code.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import secrets
import selectors
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from k8snb.cluster import Cluster
from k8snb.grading import lesson as lessons
from k8snb.grading.check import Outcome
from k8snb.grading.marking import inputs, policy, replay, rerun, submission
from k8snb.grading.marking.confine import Bounds, confine, die_with_parent, interpreter_paths
from k8snb.grading.marking.inputs import Input
from k8snb.grading.marking.shell import open_shell
from k8snb.grading.marking.submission import Submission

#: how often a notebook is begun again without the cell that ended its process
_MOST_TRIES = 4
_MOST_WRITTEN = 64 * 2**20
_TICK = 0.1
#: how many times longer than its CPU time a process may take
_PATIENCE = 4


@dataclass
class Job:
    """One submission on its way."""

    path: str
    number: int
    plan: Submission
    typed: dict[int, list[Input]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    failed: int = 0
    skipped: set[int] = field(default_factory=set)
    judged: dict[str, Any] = field(default_factory=dict)
    #: of the process that runs now
    pid: int = 0
    pipe: int = -1
    nonce: str = ""
    buffer: bytes = b""
    received: int = 0
    entries: int = 0
    started: float = 0.0
    place: int = -1
    place_since: float = 0.0
    place_used: float = 0.0
    folder: Path = Path()
    weighed: float = 0.0
    ended: bool = False
    ended_by: str = ""

    @property
    def judging(self) -> bool:
        return bool(self.nonce)

    def number_of(self, place: int) -> str:
        cell = self.plan.cells[place] if 0 <= place < len(self.plan.cells) else None
        return f"cell {cell.number}" if cell is not None and cell.number else "the notebook"


class Warden:
    """The processes of one lesson's submissions."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._timeout, self._jobs, self._root = float(order["timeout"]), int(order["jobs"]), Path(order["root"])
        self._hidden = Path(order["hidden"]) if order["hidden"] else None
        self._lesson = lessons.find(str(order["day"]))[0]
        self._waiting: list[tuple[int, str]] = list(enumerate(order["paths"]))
        self._selector = selectors.DefaultSelector()
        self._running: list[Job] = []
        self._readable = interpreter_paths()
        self._layers: tuple[str, ...] = ()
        assert self._lesson.checks  # and so every module that judging needs is loaded before a stranger's code is

    def prepare(self) -> None:
        """Run the lesson up to its exercises: every submission begins there."""
        template = self._root / "template"
        code = "\n".join(cell.source for cell in self._lesson.source.cells)
        for each in lessons.all_lessons():
            needed = each.day == self._lesson.day or each.folder.name in code
            if needed and (each.folder / "manifests").is_dir():
                shutil.copytree(each.folder / "manifests", template / each.folder.name / "manifests")
        (template / "en").mkdir(parents=True)
        os.chdir(template / "en")
        self._shell = open_shell()
        self._shell.magics_manager.magics["line"]["view"] = lambda line="": None
        for source in submission.opening(self._lesson):
            self._shell.run_cell(source, store_history=False)
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        os.chdir(self._root)
        self._clean = Cluster(self._lesson.nodes)
        gc.collect()
        gc.disable()  # so that the forks share these pages; they are short-lived and bounded

    def run(self, say: Callable[[dict[str, Any]], None]) -> None:
        """Mark everything; `say` gets one row as soon as it is done."""
        while self._waiting or self._running:
            while self._waiting and len(self._running) < self._jobs:
                self._admit(*self._waiting.pop(0), say)
            for key, _ in self._selector.select(_TICK):
                self._receive(key.data)
            for job in list(self._running):
                self._watch(job)
                if job.pipe < 0:
                    self._next(job, say)

    # -- a job's way -------------------------------------------------------------------------------------------------

    def _admit(self, number: int, path: str, say: Callable[[dict[str, Any]], None]) -> None:
        try:
            plan = submission.arrange(self._lesson, *submission.read(Path(path)))
        except submission.NotANotebookError as error:
            say({"path": path, "failed": str(error)})
            return
        job = Job(path, number, plan)
        self._running.append(job)
        self._play(job)

    def _play(self, job: Job) -> None:
        cells = {place: cell for place, cell in enumerate(job.plan.cells) if place not in job.skipped}
        folder = self._folder(f"{job.number}.{len(job.skipped)}")

        def action(write: Callable[[bytes], None]) -> None:
            rerun.play(cells, self._shell, write, self._timeout / 10)

        job.started = job.started or time.monotonic()
        job.ended, job.place, job.place_since, job.place_used = False, -1, time.monotonic(), 0.0
        self._start(job, folder, action, [])

    def _judge(self, job: Job) -> None:
        job.nonce, job.started = secrets.token_hex(16), time.monotonic()
        folder = self._folder(f"{job.number}.judged")

        def action(write: Callable[[bytes], None]) -> None:
            def found(best: dict[str, Outcome], done: bool = False) -> None:
                said = {"nonce": job.nonce, "done": done, "outcomes": _plain(best), "hints": judge.hints}
                write(json.dumps(said).encode() + b"\n")

            replay.refuse_python(self._shell)
            judge = replay.Replay(self._lesson, policy.hidden_checks(self._hidden), self._shell, self._clean, found)
            judge.run(job.plan, job.typed)
            found(judge.best, done=True)

        readable = [self._lesson.folder.parent, *([self._hidden] if self._hidden else [])]
        self._start(job, folder, action, readable)

    def _next(self, job: Job, say: Callable[[dict[str, Any]], None]) -> None:
        """A process has ended: go on to the next, or hand the row over."""
        if job.judging:
            if not job.judged.get("done"):
                job.remarks.append(f"judging ended early: {job.ended_by}")
            self._running.remove(job)
            self._clear(job)
            say(self._row(job))
            return
        if not job.ended and not self._over(job):
            place = job.place
            job.remarks.append(f"{job.number_of(place)}: {job.ended_by}; run again without it")
            if place >= 0 and len(job.skipped) < _MOST_TRIES:
                job.skipped.add(place)
                self._play(job)
                return
        elif not job.ended:
            job.remarks.append(f"{job.number_of(job.place)}: {job.ended_by}; what follows was not run")
        self._judge(job)

    def _over(self, job: Job) -> bool:
        late = time.monotonic() - job.started > _PATIENCE * self._timeout
        return late or job.entries > inputs.MOST_ENTRIES

    def _row(self, job: Job) -> dict[str, Any]:
        return {
            "path": job.path,
            "digest": job.plan.digest,
            "outcomes": job.judged.get("outcomes", {}),
            "hints": job.judged.get("hints", {}),
            "remarks": job.remarks,
            "failed cells": job.failed,
            "layers": self._layers,
        }

    # -- processes ---------------------------------------------------------------------------------------------------

    def _start(
        self, job: Job, folder: Path, action: Callable[[Callable[[bytes], None]], None], readable: list[Path]
    ) -> None:
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._child(folder, theirs, action, readable)
        os.close(theirs)
        job.pid, job.pipe, job.buffer, job.received, job.ended_by = pid, ours, b"", 0, ""
        job.folder, job.weighed = folder, time.monotonic()
        self._selector.register(ours, selectors.EVENT_READ, job)

    def _child(
        self, folder: Path, pipe: int, action: Callable[[Callable[[bytes], None]], None], readable: list[Path]
    ) -> None:
        """What the forked process does; it does not return."""
        code = 70
        try:
            rerun.silence()
            os.closerange(3, pipe)
            os.closerange(pipe + 1, 1024)
            os.chdir(folder / "en")
            tempfile.tempdir = str(folder / "tmp")
            os.mkdir(tempfile.tempdir)
            layers = confine(
                Bounds(seconds=int(self._timeout) + 1),
                readable=[*self._readable, *readable, folder],
                writable=[folder],
            )

            def write(data: bytes) -> None:
                while data:
                    data = data[os.write(pipe, data) :]

            write(json.dumps({"layers": layers}).encode() + b"\n")
            action(write)
            code = 0
        except BaseException as error:  # noqa: BLE001 - whatever it is, this process ends here
            with contextlib.suppress(OSError):
                os.write(pipe, json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}).encode() + b"\n")
        finally:
            os._exit(code)

    def _receive(self, job: Job) -> None:
        data = os.read(job.pipe, 1 << 18)
        if not data:
            self._end(job)
            return
        job.received += len(data)
        if job.received > inputs.MOST_BYTES:
            self._kill(job, "it writes too much")
            return
        *lines, job.buffer = (job.buffer + data).split(b"\n")
        for line in lines:
            if not self._take(job, line):
                return

    def _take(self, job: Job, line: bytes) -> bool:
        """Take one line from a process; False if that was its end."""
        if line.startswith(b'{"layers"'):
            self._layers = tuple(json.loads(line)["layers"]) if not self._layers else self._layers
        elif line.startswith(b'{"error"') and job.judging:
            job.ended_by = str(json.loads(line)["error"])
        elif job.judging:
            with contextlib.suppress(ValueError, AttributeError, RecursionError):
                said = json.loads(line)
                if said.get("nonce") == job.nonce:
                    job.judged = said
        else:
            try:
                self._record(job, inputs.loads(line))
            except inputs.BadRecordError as error:
                self._kill(job, f"it wrote what is not a record: {error}")
                return False
        return job.pipe >= 0

    def _record(self, job: Job, entry: Input) -> None:
        job.entries += 1
        if job.entries > inputs.MOST_ENTRIES:
            self._kill(job, "it types too many commands")
        elif entry.kind == "begin":
            job.place, job.place_since, job.place_used = entry.cell, time.monotonic(), _cpu_seconds(job.pid)
        elif entry.kind == "end":
            job.ended = True
        elif entry.kind == "failed":
            job.failed += 1
            if entry.name == "KeyboardInterrupt":
                job.remarks.append(
                    f"{job.number_of(entry.cell)}: interrupted after {self._timeout / 10:g} s of CPU time"
                )
        elif not any(place >= entry.cell for place in job.skipped):  # the first run has told about those
            job.typed.setdefault(entry.cell, []).append(entry)

    def _watch(self, job: Job) -> None:
        """End what takes too long or fills the disk.

        What counts is CPU time, which does not depend on what else the machine does; the clock on the wall, with patience,
        is for those who wait for ever.
        """
        now = time.monotonic()
        if job.pipe < 0:
            return
        used, cell = _cpu_seconds(job.pid), self._timeout / 3
        if used > self._timeout or now - job.started > _PATIENCE * self._timeout:
            self._kill(job, f"not done after {self._timeout:g} s")
        elif not job.judging and (used - job.place_used > cell or now - job.place_since > _PATIENCE * cell):
            self._kill(job, f"did not end within {cell:g} s")
        elif now >= job.weighed + 1.0:
            job.weighed = now
            if _written(job.folder) > _MOST_WRITTEN:
                self._kill(job, "it fills the disk")

    def _kill(self, job: Job, why: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGKILL)
        self._end(job)
        job.ended_by = why

    def _end(self, job: Job) -> None:
        """The process has closed its end: it is over, or made to be."""
        self._selector.unregister(job.pipe)
        os.close(job.pipe)
        job.pipe = -1
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGKILL)  # a process that closes its pipe and lives on
        code = os.waitstatus_to_exitcode(os.waitpid(job.pid, 0)[1])
        job.ended_by = job.ended_by or _reason(code)

    def _folder(self, name: str) -> Path:
        """A copy of the template for one process. Before a second try, the first one's is gone."""
        folder = self._root / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._root / "template", folder)
        return folder

    def _clear(self, job: Job) -> None:
        for folder in self._root.glob(f"{job.number}.*"):
            shutil.rmtree(folder, ignore_errors=True)


def _reason(code: int) -> str:
    if code == rerun.STUBBORN:
        return "it did not let itself be interrupted"
    if code == -signal.SIGXCPU:
        return "too much CPU time"
    if code < 0:
        return f"the process was ended by {signal.Signals(-code).name}"
    return f"the process ended itself (exit code {code})"


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process; 0 where the system does not tell."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # Linux's clock of another process (clock_getcpuclockid)
    except (OSError, AttributeError, OverflowError):
        return 0.0


def _written(folder: Path) -> int:
    total = 0
    for path, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


def _plain(best: dict[str, Outcome]) -> dict[str, Any]:
    return {
        id: {
            "earned": outcome.earned,
            "findings": [
                {"points": each.points, "earned": each.earned, "en": each.text.en, "zh-TW": each.text.zh_TW}
                for each in outcome.findings
            ],
        }
        for id, outcome in best.items()
    }


def main() -> int:
    """Read the order from standard input; one row a line goes to standard output."""
    die_with_parent()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.set_inheritable(out.fileno(), False)
    warden = Warden(json.loads(sys.stdin.read()))

    def say(row: dict[str, Any]) -> None:
        out.write(json.dumps(row) + "\n")
        out.flush()

    warden.prepare()
    warden.run(say)
    return 0


if __name__ == "__main__":
    sys.exit(main())
