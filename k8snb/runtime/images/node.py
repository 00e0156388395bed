"""node: the base image of the notes' own application. Its `node` runs the learner's JavaScript, its `npm` brings Express."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest

_VERSIONS = {
    "6.2.2": "6.2.2",
    "6": "6.17.1",
    **{f"{major}{kind}": full for major, full in (("18", "18.20.8"), ("20", "20.19.5"), ("22", "22.20.0"), ("24", "24.10.0"))
       for kind in ("", "-slim")},
    "lts": "22.20.0",
    "slim": "24.10.0",
    "latest": "24.10.0",
}  # fmt: skip


class Node(Image):
    repository = "docker.io/library/node"
    tags = {tag: content_digest(f"node {version}") for tag, version in _VERSIONS.items()}
    size = 257 * MIB
    memory = 12 * MIB
    cmd = ("node",)
    userland = "debian"

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        version = _VERSIONS.get(tag, "24.10.0")
        path = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_VERSION": version}
        vars(self).update(env={**path, **({"NPM_CONFIG_LOGLEVEL": "info"} if version.startswith("6.") else {})})
        if tag.endswith("slim"):
            vars(self).update(size=78 * MIB)

    def memory_bytes(self, argv: tuple[str, ...]) -> int:
        return 43 * MIB

    def files(self) -> Directory:
        tools: dict[str, str | bytes | Entry] = {
            "/usr/local/bin/node": userland.executable("node", 26 * MIB),
            "/usr/local/bin/npm": userland.executable("npm", 7_000),
            "/usr/local/include/node/version": _VERSIONS.get(self.tag, "24.10.0"),
        }
        base = (
            userland.debian("8 (jessie)", _USER, _GROUP)
            if self.tag.startswith("6")
            else userland.debian(users=_USER, groups=_GROUP)
        )
        return merge(base, tree(tools))


_USER, _GROUP = "node:x:1000:1000::/home/node:/bin/bash\n", "node:x:1000:\n"
