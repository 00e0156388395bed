"""busybox: every applet in /bin and nothing else."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import Image, content_digest


class Busybox(Image):
    repository = "docker.io/library/busybox"
    tags = {
        **dict.fromkeys(
            ("latest", "1", "1.37", "1.37.0", "stable", "glibc"),
            "sha256:e3652a00a2fabd16ce889f0aa32c38eec347b997e73bd09e69c962ec7f8732ee",
        ),
        **{
            tag: content_digest(f"busybox {tag}")
            for tag in ("1.28", "1.34", "1.35", "1.36", "1.36.1", "musl", "uclibc")
        },
    }
    size = 2_200_000
    cmd = ("sh",)
    userland = "busybox"

    def files(self) -> Directory:
        return userland.busybox()
