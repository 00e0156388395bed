"""The shell's builtins: commands that change the shell itself, or that every shell has inside.

A builtin is a function of the interpreter and its arguments; it returns an exit status, or None if it has rearranged the
frames itself. `SPECIAL` are POSIX's special builtins, whose errors end a script.
"""

from __future__ import annotations

from collections.abc import Callable

from k8snb.runtime.filesystem import FileError, join
from k8snb.runtime.machine import NoSuchProgram
from k8snb.runtime.process import SIGNAL_NAMES, Frame, Wait, signal_number
from k8snb.runtime.programs import basic
from k8snb.runtime.programs.program import Blocked, Failure
from k8snb.runtime.shell.arithmetic import evaluate
from k8snb.runtime.shell.interpreter import Interpreter, Unwound, syntax_message
from k8snb.runtime.shell.parser import parse
from k8snb.runtime.shell.words import SyntaxFailure, is_name

Builtin = Callable[[Interpreter, list[str]], int | None]


def colon(shell: Interpreter, args: list[str]) -> int:
    return 0


def false(shell: Interpreter, args: list[str]) -> int:
    return 1


def echo(shell: Interpreter, args: list[str]) -> int:
    shell.out(basic.echo_text(args, shell.shell.dialect))
    return 0


def printf(shell: Interpreter, args: list[str]) -> int:
    if not args:
        shell.err("usage: printf format [arguments]\n")
        return 2
    text, problems = basic.printf_text(args[0], args[1:])
    shell.out(text)
    for problem in problems:
        shell.complain(f"printf: {problem}")
    return 1 if problems else 0


def test(shell: Interpreter, args: list[str]) -> int:
    return _tested(shell, args, "test")


def _tested(shell: Interpreter, args: list[str], name: str) -> int:
    try:
        return 0 if basic.evaluate_test(args, shell.machine.fs, shell.process.cwd, shell.machine, shell.process) else 1
    except basic.TestFailure as error:
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
            if basic.evaluate_double(args[:-1], shell.machine.fs, shell.process.cwd, shell.machine, shell.process)
            else 1
        )
    except basic.TestFailure as error:
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


def export(shell: Interpreter, args: list[str]) -> int:
    names = [arg for arg in args if not arg.startswith("-")]
    if not names:
        for name in sorted(shell.shell.exported & set(shell.shell.variables)):
            shell.out(f"export {name}='{shell.shell.variables[name]}'\n")
        return 0
    for item in names:
        name, equals, value = item.partition("=")
        if not is_name(name):
            shell.complain(f"export: {item}: bad variable name")
            return 1 if shell.shell.dialect == "bash" else 2
        if equals:
            _set(shell, name, value)
        shell.shell.exported |= {name}
    return 0


def readonly(shell: Interpreter, args: list[str]) -> int:
    for item in args:
        name, equals, value = item.partition("=")
        if equals:
            _set(shell, name, value)
        shell.shell.readonly |= {name}
    return 0


def _set(shell: Interpreter, name: str, value: str) -> None:
    from k8snb.runtime.shell.simple import assign

    assign(shell, name, value)


def unset(shell: Interpreter, args: list[str]) -> int:
    functions = "-f" in args
    for name in args:
        if name.startswith("-"):
            continue
        if name in shell.shell.readonly:
            shell.complain(f"unset: {name}: is read only")
            return 1
        if functions or name not in shell.shell.variables:
            shell.shell.functions = {key: body for key, body in shell.shell.functions.items() if key != name}
        if not functions:
            shell.shell.variables.pop(name, None)
            shell.shell.exported -= {name}
    return 0


def local(shell: Interpreter, args: list[str]) -> int:
    index = next((i for i in range(len(shell.frames) - 1, -1, -1) if shell.frames[i].kind == "call"), None)
    if index is None:
        shell.complain("local: not in a function")
        return 1
    params, saved = shell.frames[index].data
    saved = dict(saved)
    for item in args:
        name, equals, value = item.partition("=")
        if name.startswith("-"):
            continue
        saved.setdefault(name, shell.shell.variables.get(name))
        if equals:
            _set(shell, name, value)
        else:
            shell.shell.variables.pop(name, None)
    shell.frames[index] = shell.frames[index]._replace(data=(params, saved))
    return 0


