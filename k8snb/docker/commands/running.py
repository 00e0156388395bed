"""`docker run`, `create`, `start`, `attach` and `exec`: containers with somebody in front of them.

A notebook's cell is no terminal that could be sat at: what goes on for ever is left running in the background after a while,
and says so; a shell's input is the cell's body, and `%%docker attach NAME` types on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from k8snb.docker.command import Command, Exit, Invocation, several, switch, text
from k8snb.docker.commands.creating import FLAGS, create, refuse
from k8snb.docker.errors import DockerError
from k8snb.docker.state import Box
from k8snb.runtime.container import Container
from k8snb.runtime.machine import Machine, NoSuchProgram

#: seconds without output after which a cell does not go on watching a server; how long it watches one at all, or anything else
_PATIENCE, _SERVER, _LONGEST = 5.0, 30.0, 600.0


def run(call: Invocation) -> int | None:
    detached = bool(call.flag("detach"))
    box = create(call, attached=not detached)
    _start(call, box)
    if detached:
        call.out(f"{box.id}\n")
        return 0
    return _watch(call, box, 0, bool(call.flag("interactive")))


def _start(call: Invocation, box: Box) -> None:
    """Start a container that has just been made; what goes wrong is `docker run`'s own error."""
    try:
        call.docker.start(box.id)
    except DockerError as error:
        if box.auto_remove and box.id in call.docker.state.boxes:
            call.docker.remove(box.id)
        code = 125
        if "executable file not found" in error.text or "no such file or directory" in error.text:
            code = 127
        elif "permission denied" in error.text:
            code = 126
        raise refuse(call, f"Error response from daemon: {error.text}", code) from None


def _watch(call: Invocation, box: Box, cursor: int, interactive: bool) -> int:
    """Show what a container prints until it ends, or nothing more happens; feed it the cell's body if it listens."""
    docker, last = call.docker, box
    seen = [cursor, docker.now]

    def look() -> bool:
        nonlocal last
        last = docker.state.boxes.get(box.id) or replace(last, container=_gone(last))
        records = list(last.container.log.since(int(seen[0])))
        if records:
            seen[0], seen[1] = last.container.log.end, docker.now
        for record in records:
            (call.out if record.stream == "stdout" else call.err)(record.text)
        return not last.container.running

    if interactive and call.stdin is not None and box.id in docker.state.boxes:
        data, tty = call.stdin.encode(), box.container.spec.tty
        docker.act(box.id, lambda machine: machine.feed(0, data, more=tty))
    began = docker.now
    try:
        while not look():
            now = docker.state.boxes[box.id]
            if interactive and (call.stdin is None or box.container.spec.tty) and _asks(now):
                call.host.stays_open(box.name)
                call.lab(f"the terminal stays open: type into it with %%docker attach {box.name}")
                return 0
            if _endless(now, docker.now - seen[1], docker.now - began):
                call.lab(
                    f"it goes on in the background: docker logs {box.name} shows more, docker stop {box.name} ends it"
                )
                return 0
            call.host.until(look, _PATIENCE)
    except KeyboardInterrupt:
        docker.stop(box.id)
        call.host.until(look, 10.5)
    if box.auto_remove:
        call.host.until(lambda: box.id not in docker.state.boxes, 1.0)
    return last.container.exit_code


def _endless(box: Box, quiet: float, watched: float) -> bool:
    """Is a container not going to end while somebody watches? Both times in seconds."""
    serves, idle = bool(box.container.ports), box.container.wakes_at() is None
    return (quiet >= _PATIENCE - 1e-6 and (serves or idle)) or watched >= (_SERVER if serves else _LONGEST)


def _gone(box: Box) -> Container:
    """A container that was removed when it ended (`--rm`): nobody knows more of it than what was seen last."""
    return replace(box.container, phase="exited")


def _asks(box: Box) -> bool:
    """Does process 1 wait for its input?"""
    process = box.container.processes.get(1)
    session = box.container.sessions.get(0)
    waits = process is not None and process.wait is not None and process.wait.kind in ("input", "eof")
    return waits and session is not None and session.open and not session.given


def create_only(call: Invocation) -> int | None:
    box = create(call, attached=False)
    call.out(f"{box.id}\n")
    return 0


def start(call: Invocation) -> int | None:
    docker = call.docker
    if call.flag("attach") or call.flag("interactive"):
        box = docker.find(call.args[0])
        cursor = box.container.log.end
        docker.start(box.id)
        return _watch(call, docker.state.boxes.get(box.id, box), cursor, bool(call.flag("interactive")))
    failed = []
    for name in call.args:
        try:
            docker.start(docker.find(name).id)
        except DockerError as error:
            call.daemon_error(error)
            failed.append(name)
        else:
            call.out(f"{name}\n")
    if failed:
        call.err(f"failed to start containers: {', '.join(failed)}\n")
    return 1 if failed else 0


def attach(call: Invocation) -> int | None:
    box = call.docker.find(call.args[0])
    if not box.container.running:
        call.err("cannot attach to a stopped container, start it first\n")
        return 1
    return _watch(call, box, box.container.log.end, box.container.spec.stdin)


