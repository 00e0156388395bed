"""zxcvbnius/docker-demo: the learning notes' Express server, in two versions.

`npm start` runs `node index.js` as a child, which listens on port 3000 whatever the image's metadata says (`EXPOSE 300` is its
author's slip). npm as process 1 swallows SIGTERM, so stopping the container takes its whole grace period; it ends when node
does.
"""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, merge, tree
from k8snb.runtime.image import MIB, Image
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Failure, Outcome, Run, Serve

PORT = 3000
_V1 = "sha256:a3c6b9ab7356438f873f90c2af170a41cb32cadc01ab3d11f72101daa3abdf18"
_V2 = "sha256:7f4fb5c3b4d6c4dd4a9a6a2ef7e2bb3d3f24a1f7f2c6f1c0b6b2f0a0d4c8e915"

_INDEX = """const express = require('express');
const app = express();

app.get('/', function (req, res) {
  res.send('%s');
});

const server = app.listen(3000, function () {
  const host = server.address().address;
  const port = server.address().port;
  console.log("Example app listening at 'http://%%s:%%s'", host, port);
});
"""
_PACKAGE = """{
  "name": "docker-demo",
  "version": "1.0.0",
  "main": "index.js",
  "scripts": {
    "start": "node index.js"
  },
  "dependencies": {
    "express": "^4.16.2"
  }
}
"""
#: what npm says before it runs the script, and after the script has failed
_BEFORE = (
    "npm info it worked if it ends with ok",
    "npm info using npm@3.9.5",
    "npm info using node@v6.2.2",
    "npm info lifecycle docker-demo@1.0.0~prestart: docker-demo@1.0.0",
    "npm info lifecycle docker-demo@1.0.0~start: docker-demo@1.0.0",
)
_FAILED_TO_EXEC = (
    "",
    "npm info lifecycle docker-demo@1.0.0~start: Failed to exec start script",
    "npm ERR! node v6.2.2",
    "npm ERR! npm  v3.9.5",
    "npm ERR! code ELIFECYCLE",
    "npm ERR! docker-demo@1.0.0 start: `node index.js`",
)
_NOT_OUR_FAULT = (
    "npm ERR! ",
    "npm ERR! Failed at the docker-demo@1.0.0 start script 'node index.js'.",
    "npm ERR! This is most likely a problem with the docker-demo package,",
    "npm ERR! not with npm itself.",
)
#: what node says of a port that another container of the Pod has, without the lines of its stack
_PORT_TAKEN = (
    f"events.js:160\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EADDRINUSE :::{PORT}\n"
)
_DOCKERFILE = "FROM node:6.2.2\nWORKDIR /app\nADD . /app\nRUN npm install\nEXPOSE 300\nCMD npm start\n"


class DockerDemo(Image):
    repository = "docker.io/zxcvbnius/docker-demo"
    tags = {"latest": _V1, "1.0.0": _V1, "v2.0.0": _V2}
    size = 257 * MIB
    memory = 43 * MIB
    cmd = ("npm", "start")
    workdir = "/app"
    exposed = ("300/tcp",)
    env = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "NPM_CONFIG_LOGLEVEL": "info",
        "NODE_VERSION": "6.2.2",
    }
    userland = "debian"

    def files(self) -> Directory:
        body = "Hello World! v2" if self.tag == "v2.0.0" else "Hello World!"
        files: dict[str, str | bytes | Entry] = {
            "/app/Dockerfile": _DOCKERFILE,
            "/app/index.js": _INDEX % body,
            "/app/package.json": _PACKAGE,
            "/app/node_modules/express/package.json": '{\n  "name": "express",\n  "version": "4.16.2"\n}\n',
            "/usr/local/bin/node": userland.executable("image:dockerdemo:DockerDemo", 26 * MIB),
            "/usr/local/bin/npm": userland.executable("image:dockerdemo:DockerDemo", 7_000),
            "/usr/bin/curl": userland.executable("curl"),
            "/usr/bin/wget": userland.executable("wget"),
        }
        return merge(userland.debian("8 (jessie)"), tree(files))

    def start(self, call: Call) -> Outcome:
        """`npm start` runs `node index.js` beneath it, and ends when that has ended."""
        if call.name == "npm":
            return self._npm(call)
        if call.args[:1] in (["-v"], ["--version"]):
            call.out("v6.2.2\n")
            return 0
        try:
            call.listen(PORT)
        except Failure:
            call.err(_PORT_TAKEN)
            return 1
        call.out(f"Example app listening at 'http://:::{PORT}'\n")
        return Serve(_greeting(call))

    def _npm(self, call: Call) -> Outcome:
        if call.state is not None:
            for line in (*_FAILED_TO_EXEC, f"npm ERR! Exit status {call.child_status}", *_NOT_OUR_FAULT):
                call.err(line + "\n")
            return call.child_status or 1
        if call.args[:1] != ["start"]:
            call.err("\nUsage: npm <command>\n")
            return 1
        for line in _BEFORE:
            call.err(line + "\n")
        call.out("\n> docker-demo@1.0.0 start /app\n> node index.js\n\n")
        return Run(("node", "index.js"), "started")

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        return express(call.state if request.path == "/" else None, request)

    def signal(self, call: Call, signal: int) -> int | None:
        """As process 1, neither npm nor node does anything about SIGTERM; elsewhere the default action holds."""
        return None if call.process.pid == 1 else 128 + signal


def _greeting(call: Call) -> str:
    """What the app's source says it answers: the file may have been edited."""
    source = call.machine.fs.read("/app/index.js").decode("utf-8", "replace")
    _, _, rest = source.partition("res.send('")
    return rest.partition("'")[0]


def express(text: str | None, request: HttpRequest) -> HttpResponse:
    """An Express 4 answer: a text, or for None its 404."""
    head = {"X-Powered-By": "Express"}
    if text is not None and request.method in ("GET", "HEAD"):
        body = text.encode()
        head |= {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        return HttpResponse(200, b"" if request.method == "HEAD" else body, head, 0.002)
    body = f"Cannot {request.method} {request.path}\n".encode()
    head |= {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    return HttpResponse(404, body, head, 0.001)
