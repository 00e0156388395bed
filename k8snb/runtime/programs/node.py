"""`node`: runs the learner's JavaScript (see `runtime/javascript`). Its process keeps the chain of what happened to it.

Requests, timers and signals become events; what the program wrote, bound or asked for is done afterwards. Simplifications: a
request that is not answered at once runs the timers it has set itself; `import` and native modules are not there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.runtime.filesystem import Directory, File, FileError, join
from k8snb.runtime.javascript import session
from k8snb.runtime.limits import MARK
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.process import SIGNAL_NAMES
from k8snb.runtime.programs.program import Call, Failure, Outcome, Serve, Server

#: seconds that a program may take before its answer counts as none, and that any answer takes
_PATIENCE, _WORK = 120.0, 0.002
#: files that one event may ask for, and bytes of one of them
_FILES, _FILE_BYTES = 300, 1024 * 1024
_VERSION_FILE = "/usr/local/include/node/version"
_CODES = {"refused": ("ECONNREFUSED", "connect ECONNREFUSED {0}"), "dns": ("ENOTFOUND", "getaddrinfo ENOTFOUND {0}")}


class NodeState(NamedTuple):
    """What a node process remembers: its chain of events, the next timer, files it has looked at, requests so far."""

    chain: session.Chain
    due: float | None = None
    #: path -> what it was when the program looked last
    files: dict[str, Any] = {}
    local: frozenset[int] = frozenset()
    requests: int = 0
    #: the container's own files when `files` was looked at: as long as they are the same, nothing has to be looked at again
    root: Directory | None = None


class _Killed(Exception):
    """The program is over; it has been dealt with."""


def version_of(call: Call) -> str:
    """`v20.19.5`, as the image says."""
    try:
        return "v" + call.machine.fs.read(_VERSION_FILE).decode().strip()
    except FileError:
        return "v24.10.0"


class Node(Server):
    """The program behind `node`."""

    def start(self, call: Call) -> Outcome:
        args, source = call.args, None
        if args[:1] in (["-v"], ["--version"]):
            call.out(f"{version_of(call)}\n")
            return 0
        while args and args[0].startswith("-") and args[0] not in ("-", "-e", "--eval", "-p", "--print"):
            args.pop(0)
        if args[:1] and args[0] in ("-e", "--eval", "-p", "--print"):
            if len(args) < 2:
                raise Failure(f"{call.argv[0]}: {args[0]} requires an argument", 9)
            source = args[1] if args[0] in ("-e", "--eval") else f"console.log({args[1]})"
            args = ["[eval]", *args[2:]]
        elif not args or args[0] == "-":
            source, args = call.stdin().decode("utf-8", "replace"), ["[stdin]", *args[1:]]
        script = call.path(args[0])
        event = {
            "type": "start",
            "script": script,
            "argv": ["/usr/local/bin/node", script, *args[1:]],
            "env": dict(call.env),
            "cwd": call.process.cwd,
            "version": version_of(call),
            "pid": call.process.pid,
            "uid": call.process.uid,
            "hostname": call.machine.container.hostname,
            "ip": call.machine.world.ip,
            "seed": call.machine.seed & 0x7FFFFFFF,
            "taken": sorted(port for process in call.machine.processes.values() for port in process.ports)
            + sorted(call.machine.world.ports),
        }
        if source is not None:
            event["source"] = source
        return self._go(call, None, event)

    def _go(self, call: Call, state: NodeState | None, event: dict[str, Any]) -> Outcome:
        """Let an event happen at the program's own pace; how the process goes on."""
        try:
            state, _ = happen(call, state, event, self)
        except _Killed as end:
            return int(str(end))
        return Serve(state, None if state.due is None else max(state.due - call.now, 0.001))

    def tick(self, call: Call) -> Outcome:
        return self._go(call, call.state, {"type": "timers"})

    def signal(self, call: Call, signal: int) -> int | None:
        name = f"SIG{SIGNAL_NAMES.get(signal, 'TERM')}"
        state: NodeState = call.state
        try:
            after, _ = happen(call, state, {"type": "signal", "name": name, "init": call.process.pid == 1}, self)
        except _Killed as end:
            return int(str(end))
        call.process.state = after
        rearm(call, after)
        return None

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        state: NodeState = call.state
        number = state.requests + 1
        event = {
            "type": "request",
            "id": number,
            "port": port,
            "method": request.method,
            "url": request.target,
            "remote": f"::ffff:{request.client}" if request.client else "127.0.0.1",
            "headers": {key.lower(): value for key, value in request.headers.items()},
            "body": request.body.decode("utf-8", "replace"),
        }
        began, shift = call.now, 0.0
        try:
            state, effects = happen(call, state._replace(requests=number), event, self)
            answers = effects["answers"]
            while not any(answer["id"] == number for answer in answers):
                # what the request itself is waiting for: time goes on for it alone
                if state.due is None or state.due - began > _PATIENCE:
                    break
                shift = max(state.due - began, shift)
                state, effects = happen(call, state, {"type": "timers"}, self, shift)
                answers = effects["answers"]
        except _Killed as end:
            call.machine.exit(call.process, int(str(end)))
            return None
        call.process.state = state
        rearm(call, state)
        answer = next((item for item in answers if item["id"] == number), None)
        return None if answer is None else _response(answer, request, shift)


def rearm(call: Call, state: NodeState) -> None:
    """The next timer may have changed while the process was spoken to."""
    wait = call.process.wait
    if wait is not None and wait.kind == "serve":
        call.process.wait = wait._replace(value=state.due)


