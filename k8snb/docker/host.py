"""The terminal that docker is typed into: its daemon, its folder, and how time passes while a command waits.

`node` is set by `eval $(minikube docker-env)`: the client then talks to the daemon of that machine of the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from k8snb.docker.engine import Docker
from k8snb.docker.state import Cached
from k8snb.runtime.container import Container
from k8snb.runtime.image import Image

VERSION, API, BUILD = "28.5.2", "1.51", "ecc6942"
SERVER_BUILD = "89c5e8f"


@dataclass
class Host:
    """Where a docker command runs."""

    cluster: Any
    cwd: Path = field(default_factory=Path.cwd)
    #: files that only exist in the notebook, by path
    files: Mapping[str, str] = field(default_factory=dict)
    #: the machine of the cluster whose daemon is meant; "" is the learner's own
    node: str = ""
    #: called when a container's terminal stays open, with the container's name
    stays_open: Callable[[str], None] = lambda name: None

    @property
    def docker(self) -> Docker:
        """The daemon of the learner's machine."""
        found: Docker = self.cluster.docker
        return found

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            self.cluster.wait(lambda: False, timeout=seconds)

    def until(self, condition: Callable[[], bool], timeout: float | None = None) -> bool:
        """Let time pass until something holds. False if it never will, or not within `timeout` seconds."""
        return bool(self.cluster.wait(condition, timeout=timeout))


class Shop:
    """What a build needs (`build.solver.Workshop`), from a terminal's daemon."""

    def __init__(self, host: Host) -> None:
        self._host, self._docker = host, host.docker

    def now(self) -> float:
        return self._docker.now

    def wait(self, seconds: float) -> None:
        self._host.wait(seconds)

    def base(self, reference: str) -> tuple[Image, float]:
        node = self._host.node
        if node:
            here = self._host.cluster.kubelet.runner.image(node, reference)
            if here is not None:
                return here, 0.0
        return self._docker.base(reference)

    def run(self, container: Container, image: Image, output: Callable[[str], None]) -> Container:
        return self._docker.run_step(container, image, output, self._host.wait)

    def cached(self, key: str) -> Cached | None:
        return self._docker.cached(key)

    def keep(self, key: str, result: Cached) -> None:
        self._docker.keep(key, result)

    def word(self, length: int) -> str:
        return self._docker.word(length)
