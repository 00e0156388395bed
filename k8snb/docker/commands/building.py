"""`docker build`: the context and the Dockerfile from the learner's folder or notebook, then the builder."""

from __future__ import annotations

from pathlib import Path

from k8snb.docker.build.context import Context, ContextError, read_context
from k8snb.docker.build.solver import Request, build, unconsumed
from k8snb.docker.command import Command, Invocation, several, switch, text
from k8snb.docker.host import Shop
from k8snb.runtime.registry import InvalidReference, Reference, parse_reference


def run(call: Invocation) -> int | None:
    request = _request(call)
    if request is None:
        return 1
    quiet = bool(call.flag("quiet")) or call.flag("progress") == "quiet"
    kept: list[str] = []
    result = build(Shop(call.host), request, kept.append if quiet else call.progress)
    if result.image is None:
        if quiet:
            call.err(kept[-1].partition("ERROR: ")[1] + kept[-1].partition("ERROR: ")[2])
        return 1
    store = call.docker.store
    store.add(result.image, request.tags[0] if request.tags else "")
    for tag in request.tags[1:]:
        store.tag(result.image.image_id, tag)
    idle = unconsumed(request.source, request.args)
    if idle and not quiet:
        call.progress(f"[Warning] One or more build-args [{' '.join(idle)}] were not consumed\n")
    if result.warnings and not quiet:
        count = len(result.warnings)
        call.progress(f"\n {count} warning{'' if count == 1 else 's'} found (use docker --debug to expand):\n")
        call.progress("".join(f" - {line}\n" for line in result.warnings))
    if call.flag("quiet"):
        call.out(f"{result.image.image_id}\n")
    return 0


def _request(call: Invocation) -> Request | None:
    """What is asked for; None if that makes no sense, which has been said then."""
    try:
        tags = [str(_tag(name)) for name in call.flag("tag")]
        context = _context(call)
    except ContextError as error:
        call.err(f"ERROR: failed to build: {error}\n")
        return None
    place, named = call.args[0], str(call.flag("file"))
    name = Path(named).name if named and named != "-" else "Dockerfile"
    source = (call.stdin or "") if place == "-" else _dockerfile(call, context, named)
    if source is None:
        call.progress('#0 building with "default" instance using docker driver\n')
        call.progress(
            f"\n#1 [internal] load build definition from {name}\n#1 transferring dockerfile: 2B done\n#1 DONE 0.0s\n"
        )
        missing = f"failed to read dockerfile: open {name}: no such file or directory"
        call.err(f"ERROR: failed to build: failed to solve: {missing}\n")
        return None
    ignore = context.text(f"{name}.dockerignore") or context.text(".dockerignore") or ""
    args = dict(item.partition("=")[::2] for item in call.flag("build-arg") if "=" in item)
    labels = dict(item.partition("=")[::2] for item in call.flag("label"))
    target, no_cache = str(call.flag("target")), bool(call.flag("no-cache"))
    return Request(source, name, context, args, labels, tags, target, no_cache, ignore)


def _tag(name: str) -> Reference:
    try:
        return parse_reference(name)
    except InvalidReference as error:
        raise ContextError(f'invalid tag "{name}": {error}') from None


def _context(call: Invocation) -> Context:
    """The files that are built from. ContextError."""
    place = call.args[0]
    if "://" in place or place.startswith("git@"):
        raise ContextError(f"{place}: this lab has no internet, the context must be a folder")
    if place != "-":
        return read_context(place, call.host.cwd, call.host.files)
    if not call.stdin:
        raise ContextError("dockerfile is empty")
    return Context({})


def _dockerfile(call: Invocation, context: Context, named: str) -> str | None:
    """The text of the Dockerfile: `-f` is seen from where one is, without it it lies in the context."""
    if not named:
        return context.text("Dockerfile")
    if named == "-":
        return call.stdin or ""
    kept = call.host.files.get(named.removeprefix("./"))
    if kept is not None:
        return kept
    path = Path(call.host.cwd, named)
    return path.read_text("utf-8") if path.is_file() else None


def prune(call: Invocation) -> int | None:
    docker = call.docker
    freed = sum(known.size for known in docker.state.cache.values())
    docker.state = docker.state._replace(cache={})
    from k8snb.docker.words import size

    call.out(f"Total reclaimed space: {size(freed, 4)}\n" if freed else "Total:\t0B\n")
    return 0


BUILD = Command(
    "build",
    "Build an image from a Dockerfile",
    "build [OPTIONS] PATH | URL | -",
    run,
    (
        several("build-arg", "Set build-time variables"),
        text("file", 'Name of the Dockerfile (default: "PATH/Dockerfile")', "f"),
        several("label", "Set metadata for an image"),
        switch("load", 'Shorthand for "--output=type=docker"'),
        switch("no-cache", "Do not use cache when building the image"),
        text("platform", "Set target platform for build"),
        text(
            "progress",
            'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty")',
            default="auto",
        ),
        switch("pull", "Always attempt to pull all referenced images"),
        switch("quiet", "Suppress the build output and print image ID on success", "q"),
        switch("rm", "Remove intermediate containers after a successful build"),
        several("tag", 'Image identifier (format: "[registry/]repository[:tag]")', "t"),
        text("target", "Set the target build stage to build"),
    ),
    1,
    1,
    spellings="docker build, docker builder build, docker image build, docker buildx b",
    group="common",
    on_node=True,
)
PRUNE = Command(
    "prune",
    "Remove build cache",
    "builder prune",
    prune,
    (
        switch("all", "Remove all unused build cache, not just dangling ones", "a"),
        switch("force", "Do not prompt for confirmation", "f"),
    ),
    0,
    0,
)
