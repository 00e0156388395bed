"""redis-cli: one command from its arguments, or one a line from standard input; at a terminal with a prompt.

Each line is a connection of its own that first says again what the connection was told before (AUTH, SELECT, the commands since
MULTI). Left out: --scan, --stat, --pipe, --cluster and the other modes.
"""

from __future__ import annotations

import shlex
from typing import NamedTuple

from k8snb.runtime.net import NetError
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause
from k8snb.runtime.programs.talk import REDIS, exchange
from k8snb.runtime.redis.resp import Error, Reply, Status, command, replies

_WARNING = "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n"
_REASONS = {"dns": "Name or service not known", "timeout": "Connection timed out", "refused": "Connection refused"}


class Options(NamedTuple):
    host: str = "127.0.0.1"
    port: int = 6379
    password: str = ""
    user: str = ""
    database: int = 0
    raw: bool = False
    quiet: bool = False
    failing: bool = False
    repeat: int = 1
    interval: float = 0.0


class State(NamedTuple):
    """What an interactive client remembers: the database, the commands since MULTI, whether the prompt stands."""

    database: int
    transaction: tuple[bytes, ...] = ()
    prompted: bool = False
    done: int = 0


def _parse(args: list[str]) -> tuple[Options, list[str]]:
    found, rest = Options(), list(args)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word in ("--raw", "--no-raw", "--no-auth-warning", "-e", "-x", "--csv", "-3", "-2"):
            if word in ("-x", "--csv"):
                raise Failure(f"{word} is not simulated: give the command and its arguments")
            found = found._replace(
                raw=word == "--raw" or (found.raw and word != "--no-raw"),
                quiet=found.quiet or word == "--no-auth-warning",
                failing=found.failing or word == "-e",
            )
            continue
        if word in ("-v", "--version"):
            return found, ["--version"]
        if word not in _VALUES or not rest:
            raise Failure(f"Unrecognized option or bad number of args for: '{word}'")
        name, kind = _VALUES[word]
        value = rest.pop(0)
        try:
            found = found._replace(**{name: kind(value)})
        except ValueError:
            raise Failure(f"Invalid argument for {word}: '{value}'") from None
    return found, rest


_VALUES: dict[str, tuple[str, type]] = {
    "-h": ("host", str), "-p": ("port", int), "-a": ("password", str), "--pass": ("password", str),
    "--user": ("user", str), "-n": ("database", int), "-r": ("repeat", int), "-i": ("interval", float),
}  # fmt: skip


def redis_cli(call: Call) -> Outcome:
    given, words = _parse(call.args)
    if words == ["--version"]:
        call.out("redis-cli 8.2.2\n")
        return 0
    state: State = call.state or State(given.database)
    if call.state is None and given.password and not given.quiet:
        call.err(_WARNING)
    if words:
        status = _ask(call, given, state, [word.encode("utf-8", "surrogateescape") for word in words])[1]
        again = state.done + 1 < given.repeat
        return Pause(max(given.interval, 0.001), state._replace(done=state.done + 1)) if again else status
    return _interactive(call, given, state)


def _interactive(call: Call, given: Options, state: State) -> Outcome:
    """One line of standard input, and the prompt for the next."""
    if not state.prompted:
        if terminal(call):
            number = f"[{state.database}]" if state.database else ""
            call.out(f"{given.host}:{given.port}{number}{'(TX)' if state.transaction else ''}> ")
        return Pause(0.0, state._replace(prompted=True))
    line = call.machine.read_line(call.process, 0)
    if not line:
        return 0
    try:
        words = [
            word.encode("utf-8", "surrogateescape") for word in shlex.split(line.decode("utf-8", "surrogateescape"))
        ]
    except ValueError:
        call.out("Invalid argument(s)\n")
        return Pause(0.0, state._replace(prompted=False))
    if words and words[0].lower() in (b"exit", b"quit"):
        return 0
    if words:
        state, _ = _ask(call, given, state, words)
    return Pause(0.0, state._replace(prompted=False))


def _ask(call: Call, given: Options, state: State, words: list[bytes]) -> tuple[State, int]:
    """Send a command and show its answer: (what is remembered afterwards, the exit code)."""
    before: list[bytes] = []
    if given.password:
        user = [given.user.encode()] if given.user else []
        before.append(command([b"AUTH", *user, given.password.encode()]))
    if state.database:
        before.append(command([b"SELECT", str(state.database).encode()]))
    before += state.transaction
    sent = command(words)
    answer = exchange(call, REDIS, given.host, given.port, b"".join([*before, sent]))
    if isinstance(answer, NetError):
        if answer.kind == "reset" and words[0].lower() == b"shutdown":
            return state, 0
        if answer.kind == "reset":
            call.err("Error: Server closed the connection\n")
        else:
            reason = _REASONS.get(answer.kind, "No route to host")
            call.err(f"Could not connect to Redis at {given.host}:{given.port}: {reason}\n")
        return state, 1
    found = replies(answer.body)
    if given.password and isinstance(found[0], Error):
        call.err(f"AUTH failed: {found[0].text}\n")
    reply = found[-1]
    name = words[0].lower()
    if name == b"multi" and not isinstance(reply, Error):
        state = state._replace(transaction=(sent,))
    elif name in (b"exec", b"discard"):
        state = state._replace(transaction=())
    elif state.transaction:
        state = state._replace(transaction=(*state.transaction, sent))
    elif name == b"select" and not isinstance(reply, Error):
        state = state._replace(database=int(words[1]))
    as_text = given.raw or not terminal(call) or name == b"info"
    call.out(_raw(reply) + b"\n" if as_text else _formatted(reply).encode("utf-8", "surrogateescape"))
    return state, int(given.failing and isinstance(reply, Error))


def terminal(call: Call) -> bool:
    """Is standard output a terminal?"""
    fd = call.process.fds.get(1)
    session = call.machine.sessions.get(fd.id) if fd is not None and fd.kind == "out" else None
    return session is not None and session.tty


def _raw(reply: Reply) -> bytes:
    if isinstance(reply, tuple) and not isinstance(reply, Error):
        return b"\n".join(map(_raw, reply))
    if isinstance(reply, bytes):
        return reply
    if isinstance(reply, Error):
        return reply.text.encode("utf-8", "surrogateescape") + b"\n"
    return b"" if reply is None else str(reply).encode()


def _formatted(reply: Reply, indent: str = "") -> str:
    """An answer as people read it at a terminal."""
    if reply is None:
        return "(nil)\n"
    if isinstance(reply, Error):
        return f"(error) {reply.text}\n"
    if isinstance(reply, Status):
        return f"{reply}\n"
    if isinstance(reply, int):
        return f"(integer) {reply}\n"
    if isinstance(reply, bytes):
        return quoted(reply) + "\n"
    if not reply:
        return "(empty array)\n"
    width = len(str(len(reply)))
    inner = indent + " " * (width + 2)
    lines = [f"{number:>{width}}) {_formatted(item, inner)}" for number, item in enumerate(reply, 1)]
    return lines[0] + "".join(indent + line for line in lines[1:])


def quoted(text: bytes) -> str:
    """A string with what is not printable escaped."""
    known = {34: '\\"', 92: "\\\\", 10: "\\n", 13: "\\r", 9: "\\t", 7: "\\a", 8: "\\b"}
    return (
        '"' + "".join(known.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in text) + '"'
    )
