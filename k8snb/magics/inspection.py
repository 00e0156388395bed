"""Shift+Tab: what a field of a manifest means, or a word of a kubectl line, as `kubectl explain` and `--help` tell.

Jupyter's `inspect_request` brings the cell and the cursor to the kernel's `do_inspect`, which knows Python; in the lab's
cells this answers first.
"""

from __future__ import annotations

import re
from typing import Any

from k8snb.magics.lab import Lab

_JSONPATH = re.compile(r"\{[^{}]*$")
_WORD_END = re.compile(r"[\s'\"|;&]")


def add_inspection(ipython: Any, lab: Lab) -> None:
    """Answer the kernel's inspections in the lab's cells; a second time changes nothing."""
    kernel = getattr(ipython, "kernel", None)
    if kernel is None or getattr(kernel.do_inspect, "of_k8snb", False):
        return
    python = kernel.do_inspect

    def do_inspect(code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> Any:
        with lab.lock:
            text = inspect(lab, code, cursor_pos)
        if not text:
            return python(code, cursor_pos, detail_level, omit_sections)
        return {"status": "ok", "found": True, "data": {"text/plain": text}, "metadata": {}}

    do_inspect.of_k8snb = True  # type: ignore[attr-defined]
    kernel.do_inspect = do_inspect


def inspect(lab: Lab, code: str, at: int) -> str:
    """What stands at a cursor of a cell, explained; "" if it is nothing of the lab's."""
    before = code[:at]
    line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    lines = code.split("\n")
    first = lines[0]
    if line and first.startswith("%%"):
        name, _, rest = first[2:].strip().partition(" ")
        body = "\n".join(lines[1:])
        if name == "manifest" or (name == "kubectl" and rest.strip()):
            return _field(lab, body, line - 1, column)
        return _script(lab, body, line - 1, column) if name == "kubectl" else ""
    return _command(lab, lines[line], column)


def _field(lab: Lab, body: str, line: int, column: int) -> str:
    from k8snb.magics.manifestfields import field_at

    session = lab.session
    found = field_at(session, body, line, column) if session is not None else None
    if session is None or found is None:
        return ""
    here, names = found
    kind = session.kinds.of_object(here.api_version, here.kind)
    if kind is None:
        return ""
    return _explained(lab, ".".join([kind.plural, *names]), f"--api-version={here.api_version}")


def _script(lab: Lab, body: str, line: int, column: int) -> str:
    from k8snb.magics.commandline import heredoc

    lines = body.split("\n")
    before = "\n".join([*lines[:line], lines[line][:column]])
    inner = heredoc(before)
    if inner is not None:
        start = line - inner.count("\n")
        return _field(lab, "\n".join(lines[start:]), line - start, column)
    return _command(lab, lines[line], column)


def _command(lab: Lab, line: str, column: int) -> str:
    """A word of a kubectl line: a command, a flag, a kind, a path of fields."""
    from k8snb.kubectl.completion import Completion
    from k8snb.magics.commandline import typed

    end = _WORD_END.search(line, column)
    to_end = line[: end.start() if end else len(line)]
    _, _, assigned = to_end.rpartition("= %")
    words, _ = typed((assigned or to_end).lstrip().removeprefix("$ ").lstrip("%"))
    if not words or words[0] != "kubectl" or lab.session is None:
        return ""
    *before, word = words[1:] or [""]
    completion = Completion(lab.session, before)
    if completion.command is None:
        return _run(lab, [word, "--help"]) if word and not completion.args else _run(lab, ["--help"])
    if word.startswith("-"):
        flag = completion.flags.lookup(word[2:].partition("=")[0]) if word.startswith("--") else None
        flag = flag or completion.flags.shorthands.get(word[1:2])
        if flag is not None:
            return f"--{flag.name} <{flag.kind}>\n\n{flag.usage}"
        return ""
    if any(one.name == word for one in completion.command.subcommands):
        return _run(lab, [*completion.path.split(), word, "--help"])
    if completion.pending is not None:
        path = _JSONPATH.search(line[:column])
        kind = completion.kind_meant()
        if path is None or kind is None:
            return f"--{completion.pending.name} <{completion.pending.kind}>\n\n{completion.pending.usage}"
        tail = re.match(r"\w*", line[column:])
        names = re.sub(r"\[[^\]]*\]", "", path[0][1:] + (tail[0] if tail else "")).removeprefix(".items").strip(".")
        return _explained(lab, f"{kind.plural}.{names}" if names else kind.plural, f"--api-version={kind.api_version}")
    if completion.path == "explain":
        return _explained(lab, word)
    kind = lab.session.kinds.find(word.partition("/")[0].rpartition(",")[2]) or completion.kind_meant()
    return _explained(lab, kind.plural, f"--api-version={kind.api_version}") if kind is not None else ""


def _explained(lab: Lab, *words: str) -> str:
    return _run(lab, ["explain", *words])


def _run(lab: Lab, words: list[str]) -> str:
    """What a command prints, no time passing; "" if it fails."""
    from k8snb.kubectl import cli

    session = lab.session
    if session is None:
        return ""
    result = cli.run(words, session)
    return result.stdout.rstrip() if result.exit_code == 0 else ""
