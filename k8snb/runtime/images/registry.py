"""registry: a place for images of one's own, on port 5000. What is pushed to it is kept by docker; it shows the catalogue."""

from __future__ import annotations

import json

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.program import Call, Outcome, Serve

PORT = 5000
#: where it keeps what it has: repository -> tags
CATALOGUE = "/var/lib/registry/catalogue.json"


class Registry(Image):
    """Distribution implementation for storing and distributing of container images"""

    repository = "docker.io/library/registry"
    tags = {tag: content_digest(f"registry {tag[0]}") for tag in ("latest", "3", "3.0.0", "2", "2.8.3")}
    size = 19 * MIB
    memory = 12 * MIB
    entrypoint = ("/entrypoint.sh",)
    cmd = ("/etc/distribution/config.yml",)
    exposed = ("5000/tcp",)
    userland = "busybox"

    def files(self) -> Directory:
        entry = userland.executable("image:registry:Registry", 20 * MIB)
        return merge(userland.alpine(), tree({"/entrypoint.sh": entry, "/var/lib/registry/": ""}))

    def start(self, call: Call) -> Outcome:
        call.listen(PORT)
        call.err(f'time="{_stamp(call)}" level=info msg="listening on [::]:{PORT}" version=3.0.0\n')
        return Serve(None)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        known = json.loads(call.machine.fs.read(CATALOGUE)) if call.machine.fs.exists(CATALOGUE) else {}
        name = request.path.removeprefix("/v2/").removesuffix("/tags/list")
        if request.path in ("/v2", "/v2/"):
            return _answer(200, {})
        if request.path == "/v2/_catalog":
            return _answer(200, {"repositories": sorted(known)})
        if request.path.endswith("/tags/list") and name in known:
            return _answer(200, {"name": name, "tags": known[name]})
        code = "NAME_UNKNOWN" if request.path.endswith("/tags/list") else "UNSUPPORTED"
        return _answer(
            404,
            {"errors": [{"code": code, "message": "repository name not known to registry", "detail": {"name": name}}]},
        )


def _answer(status: int, data: object) -> HttpResponse:
    body = json.dumps(data, separators=(",", ":")).encode() + b"\n"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Docker-Distribution-Api-Version": "registry/2.0",
        "Content-Length": str(len(body)),
    }
    return HttpResponse(status, body, headers, 0.002)


def _stamp(call: Call) -> str:
    from k8snb.api.duration import format_time

    return format_time(call.now)
