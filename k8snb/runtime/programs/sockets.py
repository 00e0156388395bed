"""nc and telnet: bytes to a TCP port and what comes back, whether a port is open, and a port to listen on.

What is sent is HTTP if it looks like it (`printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80`); otherwise it is bytes,
which servers of other protocols may understand (`echo PING | nc redis 6379`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from k8snb.runtime.net import HttpResponse, NetError
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, Serve
from k8snb.runtime.programs.talk import RAW, exchange

_HTTP = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.[01]\r?\n((?:[^\r\n]+\r?\n)*)\r?\n(.*)", re.DOTALL)
_FOREVER = 1e9
_WORDS = {"refused": "Connection refused", "timeout": "Connection timed out"}


class Ready(NamedTuple):
    """The connection has been tried: why it failed, or None."""

    problem: NetError | None


def nc(call: Call) -> Outcome:
    """`nc [-zv] [-w SECONDS] HOST PORT`, or `nc -l -p PORT`, which accepts connections and says nothing."""
    found, names = options(call, "zvlknuqN46", "wpis")
    if "l" in found:
        local = found.get("p") or (names[-1] if names else "")
        if not local.isdigit():
            raise Failure("bad port" if call.busybox else "missing port number")
        call.listen(int(local))
        return Serve(None)
    if len(names) < 2 or not re.fullmatch(r"\d+(-\d+)?", names[1]):
        raise Failure("missing port number")
    patience = float(found["w"]) if found.get("w", "").isdigit() else _FOREVER
    if "-" in names[1]:
        return _scan(call, names[0], names[1], patience)
    target, port = names[0], int(names[1])
    if call.state is None:
        problem = call.machine.world.net.connect(target, port)
        return Pause(min(max(problem.seconds if problem else 0.0, 0.001), patience), Ready(problem))
    if isinstance(call.state, Ready):
        status = _connected(call, target, port, call.state.problem, "v" in found, "z" in found)
        if status is not None:
            return status
        return send(call, target, port, call.stdin())
    return received(call)


def _connected(call: Call, target: str, port: int, problem: NetError | None, loud: bool, only: bool) -> int | None:
    """Tell how the connection went; None to go on with it."""
    if problem is None:
        if loud:
            said = (
                f"{target} ({_ip(call, target)}:{port}) open\n"
                if call.busybox
                else (f"Connection to {target} ({_ip(call, target)}) {port} port [tcp/*] succeeded!\n")
            )
            call.err(said)
        return 0 if only else None
    if problem.kind == "dns":
        if call.busybox:
            raise Failure(f"bad address '{target}'")
        call.err(f'nc: getaddrinfo for host "{target}" port {port}: Name or service not known\n')
        return 1
    words = _WORDS.get(problem.kind, "Host is unreachable" if call.busybox else "No route to host")
    if call.busybox:
        if loud or not only:
            call.err(f"nc: {target} ({_ip(call, target)}:{port}): {words}\n")
    elif loud:
        call.err(f"nc: connect to {target} ({_ip(call, target)}) port {port} (tcp) failed: {words}\n")
    return 1


def _ip(call: Call, name: str) -> str:
    found = call.machine.world.net.lookup(name)
    return name if isinstance(found, NetError) else found[0]


def _scan(call: Call, target: str, ports: str, patience: float) -> Outcome:
    first, last = (int(part) for part in ports.split("-"))
    waited, status = 0.0, 1
    if call.state is not None:
        return int(call.state)
    for port in range(first, min(last, first + 1023) + 1):
        problem = call.machine.world.net.connect(target, port)
        waited += min(problem.seconds if problem else 0.001, patience)
        if problem is None:
            status = 0
            call.err(f"{target} ({_ip(call, target)}:{port}) open\n")
    return Pause(max(waited, 0.001), status)


def send(call: Call, target: str, port: int, data: bytes) -> Outcome:
    """Send bytes over a connection and wait for what comes back."""
    http = _HTTP.match(data)
    if not data:
        return 0
    if http is None:
        answer = exchange(call, RAW, target, port, data)
    else:
        lines = (line.partition(":") for line in http[3].decode("latin-1").splitlines() if line)
        headers = {name.strip(): value.strip() for name, _, value in lines}
        url = f"http://{target}:{port}{http[2].decode('latin-1')}"
        answer = call.machine.world.net.http(http[1].decode(), url, headers, http[4])
    return Pause(max(answer.seconds, 0.001), (answer, http is not None))


def received(call: Call) -> Outcome:
    """Show what came back."""
    answer, http = call.state
    if isinstance(answer, HttpResponse):
        head = ""
        if http:
            lines = [
                f"HTTP/1.1 {answer.status} {answer.reason}",
                *(f"{key}: {value}" for key, value in answer.headers.items()),
            ]
            head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
        call.out(head.encode("latin-1", "replace") + answer.body)
    return 0


def telnet(call: Call) -> Outcome:
    """`telnet HOST [PORT]`: says whether it has connected, sends standard input."""
    words = [arg for arg in call.args if not arg.startswith("-")]
    if not words:
        raise Failure("missing host")
    target, port = words[0], int(words[1]) if len(words) > 1 and words[1].isdigit() else 23
    if call.state is None:
        problem = call.machine.world.net.connect(target, port)
        return Pause(max(problem.seconds if problem else 0.0, 0.001), Ready(problem))
    if isinstance(call.state, Ready):
        problem = call.state.problem
        if problem is not None:
            if problem.kind == "dns":
                raise Failure(f"bad address '{target}'")
            words_ = _WORDS.get(problem.kind, "Host is unreachable")
            raise Failure(f"can't connect to remote host ({_ip(call, target)}): {words_}")
        call.out(f"Connected to {target}\n")
        return send(call, target, port, call.stdin())
    answer, _ = call.state
    received(call)
    call.out("Connection closed by foreign host\n")
    return 1 if isinstance(answer, NetError) else 0
