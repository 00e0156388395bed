"""`sh`, `ash`, `dash` and `bash`: what turns a process into one that runs a script."""

from __future__ import annotations

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import Frame, Shell
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause
from k8snb.runtime.shell.parser import parse

_OPTIONS = frozenset("euxfCavlis")


def shell(call: Call) -> Outcome:
    """Start a shell: `sh -c TEXT [NAME ARGS]`, `sh FILE ARGS`, or reading commands from standard input."""
    args, options, text = call.args, set(), None
    while args and args[0].startswith(("-", "+")) and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            continue
        for letter in word[1:]:
            if letter == "c":
                text = ""
            elif letter == "o":
                options.add(args.pop(0) if args else "")
            elif letter in _OPTIONS:
                options.add(letter)
            else:
                raise Failure(f"invalid option -- '{letter}'" if not call.busybox else f"bad option -{letter}", 2)
    state = _new_shell(call, frozenset(options) - frozenset("lis"))
    if text is not None:
        if not args:
            raise Failure("-c requires an argument" if call.busybox else "-c: option requires an argument", 2)
        text = args.pop(0)
        state.name = args.pop(0) if args else call.argv[0]
    elif args and "s" not in options:
        state.name, state.origin = args.pop(0), "file"
        text = _script(call, state.name)
    else:
        state.source = state.origin = "stdin"
    state.params = tuple(args)
    if text is not None:
        state.frames.append(Frame("sequence", parse(text, 1, True, state.dialect)))
    call.process.shell = state
    return Pause(0.0, None)


def _new_shell(call: Call, options: frozenset[str]) -> Shell:
    name = call.name.lstrip("-")
    dialect = "bash" if name == "bash" else "ash" if call.busybox else "dash"
    variables = dict(call.env)
    variables.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    variables.update(PWD=call.process.cwd, IFS=" \t\n", OPTIND="1", PPID=str(call.process.ppid))
    variables["SHLVL"] = str(int(variables.get("SHLVL", "0") or 0) + 1)
    if dialect == "bash":
        variables.update(BASH_VERSION="5.2.37(1)-release", BASH="/bin/bash", EUID=str(call.process.uid))
    exported = frozenset(call.env) | {"PWD", "SHLVL"}
    return Shell([], variables, exported, dialect, call.argv[0], options=options, seconds_base=call.now)


def _script(call: Call, name: str) -> str:
    try:
        return call.machine.fs.read(call.path(name)).decode("utf-8", "surrogateescape")
    except FileError as error:
        shown = f"can't open '{name}': {error.words}" if call.busybox else f"{name}: {error.words}"
        raise Failure(shown, 2 if call.busybox else 127) from None
