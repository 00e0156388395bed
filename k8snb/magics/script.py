"""Text that was pasted for a shell: whether it needs one, and what of it is commands.

The shell itself is imported when there is a script: a plain line does not wait for it.
"""

from __future__ import annotations

import re

#: a shell's prompt as documentation prints it: `$ kubectl …`, `learner@host:~$ kubectl …`
_PROMPT = re.compile(r"^\s*(?:[\w.-]+@[\w.-]+:\S*)?\$ +(?=\S)")
_MORE = re.compile(r"^\s*> ?")
#: what only a shell understands, where it is not quoted
_OPERATOR = re.compile(r"[|;&]|>>?|<<|\$\(|`")
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.|\{\{.*?\}\}")
_SUBSTITUTION = re.compile(r"\$\(|`")


def needs_shell(line: str) -> bool:
    """Does a command line use what only a shell can do (a pipe, a redirection, `$(…)`)?

    `<name>` is a placeholder that somebody forgot to fill in, and no redirection.
    """
    bare = re.sub(r"<[\w.-]+>", "", _QUOTED.sub("", line))
    if _OPERATOR.search(bare.partition(" -- ")[0]) or re.search(r"(?:^|\s)(?:\||&&|\|\||>|>>|;)(?:\s|$)", bare):
        return True
    return any(text.startswith('"') and _SUBSTITUTION.search(text) for text in _QUOTED.findall(line))


def without_prompts(text: str) -> tuple[str, int]:
    """(the script, how many lines were left out). Where lines begin with a prompt, all others are output, except those that a
    command behind a prompt goes on with: a heredoc, an open quotation, a line that ends with a backslash.
    """
    lines = text.splitlines()
    if not any(_PROMPT.match(line) for line in lines):
        return text, 0
    script: list[str] = []
    left_out, at = 0, 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not _PROMPT.match(line):
            kept = not line.strip() or line.lstrip().startswith("#")
            left_out += not kept
            continue
        command = _PROMPT.sub("", line)
        while at < len(lines) and _incomplete(command):
            command += "\n" + _MORE.sub("", lines[at])
            at += 1
        script.append(command)
    return "\n".join(script) + "\n", left_out


def _incomplete(command: str) -> bool:
    if command.endswith("\\") and not command.endswith("\\\\"):
        return True
    from k8snb.runtime.shell.parser import parse
    from k8snb.runtime.shell.words import Incomplete

    try:
        parse(f"{command}\n", 1, False, "bash")
    except Incomplete:
        return True
    return False


def is_script(text: str) -> bool:
    """Is this text, which is not Python, a shell script that calls kubectl with a heredoc or behind a pipe?"""
    if not re.search(r"(?m)^\s*(?:\$ +)?[^#\n]*\bkubectl\b", text):
        return False
    if not re.search(r"<<-?\s*['\"]?\w|\|\s*kubectl\b|^\s*\$ ", text, re.MULTILINE):
        return False
    from k8snb.runtime.shell.parser import parse

    script, _ = without_prompts(text)
    return parse(script).broken is None
