"""CoreDNS: the cluster's name server. It answers through the data path's DNS; the container holds its ports and its log."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve


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
        call.process.ports = (53, 8080, 8181, 9153)
        call.out("maxprocs: Leaving GOMAXPROCS=2: CPU quota undefined\n.:53\n")
        call.out("[INFO] plugin/reload: Running configuration SHA512 = 1b226df79860026c\n")
        call.out(f"CoreDNS-{call.machine.image.tag.removeprefix('v')}\nlinux/amd64, go1.25.5\n")
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if (port == 8181 and request.path == "/ready") or (port == 8080 and request.path == "/health"):
            return HttpResponse(200, b"OK")
        return HttpResponse(404, b"404 page not found\n")

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (2, 15):
            call.out("[INFO] SIGTERM: Shutting down servers then terminating\n")
            return 0
        return None
