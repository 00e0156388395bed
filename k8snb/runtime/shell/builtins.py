"""The shell's builtins: commands that change the shell itself, or that every shell has inside.

A builtin is a function of the interpreter and its arguments; it returns an exit status, or None if it has rearranged the
frames itself. `SPECIAL` are POSIX's special builtins, whose errors end a script.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.process import Frame
from k8snb.runtime.processtable import NoSuchProgram
from k8snb.runtime.programs import conditions, printing
from k8snb.runtime.shell import jobs, variables
from k8snb.runtime.shell.parser import parse

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter

Builtin = Callable[["Interpreter", list[str]], "int | None"]


def colon(shell: Interpreter, args: list[str]) -> int:
    return 0


def false(shell: Interpreter, args: list[str]) -> int:
    return 1


def echo(shell: Interpreter, args: list[str]) -> int:
    shell.out(printing.echo_text(args, shell.shell.dialect))
    return 0


def printf(shell: Interpreter, args: list[str]) -> int:
    dialect, target = shell.shell.dialect, ""
    if args[:1] == ["-v"] and dialect == "bash" and len(args) > 1:
        target, args = args[1], args[2:]
    args = args[1:] if args[:1] == ["--"] else args
    if not args:
        usage = {
            "bash": "printf: usage: printf [-v var] format [arguments]\n",
            "dash": "printf: usage: printf format [arg ...]\n",
        }
        shell.err(f"{shell.shell.name}: {usage.get(dialect, 'printf: missing operand' + chr(10))}")
        return 2
    text, problems = printing.printf_text(args[0], args[1:], dialect)
    if target:
        variables.assign(shell, target, text)
    else:
        shell.out(text)
    for problem in problems:
        shell.complain(problem, "printf")
    return (2 if "directive" in problems[-1] else 1) if problems else 0


def test(shell: Interpreter, args: list[str]) -> int:
    return _tested(shell, args, "test")


def _tested(shell: Interpreter, args: list[str], name: str) -> int:
    dialect = shell.shell.dialect
    try:
        if name == "[[":
            return 0 if conditions.evaluate_double(args, shell.machine, shell.process) else 1
        return 0 if conditions.evaluate_test(args, shell.machine, shell.process, dialect) else 1
    except conditions.TestFailure as error:
        shell.complain(error.text(dialect), name)
        return 2


def bracket(shell: Interpreter, args: list[str]) -> int:
    if not args or args[-1] != "]":
        shell.complain("missing ]" if shell.shell.dialect != "bash" else "missing `]'", "[")
        return 2
    return _tested(shell, args[:-1], "[")


def double_bracket(shell: Interpreter, args: list[str]) -> int:
    return _tested(shell, args[:-1], "[[")


def pwd(shell: Interpreter, args: list[str]) -> int:
    where = shell.process.cwd
    shell.out((shell.machine.fs.realpath(where) if "-P" in args and shell.machine.fs.exists(where) else where) + "\n")
    return 0


def cd(shell: Interpreter, args: list[str]) -> int:
    variables, dialect = shell.shell.variables, shell.shell.dialect
    physical = "-P" in args
    args = [arg for arg in args if arg not in ("-P", "-L", "--")]
    if dialect == "bash" and len(args) > 1:
        shell.complain("too many arguments", "cd")
        return 1
    target = args[0] if args else variables.get("HOME", "/")
    shown = target == "-"
    if shown:
        target = variables.get("OLDPWD", shell.process.cwd)
    path = join(shell.process.cwd, target)
    try:
        shell.machine.fs.listdir(path)
    except FileError as error:
        words = {"ash": f"can't cd to {target}: {error.words}", "dash": f"can't cd to {target}"}
        shell.complain(words.get(dialect, f"{target}: {error.words}"), "cd")
        return 1 if dialect == "bash" else 2
    if physical:
        path = shell.machine.fs.realpath(path)
    if shown:
        shell.out(path + "\n")
    variables["OLDPWD"], variables["PWD"] = shell.process.cwd, path
    shell.process.cwd = path
    return 0


def _number(shell: Interpreter, args: list[str], default: int, name: str) -> int:
    """A builtin's number; anything else ends the shell."""
    from k8snb.runtime.shell.interpreter import Unwound

    if not args:
        return default
    if not args[0].lstrip("-").isdigit():
        bash = shell.shell.dialect == "bash"
        shell.complain(f"{args[0]}: numeric argument required" if bash else f"Illegal number: {args[0]}", name)
        shell.leave(2)
        raise Unwound
    return int(args[0])


