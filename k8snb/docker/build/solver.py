"""Building: the stages that are needed, step by step, with BuildKit's cache, errors and progress.

A step is looked up by what it follows and what goes into it; what was made before is CACHED. `Workshop` is what the build needs
of the daemon: images, the clock, a network, chance. Simplifications: steps run one after the other; `RUN --mount` is read over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from k8snb.docker.build import layers
from k8snb.docker.build.checks import warnings
from k8snb.docker.build.configure import configure
from k8snb.docker.build.context import Context
from k8snb.docker.build.dockerfile import BuildError, Instruction, expand, pairs, parse
from k8snb.docker.build.progress import Progress, Vertex, failure, megabytes
from k8snb.docker.image import BuiltImage, Config, Step, config_of, disk_size, layers_of, steps_of
from k8snb.docker.state import Cached
from k8snb.runtime.container import Container, Spec
from k8snb.runtime.filesystem import Directory, join
from k8snb.runtime.image import Image, content_digest

#: instructions that make a layer, and therefore count as steps
_LAYERED = ("FROM", "RUN", "COPY", "ADD", "WORKDIR")
_PLATFORM = {
    "TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64", "TARGETVARIANT": "",
    "BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64", "BUILDVARIANT": "",
}  # fmt: skip
_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "FTP_PROXY", "ftp_proxy")


class Workshop(Protocol):
    """What a build needs of the machine it runs on."""

    def now(self) -> float: ...
    def wait(self, seconds: float) -> None: ...
    def base(self, reference: str) -> tuple[Image, float]: ...
    def run(self, container: Container, image: Image, output: Callable[[str], None]) -> Container: ...
    def cached(self, key: str) -> Cached | None: ...
    def keep(self, key: str, result: Cached) -> None: ...
    def word(self, length: int) -> str: ...


@dataclass
class Request:
    """What `docker build` was asked for."""

    source: str
    name: str
    context: Context
    args: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    target: str = ""
    no_cache: bool = False
    ignore: str = ""


class Result(NamedTuple):
    """A built image, and what the checks had to say; no image if the build failed."""

    image: BuiltImage | None
    warnings: list[str]


@dataclass
class _Stage:
    """One stage while it is made."""

    name: str
    items: list[Instruction]
    base: Image | None = None
    root: Directory = field(default_factory=Directory)
    config: Config = field(default_factory=Config)
    steps: tuple[Step, ...] = ()
    key: str = ""
    args: dict[str, str] = field(default_factory=dict)
    done: bool = False


def build(shop: Workshop, request: Request, write: Callable[[str], None]) -> Result:
    """Build one image. What goes wrong is printed as buildx prints it."""
    work = _Build(shop, request, Progress(write, shop.now))
    try:
        image = work.run()
    except BuildError as error:
        write(failure(error, request.source, request.name, work.vertex if work.broken else None))
        return Result(None, [])
    return Result(image, warnings(work.items))


class _Build:
    def __init__(self, shop: Workshop, request: Request, progress: Progress) -> None:
        self.shop, self.request, self.progress = shop, request, progress
        self.items: tuple[Instruction, ...] = ()
        self.stages: list[_Stage] = []
        self.globals: dict[str, str] = {}
        self.vertex: Vertex | None = None
        self.broken = False
        self.images: dict[str, Image] = {}
        self.sent: Directory | None = None
        self.reference = f"{shop.word(25)}::{shop.word(25)}"

    def run(self) -> BuiltImage:
        request = self.request
        self.progress.begin()
        opened = self.progress.vertex(f"[internal] load build definition from {request.name}")
        opened.line(f"transferring dockerfile: {megabytes(len(request.source.encode()) + 36)} done")
        opened.done()
        self.items = parse(request.source)
        self._split()
        wanted = self._target()
        needed = self._needed(wanted)
        self._load_metadata(needed)
        opened = self.progress.vertex("[internal] load .dockerignore")
        opened.line(
            f"transferring context: {megabytes(len(request.ignore.encode()) + (36 if request.ignore else 2))} done"
        )
        opened.done()
        if any(item.keyword in ("COPY", "ADD") and not item.flag("from") for s in needed for item in s.items):
            self._send_context()
        for stage in needed:
            self._make(stage)
        return self._export(wanted)

    # -- stages -----------------------------------------------------------------------------------------------------

    def _split(self) -> None:
        for item in self.items:
            if item.keyword == "FROM":
                name = item.arguments[2].lower() if len(item.arguments) == 3 else ""
                self.stages.append(_Stage(name, [item]))
            elif self.stages:
                self.stages[-1].items.append(item)
            elif item.keyword == "ARG":
                for name, value in pairs(item):
                    default = expand(value, self.globals)
                    self.globals[name] = self.request.args.get(name, default)
            else:
                line = item.line
                raise BuildError(
                    f"dockerfile parse error on line {line}: no build stage in current context", line, item.last
                )
        if not self.stages:
            raise BuildError("dockerfile contains no stages to build")

    def _target(self) -> _Stage:
        target = self.request.target
        if not target:
            return self.stages[-1]
        found = self._find(target)
        if found is None:
            raise BuildError(f"target stage {json.dumps(target)} could not be found")
        return found

    def _find(self, name: str, before: int | None = None) -> _Stage | None:
        known = self.stages[:before]
        if name.isdigit() and int(name) < len(known):
            return known[int(name)]
        return next((stage for stage in reversed(known) if stage.name and stage.name == name.lower()), None)

    def _base_name(self, stage: _Stage) -> str:
        item = stage.items[0]
        return expand(item.arguments[0], {**_PLATFORM, **self.globals})

    def _needed(self, wanted: _Stage) -> list[_Stage]:
        """The stages that the wanted one is made from, in their order."""
        todo, found = [wanted], set[int]()
        while todo:
            stage = todo.pop()
            index = self.stages.index(stage)
            if index in found:
                continue
            found.add(index)
            names = [self._base_name(stage), *(item.flag("from") for item in stage.items[1:])]
            todo += [other for name in names if name and (other := self._find(name, index)) is not None]
        return [stage for index, stage in enumerate(self.stages) if index in found]

    def _load_metadata(self, needed: list[_Stage]) -> None:
        for stage in needed:
            item, name = stage.items[0], self._base_name(stage)
            if not name:
                raise BuildError(f"base name ({item.arguments[0]}) should not be blank", item.line, item.last)
            index = self.stages.index(stage)
            if name == "scratch" or name in self.images or self._find(name, index) is not None:
                continue
            self._load_image(name, item)
        for stage in needed:
            for item in stage.items[1:]:
                name = item.flag("from")
                if name and name not in self.images and self._find(name, self.stages.index(stage)) is None:
                    self._load_image(name, item)

    def _load_image(self, name: str, item: Instruction) -> None:
        from k8snb.runtime.registry import InvalidReference, parse_reference

        try:
            reference = parse_reference(name)
        except InvalidReference as error:
            raise BuildError(f'failed to parse stage name "{name}": {error}', item.line, item.last) from None
        self.vertex = self.progress.vertex(f"[internal] load metadata for {reference}")
        try:
            image, seconds = self.shop.base(name)
        except BuildError as error:
            self.shop.wait(0.9)
            self.vertex.failed(error.text)
            self.broken = True
            text = f"{name}: failed to resolve source metadata for {reference}: {error.text}"
            raise BuildError(text, item.line, item.last) from None
        self.shop.wait(0.9 if seconds else 0.0)
        self.vertex.done()
        self.images[name] = image

    def _send_context(self) -> None:
        opened = self.progress.vertex("[internal] load build context")
        self.sent, size = self.request.context.sent(self.request.ignore)
        opened.line(f"transferring context: {megabytes(size + 30 * len(self.request.context.files))} done")
        self.shop.wait(size / 100e6)
        opened.done()

    # -- steps ------------------------------------------------------------------------------------------------------

    def _make(self, stage: _Stage) -> None:
        self._start(stage)
        items = list(stage.items[1:])
        if stage.config.onbuild:
            items = [*parse("\n".join(stage.config.onbuild)), *items]
            stage.config = replace(stage.config, onbuild=())
        count = 1 + sum(item.keyword in _LAYERED for item in items)
        label = stage.name or f"stage-{self.stages.index(stage)}"
        prefix = f"{label} " if len(self.stages) > 1 else ""
        self._from(stage, f"[{prefix}1/{count}]" if count > 1 or not prefix else f"[{prefix}1/1]")
        number = 1
        for item in items:
            if item.keyword in _LAYERED:
                number += 1
                self._layer(stage, item, f"[{prefix}{number}/{count}]")
            else:
                self._set(stage, item)
        stage.done = True

    def _start(self, stage: _Stage) -> None:
        name = self._base_name(stage)
        parent = self._find(name, self.stages.index(stage))
        if parent is not None:
            stage.base, stage.root, stage.config = parent.base, parent.root, parent.config
            stage.steps, stage.key = parent.steps, parent.key
        elif name != "scratch":
            image = self.images[name]
            stage.base, stage.root, stage.config = image, image.root, config_of(image)
            stage.steps, stage.key = steps_of(image), image.digest
            if isinstance(image, BuiltImage):
                stage.base = image.base

    def _from(self, stage: _Stage, label: str) -> None:
        name = self._base_name(stage)
        if name == "scratch" or self._find(name, self.stages.index(stage)) is not None:
            return
        from k8snb.runtime.registry import parse_reference

        image = self.images[name]
        opened = self.progress.vertex(f"{label} FROM {parse_reference(name)}@{image.digest}")
        _, seconds = self.shop.base(name)
        if seconds:
            opened.line(f"resolve {parse_reference(name)}@{image.digest} done")
            self._pull(opened, image, seconds)
            self.shop.keep(f"from {image.digest}", Cached(Directory(), self.shop.now(), 0, ""))
            opened.done()
        else:
            opened.cached()

    def _pull(self, opened: Vertex, image: Image, seconds: float) -> None:
        steps = [step for step in steps_of(image) if step.layer]
        total = sum(step.size for step in steps) or 1
        for step in steps:
            share = seconds * step.size / total
            size = megabytes(step.size / total * image.size)
            self.shop.wait(share * 0.7)
            opened.line(f"{step.layer} {size} / {size} {share * 0.7:.1f}s done")
        for step in steps:
            share = seconds * step.size / total * 0.3
            self.shop.wait(share)
            opened.line(f"extracting {step.layer} {share:.1f}s done")

    def _values(self, stage: _Stage) -> dict[str, str]:
        return {**stage.args, **stage.config.env}

    def _layer(self, stage: _Stage, item: Instruction, label: str) -> None:
        text = item.original
        if item.keyword == "WORKDIR":
            text = f"WORKDIR {expand(item.text, self._values(stage))}"
        elif item.keyword in ("COPY", "ADD"):
            text = expand(item.original, self._values(stage)) if "$" in item.original else item.original
        name = f"{label} {text}"
        try:
            action = self._action(stage, item)
        except BuildError as error:
            self.vertex = self.progress.vertex(name)
            self.vertex.failed(error.text)
            self.broken = True
            raise BuildError(error.text, item.line, item.last) from None
        key = content_digest(json.dumps([stage.key, action.ingredients]))
        known = None if self.request.no_cache else self.shop.cached(key)
        self.vertex = self.progress.vertex(name)
        if known is None:
            known = self._execute(stage, item, action, key)
        else:
            self.vertex.cached()
        stage.root, stage.key = known.root, key
        if item.keyword == "WORKDIR":
            stage.config = replace(stage.config, workdir=action.path)
        history = (
            f"RUN {' '.join(stage.config.shell)} {item.text}" if item.keyword == "RUN" and item.words is None else text
        )
        suffix = "" if item.keyword == "WORKDIR" else " # buildkit"
        stage.steps += (Step(known.created, history + suffix, known.size, known.layer),)

    def _execute(self, stage: _Stage, item: Instruction, action: _Action, key: str) -> Cached:
        assert self.vertex is not None
        try:
            root = action.do(self.vertex)
        except BuildError as error:
            self.vertex.failed(error.text)
            self.broken = True
            raise BuildError(error.text, item.line, item.last) from None
        self.vertex.done()
        layer = "sha256:" + hashlib.sha256(f"layer {key} {self.shop.now()}".encode()).hexdigest()
        known = Cached(root, self.shop.now(), layers.growth(stage.root, root), layer)
        self.shop.keep(key, known)
        return known

    def _action(self, stage: _Stage, item: Instruction) -> _Action:
        values = self._values(stage)
        if item.keyword == "WORKDIR":
            path = join(stage.config.workdir or "/", expand(item.text, values))
            root = stage.root
            return _Action(["WORKDIR", path], lambda vertex: layers.make_directory(root, path, self.shop.now()), path)
        if item.keyword == "RUN":
            return self._run_action(stage, item)
        return self._copy_action(stage, item, values)

    def _copy_action(self, stage: _Stage, item: Instruction, values: dict[str, str]) -> _Action:
        words = [expand(word, values) for word in item.arguments]
        target, named = words[-1], [word for word in words[:-1] if not word.startswith("<<")]
        source = self._source(stage, item)
        remote = next((word for word in named if "://" in word or word.startswith("git@")), "")
        if remote:
            raise BuildError(f"failed to load cache key: {remote}: this lab has no internet to fetch files from")
        chosen = layers.select(source, named, self.reference) if named else []
        for name, body, literal in item.heredocs:
            from k8snb.runtime.filesystem import File

            chosen.append((name, File((body if literal else expand(body, values)).encode())))
        if len(chosen) > 1 and len(words) > 2 and not target.endswith("/") and target not in (".", "./"):
            raise BuildError(
                f"When using {item.keyword} with more than one source file, "
                "the destination must be a directory and end with a /"
            )
        owner, mode = self._owner(stage, expand(item.flag("chown"), values)), item.flag("chmod")
        root, cwd, bits = stage.root, stage.config.workdir, int(mode, 8) if mode.isdigit() else None
        ingredients: list[object] = [
            item.keyword,
            target,
            cwd,
            item.flag("chown"),
            mode,
            layers.fingerprint(chosen),
            [p for p, _ in chosen],
        ]
        unpack = item.keyword == "ADD"

        def do(vertex: Vertex) -> Directory:
            self.shop.wait(0.04)
            return layers.copy(root, chosen, target, cwd, self.shop.now(), owner, bits, unpack)

        return _Action(ingredients, do)

    def _source(self, stage: _Stage, item: Instruction) -> Directory:
        name = item.flag("from")
        if not name:
            return self.sent or Directory()
        other = self._find(name, self.stages.index(stage))
        return other.root if other is not None else self.images[name].root

    def _owner(self, stage: _Stage, text: str) -> tuple[int, int]:
        if not text:
            return 0, 0
        found = self._image_of(stage).uid(text)
        if found is None:
            raise BuildError(f"unable to convert uid/gid chown string to host mapping: can't find uid for user {text}")
        name, _, group = text.partition(":")
        return found[0], int(group) if group.isdigit() else found[1] if group or not name.isdigit() else found[0]

    def _image_of(self, stage: _Stage) -> BuiltImage:
        return BuiltImage(stage.root, stage.config, stage.steps, stage.base)

    def _run_action(self, stage: _Stage, item: Instruction) -> _Action:
        script = item.heredocs[0][1] if item.heredocs and item.text.startswith("<<") else item.text
        argv = item.words or (*stage.config.shell, script)
        env = {**stage.args, **stage.config.env}
        user = stage.config.user

        def do(vertex: Vertex) -> Directory:
            image = self._image_of(stage)
            ids = image.uid(user)
            if ids is None:
                raise BuildError(f"unable to find user {user.partition(':')[0]}: no matching entries in passwd file")
            self.shop.wait(0.15)
            spec = Spec("", tuple(argv), env, stage.config.workdir or "/", ids[0], ids[1])
            identity = self.shop.word(25)
            container = Container(identity, "build", spec, "buildkitsandbox", stage.root, created=self.shop.now())
            ended = self.shop.run(container, image, vertex.output)
            if ended.exit_code:
                shown = " ".join(argv)
                raise BuildError(f'process "{shown}" did not complete successfully: exit code: {ended.exit_code}')
            return ended.root

        return _Action(["RUN", list(argv), sorted(env.items()), stage.config.workdir, user], do)

    def _set(self, stage: _Stage, item: Instruction) -> None:
        if item.keyword == "ARG":
            for name, value in pairs(item):
                given = self.request.args.get(name)
                default = (
                    expand(value, self._values(stage))
                    if "=" in item.text
                    else self.globals.get(name, _PLATFORM.get(name, ""))
                )
                stage.args[name] = default if given is None else given
            stage.steps += (Step(self.shop.now(), f"ARG {item.text}"),)
            return
        stage.config, shown = configure(stage.config, item, self._values(stage))
        stage.key = content_digest(json.dumps([stage.key, shown]))
        created = max((step.created for step in stage.steps), default=self.shop.now())
        stage.steps += (Step(created, shown),)

    def _export(self, stage: _Stage) -> BuiltImage:
        if self.request.labels:
            stage.config = replace(stage.config, labels={**stage.config.labels, **self.request.labels})
        if "PATH" not in stage.config.env:
            path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            stage.config = replace(stage.config, env={"PATH": path, **stage.config.env})
        image = self._image_of(stage)
        opened = self.progress.vertex("exporting to image")
        base = sum(step.size for step in steps_of(stage.base)) if stage.base is not None else 0
        seconds = max(disk_size(image) - base, 0) / 300e6 + 0.02 * (len(layers_of(image)) > 0)
        self.shop.wait(seconds)
        opened.line(f"exporting layers {seconds:.1f}s done" if seconds >= 0.05 else "exporting layers done")
        opened.line(f"writing image {image.image_id} done")
        for tag in self.request.tags:
            opened.line(f"naming to {tag} done")
        opened.done()
        return image


class _Action(NamedTuple):
    """What a step will do: what it depends on, and how it makes a new root."""

    ingredients: list[object]
    do: Callable[[Vertex], Directory]
    path: str = ""


def unconsumed(source: str, args: Mapping[str, str]) -> list[str]:
    """Build arguments that no ARG asks for."""
    try:
        items = parse(source)
    except BuildError:
        return []
    asked = {name for item in items if item.keyword == "ARG" for name, _ in pairs(item)}
    return [name for name in args if name not in asked and name not in _PLATFORM and name not in _PROXIES]