def _response(answer: dict[str, Any], request: HttpRequest, seconds: float) -> HttpResponse:
    headers: dict[str, str] = {}
    for name, value in answer["headers"]:
        headers[name] = value
    body = answer["body"].encode()
    known = {name.lower() for name in headers}
    if "content-length" not in known and answer["status"] not in (204, 304):
        if answer["streamed"]:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(body))
    headers.setdefault("Connection", "keep-alive")
    return HttpResponse(answer["status"], b"" if request.method == "HEAD" else body, headers, seconds + _WORK, _WORK)


def happen(
    call: Call, state: NodeState | None, event: dict[str, Any], node: Node, shift: float = 0.0
) -> tuple[NodeState, dict[str, Any]]:
    """Deliver one event and do what came of it. _Killed if the program ended with it."""
    chain = state.chain if state is not None else None
    if chain is not None and chain.length >= session.EVENTS:
        call.err(
            f"{MARK}killed: a program's memory is kept by what happened to it, and that was {session.EVENTS} things\n"
        )
        raise _Killed("137")
    known = dict(state.files) if state is not None else {}
    root = call.machine.fs.root
    same = state is not None and state.root is root and not _sees_volumes(call)
    changed = [] if same else _changed(call, known)
    event = {**event, "now": call.now + shift, "files": [[path, entry] for path, entry in changed]}
    try:
        link, effects = session.deliver(chain, event)
        for _ in range(_FILES):
            if not effects["need"]:
                break
            for path in effects["need"]:
                known[path] = _entry(call, path)
                event["files"].append([path, known[path]])
            link, effects = session.deliver(chain, event)
    except session.EngineMissing:
        call.err(f"{MARK}node: there is no JavaScript engine here: pip install quickjs-ng\n")
        raise _Killed("1") from None
    except session.Runaway as end:
        raise _Killed(str(_runaway(call, end))) from None
    before = state or NodeState(link)
    after = before._replace(chain=link, due=effects["due"], files=known, root=root)
    after = _apply(call, after, effects)
    return _replies(call, after, effects, node, shift)


def _runaway(call: Call, end: session.Runaway) -> int:
    if "out of memory" in str(end) or str(end) == "null":  # null: not even the error had room
        limit = call.machine.container.spec.memory_limit
        if limit is not None and limit < call.machine.memory() + session.MEMORY and call.machine.out_of_memory():
            return 137
        call.err("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n")
        return 134
    if "stack" in str(end).lower():
        call.err("RangeError: Maximum call stack size exceeded\n")
        return 1
    call.err(f"{MARK}killed: used up its CPU without ever waiting for anything\n")
    return 137


def _apply(call: Call, state: NodeState, effects: dict[str, Any]) -> NodeState:
    for number, text in effects["out"]:
        (call.out if number == 1 else call.err)(text)
    files = dict(state.files)
    for path, text in effects["writes"]:
        try:
            call.machine.fs.write(path, text.encode())
        except FileError as error:
            call.err(f"Error: {error.name}: {error.words.lower()}, open '{path}'\n")
        files[path] = {"text": text}
    ports = tuple(port for port in call.process.ports if port not in effects["close"])
    call.process.ports = (*ports, *(port for port, _ in effects["listen"]))
    call.process.loopback = (
        *(port for port in call.process.loopback if port in ports),
        *(port for port, private in effects["listen"] if private),
    )
    if effects["exit"] is not None:
        raise _Killed(str(effects["exit"]))
    return state._replace(files=files)


def _replies(
    call: Call, state: NodeState, effects: dict[str, Any], node: Node, shift: float
) -> tuple[NodeState, dict[str, Any]]:
    """Send the requests that the program makes; their answers are events of their own."""
    answers = list(effects["answers"])
    for wanted in effects["requests"]:
        body = wanted["body"].encode()
        headers = {str(key): str(value) for key, value in wanted["headers"].items()}
        found = call.machine.world.net.http(wanted["method"], wanted["url"], headers, body)
        reply: dict[str, Any] = {"type": "reply", "id": wanted["id"]}
        if isinstance(found, NetError):
            host = wanted["url"].partition("://")[2].partition("/")[0]
            code, text = _CODES.get(found.kind, ("ECONNRESET", "socket hang up"))
            reply |= {"error": text.format(host if code == "ECONNREFUSED" else host.partition(":")[0]), "code": code}
        else:
            reply |= {
                "status": found.status,
                "headers": {k.lower(): v for k, v in found.headers.items()},
                "body": found.text,
            }
        state, later = happen(call, state, reply, node, shift + found.seconds)
        answers += later["answers"]
    return state, {**effects, "answers": answers}


#: where every container has mounts that no program's modules come from
_USUAL_MOUNTS = ("/etc/", "/dev/", "/var/run/secrets/")


def _sees_volumes(call: Call) -> bool:
    """Are there mounts whose files may change while the container's own stay the same?"""
    return any(not mount.path.startswith(_USUAL_MOUNTS) for mount in call.machine.container.spec.mounts)


def _changed(call: Call, known: dict[str, Any]) -> list[tuple[str, Any]]:
    """Files that the program has looked at and that are not what they were; `known` is brought up to date."""
    found = []
    for path in known:
        now = _entry(call, path)
        if now != known[path]:
            found.append((path, now))
    known.update(found)
    return found


def _entry(call: Call, path: str) -> dict[str, Any]:
    """A path as the program sees it: {text}, {names} or {error}."""
    fs = call.machine.fs
    try:
        entry = fs.lookup(join("/", path))
        if isinstance(entry, Directory):
            return {"names": fs.listdir(path)}
        if isinstance(entry, File) and entry.length > _FILE_BYTES:
            return {"error": "EACCES"}
        return {"text": fs.read(path).decode("utf-8", "replace")}
    except FileError as error:
        return {"error": error.name}


NODE = Node()
