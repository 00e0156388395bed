"""Images as docker sees them: a configuration, a history of layers, the files; what a build makes and what was pulled.

A `BuiltImage` is an `Image` of the runtime whose content was made here, so that nodes can run it as they run any other. Its
identity follows from its content and from when its steps were run, as with BuildKit. Layers of images that nobody built here
are made up from their sizes. Source: the OCI image specification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import Image, content_digest

#: how much larger an image is on disk than on the wire
UNPACKED = 2.46
#: when the images of the registries were made (Unix seconds), unless a row says otherwise
_MADE = 1_763_500_000.0
_MADE_ROWS = {
    "docker.io/library/node:6.2.2": 1_466_700_000.0,
    "docker.io/zxcvbnius/docker-demo": 1_515_400_000.0,
    "docker.io/library/hello-node": 1_763_900_000.0,
}
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """`HEALTHCHECK`: the test (`CMD …` or `CMD-SHELL text`), times in seconds."""

    test: tuple[str, ...]
    interval: float = 30.0
    timeout: float = 30.0
    start_period: float = 0.0
    retries: int = 3


@dataclass(frozen=True, slots=True)
class Config:
    """What an image says about containers made from it."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    workdir: str = ""
    user: str = ""
    exposed: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    onbuild: tuple[str, ...] = ()


class Step(NamedTuple):
    """One entry of an image's history; `layer` is "" if it changed no files."""

    created: float
    text: str
    size: int = 0
    layer: str = ""


class BuiltImage(Image):
    """An image that was built here, or a pushed copy of one."""

    def __init__(
        self,
        root: Directory,
        config: Config,
        steps: tuple[Step, ...],
        base: Image | None = None,
        *,
        pushed: bool = False,
        owner: str = "",
    ) -> None:
        super().__init__("latest")
        self.files_made, self.config, self.steps, self.base, self.pushed = root, config, steps, base, pushed
        self._identity = content_digest(json.dumps([asdict(config), steps], sort_keys=True, default=str))
        disk = sum(step.size for step in steps)
        vars(self).update(
            size=round(disk / UNPACKED),
            entrypoint=config.entrypoint,
            cmd=config.cmd,
            env=config.env,
            workdir=config.workdir or "/",
            user=config.user,
            exposed=config.exposed,
            labels=config.labels,
            stop_signal=config.stop_signal or "SIGTERM",
            userland=base.userland if base is not None else "none",
            memory=base.memory if base is not None else 1024 * 1024,
            cpu_millis=base.cpu_millis if base is not None else 0,
            local_only=not pushed,
            owner=owner,
        )

    @property
    def digest(self) -> str:
        return content_digest(f"manifest of {self._identity}")

    @property
    def image_id(self) -> str:
        return self._identity

    @property
    def origin(self) -> str:
        return self._identity

    @property
    def root(self) -> Directory:
        return self.files_made

    def memory_bytes(self, argv: tuple[str, ...]) -> int:
        return self.base.memory_bytes(argv) if self.base is not None else self.memory

    def as_pushed(self, owner: str = "") -> BuiltImage:
        """The same image as a registry has it; with an owner, for that account alone."""
        return BuiltImage(self.files_made, self.config, self.steps, self.base, pushed=True, owner=owner)


def config_of(image: Image) -> Config:
    """The configuration of any image."""
    if isinstance(image, BuiltImage):
        return image.config
    env = dict(image.env)
    env = env if "PATH" in env else {"PATH": _DEFAULT_PATH, **env}
    stop = image.stop_signal if image.stop_signal != "SIGTERM" else ""
    workdir = image.workdir if image.workdir != "/" else ""
    return Config(image.entrypoint, image.cmd, env, workdir, image.user, image.exposed, dict(image.labels), (), stop)


def steps_of(image: Image) -> tuple[Step, ...]:
    """The history of any image, oldest first."""
    if isinstance(image, BuiltImage):
        return image.steps
    made, config, found = created_at(image), config_of(image), list[Step]()
    total = disk_size(image)
    shares = (1.0,) if total < 20_000_000 else (0.62, 0.3, 0.08)
    for number, share in enumerate(shares):
        layer = content_digest(f"layer {number} of {image.digest}")
        text = (
            f"/bin/sh -c #(nop) ADD file:{layer[7:23]} in / " if not number else f"RUN /bin/sh -c {_BASE_STEPS[number]}"
        )
        found.append(Step(made, text if number else text.rstrip(), round(total * share), layer))
    if config.exposed:
        found.append(Step(made, f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in config.exposed)}]"))
    if config.entrypoint:
        found.append(Step(made, f"ENTRYPOINT {_words(config.entrypoint)}"))
    if config.cmd:
        found.append(Step(made, f"CMD {_words(config.cmd)}"))
    return tuple(found)


def _words(words: tuple[str, ...]) -> str:
    """A command as history shows it."""
    return f"[{' '.join(json.dumps(word) for word in words)}]"


_BASE_STEPS = ("", "set -ex && install-packages # buildkit", "set -ex && configure # buildkit")


def created_at(image: Image) -> float:
    """When an image was made, in Unix seconds."""
    if isinstance(image, BuiltImage):
        return max((step.created for step in image.steps), default=0.0)
    named = _MADE_ROWS.get(f"{image.repository}:{image.tag}") or _MADE_ROWS.get(image.repository)
    return named or _MADE - int(image.digest[7:11], 16) * 40.0


def disk_size(image: Image) -> int:
    """Bytes of an image on disk."""
    return sum(step.size for step in image.steps) if isinstance(image, BuiltImage) else round(image.size * UNPACKED)


def layers_of(image: Image) -> tuple[str, ...]:
    """Digests of the layers, lowest first."""
    return tuple(step.layer for step in steps_of(image) if step.layer)
