"""defaultbackend: what an Ingress controller of 2018 sends to whatever matches no rule."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve


class DefaultBackend(Image):
    repository = "gcr.io/google_containers/defaultbackend"
    tags = {tag: content_digest(f"defaultbackend {tag}") for tag in ("1.4", "1.0", "1.5")}
    size = 2 * MIB
    memory = 2 * MIB
    cmd = ("/server",)
    exposed = ("8080/tcp",)

    def files(self) -> Directory:
        return userland.distroless({"/server": userland.executable("image:defaultbackend:DefaultBackend", 4 * MIB)})

    def start(self, call: Call) -> Outcome:
        call.listen(8080)
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        healthy = request.path == "/healthz"
        body = b"ok" if healthy else b"default backend - 404"
        head = {"Content-Length": str(len(body)), "Content-Type": "text/plain; charset=utf-8"}
        return HttpResponse(200 if healthy else 404, body, head, 0.001)

    def signal(self, call: Call, signal: int) -> int | None:
        return 0 if signal in (2, 15) else None
