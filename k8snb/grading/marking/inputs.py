"""What a notebook typed: the lab's magics, the files they may read, and the time that it slept. The journal of a re-run.

Entries come from a process that ran a stranger's code, so nothing in them is believed: they are strings within bounds, names
from a list, and whatever they say a learner could have typed as well. Forging an entry is no more than typing it.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import NamedTuple

#: magics that act on the lab, and may therefore be typed again; the rest only shows things
LINES = frozenset(
    {
        *("kubectl", "minikube", "docker", "eval", "curl", "trace", "traffic", "cloud", "podsh"),
        *("clock", "cluster", "answer", "lesson", "check", "hint"),
    }
)
CELLS = frozenset({"kubectl", "manifest", "docker", "dockerfile", "podsh"})
#: what else a record may be: a file of the working folder, one kept by `%%manifest --name`, time slept; a cell's beginning,
#: what went wrong in it, and the end of the run
KINDS = frozenset({"line", "cell", "file", "kept", "sleep", "begin", "failed", "end"})

MOST_ENTRIES = 4000
#: a long day's notebook types about a hundred
MOST_COMMANDS, MOST_IN_A_CELL = 1000, 200
MOST_BYTES = 16 * 2**20
LONGEST_TEXT = 256 * 2**10
LONGEST_SLEEP = 3600.0


class Input(NamedTuple):
    """One record: the cell's place in the plan, what it is, the magic's or file's name, the line, the body."""

    cell: int
    kind: str
    name: str = ""
    line: str = ""
    body: str | None = None

    def dumps(self) -> bytes:
        """One line of JSON."""
        return json.dumps(self).encode() + b"\n"


class BadRecordError(ValueError):
    """A record that no re-run of ours writes."""


def loads(line: bytes) -> Input:
    """Read one record. BadRecordError for everything that is not one."""
    try:
        cell, kind, name, text, body = json.loads(line)
    except (ValueError, TypeError, RecursionError):
        raise BadRecordError("not a record") from None
    if (
        type(cell) is not int
        or kind not in KINDS
        or not all(isinstance(each, str) for each in (name, text, body or ""))
    ):
        raise BadRecordError("not a record")
    if max(len(name), len(text), len(body or "")) > LONGEST_TEXT:
        raise BadRecordError("a record is too long")
    found = Input(cell, kind, name, text, body)
    if not _possible(found):
        raise BadRecordError(f"{kind} {name[:40]!r} cannot be typed again")
    return found


def _possible(entry: Input) -> bool:
    if entry.kind == "line":
        return entry.name in LINES
    if entry.kind == "cell":
        return entry.name in CELLS and entry.body is not None
    if entry.kind == "file":
        return entry.body is not None and is_inside(entry.name)
    return True


def is_inside(name: str) -> bool:
    """Whether a relative path stays in the folder it starts from."""
    path = PurePosixPath(name)
    return bool(name) and "\0" not in name and not path.is_absolute() and ".." not in path.parts and len(name) < 200


def seconds(entry: Input) -> float:
    """How long a `sleep` slept, within bounds."""
    try:
        slept = float(entry.line)
    except ValueError:
        return 0.0
    return min(max(slept, 0.0), LONGEST_SLEEP) if slept == slept else 0.0
