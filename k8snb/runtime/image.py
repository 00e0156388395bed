"""Container images: what a registry holds and a node unpacks, and how what is inside behaves.

An image is a small class, one in a file of `images/`: names, tags, size, files, entry point, ports, resource use. What its main
program does is written in the reactions of `Server` (`start`, `request`, `signal`, `tick`); files whose program is
`image:<name>` run it. Everything it wants to remember goes into its process's plain state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar

from k8snb.runtime.filesystem import Directory, File
from k8snb.runtime.programs.program import Call, Outcome, Serve, Server

MIB = 1024 * 1024


class Image(Server):
    """One repository with its tags. Subclasses say what differs; an instance stands for one tag."""

    #: where it lives: `docker.io/library/nginx`
    repository: ClassVar[str] = ""
    #: other repositories with the same content
    mirrors: ClassVar[tuple[str, ...]] = ()
    #: tag -> digest; the same digest under two tags is one image
    tags: ClassVar[Mapping[str, str]] = {}
    #: bytes that go over the wire
    size: ClassVar[int] = 10 * MIB
    entrypoint: ClassVar[tuple[str, ...]] = ()
    cmd: ClassVar[tuple[str, ...]] = ()
    env: ClassVar[Mapping[str, str]] = {}
    workdir: ClassVar[str] = "/"
    user: ClassVar[str] = ""
    exposed: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[Mapping[str, str]] = {}
    stop_signal: ClassVar[str] = "SIGTERM"
    #: whose tools it has and how they speak: busybox, debian, none
    userland: ClassVar[str] = "none"
    #: only made by a local build: no registry has it
    local_only: ClassVar[bool] = False
    #: the account that alone may pull it; "" if everybody may
    owner: ClassVar[str] = ""
    #: working set and CPU of the main program when idle
    memory: ClassVar[int] = 1 * MIB
    cpu_millis: ClassVar[int] = 0

    def __init__(self, tag: str = "latest") -> None:
        self.tag = tag
        self._root: Directory | None = None

    @property
    def digest(self) -> str:
        """`sha256:…` of the manifest."""
        return self.tags.get(self.tag) or content_digest(f"{self.repository}:{self.tag}")

    @property
    def image_id(self) -> str:
        """`sha256:…` of the configuration: what `docker images` shows."""
        return content_digest(f"config of {self.repository}@{self.digest}")

    @property
    def origin(self) -> str:
        """What a node remembers it by: "" for one of the table, which its name finds; the identity of one that was built."""
        return ""

    @property
    def root(self) -> Directory:
        """The unpacked files, shared by every container of the image."""
        if self._root is None:
            self._root = self.files()
        return self._root

    def files(self) -> Directory:
        """Build the files of this tag."""
        return Directory()

    def memory_bytes(self, argv: tuple[str, ...]) -> int:
        """The working set of a container that runs `argv`."""
        return self.memory

    def uid(self, user: str) -> tuple[int, int] | None:
        """(uid, gid) of a user of this image, by name or number; None if there is no such user."""
        name, _, group = (user or "0").partition(":")
        if name.isdigit():
            return int(name), int(group) if group.isdigit() else 0
        for line in self._passwd().splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return int(fields[2]), int(fields[3])
        return None

    def _passwd(self) -> str:
        etc = self.root.entries.get("etc")
        passwd = etc.entries.get("passwd") if isinstance(etc, Directory) else None
        return passwd.content.decode() if isinstance(passwd, File) else ""

    def start(self, call: Call) -> Outcome:
        """The main program begins; by default it just stays."""
        return Serve(None)


@lru_cache(maxsize=1024)
def content_digest(text: str) -> str:
    """A stable digest for content that is described rather than stored."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