def declare(shell: Interpreter, args: list[str]) -> int:
    if any(frame.kind == "call" for frame in shell.frames):
        local(shell, args)
    flags = "".join(arg for arg in args if arg.startswith("-"))
    for item in args:
        name, equals, value = item.partition("=")
        if name.startswith("-"):
            continue
        if equals:
            _set(shell, name, value)
        if "x" in flags:
            shell.shell.exported |= {name}
        if "r" in flags:
            shell.shell.readonly |= {name}
    return 0


def set_(shell: Interpreter, args: list[str]) -> int:
    if not args:
        for name in sorted(shell.shell.variables):
            if is_name(name):
                shell.out(f"{name}='{shell.shell.variables[name]}'\n")
        return 0
    options = set(shell.shell.options)
    while args and args[0][:1] in ("-", "+") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            shell.shell.params = tuple(args)
            break
        for letter in word[1:]:
            if letter == "o":
                name = args.pop(0) if args else ""
                letter = _LONG_OPTIONS.get(name, name)
            (options.add if word[0] == "-" else options.discard)(letter)
    else:
        if args:
            shell.shell.params = tuple(args)
    shell.shell.options = frozenset(options)
    return 0


_LONG_OPTIONS = {
    "errexit": "e",
    "nounset": "u",
    "xtrace": "x",
    "noglob": "f",
    "noclobber": "C",
    "allexport": "a",
    "verbose": "v",
}


def shift(shell: Interpreter, args: list[str]) -> int:
    count = int(args[0]) if args and args[0].isdigit() else 1
    if count > len(shell.shell.params):
        if shell.shell.dialect == "dash":
            shell.complain("shift: can't shift that many")
            shell.leave(2)
        return 1
    shell.shell.params = shell.shell.params[count:]
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


def read(shell: Interpreter, args: list[str]) -> int:
    raw, prompt, names = False, "", []
    items = list(args)
    while items:
        word = items.pop(0)
        if word == "-p" and items:
            prompt = items.pop(0)
        elif word in ("-t", "-n", "-d", "-u") and items:
            items.pop(0)
        elif word.startswith("-") and len(word) > 1:
            raw = raw or "r" in word
        else:
            names.append(word)
    line = b""
    while True:
        piece = shell.machine.read_line(shell.process, 0)
        line += piece
        if raw or not piece.endswith(b"\\\n"):
            break
        line = line[:-2]
    if prompt and line:
        shell.err(prompt)
    _distribute(shell, names, line.decode("utf-8", "surrogateescape").removesuffix("\n"), raw)
    return 0 if line.endswith(b"\n") else 1


def _distribute(shell: Interpreter, names: list[str], text: str, raw: bool) -> None:
    """Give the words of a line to variables; the last gets the rest."""
    if not raw:
        text = text.replace("\\", "")
    separators = shell.shell.variables.get("IFS", " \t\n")
    white = "".join(char for char in separators if char in " \t\n")
    if not names:
        shell.shell.variables["REPLY"] = text
        return
    rest = text.strip(white) if white else text
    for name in names[:-1]:
        at = next((index for index, char in enumerate(rest) if char in separators), len(rest))
        _set(shell, name, rest[:at])
        rest = rest[at + 1 :]
        rest = rest.lstrip(white) if white else rest
    _set(shell, names[-1], rest)


def wait(shell: Interpreter, args: list[str]) -> int:
    jobs = shell.shell.jobs
    wanted = [int(arg) for arg in args if arg.isdigit()] or list(jobs)
    status = 0
    for pid in wanted:
        if pid not in jobs:
            status = 127
            continue
        if jobs[pid] is None:
            raise Blocked(Wait("child", pid))
        status = jobs[pid] or 0
    shell.shell.jobs = {pid: value for pid, value in jobs.items() if pid not in wanted}
    return status if args else 0


def jobs(shell: Interpreter, args: list[str]) -> int:
    for index, (pid, status) in enumerate(shell.shell.jobs.items(), 1):
        if status is None:
            process = shell.machine.processes.get(pid)
            shell.out(f"[{index}]+  Running                 {' '.join(process.argv) if process else ''}\n")
    return 0


