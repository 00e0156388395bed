"""Images that Kubernetes' own documentation uses in its tasks: nginx-slim, hello-app, node-hello, busybox and bash, perl.

`perl` computes what the Job example asks of it, π to any number of digits, and refuses other programs: Perl is not simulated.
"""

from __future__ import annotations

import re

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.images.busybox import Busybox
from k8snb.runtime.images.nginx import Nginx
from k8snb.runtime.limits import MARK
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Outcome, Pause, Serve


class NginxSlim(Nginx):
    """nginx on Debian, as the StatefulSet task uses it; its start says nothing of scripts."""

    repository = "registry.k8s.io/nginx-slim"
    tags = {tag: content_digest(f"nginx-slim {tag}") for tag in ("0.8", "0.21", "0.24", "0.26", "0.27")}
    size = 45 * MIB

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        vars(self)["entrypoint"] = ()


class OldBusybox(Busybox):
    """busybox from Kubernetes' own registry."""

    repository = "registry.k8s.io/busybox"
    tags = {tag: content_digest(f"busybox {tag}") for tag in ("latest", "1.24", "1.27", "1.27.2")}


class Bash(Image):
    """bash on Alpine."""

    repository = "docker.io/library/bash"
    tags = {tag: content_digest(f"bash {tag}") for tag in ("latest", "5", "5.3", "5.2", "5.1", "5.0")}
    size = 6 * MIB
    cmd = ("bash",)
    userland = "busybox"

    def files(self) -> Directory:
        return merge(userland.alpine(), tree({"/usr/local/bin/bash": userland.executable("bash", 1 * MIB)}))


class HelloApp(Image):
    """gcr.io/google-samples/hello-app: says which version it is, and where."""

    repository = "gcr.io/google-samples/hello-app"
    tags = {tag: content_digest(f"hello-app {tag}") for tag in ("1.0", "2.0")}
    size = 12 * MIB
    memory = 4 * MIB
    cmd = ("./hello-app",)
    exposed = ("8080/tcp",)

    def files(self) -> Directory:
        program = userland.executable("image:samples:HelloApp", 7 * MIB)
        return userland.distroless({"/hello-app": program, "/version": self.tag})

    def start(self, call: Call) -> Outcome:
        text = call.env.get("PORT", "")
        port = int(text) if text.isdigit() else 8080
        call.listen(port)
        call.err(f"{format_date('%Y/%m/%d %H:%M:%S', call.now)} Server listening on port {port}\n")
        return Serve(call.machine.fs.read("/version").decode())

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        call.err(f"{format_date('%Y/%m/%d %H:%M:%S', call.now)} Serving request: {request.path}\n")
        body = f"Hello, world!\nVersion: {call.state}.0\nHostname: {call.machine.container.hostname}\n".encode()
        head = {"Content-Length": str(len(body)), "Content-Type": "text/plain; charset=utf-8"}
        return HttpResponse(200, body, head, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return 2 if signal in (1, 2, 15) else None


class NodeHello(Image):
    """gcr.io/google-samples/node-hello: a Node server that greets. As process 1 it does not hear SIGTERM."""

    repository = "gcr.io/google-samples/node-hello"
    tags = {"1.0": content_digest("node-hello 1.0")}
    size = 242 * MIB
    memory = 30 * MIB
    cmd = ("/bin/sh", "-c", "node server.js")
    exposed = ("8080/tcp",)
    userland = "debian"

    def files(self) -> Directory:
        program = userland.executable("image:samples:NodeHello", 26 * MIB)
        return merge(userland.debian("8 (jessie)"), tree({"/usr/local/bin/node": program, "/server.js": _SERVER}))

    def start(self, call: Call) -> Outcome:
        call.listen(8080)
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        call.out(f"Received request for URL: {request.target}\n")
        return HttpResponse(200, b"Hello Kubernetes!", {"Content-Length": "17"}, 0.002)

    def signal(self, call: Call, signal: int) -> int | None:
        return None if call.process.pid == 1 else 128 + signal


_SERVER = """var http = require('http');
var handleRequest = function(request, response) {
  console.log('Received request for URL: ' + request.url);
  response.writeHead(200);
  response.end('Hello Kubernetes!');
};
var www = http.createServer(handleRequest);
www.listen(8080);
"""


class Perl(Image):
    """perl, for `perl -Mbignum=bpi -wle 'print bpi(2000)'`."""

    repository = "docker.io/library/perl"
    tags = {tag: content_digest(f"perl {tag}") for tag in ("latest", "5", "5.42", "5.40", "5.36", "5.34.0", "5.34")}
    size = 330 * MIB
    memory = 8 * MIB
    cmd = ("perl",)
    workdir = "/usr/src/app"
    userland = "debian"

    def files(self) -> Directory:
        program = userland.executable("image:samples:Perl", 4 * MIB)
        return merge(userland.debian(), tree({"/usr/local/bin/perl": program, "/usr/src/app/": ""}))

    def start(self, call: Call) -> Outcome:
        if call.args[:1] == ["-v"]:
            call.out("\nThis is perl 5, version 42, subversion 0 (v5.42.0) built for x86_64-linux-gnu\n")
            return 0
        if not call.args and not call.stdin().strip():
            return 0
        asked = re.fullmatch(r"\s*print\s+bpi\((\d{1,5})\)\s*;?\s*", call.args[-1] if call.args else "")
        if asked is None or "-Mbignum=bpi" not in call.args:
            call.err(f"{MARK}Perl is not simulated, but for -Mbignum=bpi -wle 'print bpi(N)'\n")
            return 1
        digits = min(int(asked[1]), 20_000)
        if call.state is None:
            return Pause(max((digits / 1000) ** 2 * 0.8, 0.05), True)
        call.out(pi(digits) + "\n")
        return 0


def pi(digits: int) -> str:
    """π with so many significant digits, by Machin's formula."""
    unit: int = 10 ** (digits + 10)

    def arctangent(inverse: int) -> int:
        total = term = unit // inverse
        square, odd, sign = inverse * inverse, 1, 1
        while term:
            term //= square
            odd, sign = odd + 2, -sign
            total += sign * (term // odd)
        return total

    value = 4 * (4 * arctangent(5) - arctangent(239)) + 5 * 10**10
    text = _decimal(value // 10**11)
    return text[0] + ("." + text[1:digits] if digits > 1 else "")


def _decimal(number: int) -> str:
    """An integer's digits, whatever bound Python has for their number."""
    if number < 10**1000:
        return str(number)
    half = 10**1000
    high, low = divmod(number, half)
    return _decimal(high) + str(low).rjust(1000, "0")
