"""Input forms that IPython does not know by itself: `kubectl …` lines without `%` (or behind a pasted `$ `), `r = %kubectl …`
that captures, `%kubectl … && kubectl …`, two commands in a line, and a shell script pasted from documentation, which needs no
`%%kubectl` if a heredoc or a pipe shows what it is.
"""

from __future__ import annotations

import ast
import re
import shlex
import sys
from typing import Any

COMMANDS = ("kubectl", "minikube", "docker", "curl")
#: put in front of the arguments by the transformer when the result is assigned, taken off by the magic
CAPTURE = "--lab-capture"

_ASSIGNED = re.compile(rf"^(\s*[A-Za-z_]\w*\s*=\s*)%({'|'.join(COMMANDS)})\b")
_CHAIN = re.compile(rf"\s+&&\s+%?(?=(?:{'|'.join(COMMANDS)})\b)")
_BARE = re.compile(rf"^(({'|'.join(COMMANDS)})(\s+[^\s=(.].*)?|eval\s+\"?\$\(minikube\s.*)$")
_PROMPT = re.compile(rf"^\s*\$ +(?=(?:{'|'.join(COMMANDS)})\b)")


def capture_assignments(lines: list[str]) -> list[str]:
    """`r = %kubectl get pods` keeps the result and prints nothing."""
    return [_ASSIGNED.sub(rf"\1%\2 {CAPTURE}", line) for line in lines]


def pasted_scripts(lines: list[str]) -> list[str]:
    """A cell that is a shell script with kubectl in it, and no Python, is run as one."""
    text = "".join(lines)
    if "kubectl" not in text or text.lstrip().startswith("%%") or _is_python(text):
        return lines
    from k8snb.magics.script import is_script

    return ["%%kubectl\n", *lines] if is_script(text) else lines


def bare_commands(lines: list[str]) -> list[str]:
    """Lines that start with a command's name get their `%`, in cells that are not Python as they stand."""
    if lines and lines[0].startswith("%%"):
        return lines
    bare = [_PROMPT.sub("", line) for line in lines]
    if not any(_BARE.match(line.rstrip("\n")) for line in bare) or _is_python("".join(lines)):
        return lines
    return [f"%{line}" if _BARE.match(line.rstrip("\n")) else line for line in bare]


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


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
    for transformer in (pasted_scripts, bare_commands, chained_commands, capture_assignments):
        if transformer not in known:
            known.append(transformer)


def capture_in_this_cell() -> None:
    """`r = %kubectl …` below `%load_ext k8snb` in one cell: IPython has read the cell before it knew of these forms.

    What it made of the lines that are still to be run waits as a syntax tree in a frame above this one.
    """
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_name != "run_ast_nodes":
        frame = frame.f_back
    for node in frame.f_locals.get("nodelist") or ():
        for part in ast.walk(node):
            if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call):
                _capture(part.value)


def _capture(call: ast.Call) -> None:
    match call:
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic"),
            args=[ast.Constant(value=name), ast.Constant(value=str(line)) as text],
        ) if name in COMMANDS and not line.startswith(CAPTURE):
            text.value = f"{CAPTURE} {line}"


def take(line: str, option: str) -> tuple[bool, str]:
    """Whether an option of the lab's own stands among a line's first words, and the line without it."""
    words = line.split(" ")
    for index, word in enumerate(words):
        if word == option:
            return True, " ".join(words[:index] + words[index + 1 :]).strip()
        if word == "--":
            break
    return False, line
