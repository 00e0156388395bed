"""agnhost: the program of Kubernetes' own end-to-end tests, of which the documentation's liveness example uses `liveness`.

`agnhost liveness` listens on port 8080 and answers /healthz with 200 for ten seconds, then with 500 for ever; `agnhost pause`
does nothing. Its other subcommands are refused. Source: kubernetes/test/images/agnhost/liveness/server.go.
"""

from __future__ import annotations

from email.utils import formatdate

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Failure, Outcome, Serve

PORT = 8080
_HEALTHY_SECONDS = 10.0


class Agnhost(Image):
    repository = "registry.k8s.io/e2e-test-images/agnhost"
    tags = {tag: content_digest(f"agnhost {tag}") for tag in ("2.39", "2.40", "2.45", "2.47", "2.53")}
    size = 49 * MIB
    memory = 9 * MIB
    entrypoint = ("/agnhost",)
    cmd = ("pause",)
    userland = "busybox"

    def files(self) -> Directory:
        return merge(userland.busybox(), tree({"/agnhost": userland.executable("image:agnhost:Agnhost", 42 * MIB)}))

    def start(self, call: Call) -> Outcome:
        wanted = call.args[0] if call.args else ""
        if wanted == "liveness":
            call.listen(PORT)
            return Serve(call.now)
        if wanted == "pause":
            call.out("Paused\n")
            return Serve(None)
        raise Failure(f"the subcommand {wanted!r} is not simulated: `liveness` and `pause` are")

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        up = call.now - float(call.state)
        if request.path == "/started":
            return _answer(call, 200, f"{up:.6f}s")
        if request.path != "/healthz":
            return _answer(call, 404, "404 page not found\n")
        return _answer(call, 200, "ok") if up <= _HEALTHY_SECONDS else _answer(call, 500, f"error: {up:.6f}")

    def signal(self, call: Call, signal: int) -> int | None:
        """A Go program that asks for no signal ends with 2, also as process 1."""
        return 2 if signal in (1, 2, 15) else None


def _answer(call: Call, status: int, text: str) -> HttpResponse:
    # The date tells whoever asks that the answer depends on the time.
    head = {"Date": formatdate(call.now, usegmt=True), "Content-Length": str(len(text))}
    return HttpResponse(status, text.encode(), {**head, "Content-Type": "text/plain; charset=utf-8"}, 0.001)
