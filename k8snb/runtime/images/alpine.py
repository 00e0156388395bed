"""alpine: busybox's shell and tools, apk, no curl until it is added. Without a terminal its `sh` ends at once."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import Image, content_digest


class Alpine(Image):
    repository = "docker.io/library/alpine"
    tags = {
        **dict.fromkeys(
            ("latest", "3", "3.22", "3.22.2"), "sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412"
        ),
        **{tag: content_digest(f"alpine {tag}") for tag in ("3.7", "3.18", "3.19", "3.20", "3.21", "edge")},
    }
    size = 3_800_000
    cmd = ("/bin/sh",)
    userland = "busybox"

    def files(self) -> Directory:
        return userland.alpine()
