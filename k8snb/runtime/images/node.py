"""node: the base image of the notes' own application. Its `node` runs nothing by itself: a program comes with a build."""

from __future__ import annotations

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.programs.program import Call, Outcome

_VERSIONS = {"6.2.2": "6.2.2", "6": "6.17.1", "18": "18.20.8", "20": "20.19.5", "22": "22.20.0", "latest": "24.10.0"}


class Node(Image):
    repository = "docker.io/library/node"
    tags = {tag: content_digest(f"node {version}") for tag, version in _VERSIONS.items()}
    size = 330 * MIB
    memory = 12 * MIB
    cmd = ("node",)
    userland = "debian"

    def files(self) -> Directory:
        node = userland.executable("image:node:Node", 26 * MIB)
        version = tree({"/usr/local/include/node/version": _VERSIONS.get(self.tag, "24.10.0")})
        return merge(merge(userland.debian(), version), tree({"/usr/local/bin/node": node, "/usr/local/bin/npm": node}))

    def start(self, call: Call) -> Outcome:
        version = call.machine.fs.read("/usr/local/include/node/version").decode()
        if call.args[:1] in (["-v"], ["--version"]):
            call.out(f"v{version}\n")
            return 0
        if call.args and call.name == "node":
            call.err(f"node: {call.args[0]}: this laboratory does not run JavaScript here yet\n")
            return 1
        call.stdin()  # without a terminal, node reads a program from standard input and ends with it
        return 0
