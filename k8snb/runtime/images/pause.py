"""pause: holds a Pod's namespaces and does nothing until it is told to stop."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import Image, content_digest
from k8snb.runtime.programs.program import Call


class Pause(Image):
    repository = "registry.k8s.io/pause"
    tags = {tag: content_digest(f"pause {tag}") for tag in ("3.1", "3.2", "3.5", "3.9", "3.10", "3.10.1", "latest")}
    size = 320_000
    memory = 500_000
    entrypoint = ("/pause",)
    user = "65535:65535"

    def files(self) -> Directory:
        return userland.distroless({"/pause": userland.executable("image:pause:Pause", 700_000)})

    def signal(self, call: Call, signal: int) -> int | None:
        if signal in (2, 15):
            call.err("Shutting down, got signal: " + ("Interrupt" if signal == 2 else "Terminated") + "\n")
            return 0
        return None