def execute(call: Invocation) -> int | None:
    docker = call.docker
    box = docker.find(call.args[0])
    if not box.container.running:
        raise DockerError(f"container {box.id} is not running")
    if box.paused:
        raise DockerError(f"container {box.name} is paused, unpause the container before exec")
    interactive, tty = bool(call.flag("interactive")), bool(call.flag("tty"))
    stdin = (call.stdin or "").encode() if interactive else None
    argv = tuple(call.args[1:])
    if interactive and call.stdin is None:
        call.lab(
            f"there is nobody at the keyboard: give the input as the cell's body, %%docker exec -i {box.name} {' '.join(argv)}"
        )
    session = _session(call, box, argv, stdin, tty)
    if call.flag("detach"):
        return 0
    return _collect(call, box, session)


def _session(call: Invocation, box: Box, argv: tuple[str, ...], stdin: bytes | None, tty: bool) -> int:
    """Begin an exec with the user, folder and variables that were asked for. Exit 126 or 127 if there is no such program."""
    docker, spec = call.docker, box.container.spec
    env = {**spec.env, **dict(item.partition("=")[::2] for item in call.flag("env"))}
    ids: tuple[int, int] | None = (spec.uid, spec.gid)
    if call.flag("user"):
        ids = docker.store.need(box.image_id).uid(str(call.flag("user")))
    if ids is None:
        raise DockerError(f"unable to find user {call.flag('user')}: no matching entries in passwd file")
    changed = replace(spec, env=env, cwd=str(call.flag("workdir")) or spec.cwd, uid=ids[0], gid=ids[1])

    def begin(machine: Machine) -> int:
        own = machine.container
        machine.container = replace(own, spec=changed)
        try:
            return machine.execute(argv, stdin, tty)
        finally:
            machine.container = own

    try:
        return docker.act(box.id, begin)
    except NoSuchProgram as missing:
        where = f"stat {missing.command}: " if "/" in missing.command and missing.status == 127 else ""
        call.err(
            "OCI runtime exec failed: exec failed: unable to start container process: exec: "
            f'"{missing.command}": {where}{missing.cause}\n'
        )
        raise Exit(missing.status) from None


def _collect(call: Invocation, box: Box, session: int) -> int:
    docker, status = call.docker, list[int]()

    def poll() -> bool:
        known = docker.state.boxes.get(box.id)
        if known is None or not known.container.running:
            ended = known.container.sessions.get(session) if known is not None else None
            _show(call, list(ended.output) if ended is not None else [])
            status.append(ended.status if ended is not None and ended.status is not None else 137)
            return True
        output, code = docker.act(box.id, lambda machine: machine.collect(session))
        _show(call, output)
        if code is not None:
            docker.act(box.id, lambda machine: machine.close(session))
            status.append(code)
        return code is not None

    if not poll() and not call.host.until(poll, None if not _serves(call, box, session) else _PATIENCE):
        docker.act(box.id, lambda machine: machine.close(session))
        call.lab("the command would go on for ever: it was interrupted, as Ctrl-C does in a terminal")
        return 130
    return status[0] if status else 130


def _serves(call: Invocation, box: Box, session: int) -> bool:
    """Is something under way that will not end by itself?"""
    known = call.docker.state.boxes.get(box.id)
    if known is None:
        return False
    waits = [p.wait for p in known.container.processes.values() if p.session == session and p.status is None]
    return all(wait is not None and wait.kind != "time" for wait in waits)


def _show(call: Invocation, output: list[tuple[str, bytes]]) -> None:
    for stream, data in output:
        (call.out if stream == "stdout" else call.err)(data.decode("utf-8", "replace"))


_Run = Callable[[Invocation], int | None]
RUN = Command(
    "run",
    "Create and run a new container from an image",
    "run [OPTIONS] IMAGE [COMMAND] [ARG...]",
    run,
    (switch("detach", "Run container in background and print container ID", "d"), *FLAGS),
    1,
    spellings="docker container run, docker run",
    ordered=True,
    group="common",
)
CREATE = Command(
    "create",
    "Create a new container",
    "create [OPTIONS] IMAGE [COMMAND] [ARG...]",
    create_only,
    FLAGS,
    1,
    spellings="docker container create, docker create",
    ordered=True,
)
START = Command(
    "start",
    "Start one or more stopped containers",
    "start [OPTIONS] CONTAINER [CONTAINER...]",
    start,
    (
        switch("attach", "Attach STDOUT/STDERR and forward signals", "a"),
        switch("interactive", "Attach container's STDIN", "i"),
    ),
    1,
    spellings="docker container start, docker start",
)
ATTACH = Command(
    "attach",
    "Attach local standard input, output, and error streams to a running container",
    "attach [OPTIONS] CONTAINER",
    attach,
    (switch("no-stdin", "Do not attach STDIN"),),
    1,
    1,
    spellings="docker container attach, docker attach",
)
EXEC = Command(
    "exec",
    "Execute a command in a running container",
    "exec [OPTIONS] CONTAINER COMMAND [ARG...]",
    execute,
    (
        switch("detach", "Detached mode: run command in the background", "d"),
        several("env", "Set environment variables", "e"),
        switch("interactive", "Keep STDIN open even if not attached", "i"),
        switch("privileged", "Give extended privileges to the command"),
        switch("tty", "Allocate a pseudo-TTY", "t"),
        text("user", "Username or UID (format: <name|uid>[:<group|gid>])", "u"),
        text("workdir", "Working directory inside the container", "w"),
    ),
    2,
    spellings="docker container exec, docker exec",
    ordered=True,
    group="common",
)
