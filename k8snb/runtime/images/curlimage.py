"""curlimages/curl: curl on Alpine, run as an ordinary user."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest


class Curl(Image):
    repository = "docker.io/curlimages/curl"
    tags = {tag: content_digest("curl 8.16.0") for tag in ("latest", "8.16.0")}
    size = 9 * MIB
    entrypoint = ("/entrypoint.sh",)
    cmd = ("curl",)
    user = "curl_user"
    workdir = "/home/curl_user"
    userland = "busybox"

    def files(self) -> Directory:
        script = (
            b'#!/bin/sh\nset -e\nif [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ]; then\n'
            b'  set -- curl "$@"\nfi\nexec "$@"\n'
        )
        from k8snb.runtime.filesystem import File

        base = userland.alpine()
        passwd = base.entries["etc"].entries["passwd"].content + b"curl_user:x:100:101::/home/curl_user:/sbin/nologin\n"  # type: ignore[union-attr]
        return merge(
            base,
            tree(
                {
                    "/usr/bin/curl": userland.executable("curl"),
                    "/entrypoint.sh": File(script, 0o755),
                    "/etc/passwd": passwd,
                    "/home/curl_user": Directory(uid=100, gid=101),
                }
            ),
        )
