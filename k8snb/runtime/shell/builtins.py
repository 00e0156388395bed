"""The shell's builtins: commands that change the shell itself, or that every shell has inside.

A builtin is a function of the interpreter and its arguments; it returns an exit status, or None if it has rearranged the
frames itself. `SPECIAL` are POSIX's special builtins, whose errors end a script.
"""

from __future__ import annotations

from collections.abc import Callable

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.machine import NoSuchProgram
from k8snb.runtime.process import Frame
from k8snb.runtime.programs import conditions, printing
from k8snb.runtime.programs.program import Failure
from k8snb.runtime.shell import jobs, variables
from k8snb.runtime.shell.interpreter import Interpreter, syntax_message
from k8snb.runtime.shell.parser import parse
from k8snb.runtime.shell.words import SyntaxFailure

Builtin = Callable[[Interpreter, list[str]], int | None]


def colon(shell: Interpreter, args: list[str]) -> int:
    return 0


def false(shell: Interpreter, args: list[str]) -> int:
    return 1


def echo(shell: Interpreter, args: list[str]) -> int:
    shell.out(printing.echo_text(args, shell.shell.dialect))
    return 0


def printf(shell: Interpreter, args: list[str]) -> int:
    if not args:
        shell.err("usage: printf format [arguments]\n")
        return 2
    text, problems = printing.printf_text(args[0], args[1:])
    shell.out(text)
    for problem in problems:
        shell.complain(f"printf: {problem}")
    return 1 if problems else 0


def test(shell: Interpreter, args: list[str]) -> int:
    return _tested(shell, args, "test")


def _tested(shell: Interpreter, args: list[str], name: str) -> int:
    try:
        return (
            0
            if conditions.evaluate_test(args, shell.machine.fs, shell.process.cwd, shell.machine, shell.process)
            else 1
        )
    except conditions.TestFailure as error:
        shell.complain(f"{name}: {error}")
        return 2


def bracket(shell: Interpreter, args: list[str]) -> int:
    if not args or args[-1] != "]":
        shell.complain("[: missing ]" if shell.shell.dialect != "bash" else "[: missing `]'")
        return 2
    return _tested(shell, args[:-1], "[")


def double_bracket(shell: Interpreter, args: list[str]) -> int:
    try:
        return (
            0
            if conditions.evaluate_double(args[:-1], shell.machine.fs, shell.process.cwd, shell.machine, shell.process)
            else 1
        )
    except conditions.TestFailure as error:
        shell.complain(f"[[: {error}")
        return 2


def pwd(shell: Interpreter, args: list[str]) -> int:
    shell.out(shell.process.cwd + "\n")
    return 0


def cd(shell: Interpreter, args: list[str]) -> int:
    variables = shell.shell.variables
    args = [arg for arg in args if arg not in ("-P", "-L", "--")]
    target = args[0] if args else variables.get("HOME", "/")
    if target == "-":
        target = variables.get("OLDPWD", shell.process.cwd)
        shell.out(target + "\n")
    path = join(shell.process.cwd, target)
    try:
        shell.machine.fs.listdir(path)
    except FileError as error:
        words = f"can't cd to {target}: {error.words}" if shell.shell.dialect == "ash" else f"{target}: {error.words}"
        shell.complain(f"cd: can't cd to {target}" if shell.shell.dialect == "dash" else f"cd: {words}")
        return 1 if shell.shell.dialect == "bash" else 2
    variables["OLDPWD"], variables["PWD"] = shell.process.cwd, path
    shell.process.cwd = path
    return 0


def _number(shell: Interpreter, args: list[str], default: int, name: str) -> int:
    if not args:
        return default
    if not args[0].lstrip("-").isdigit():
        raise Failure(
            f"{name}: Illegal number: {args[0]}"
            if shell.shell.dialect != "bash"
            else (f"{name}: {args[0]}: numeric argument required"),
            2,
        )
    return int(args[0])


def exit_(shell: Interpreter, args: list[str]) -> None:
    shell.leave(_number(shell, args, shell.status, "exit") & 0xFF)


def return_(shell: Interpreter, args: list[str]) -> int | None:
    status = _number(shell, args, shell.status, "return") & 0xFF
    frame = shell.unwind("call", "sourced")
    if frame is None:
        shell.leave(status)
        return None
    shell.status = status
    return None


def break_(shell: Interpreter, args: list[str]) -> int:
    for _ in range(_number(shell, args, 1, "break")):
        if shell.unwind("while", "for", "arithmeticfor", "call") is None or shell.frames[-1].kind == "call":
            break
        shell.pop()
    return 0


def continue_(shell: Interpreter, args: list[str]) -> int:
    for left in range(_number(shell, args, 1, "continue") - 1, -1, -1):
        if shell.unwind("while", "for", "arithmeticfor", "call") is None or shell.frames[-1].kind == "call":
            break
        if left:
            shell.pop()
    return 0


def eval_(shell: Interpreter, args: list[str]) -> int | None:
    return _run_text(shell, " ".join(args))


def _run_text(shell: Interpreter, text: str) -> int | None:
    try:
        script = parse(text)
    except SyntaxFailure as error:
        shell.err(syntax_message(shell.shell, error.token))
        return 2
    if not script.items:
        return 0
    shell.push("sequence", script)
    return None


def source(shell: Interpreter, args: list[str]) -> int | None:
    if not args:
        shell.complain(".: filename argument required")
        return 2
    path = join(shell.process.cwd, args[0])
    try:
        text = shell.machine.fs.read(path).decode("utf-8", "surrogateescape")
    except FileError as error:
        words = (
            f"can't open '{args[0]}': {error.words}" if shell.shell.dialect != "bash" else f"{args[0]}: {error.words}"
        )
        shell.complain(words)
        if shell.shell.dialect != "bash":
            shell.leave(2)
        return 1
    shell.push("sourced")
    if args[1:]:
        shell.frames[-1] = Frame("call", None, 0, (shell.shell.params, {}))
        shell.shell.params = tuple(args[1:])
    status = _run_text(shell, text)
    if status is not None:
        shell.drop()
    return status


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
    "getopts": variables.getopts,
    "hash": colon,
    "alias": colon,
    "unalias": colon,
    "ulimit": colon,
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
