"""What the shells say when something goes wrong, each in its own words: busybox's ash, Debian's dash, and bash.

Where a shell names the line it is in depends on where its script comes from (`Shell.origin`): `-c`, standard input or a file.
"""

from __future__ import annotations

import re

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.limits import MARK
from k8snb.runtime.process import SIGTERM, Process, Shell
from k8snb.runtime.processtable import NoSuchProgram
from k8snb.runtime.shell.arithmetic import ArithmeticFailure
from k8snb.runtime.shell.syntax import Fault

#: ash's builtins that are tools at the same time, and complain as those do
_APPLETS = frozenset({"echo", "printf", "test", "[", "[[", "kill", "pwd", "true", "false"})
_NEVER_CLOSED = {
    "'": "unterminated quoted string",
    '"': "unterminated quoted string",
    "`": "EOF in backquote substitution",
    "${": "missing '}'",
    "$((": "missing '))'",
}
_CLOSING = {"'": "'", '"': '"', "`": "`", "${": "}", "$((": ")", "$(": ")"}


def prefix(shell: Shell, builtin: str = "") -> str:
    """What stands before an error message."""
    line, origin = shell.line, shell.origin
    if shell.dialect == "dash":
        where = f"{line}: "
    elif shell.dialect == "bash":
        where = "" if origin == "stdin" else f"line {line}: "
    else:
        if builtin in _APPLETS:
            return f"{shell.name}: "
        where = f"line {line}: " if origin == "file" else ""
        if builtin:
            where = f"{builtin}: line {line - (origin == '-c')}: "
            builtin = ""
    return f"{shell.name}: {where}{builtin and builtin + ': '}"


def syntax_message(shell: Shell, fault: Fault, within: str = "") -> str:
    """What each shell says of text that is no script; `within` is the builtin that was given it (`eval`)."""
    if fault.words.startswith(MARK):
        return f"{fault.words}\n"
    if shell.dialect == "bash":
        return _bash_syntax(shell, fault, within)
    ash = shell.dialect == "ash"
    words = whole = fault.words or _NEVER_CLOSED.get(fault.opener, "")
    if not words:
        expecting = ")" if fault.opener == "$(" else fault.expecting
        token = fault.token if fault.token in ("newline", "end of file", "word", "redirection") else f'"{fault.token}"'
        words = (f"unexpected {token}" if ash else f"{token} unexpected") + (
            f' (expecting "{expecting}")' if expecting else ""
        )
    if ash:
        where = f"line {fault.line}: " if shell.origin == "file" else ""
        if within:
            where = f"{within}: line {shell.line - (shell.origin == '-c')}: "
        return f"{shell.name}: {where}syntax error: {words}\n"
    head = f"{shell.name}: {fault.line}: {within and within + ': '}"
    if words == "bad substitution":
        return f"{head}Bad substitution\n"
    return f"{head}Syntax error: {words[0].upper() + words[1:] if whole else words}\n"


def _bash_syntax(shell: Shell, fault: Fault, within: str) -> str:
    name = f"{shell.name}: {within or ('-c' if shell.origin == '-c' else '')}".rstrip(": ") + ": "
    at_end = fault.token == "end of file" and fault.near != "newline"
    line = fault.line + (1 if at_end and fault.opener in ("", "$(") else 0)
    head = name if shell.origin == "stdin" and not within else f"{name}line {line}: "
    if fault.words == "bad substitution":
        return f"{shell.name}: {'' if shell.origin == 'stdin' else f'line {line}: '}{fault.text}: bad substitution\n"
    if fault.words:
        return f"{head}syntax error: {fault.words}\n"
    if fault.opener:
        return f"{head}unexpected EOF while looking for matching `{_CLOSING[fault.opener]}'\n"
    if at_end:
        return f"{head}syntax error: unexpected end of file\n"
    return f"{head}syntax error near unexpected token `{fault.near}'\n{head}`{fault.text}'\n"


def arithmetic_message(dialect: str, failure: ArithmeticFailure) -> str:
    """What each shell says of an expression that cannot be computed."""
    kind, token, expression = failure.kind, failure.token, failure.expression
    if dialect == "ash":
        return {"zero": "divide by zero", "loop": "expression recursion loop detected",
                "exponent": "exponent less than 0"}.get(kind, "arithmetic syntax error")  # fmt: skip
    if dialect == "dash":
        if kind == "variable":
            return f"Illegal number: {token}"
        words = {"zero": "division by zero", "number": "expecting EOF"}.get(kind, "expecting primary")
        return f'arithmetic expression: {words}: "{expression}"'
    if kind == "number":
        base = "#" in token
        return f'{token}: {"value" if not base else "invalid arithmetic base"} too great for base (error token is "{token}")'
    words = {"zero": "division by 0", "loop": "expression recursion level exceeded",
             "exponent": "exponent less than 0"}.get(kind, "syntax error: operand expected")  # fmt: skip
    return f'{expression}: {words} (error token is "{token}")'


def redirect_message(shell: Shell, error: FileError) -> str:
    """What each shell says of a redirection that fails."""
    if error.name == "EBADF":
        return f"{error.path}: {error.words}"
    if shell.dialect == "bash":
        return f"{error.path}: {'cannot overwrite existing file' if error.name == 'EEXIST' else error.words}"
    ash = shell.dialect == "ash"
    if not error.writing:
        words = "no such file" if ash else "No such file"
        verb = "can't open" if ash else "cannot open"
        return f"{verb} {error.path}: {words if error.name == 'ENOENT' else error.words}"
    verb = "can't create" if ash else "cannot create"
    missing = "nonexistent directory" if ash else "Directory nonexistent"
    return f"{verb} {error.path}: {missing if error.name == 'ENOENT' else error.words}"


def not_found(shell: Shell, command: str, missing: NoSuchProgram, builtin: str = "") -> str:
    """`sh: foo: not found`."""
    head = prefix(shell, builtin)
    if missing.status == 126:
        words = "Permission denied" if "permission" in missing.cause else "Exec format error"
    elif shell.dialect == "bash":
        words = "No such file or directory" if "/" in command else "not found" if builtin else "command not found"
    else:
        words = "not found"
    return f"{head}{command}: {words}\n"


_KILLED = {1: "Hangup", 3: "Quit", 6: "Aborted", 9: "Killed", 10: "User defined signal 1", 11: "Segmentation fault",
    12: "User defined signal 2", 14: "Alarm clock", 15: "Terminated"}  # fmt: skip


def quoted(word: str) -> str:
    """A word as it could be typed."""
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'" + word.replace("'", "'\\''") + "'"


def killed_message(shell: Shell, child: Process) -> str:
    """What a shell says when a command in its foreground was killed by a signal."""
    words = killed_words(shell, child.signal)
    if words and shell.dialect == "bash":
        if child.signal == SIGTERM:
            return words
        command = " ".join(map(quoted, child.argv))
        return f"{shell.name}: line {shell.line}: {child.pid:5d} {words.strip():<24}{command}\n"
    return words


def killed_words(shell: Shell, signal: int) -> str:
    """The name of a signal's effect as a line; nothing for those that a shell does not tell of."""
    return f"{_KILLED[signal]}\n" if signal in _KILLED else ""
