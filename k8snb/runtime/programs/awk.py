"""awk: pattern-action programs over records and fields (POSIX awk; mawk's wording on Debian, busybox's on alpine).

All of the input is read before the program runs. A program that needs what a command prints (`"date" | getline`, `system`)
stops there, the command is run, and the program is run again from its beginning with what is known by then: what it has done
already is counted and not done again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs.awkinput import Effect, Needed
from k8snb.runtime.programs.awkrun import Interpreter
from k8snb.runtime.programs.awksyntax import AwkSyntaxError, parse
from k8snb.runtime.programs.program import CAPTURED, Call, Failure, Outcome, Run


class _State(NamedTuple):
    """Results of the commands so far, how many effects have been made, standard input once it has been read, and what the
    present command is for: `text` or `status` of it is wanted, or it is an `effect` itself."""

    results: tuple[Any, ...] = ()
    done: int = 0
    stdin: bytes | None = None
    wanted: str = ""


def awk(call: Call) -> Outcome:
    """`awk [-F fs] [-v name=value] [-f file | program] [file …]`."""
    args, variables, program = call.args, dict[str, str](), None
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letter, value = word[1], word[2:] or (args.pop(0) if args else "")
        if letter == "F":
            variables["FS"] = "\t" if value == "t" else value
        elif letter == "v" and "=" in value:
            name, _, text = value.partition("=")
            variables[name] = text
        elif letter == "f":
            program = (program or "") + call.read(value).decode("utf-8", "surrogateescape") + "\n"
        else:
            raise Failure(f"unrecognized option '{word}'" if call.busybox else f"not an option: {word}", 2)
    if program is None:
        if not args:
            raise Failure("usage: awk [-F fs] [-v var=value] [prog | -f progfile] [file ...]", 2)
        program = args.pop(0)
    try:
        parsed = parse(program)
    except AwkSyntaxError as error:
        raise _complaint(call, error, program) from None
    return _run(call, Interpreter(call, parsed, variables, args))


def _complaint(call: Call, error: AwkSyntaxError, program: str) -> Failure:
    if call.busybox:
        words = "Unexpected token" if error.kind in ("token", "end") else error.kind
        return Failure(f"cmd. line:{error.line}: {words}", 1)
    if error.kind == "end":
        opened = program.count("{") > program.count("}")
        return Failure(
            f"line {error.line + 1}: {'missing } near end of file' if opened else 'syntax error at or near end of file'}",
            2,
        )
    if error.kind == "token":
        return Failure(f"line {error.line}: syntax error at or near {error.token or 'newline'}".rstrip(), 2)
    return Failure(f"line {error.line}: {error.kind}", 2)


def _run(call: Call, interpreter: Interpreter) -> Outcome:
    state: _State = call.state or _State()
    if state.wanted == "text":
        text = call.machine.read_all(call.process, CAPTURED).decode("utf-8", "surrogateescape")
        state = state._replace(results=(*state.results, text))
    elif state.wanted == "status":
        state = state._replace(results=(*state.results, call.child_status))
    interpreter.results, interpreter.stdin = state.results, state.stdin
    needed, status = None, 0
    try:
        status = interpreter.go()
    except Needed as command:
        needed = command
    except RecursionError:
        raise Failure("function calls nested too deeply", 2) from None
    state = state._replace(stdin=interpreter.stdin)
    at = _apply(call, interpreter.effects, state.done)
    if at is not None:
        effect = interpreter.effects[at]
        return Run(("sh", "-c", effect.name), state._replace(done=at + 1, wanted="effect"), effect.data)
    if needed is not None:
        state = state._replace(done=len(interpreter.effects), wanted=needed.wanted)
        return Run(("sh", "-c", needed.command), state, capture=needed.wanted == "text")
    return status


def _apply(call: Call, effects: list[Effect], done: int) -> int | None:
    """Make the effects from a place on; gives the place of one that is a command to be run."""
    for index in range(done, len(effects)):
        effect = effects[index]
        if effect.kind == "command":
            return index
        if effect.kind == "out":
            call.out(effect.data)
        elif effect.kind == "err":
            call.err(effect.data)
        else:
            try:
                call.machine.fs.write(call.path(effect.name), effect.data, append=effect.kind == "append")
            except FileError as error:
                raise Failure(f'cannot open "{effect.name}" for output ({error.words})', 2) from None
    return None
