"""Filters: programs that pass their input on piece by piece, as it comes, from files and standard input.

A filter gives a function that is called with each piece and its own state so far; between the pieces the process is only that
state. So a filter works on endless input, and ends an endless writer when it ends itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from k8snb.runtime import limits
from k8snb.runtime.filesystem import Directory, File, FileError
from k8snb.runtime.process import Wait
from k8snb.runtime.programs.program import ENDLESS, Blocked, Call, Failure, Outcome, Pause


class Place(NamedTuple):
    """Where a filter is: inputs still to be read, its own state, its exit status so far, the beginning of a line."""

    names: tuple[str, ...]
    own: Any
    status: int = 0
    rest: str = ""


class Stop(Exception):
    """The filter has seen enough; its exit status."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


#: called with a piece, whether the input ends with it, and the state so far; gives the next state
Chunk = Callable[[bytes, bool, Any], Any]
#: called with complete lines (without newlines) and the state so far
Lines = Callable[[list[str], Any], Any]
#: how a program names a file it cannot read: busybox's way and GNU's
Missing = tuple[str, str]
PLAIN: Missing = ("{name}: {words}", "{name}: {words}")
OPENS: Missing = ("can't open '{name}': {words}", "{name}: {words}")


def chunks(call: Call, names: list[str], handle: Chunk, own: Any = None, missing: Missing = OPENS) -> Outcome:
    """Hand every input to `handle`, piece by piece."""
    place: Place = call.state or Place(tuple(names) or ("-",), own)
    status = place.status
    try:
        data, ended = _take(call, place.names[0])
        own = handle(data, ended, place.own)
    except Stop as stop:
        return stop.status
    except FileError as error:
        template = missing[0] if call.busybox else missing[1]
        call.complain(template.format(name=place.names[0], words=error.words))
        status, own, ended = 1, place.own, True
    left = place.names[1:] if ended else place.names
    return Pause(0.0, Place(left, own, status)) if left else status


def lines(
    call: Call,
    names: list[str],
    handle: Lines,
    own: Any = None,
    finish: Callable[[Any], int | None] | None = None,
    missing: Missing = OPENS,
) -> Outcome:
    """Hand the lines of every input to `handle` as they become complete, and the state to `finish` at the end."""

    def piece(data: bytes, ended: bool, held: tuple[str, Any]) -> tuple[str, Any]:
        found = (held[0] + data.decode("utf-8", "surrogateescape")).split("\n")
        rest = found.pop()
        if ended and rest:
            found.append(rest)
            rest = ""
        if len(rest) > limits.PROGRAM_BYTES:
            raise Failure("out of memory", 137)
        return rest, handle(found, held[1]) if found else held[1]

    last: list[Any] = [call.state.own[1] if call.state is not None else own]

    def remember(data: bytes, ended: bool, held: tuple[str, Any]) -> tuple[str, Any]:
        rest, last[0] = piece(data, ended, held)
        return rest, last[0]

    outcome = chunks(call, names, remember, ("", own), missing)
    if isinstance(outcome, int) and finish is not None:
        return finish(last[0]) or outcome
    return outcome


def _take(call: Call, name: str) -> tuple[bytes, bool]:
    """(the next piece of an input, whether that was the last). FileError."""
    machine, process = call.machine, call.process
    path = call.path(name)
    if name == "-" or path in ("/dev/stdin", "/proc/self/fd/0"):
        data, ended = machine.available(process, 0)
        if not data and not ended:
            raise Blocked(Wait("input", 0, 0))
        machine.consume(process, 0, len(data))
        return data, ended
    entry = machine.fs.lookup(path)
    if isinstance(entry, Directory):
        raise FileError("EISDIR", path)
    if isinstance(entry, File) and entry.device in ENDLESS:
        return machine.device(entry.device), False
    content = machine.fs.read(path)
    machine.work(process, len(content))
    return content, True
