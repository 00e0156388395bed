"""The streams of exec and attach: input is written, output is printed as it comes, the end is an exit code.

A stream that would go on for ever is hung up when nothing more can happen, or in jump pace after an hour of virtual time:
what Ctrl-C is in a terminal. Source: kubectl `pkg/cmd/exec/exec.go`, client-go `tools/remotecommand`.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.client.websocket import StreamError
from k8snb.kubectl.command import Invocation, OpenShell
from k8snb.kubectl.errors import CommandError, Exit
from k8snb.sim.limits import SETTLE_SECONDS

#: the exit code of a command that was interrupted
INTERRUPTED = 130
#: refusals that are told as the server words them; all others are about the connection
_PLAIN = ("Forbidden", "Unauthorized", "Invalid")


def connect(
    invocation: Invocation,
    pod: Mapping[str, Any],
    subresource: str,
    query: Mapping[str, str],
    words: Sequence[str] = (),
) -> Any:
    """Open a stream to a Pod. CommandError with what the server says if it refuses."""
    kind, meta = invocation.kind("pods"), pod["metadata"]
    path = kind.path(meta["namespace"], meta["name"], subresource)
    multi = {"command": list(words)} if words else None
    try:
        return invocation.api.call("POST", path, query, multi=multi, about=kind.about, name=meta["name"]).body
    except StatusError as error:
        if error.reason in _PLAIN:
            raise
        raise CommandError(f"unable to upgrade connection: {error.message}") from None


def pump(invocation: Invocation, stream: Any, *, stdin: bool = False, tty: bool = False) -> int | None:
    """Feed and drain a stream until it ends; returns the exit code, None if it was hung up."""
    out = _Printer(invocation.out)
    sinks = {"stdout": out.write, "stderr": out.write if tty else _Printer(invocation.err).write}
    return drain(invocation, stream, sinks, invocation.stdin.encode() if stdin else None)


def drain(
    invocation: Invocation, stream: Any, sinks: Mapping[str, Callable[[bytes], object]], data: bytes | None = None
) -> int | None:
    """The same with bytes: `data` goes in, what comes out goes to `sinks` (`stdout`, `stderr`)."""
    if data is not None:
        stream.write(data, more=False)

    def step() -> bool:
        """Pass on what is new; whether something was, or the end is reached."""
        pieces = stream.poll()
        for name, piece in pieces:
            sinks[name](piece)
        return bool(pieces) or stream.done

    end = patience(invocation)
    try:
        while not stream.done:
            if (not step() and not invocation.client.wait(step)) or invocation.client.now() > end:
                return None
        step()
        status: int = stream.status
        return status
    except StreamError as error:
        raise CommandError(str(error)) from None
    finally:
        stream.close()


def patience(invocation: Invocation) -> float:
    """Until when (Unix time) a stream that never falls silent is listened to: live, until somebody presses Ctrl-C."""
    cluster = invocation.session.cluster
    jumping = cluster is not None and cluster.pacer is None
    return invocation.client.now() + SETTLE_SECONDS if jumping else math.inf


def finish(invocation: Invocation, status: int | None, what: str) -> None:
    """End as kubectl does with a command's exit code. Exit if that is not 0."""
    if status is None:
        invocation.lab(f"{what} would go on for ever: it was interrupted, as Ctrl-C does in a terminal")
        raise Exit(INTERRUPTED)
    if status:
        invocation.error_line(f"command terminated with exit code {status}")
        raise Exit(status)


class LeftOpen(Exit):
    """The program waits at its prompt and lives on: in a notebook, the next cells are typed into it."""

    def __init__(self, shell: OpenShell) -> None:
        super().__init__(0)
        self.shell = shell


def converse(
    invocation: Invocation, stream: Any, pod: Mapping[str, Any], container: str, *, stdin: bool, tty: bool
) -> int | None:
    """`pump`, unless somebody sits at the terminal: then LeftOpen as soon as the program waits to be typed into."""
    keyboard = invocation.session.keyboard
    if not (stdin and tty and keyboard is not None and not invocation.stdin):
        return pump(invocation, stream, stdin=stdin, tty=tty)
    out = _Printer(invocation.out)

    def step() -> bool:
        for _, data in stream.poll():
            out.write(data)
        return bool(stream.done or stream.waits_for_input)

    if not step() and not invocation.client.wait(step):
        stream.close()
        return None
    if stream.done:
        step()
        status: int = stream.status
        return status
    meta = pod["metadata"]
    shell = OpenShell(meta["namespace"], meta["name"], container, stream)
    keyboard(shell)
    raise LeftOpen(shell)


class _Printer:
    """Prints bytes as text, also where a character is cut in two."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit, self._decoder = emit, codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: bytes) -> None:
        text = self._decoder.decode(data)
        if text:
            self._emit(text)
