"""Command lines in texts: that every command, subcommand and flag that a lesson names exists.

Looked at are code spans and lines of code that begin with `kubectl` or `minikube`, with a `%` or a `$ ` before them or not.
What stands for something else (`POD`, `[-o wide]`, `…`) is no flag and is left alone; so is everything behind a lone `--`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_SPAN = re.compile(r"`{1,2}([^`\n]+)`{1,2}")
_FENCE = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\s*(?:\$ |[A-Za-z_]\w* = )?%{0,2}(kubectl|minikube)(?: (.*))?$")
#: separates the words of a line as texts write them: `[-o wide\|yaml]`, `get pods && kubectl get nodes`
_BREAK = re.compile(r"[\s\[\]()|\\,;…]+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\$\([^)]*\)|\{[^}]*\}")
_VERB = re.compile(r"[a-z][a-z-]+$")
#: what a line that is meant to fail says of itself
_OF_THE_LAB = ("--expect-error",)


def faults(texts: Iterable[str], gone: Iterable[str] = (), code: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with the command lines of Markdown texts and of code cells, each once; `gone` are verbs and flags that
    may be named all the same.
    """
    allowed, seen = set(gone), set[str]()
    for line in [*_of_markdown(texts), *(line for cell in code for line in _of_code(cell))]:
        for fault in _faults(line, allowed):
            if fault not in seen:
                seen.add(fault)
                yield fault


def _of_markdown(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for block in _FENCE.findall(text):
            yield from _of_code(block)
        for span in _SPAN.findall(_FENCE.sub("", text)):
            yield span.strip()


def _of_code(source: str) -> Iterator[str]:
    lines = source.replace("\\\n", " ").splitlines()
    if lines[:1] and lines[0].startswith("%%") and not lines[0].startswith("%%kubectl"):
        return  # YAML, a shell's script, a file
    yield from lines


def _faults(line: str, gone: set[str]) -> Iterator[str]:
    if any(option in line for option in _OF_THE_LAB):
        return  # meant to fail
    for part in re.split(r"\s(?:&&|\|)\s", line):
        match = _COMMAND.match(part.split(" #")[0])
        if match is None:
            continue
        words = [word for word in _BREAK.split(_QUOTED.sub("X", match[2] or "")) if word]
        words = words[: words.index("--")] if "--" in words else words
        if words and _VERB.match(words[0]) and words[0] not in gone:
            words = [word for word in words if word.partition("=")[0] not in gone]
            yield from (_kubectl if match[1] == "kubectl" else _minikube)(words, line.strip())


def _kubectl(words: list[str], line: str) -> Iterator[str]:
    from k8snb.kubectl.cli import find
    from k8snb.kubectl.globalflags import GLOBAL_FLAGS
    from k8snb.kubectl.pflag import FlagSet

    command, path, rest = find(words)
    if command is None:
        yield f"names `kubectl {words[0]}`, which does not exist"
        return
    if command.subcommands and rest and _VERB.match(rest[0]):
        yield f"`{line}`: `kubectl {path}` has no {rest[0]!r}"
        return
    flags = FlagSet((*command.flags, *GLOBAL_FLAGS))
    for word in rest:
        name = word.partition("=")[0]
        if name.startswith("--"):
            if len(name) > 2 and flags.lookup(name[2:]) is None:
                yield f"`{line}`: `kubectl {path}` has no flag {name}"
        elif re.match(r"-[A-Za-z]", name) and name[1] not in flags.shorthands and name != "-h":
            yield f"`{line}`: `kubectl {path}` has no flag {name[:2]}"


def _minikube(words: list[str], line: str) -> Iterator[str]:
    from k8snb.minikube.commands import COMMANDS

    if not any(words[0] in (command.name, *command.aliases) for command in COMMANDS):
        yield f"names `minikube {words[0]}`, which does not exist"
