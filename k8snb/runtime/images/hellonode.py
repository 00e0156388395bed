"""hello-node:v1: the old tutorial's server, built on the learner's own machine and in no registry."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve


class HelloNode(Image):
    repository = "docker.io/library/hello-node"
    tags = {"v1": content_digest("hello-node v1")}
    local_only = True
    size = 250 * MIB
    memory = 30 * MIB
    cmd = ("node", "server.js")
    workdir = "/"
    exposed = ("8080/tcp",)
    userland = "debian"

    def files(self) -> Directory:
        server = (
            "var http = require('http');\n\nvar handleRequest = function(request, response) {\n"
            "  console.log('Received request for URL: ' + request.url);\n  response.writeHead(200);\n"
            "  response.end('Hello World!');\n};\nvar www = http.createServer(handleRequest);\nwww.listen(8080);\n"
        )
        node = userland.executable("image:hellonode:HelloNode", 26 * MIB)
        return merge(userland.debian(), tree({"/server.js": server, "/usr/local/bin/node": node}))

    def start(self, call: Call) -> Outcome:
        call.listen(8080)
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        call.out(f"Received request for URL: {request.target}\n")
        return HttpResponse(200, b"Hello World!", {"Content-Length": "12"}, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return None if call.process.pid == 1 else 128 + signal