def exit_(shell: Interpreter, args: list[str]) -> None:
    shell.leave(_number(shell, args, shell.status, "exit") & 0xFF)


def return_(shell: Interpreter, args: list[str]) -> int | None:
    status = _number(shell, args, shell.status, "return") & 0xFF
    frame = shell.unwind("call", "sourced")
    if frame is None:
        if shell.shell.dialect == "bash":
            shell.complain("can only `return' from a function or sourced script", "return")
            return 2
        shell.leave(status)
        return None
    shell.status = status
    return None


def _in_loop(shell: Interpreter, name: str) -> bool:
    """Is there a loop that could be left? bash tells if not."""
    if any(frame.kind in ("while", "for", "arithmeticfor") for frame in shell.frames):
        return True
    if shell.shell.dialect == "bash":
        shell.complain("only meaningful in a `for', `while', or `until' loop", name)
    return False


def break_(shell: Interpreter, args: list[str]) -> int:
    if not _in_loop(shell, "break"):
        return 0
    for _ in range(_number(shell, args, 1, "break")):
        if shell.unwind("while", "for", "arithmeticfor", "call") is None or shell.frames[-1].kind == "call":
            break
        shell.pop()
    return 0


def continue_(shell: Interpreter, args: list[str]) -> int:
    if not _in_loop(shell, "continue"):
        return 0
    for left in range(_number(shell, args, 1, "continue") - 1, -1, -1):
        if shell.unwind("while", "for", "arithmeticfor", "call") is None or shell.frames[-1].kind == "call":
            break
        if left:
            shell.pop()
    return 0


def eval_(shell: Interpreter, args: list[str]) -> int | None:
    return _run_text(shell, " ".join(args), "eval")


def _run_text(shell: Interpreter, text: str, name: str) -> int | None:
    script = parse(text, shell.shell.line, True, shell.shell.dialect)
    if not script.items and not script.broken:
        return 0
    shell.push("sequence", script, 0, name)
    return None


def source(shell: Interpreter, args: list[str]) -> int | None:
    dialect = shell.shell.dialect
    if not args:
        shell.complain("filename argument required", ".")
        return 2
    try:
        text = _sourced_text(shell, args[0])
    except FileError as error:
        words = {"ash": f"can't open '{args[0]}': {error.words}", "dash": f"cannot open {args[0]}: No such file"}
        shell.complain(words.get(dialect, f"{args[0]}: {error.words}"), "" if dialect == "bash" else ".")
        if dialect != "bash":
            shell.leave(2)
        return 1
    shell.push("sourced")
    if args[1:] and dialect != "dash":
        shell.frames[-1] = Frame("call", None, 0, (shell.shell.params, {}))
        shell.shell.params = tuple(args[1:])
    status = _run_text(shell, text, ".")
    if status is not None:
        shell.drop()
    return status


def _sourced_text(shell: Interpreter, name: str) -> str:
    """A file to be run in this shell; one without a slash is looked for along PATH, too."""
    places = [join(shell.process.cwd, name)]
    if "/" not in name:
        places = [join(base, name) for base in shell.shell.variables.get("PATH", "").split(":")] + places
    for path in places[:-1]:
        if shell.machine.fs.exists(path):
            return shell.machine.fs.read(path).decode("utf-8", "surrogateescape")
    return shell.machine.fs.read(places[-1]).decode("utf-8", "surrogateescape")


