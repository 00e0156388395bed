"""`docker pull`, and what `docker run` prints while it fetches an image it does not have."""

from __future__ import annotations

from collections.abc import Callable

from k8snb.docker.command import Command, Invocation, switch, text
from k8snb.docker.image import layers_of
from k8snb.runtime.image import Image
from k8snb.runtime.registry import short_name


def pull_image(call: Invocation, name: str, write: Callable[[str], None], named: bool = True) -> Image:
    """Fetch an image, telling how it goes. DockerError if no registry has it."""
    docker = call.docker
    reference = docker.store.reference(name)
    if named and not reference.digest and ":" not in name.rpartition("/")[2]:
        write("Using default tag: latest\n")
    image, seconds = docker.store.remote(name, lambda port: docker.publisher(port) is not None)
    if named:
        write(f"{reference.digest or reference.tag}: Pulling from {reference.path}\n")
    else:
        write(f"{reference.tag}: Pulling from {reference.path}\n")
    here = {layer for identity in docker.store.identities() for layer in _layers(call, identity)}
    layers = [layer[7:19] for layer in layers_of(image)]
    missing = [layer[7:19] for layer in layers_of(image) if layer not in here]
    docker_wait = call.host.wait
    docker_wait(0.9)
    if missing:
        write("".join(f"{layer}: {'Pulling fs layer' if layer in missing else 'Already exists'}\n" for layer in layers))
        for layer in missing:
            docker_wait(max(seconds - 0.9, 0.0) / len(missing))
            write(f"{layer}: Verifying Checksum\n{layer}: Download complete\n")
        write("".join(f"{layer}: Pull complete\n" for layer in missing))
    status = docker.store.pulled(name, image)
    shown = short_name(reference) + (f"@{reference.digest}" if reference.digest else f":{reference.tag}")
    write(f"Digest: {image.digest}\nStatus: {status} {shown}\n")
    found = docker.store.find(str(reference))
    assert found is not None
    return found


def _layers(call: Invocation, identity: str) -> tuple[str, ...]:
    image = call.docker.store.content(identity)
    return layers_of(image) if image is not None else ()


def pull(call: Invocation) -> int | None:
    name, quiet = call.args[0], bool(call.flag("quiet"))
    if call.flag("all-tags"):
        call.lab("--all-tags is not simulated: name the tag you want")
        return 1
    reference = call.docker.store.reference(name)
    pull_image(call, name, (lambda _: None) if quiet else call.out)
    call.out(f"{reference}\n")
    return 0


PULL = Command(
    "pull",
    "Download an image from a registry",
    "pull [OPTIONS] NAME[:TAG|@DIGEST]",
    pull,
    (
        switch("all-tags", "Download all tagged images in the repository", "a"),
        text("platform", "Set platform if server is multi-platform capable"),
        switch("quiet", "Suppress verbose output", "q"),
    ),
    1,
    1,
    spellings="docker image pull, docker pull",
    group="common",
    on_node=True,
)
