"""A container on its own, without a cluster: runs it through virtual time, with a network of the test's making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, Mount, Volumes, merge, tree
from k8snb.runtime.machine import Machine, World
from k8snb.runtime.net import HttpRequest, HttpResponse, Net, NetError, NoNet
from k8snb.runtime.registry import Registry

START = 1_767_225_600.0


@dataclass
class Box:
    """One container and the time around it."""

    image: str = "alpine"
    argv: tuple[str, ...] = ("sleep", "1000000")
    net: Net = field(default_factory=NoNet)
    volumes: Volumes = field(default_factory=Volumes)
    mounts: tuple[Mount, ...] = ()
    now: float = START
    tty: bool = False
    stdin: bool = False
    uid: int = 0
    memory: int | None = None

    def __post_init__(self) -> None:
        self.img, _ = Registry().pull(self.image)
        root = merge(self.img.root, Directory({"w": tree({})}))
        spec = Spec(
            self.image,
            self.argv or self.img.entrypoint + self.img.cmd,
            dict(self.img.env),
            "/w" if self.argv else self.img.workdir,
            self.uid,
            mounts=self.mounts,
            stdin=self.stdin,
            tty=self.tty,
            memory_limit=self.memory,
        )
        self.container = Container("0" * 64, "box", spec, "box", root, seed=7)
        self.act(Machine.boot)

    def act(self, do: object, *args: object) -> object:
        """Do something with the machine at the present instant."""
        machine = Machine(self.container, self.img, World(self.now, self.net, self.volumes, ip="10.244.0.9"))
        result = do(machine, *args)  # type: ignore[operator]
        self.container = machine.result()
        return result

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, waking the container whenever it wants to."""
        end = self.now + seconds
        while (due := self.container.wakes_at()) is not None and due <= end:
            self.now = max(self.now, due)
            self.act(Machine.run)
        self.now = end

    def run(self, script: str, seconds: float = 60.0, shell: str = "sh") -> tuple[str, str, int | None]:
        """(stdout, stderr, exit status) of a script run beside process 1."""
        return self.exec((shell, "-c", script), seconds)

    def exec(self, argv: tuple[str, ...], seconds: float = 60.0) -> tuple[str, str, int | None]:
        session = self.act(Machine.execute, argv)
        self.advance(seconds)
        output, status = self.act(Machine.collect, session)  # type: ignore[misc]
        out = b"".join(data for stream, data in output if stream == "stdout").decode(errors="replace")
        err = b"".join(data for stream, data in output if stream == "stderr").decode(errors="replace")
        return out, err, status

    def get(self, port: int, path: str = "/", method: str = "GET", **headers: str) -> HttpResponse | NetError:
        return self.act(Machine.request, port, HttpRequest(method, path, headers, client="10.244.0.1"))  # type: ignore[return-value]

    @property
    def log(self) -> str:
        return self.container.log.text()


@dataclass
class FakeNet:
    """Names and pages that the test lays down."""

    names: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, HttpResponse | NetError] = field(default_factory=dict)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        self.asked.append((method, url, body))
        return self.pages.get(url, NetError("refused", "10.0.0.1:80"))

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        return (self.names[name],) if name in self.names else NetError("dns")

    def connect(self, host: str, port: int) -> NetError | None:
        return None if host in self.names else NetError("refused")

    def ping(self, host: str) -> float | NetError:
        return 0.000123 if host in self.names.values() else NetError("timeout")
