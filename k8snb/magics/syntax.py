"""Input forms that IPython does not know by itself: `kubectl …` lines without `%`, `r = %kubectl …` that captures, and
`%kubectl … && kubectl …`, two commands in a line.
"""

from __future__ import annotations

import ast
import re
import shlex
from typing import Any

COMMANDS = ("kubectl", "minikube", "docker", "curl")
#: put in front of the arguments by the transformer when the result is assigned, taken off by the magic
CAPTURE = "--lab-capture"

_ASSIGNED = re.compile(rf"^(\s*[A-Za-z_]\w*\s*=\s*)%({'|'.join(COMMANDS)})\b")
_CHAIN = re.compile(rf"\s+&&\s+%?(?=(?:{'|'.join(COMMANDS)})\b)")
_BARE = re.compile(rf"^(({'|'.join(COMMANDS)})(\s+[^\s=(.].*)?|eval\s+\"?\$\(minikube\s.*)$")


def capture_assignments(lines: list[str]) -> list[str]:
    """`r = %kubectl get pods` keeps the result and prints nothing."""
    return [_ASSIGNED.sub(rf"\1%\2 {CAPTURE}", line) for line in lines]


def bare_commands(lines: list[str]) -> list[str]:
    """Lines that start with a command's name get their `%`, in cells that are not Python as they stand."""
    if not any(_BARE.match(line.rstrip("\n")) for line in lines) or (lines and lines[0].startswith("%%")):
        return lines
    try:
        ast.parse("".join(lines))
    except SyntaxError:
        return [f"%{line}" if _BARE.match(line.rstrip("\n")) else line for line in lines]
    return lines


def chained_commands(lines: list[str]) -> list[str]:
    """`%minikube stop && minikube start` becomes two lines: a command that fails ends its cell, so the second waits for it."""
    if not any(_CHAIN.search(line) for line in lines) or lines[0].startswith("%%"):
        return lines
    return [f"{part}\n" for line in lines for part in _links(line.rstrip("\n"))]


def _links(line: str) -> list[str]:
    """The commands of a chain, each with its `%`; the whole line if it is none. What stands in quotes stays together."""
    if not line.startswith("%") or not _BARE.match(line[1:]):
        return [line]
    found: list[str] = []
    for part in _CHAIN.split(line):
        if found and not _closed(found[-1]):
            found[-1] += f" && {part}"
        else:
            found.append(f"%{part}" if found else part)
    return found


def _closed(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def add_transformers(ipython: Any) -> None:
    """Teach a shell these forms; doing it twice changes nothing."""
    known = ipython.input_transformers_cleanup
    for transformer in (bare_commands, chained_commands, capture_assignments):
        if transformer not in known:
            known.append(transformer)


def take(line: str, option: str) -> tuple[bool, str]:
    """Whether an option of the lab's own stands among a line's first words, and the line without it."""
    words = line.split(" ")
    for index, word in enumerate(words):
        if word == option:
            return True, " ".join(words[:index] + words[index + 1 :]).strip()
        if word == "--":
            break
    return False, line
