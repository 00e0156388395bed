"""agnhost: the program of Kubernetes' own end-to-end tests, one binary with a subcommand for each need.

`pause`, `liveness`, `netexec`, `serve-hostname`, `porter`, `connect`, `logs-generator`, `test-webserver`,
`grpc-health-checking`, `entrypoint-tester`, `dns-suffix`, `dns-server-list`, `etc-hosts`; the others are refused.
Source: kubernetes/test/images/agnhost.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, FileError, join, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, Serve
from k8snb.runtime.programs.talk import GRPC

PORT = 8080
_HEALTHY_SECONDS = 10.0
_PROGRAM = "image:agnhost:Agnhost"


class State(NamedTuple):
    """What a subcommand remembers: its name, when it began, its ports with what each answers, whatever else."""

    command: str
    began: float
    ports: tuple[tuple[int, str], ...] = ()
    data: Any = None


class Agnhost(Image):
    repository = "registry.k8s.io/e2e-test-images/agnhost"
    mirrors = ("k8s.gcr.io/e2e-test-images/agnhost",)
    tags = {
        tag: content_digest(f"agnhost {tag}")
        for tag in ("2.21", "2.39", "2.40", "2.43", "2.45", "2.47", "2.53", "2.57")
    }
    size = 49 * MIB
    memory = 9 * MIB
    entrypoint = ("/agnhost",)
    cmd = ("pause",)
    userland = "busybox"
    speaks = frozenset({GRPC})

    def files(self) -> Directory:
        return merge(userland.busybox(), tree({"/agnhost": userland.executable(_PROGRAM, 42 * MIB)}))

    def start(self, call: Call) -> Outcome:
        if isinstance(call.state, State):
            return self._go_on(call, call.state)
        wanted, flags, words = _parsed(call.args)
        simple = {"dns-suffix": _dns_suffix, "dns-server-list": _dns_servers, "etc-hosts": _etc_hosts}
        if wanted in simple:
            call.out(simple[wanted](call))
            return Serve(State(wanted, call.now))
        if wanted == "entrypoint-tester":
            call.out(f"[{' '.join(call.argv)}]\n")
            return Serve(State(wanted, call.now))
        starters = {
            "pause": _pause, "liveness": _liveness, "netexec": _netexec, "serve-hostname": _serve_hostname, "porter": _porter,
            "connect": _connect, "logs-generator": _logs, "test-webserver": _webserver, "grpc-health-checking": _grpc,
        }  # fmt: skip
        if wanted not in starters:
            known = ", ".join(sorted({*starters, *simple}))
            raise Failure(f"the subcommand {wanted!r} is not simulated; those that are: {known}")
        return starters[wanted](call, flags, words)

    def _go_on(self, call: Call, state: State) -> Outcome:
        if state.command == "connect":
            problem: NetError | None = state.data
            if problem is None:
                return 0
            words = {"refused": "REFUSED", "timeout": "TIMEOUT", "dns": "DNS"}
            call.err(f"{words.get(problem.kind, 'OTHER')}\n")
            return 1
        return _log_line(call, state)

    def tick(self, call: Call) -> Outcome:
        return _log_line(call, call.state) if call.state.command == "logs-generator" else Serve(call.state)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        state: State = call.state
        if request.method == GRPC:
            if state.command != "grpc-health-checking" or port != state.ports[0][0]:
                return None
            return HttpResponse(
                200, (b"NOT_SERVING" if state.data else b"SERVING") if request.target == "/" else b"SERVICE_UNKNOWN"
            )
        if state.command == "liveness":
            return _liveness_answer(call, request, state)
        if state.command == "netexec":
            return _netexec_answer(call, request)
        if state.command == "grpc-health-checking":
            return _grpc_switch(call, request, port, state)
        if state.command == "test-webserver":
            return served_file(call, request, "/")
        return _text(dict(state.ports).get(port, ""))

    def signal(self, call: Call, signal: int) -> int | None:
        """A Go program that asks for no signal ends with 2, also as process 1; `pause` and `netexec` end well."""
        if signal not in (1, 2, 15):
            return None
        return 0 if isinstance(call.state, State) and call.state.command in ("pause", "netexec") else 2


class TestWebserver(Image):
    """k8s.gcr.io/test-webserver: serves the files of its root directory on port 80."""

    repository = "k8s.gcr.io/test-webserver"
    tags = {"latest": content_digest("test-webserver"), "e2e": content_digest("test-webserver")}
    size = 2 * MIB
    memory = 3 * MIB
    cmd = ("/test-webserver",)
    exposed = ("80/tcp",)

    def files(self) -> Directory:
        return userland.distroless({"/test-webserver": userland.executable("image:agnhost:TestWebserver", 5 * MIB)})

    def start(self, call: Call) -> Outcome:
        call.listen(80)
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        return served_file(call, request, "/")

    def signal(self, call: Call, signal: int) -> int | None:
        return 2 if signal in (1, 2, 15) else None


def _parsed(args: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """(subcommand, flags, the other words)."""
    flags: dict[str, str] = {}
    words: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            follows = not equals and name not in ("tls", "k8s", "log-requests") and rest and not rest[0].startswith("-")
            flags[name] = value if equals else (rest.pop(0) if follows else "true")
        else:
            words.append(word)
    return words[0] if words else "", flags, words[1:]


def _number(flags: dict[str, str], name: str, default: int) -> int:
    return int(flags[name]) if flags.get(name, "").isdigit() else default


def _text(text: str, status: int = 200, head: Mapping[str, str] = {}) -> HttpResponse:
    headers = {"Content-Length": str(len(text.encode())), "Content-Type": "text/plain; charset=utf-8", **head}
    return HttpResponse(status, text.encode(), headers, 0.001)


def _klog(call: Call, text: str) -> str:
    return f"I{format_date('%m%d %H:%M:%S', call.now)}.{int(call.now % 1 * 1e6):06d}       {call.process.pid} {text}\n"


# -- subcommands -------------------------------------------------------------------------------------------------


def _pause(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    call.out("Paused\n")
    return Serve(State("pause", call.now))


def _liveness(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    call.listen(PORT)
    return Serve(State("liveness", call.now))


def _liveness_answer(call: Call, request: HttpRequest, state: State) -> HttpResponse:
    up = call.now - state.began
    # The date tells whoever asks that the answer depends on the time.
    date = {"Date": formatdate(call.now, usegmt=True)}
    if request.path == "/started":
        return _text(f"{up:.6f}s", 200, date)
    if request.path != "/healthz":
        return _text("404 page not found\n", 404, date)
    return _text("ok", 200, date) if up <= _HEALTHY_SECONDS else _text(f"error: {up:.6f}", 500, date)


def _netexec(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    port = _number(flags, "http-port", 8080)
    call.listen(port)
    call.err(_klog(call, f"netexec.go:270] Started HTTP server on port {port}"))
    call.err(_klog(call, f"netexec.go:298] Started UDP server on port  {_number(flags, 'udp-port', 8081)}"))
    return Serve(State("netexec", call.now))


def _netexec_answer(call: Call, request: HttpRequest) -> HttpResponse | None:
    given = {name: values[-1] for name, values in parse_qs(request.query).items()}
    call.err(_klog(call, f"netexec.go:336] GET {request.target}"))
    hostname = call.machine.container.hostname
    if request.path == "/":
        return _text(
            f"NOW: {format_date('%Y-%m-%d %H:%M:%S', call.now)}.{int(call.now % 1 * 1e6):06d} +0000 UTC "
            f"m=+{call.now - call.state.began:.9f}"
        )
    if request.path in ("/hostname", "/hostName"):
        return _text(hostname)
    if request.path == "/clientip":
        return _text(f"{request.client}:48000")
    if request.path == "/healthz":
        return _text("")
    if request.path == "/echo":
        code = given.get("code", "200")
        return _text(given.get("msg", ""), int(code) if code.isdigit() else 200)
    if request.path == "/header":
        return _text(request.header(given.get("key", "")))
    if request.path == "/redirect":
        code = given.get("code", "302")
        return _text("", int(code) if code.isdigit() else 302, {"Location": given.get("location", "/")})
    if request.path == "/exit":
        code = given.get("code", "0")
        call.machine.exit(call.process, int(code) & 0xFF if code.isdigit() else 0)
        return None
    if request.path in ("/shell", "/dial", "/upload", "/shutdown"):
        return _text(f"{request.path} is not simulated\n", 501)
    return _text("404 page not found\n", 404)


def _serve_hostname(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    port = _number(flags, "port", 9376)
    call.listen(port)
    call.err(_klog(call, "log.go:198] Serving on port " + str(port) + "."))
    return Serve(State("serve-hostname", call.now, ((port, call.machine.container.hostname),)))


def _porter(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    """A server on each port that a variable SERVE_PORT_<number> names, answering what the variable says."""
    ports = []
    for name, value in sorted(call.env.items()):
        if name.startswith("SERVE_PORT_") and name.rpartition("_")[2].isdigit():
            ports.append((int(name.rpartition("_")[2]), value))
            call.listen(ports[-1][0])
    return Serve(State("porter", call.now, tuple(ports)))


def _connect(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    host, _, port = (words[0] if words else "").partition(":")
    if not port.isdigit():
        raise Failure("usage: agnhost connect [host:port]")
    problem = call.machine.world.net.connect(host, int(port))
    patience = float(flags.get("timeout", "1s").rstrip("s") or 1)
    return Pause(
        min(max(problem.seconds if problem else 0.0, 0.001), patience), State("connect", call.now, (), problem)
    )


def _logs(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    """Lines as an API server might log them, spread over the time."""
    total = _number(flags, "log-lines-total", 0)
    text = flags.get("run-duration", "0s")
    seconds = (
        float(text[:-1]) * {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
        if text[:-1].replace(".", "").isdigit()
        else 0.0
    )
    if total <= 0:
        raise Failure("Invalid total number of lines")
    if seconds <= 0:
        raise Failure("Invalid duration")
    return _log_line(call, State("logs-generator", call.now, (), (0, total, seconds / total)))


def _log_line(call: Call, state: State) -> Outcome:
    number, total, apart = state.data
    if number >= total:
        return 0
    digits = int(content_digest(f"{call.machine.seed} {number}")[7:23], 16)
    verb = ("GET", "POST", "PUT")[digits % 3]
    namespace = ("kube-system", "default", "ns")[digits // 3 % 3]
    pod = "".join("abcdefghijklmnopqrstuvwxyz0123456789"[digits // 9 // 36**place % 36] for place in range(3))
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}"
    call.err(_klog(call, f"logs_generator.go:76] {number} {verb} {path} {200 + digits // 7 % 400}"))
    return Pause(apart, state._replace(data=(number + 1, total, apart)))


def _webserver(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    port = _number(flags, "port", 80)
    call.listen(port)
    return Serve(State("test-webserver", call.now, ((port, ""),)))


def served_file(call: Call, request: HttpRequest, root: str) -> HttpResponse:
    """Go's file server: a file, or what is in a directory."""
    fs, path = call.machine.fs, join(root, "." + request.path)
    try:
        if fs.is_dir(path):
            names = [f"{name}/" if fs.is_dir(join(path, name)) else name for name in fs.listdir(path)]
            rows = "".join(f'<a href="{name}">{name}</a>\n' for name in names)
            return _text(
                f'<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n{rows}</pre>\n',
                200,
                _HTML,
            )
        content = fs.read(path)
    except FileError as error:
        return _text("403 Forbidden\n", 403) if error.name == "EACCES" else _text("404 page not found\n", 404)
    return HttpResponse(
        200, content, {"Content-Length": str(len(content)), "Content-Type": "text/plain; charset=utf-8"}, 0.001
    )


