"""`minikube image`: the images that the machines have, and bringing one of the learner's own docker into them."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.style import table

_NO_BUILD = "images are not built inside simulated machines: use `%docker build`, then `%minikube image load`"


def list_images(call: Invocation) -> int:
    kubelet, names = call.running.kubelet, set[str]()
    for node in call.host.nodes():
        names |= set(kubelet.nodes[node.metadata.name].images.names)
    shape = call.flags["format"]
    if shape == "table":
        call.out(table(("IMAGE", "TAG"), [name.rpartition(":")[::2] for name in sorted(names)]))
    elif shape == "short":
        call.out("".join(f"{name}\n" for name in sorted(names, reverse=True)))
    else:
        raise call.fail("MK_USAGE", f"--format={shape} is not simulated: one of short, table")
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
