"""CoreDNS: the cluster's name server. The container holds its configuration, its ports and its log.

The answers themselves are worked out by the data path (`network/dns.py`) from the Corefile that this process runs: what it
read at its start, or at its last reload. Two things come from there to port 53: `QUERY` with the lines of plugin log, and
`RELOAD` when the time has come to look at the file again. Source: https://coredns.io/plugins/reload/ and /log/.
"""

from __future__ import annotations

from hashlib import sha512
from typing import NamedTuple

from k8snb.runtime import userland
from k8snb.runtime.corefile import Corefile, parse
from k8snb.runtime.filesystem import Directory, FileError
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve

#: what CoreDNS does without any Corefile
_DEFAULT = ".:53 {\n    whoami\n    log\n}\n"


class Running(NamedTuple):
    """The configuration in force, and the one that was last tried: a wrong one is not tried twice."""

    corefile: str
    tried: str


class CoreDNS(Image):
    repository = "registry.k8s.io/coredns/coredns"
    tags = {tag: content_digest(f"coredns {tag}") for tag in ("v1.14.1", "v1.13.1", "v1.12.1", "latest")}
    size = 22 * MIB
    memory = 18 * MIB
    cpu_millis = 2
    entrypoint = ("/coredns",)
    exposed = ("53/tcp", "53/udp")

    def files(self) -> Directory:
        return userland.distroless({"/coredns": userland.executable("image:coredns:CoreDNS", 60 * MIB)})

    def start(self, call: Call) -> Outcome:
        path = _path(call)
        if path and not call.machine.fs.exists(path):
            call.out(f"open {path}: no such file or directory\n")
            return 1
        text = _read(call, path) if path else _DEFAULT
        config = parse(text, path or "Corefile")
        if config.error:
            call.out(f"{config.error}\n")
            return 1
        call.process.ports = config.ports
        call.out("maxprocs: Leaving GOMAXPROCS=2: CPU quota undefined\n")
        for block in config.blocks:
            call.out("".join(f"{zone}:{block.port}\n" for zone in block.zones))
        _tell_configuration(call, config, text)
        call.out(f"CoreDNS-{call.machine.image.tag.removeprefix('v')}\nlinux/amd64, go1.25.5\n")
        return Serve(Running(text, text))

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if request.method == "QUERY":
            call.out(request.body)
            return HttpResponse(200)
        if request.method == "RELOAD":
            return _reload(call)
        if (port == 8181 and request.path == "/ready") or (port == 8080 and request.path == "/health"):
            return HttpResponse(200, b"OK")
        return HttpResponse(404, b"404 page not found\n")

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (2, 15):
            call.out("[INFO] SIGTERM: Shutting down servers then terminating\n")
            return 0
        return None


def _path(call: Call) -> str:
    """The Corefile that was named on the command line."""
    words = call.args
    for index, word in enumerate(words):
        if word in ("-conf", "--conf") and index + 1 < len(words):
            return call.path(words[index + 1])
        if word.startswith(("-conf=", "--conf=")):
            return call.path(word.partition("=")[2])
    return ""


def _read(call: Call, path: str) -> str:
    try:
        return call.machine.fs.read(path).decode("utf-8", "replace")
    except FileError:
        return ""


def _tell_configuration(call: Call, config: Corefile, text: str) -> None:
    if any(block.reload for block in config.blocks):
        call.out(f"[INFO] plugin/reload: Running configuration SHA512 = {sha512(text.encode()).hexdigest()}\n")


def _reload(call: Call) -> HttpResponse:
    """Look at the Corefile; 304 if it is the one already tried."""
    running, path = call.state, _path(call)
    text = _read(call, path)
    if not isinstance(running, Running) or text == running.tried:
        return HttpResponse(304)
    call.out("[INFO] Reloading\n")
    config = parse(text, path)
    if config.error:
        call.out(f"[ERROR] Restart failed: {config.error}\n")
        call.out(f"[ERROR] plugin/reload: Corefile changed but reload failed: {config.error}\n")
        call.process.state = running._replace(tried=text)
        return HttpResponse(500)
    duck = next((block.lameduck for block in config.blocks if block.lameduck), "")
    if duck:
        call.out(f"[INFO] plugin/health: Going into lameduck mode for {duck}\n")
    _tell_configuration(call, config, text)
    call.out("[INFO] Reloading complete\n")
    call.process.ports = config.ports
    call.process.state = Running(text, text)
    return HttpResponse(200)