_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _grpc(call: Call, flags: dict[str, str], words: list[str]) -> Outcome:
    ports = (_number(flags, "port", 5000), _number(flags, "http-port", 8080))
    for port in ports:
        call.listen(port)
    call.err(f"{format_date('%Y/%m/%d %H:%M:%S', call.now)} Http server starting to listen on :{ports[1]}\n")
    call.err(f"{format_date('%Y/%m/%d %H:%M:%S', call.now)} gRPC server starting to listen on :{ports[0]}\n")
    return Serve(State("grpc-health-checking", call.now, tuple((port, "") for port in ports), False))


def _grpc_switch(call: Call, request: HttpRequest, port: int, state: State) -> HttpResponse | None:
    if port == state.ports[0][0]:
        return None
    if request.path not in ("/make-serving", "/make-not-serving"):
        return _text("404 page not found\n", 404)
    call.process.state = state._replace(data=request.path == "/make-not-serving")
    call.err(
        f"{format_date('%Y/%m/%d %H:%M:%S', call.now)} Mark as {'not ' if call.process.state.data else ''}serving\n"
    )
    return _text("")


def _resolv(call: Call, word: str) -> list[str]:
    try:
        text = call.machine.fs.read("/etc/resolv.conf").decode("utf-8", "replace")
    except FileError:
        return []
    return [item for line in text.splitlines() if line.startswith(word + " ") for item in line.split()[1:]]


def _dns_suffix(call: Call) -> str:
    return ",".join(_resolv(call, "search")) + "\n"


def _dns_servers(call: Call) -> str:
    return ",".join(_resolv(call, "nameserver")) + "\n"


def _etc_hosts(call: Call) -> str:
    try:
        return call.machine.fs.read("/etc/hosts").decode("utf-8", "replace")
    except FileError:
        return ""
