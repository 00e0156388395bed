"""Input forms that IPython does not know by itself: `kubectl …` lines without `%`, and `r = %kubectl …` that captures."""

from __future__ import annotations

import ast
import re
from typing import Any

COMMANDS = ("kubectl", "minikube", "docker", "curl")
#: put in front of the arguments by the transformer when the result is assigned, taken off by the magic
CAPTURE = "--lab-capture"

_ASSIGNED = re.compile(rf"^(\s*[A-Za-z_]\w*\s*=\s*)%({'|'.join(COMMANDS)})\b")
_BARE = re.compile(rf"^({'|'.join(COMMANDS)})(\s+[^\s=(.].*)?$")


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


def add_transformers(ipython: Any) -> None:
    """Teach a shell both forms; doing it twice changes nothing."""
    known = ipython.input_transformers_cleanup
    for transformer in (bare_commands, capture_assignments):
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