def exec_(shell: Interpreter, args: list[str]) -> int | None:
    from k8snb.runtime.shell.simple import run_program

    if not args:
        return 0
    run_program(shell, args, [], replace=True)
    return None


def command(shell: Interpreter, args: list[str]) -> int | None:
    from k8snb.runtime.shell.simple import run_program

    if args[:1] in (["-v"], ["-V"]):
        return _describe(shell, args[1:], short=args[0] == "-v")
    args = args[1:] if args[:1] in (["-p"], ["--"]) else args
    if not args:
        return 0
    if args[0] in BUILTINS:
        return BUILTINS[args[0]](shell, args[1:])
    run_program(shell, args, [])
    return None


def ulimit(shell: Interpreter, args: list[str]) -> int:
    """One bound of the process, as a container runtime sets them; there is no raising them."""
    if len(args) > 1:
        return 0
    found = {"-n": "1048576", "-u": "unlimited", "-s": "8192", "-c": "unlimited", "-l": "64"}
    shell.out(found.get(args[0] if args else "-f", "unlimited") + "\n")
    return 0


def hash_(shell: Interpreter, args: list[str]) -> int:
    if not args and shell.shell.dialect == "bash":
        shell.out("hash: hash table empty\n")
    return 0


def type_(shell: Interpreter, args: list[str]) -> int:
    return _describe(shell, args, short=False)


def _describe(shell: Interpreter, names: list[str], short: bool) -> int:
    status = 0
    for name in names:
        if name in _KEYWORDS:
            shell.out(f"{name}\n" if short else f"{name} is a shell keyword\n")
        elif name in shell.shell.functions:
            shell.out(f"{name}\n" if short else f"{name} is a function\n")
        elif name in BUILTINS:
            shell.out(f"{name}\n" if short else f"{name} is a shell builtin\n")
        else:
            try:
                path, _ = shell.machine.find(name, shell.process)
                shell.out(f"{path}\n" if short else f"{name} is {path}\n")
            except NoSuchProgram:
                status = 127 if shell.shell.dialect != "bash" else 1
                if not short:
                    (shell.complain if shell.shell.dialect == "bash" else lambda text: shell.out(text + "\n"))(
                        f"type: {name}: not found" if shell.shell.dialect == "bash" else f"{name}: not found"
                    )
    return status


_KEYWORDS = frozenset(
    ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "{", "}", "!"]
)


BUILTINS: dict[str, Builtin] = {
    ":": colon,
    "true": colon,
    "false": false,
    "echo": echo,
    "printf": printf,
    "test": test,
    "[": bracket,
    "[[": double_bracket,
    "pwd": pwd,
    "cd": cd,
    "export": variables.export,
    "readonly": variables.readonly,
    "unset": variables.unset,
    "local": variables.local,
    "declare": variables.declare,
    "typeset": variables.declare,
    "set": variables.set_,
    "shift": variables.shift,
    "exit": exit_,
    "return": return_,
    "break": break_,
    "continue": continue_,
    "eval": eval_,
    ".": source,
    "source": source,
    "exec": exec_,
    "command": command,
    "type": type_,
    "read": variables.read,
    "wait": jobs.wait,
    "jobs": jobs.jobs,
    "kill": jobs.kill,
    "trap": jobs.trap,
    "umask": variables.umask,
    "let": variables.let,
    "mapfile": variables.arrays,
    "readarray": variables.arrays,
    "getopts": variables.getopts,
    "hash": hash_,
    "alias": colon,
    "unalias": colon,
    "ulimit": ulimit,
    "times": colon,
    "shopt": colon,
}
SPECIAL = frozenset(
    {
        ":",
        ".",
        "break",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "readonly",
        "return",
        "set",
        "shift",
        "trap",
        "unset",
    }
)