def kill(shell: Interpreter, args: list[str]) -> int:
    if args[:1] == ["-l"]:
        shell.out("\n".join(f"{number:2d}) {name}" for number, name in SIGNAL_NAMES.items()) + "\n")
        return 0
    signal: int | None = 15
    if args[:1] == ["-s"] and len(args) > 1:
        signal, args = signal_number(args[1]), args[2:]
    elif args and args[0].startswith("-") and len(args[0]) > 1:
        signal, args = signal_number(args[0][1:]), args[1:]
    if signal is None:
        shell.complain("kill: bad signal name")
        return 1
    return _send(shell, signal, args)


def _send(shell: Interpreter, signal: int, args: list[str]) -> int:
    status = 0
    for word in args:
        if word.startswith("%"):
            running = [pid for pid, code in shell.shell.jobs.items() if code is None]
            index = int(word[1:]) - 1 if word[1:].isdigit() else -1
            word = str(running[index]) if running and index < len(running) else word
        if not word.isdigit() or not shell.machine.kill(int(word), signal):
            problem = (
                f"can't kill pid {word}: No such process"
                if shell.shell.dialect == "ash"
                else f"({word}) - No such process"
            )
            shell.complain(f"kill: {problem}")
            status = 1
    if shell.process.status is not None or shell.process.pid not in shell.machine.processes:
        raise Unwound
    return status


def trap(shell: Interpreter, args: list[str]) -> int:
    args = args[1:] if args[:1] == ["--"] else args
    traps = dict(shell.shell.traps)
    if not args:
        for name, text in traps.items():
            shell.out(f"trap -- '{text}' {name}\n")
        return 0
    action, names = (args[0], args[1:]) if len(args) > 1 else ("-", args)
    for word in names:
        name = "EXIT" if word in ("0", "EXIT") else SIGNAL_NAMES.get(signal_number(word) or 0, "")
        if not name:
            shell.complain(f"trap: {word}: invalid signal specification")
            return 1
        if action == "-":
            traps.pop(name, None)
        else:
            traps[name] = action
    shell.shell.traps = traps
    return 0


def umask(shell: Interpreter, args: list[str]) -> int:
    if not args:
        shell.out(f"{shell.process.umask:04o}\n")
    elif all(char in "01234567" for char in args[0]):
        shell.process.umask = int(args[0], 8)
    return 0


def let(shell: Interpreter, args: list[str]) -> int:
    value = 0
    for expression in args:
        value = evaluate(expression, shell.shell.variables)
    return 0 if value else 1


def getopts(shell: Interpreter, args: list[str]) -> int:
    if len(args) < 2:
        return 2
    options, name, words = args[0], args[1], args[2:] or list(shell.shell.params)
    variables = shell.shell.variables
    index, _, offset = variables.get("OPTIND", "1").partition(".")
    at, inner = int(index or 1), int(offset or variables.get("_OPTOFF", "1") or 1)
    word = words[at - 1] if at <= len(words) else ""
    if not word.startswith("-") or word in ("-", "--"):
        variables[name] = "?"
        variables["OPTIND"] = str(at + (word == "--"))
        return 1
    letter = word[inner]
    variables[name] = letter
    inner += 1
    position = options.find(letter)
    if position < 0 or letter == ":":
        variables[name] = "?"
        if not options.startswith(":"):
            shell.complain(
                f"Illegal option -{letter}" if shell.shell.dialect != "bash" else f"illegal option -- {letter}"
            )
    elif options[position + 1 : position + 2] == ":":
        if inner < len(word):
            variables["OPTARG"] = word[inner:]
        elif at < len(words):
            variables["OPTARG"] = words[at]
            at += 1
        else:
            variables[name] = ":" if options.startswith(":") else "?"
        inner = len(word)
    if inner >= len(word):
        at, inner = at + 1, 1
    variables["OPTIND"], variables["_OPTOFF"] = str(at), str(inner)
    return 0


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
    "export": export,
    "readonly": readonly,
    "unset": unset,
    "local": local,
    "declare": declare,
    "typeset": declare,
    "set": set_,
    "shift": shift,
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
    "read": read,
    "wait": wait,
    "jobs": jobs,
    "kill": kill,
    "trap": trap,
    "umask": umask,
    "let": let,
    "getopts": getopts,
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
