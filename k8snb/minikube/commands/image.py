"""`minikube image`: the images that the machines have, and bringing one of the learner's own docker into them."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.style import table

_NO_BUILD = "images are not built inside simulated machines: use `%docker build`, then `%minikube image load`"


def list_images(call: Invocation) -> int:
    call.check_running()
    images: dict[str, Any] = {}
    for node in call.host.nodes():
        for image in node.status.images:
            for name in image.names:
                if "@" not in name:
                    images[name] = image
    if call.flags["format"] == "table":
        rows = [
            (*name.rpartition(":")[::2], f"{image.sizeBytes / 1e6:.3g}MB") for name, image in sorted(images.items())
        ]
        call.out(table(("IMAGE", "TAG", "SIZE"), rows))
    elif call.flags["format"] == "short":
        call.out("".join(f"{name}\n" for name in sorted(images, reverse=True)))
    else:
        raise call.fail("MK_USAGE", f"--format={call.flags['format']} is not simulated: one of short, table")
    return 0


def load(call: Invocation) -> int:
    call.check_running()
    if not call.args:
        raise call.fail("MK_USAGE", "Please provide an image in your local daemon to load into minikube via "
                        "<minikube image load IMAGE_NAME>")  # fmt: skip
    if call.host.load_image is None:
        raise call.fail("MK_UNIMPLEMENTED", "there is no docker here whose images could be loaded")
    for name in call.args:
        if not call.host.load_image(name):
            raise call.fail(
                "GUEST_IMAGE_LOAD", f"Failed to load image: unable to load {name}: no such image in your docker"
            )
    return 0


IMAGE = Command(
    "image",
    "Manage images",
    "Images Commands",
    subcommands=(
        Command("build", "Build a container image in minikube", refused=_NO_BUILD),
        Command("load", "Load an image into minikube", use="IMAGE [flags] [options]", run=load),
        Command(
            "ls",
            "List images",
            aliases=("list",),
            flags=(Flag("format", default="short", usage="Format output. One of: short|table"),),
            run=list_images,
        ),
    ),
)
