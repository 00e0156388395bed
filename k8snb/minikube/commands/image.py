"""`minikube image`: the images that the machines have, and bringing one of the learner's own docker into them."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE
from k8snb.minikube.style import table

_NO_CHANGE = "the images of simulated machines only grow: use `%minikube image load`"
_NO_BUILD = "images are not built inside simulated machines: use `%docker build`, then `%minikube image load`"


def list_images(call: Invocation) -> int:
    _check_profile(call)
    shape, names = call.flags["format"], set[str]()
    if shape not in ("short", "table"):
        raise call.fail("MK_USAGE", f"--format={shape} is not simulated: one of short, table")
    on = [node.metadata.name for node in call.host.nodes() if call.host.machines.is_on(node.metadata.name)]
    if not on:
        return 0  # minikube asks the machines that run, and has nothing to say of others
    for name in on:
        names |= set(call.cluster.kubelet.nodes[name].images.names)
    if shape == "table":
        call.out(table(("IMAGE", "TAG"), [name.rpartition(":")[::2] for name in sorted(names)]))
    else:
        call.out("".join(f"{name}\n" for name in sorted(names, reverse=True)))
    return 0


def _check_profile(call: Invocation) -> None:
    if call.host.cluster is None or call.profile != PROFILE:
        raise call.fail("MK_USAGE", f'loading profile: cluster "{call.profile}" does not exist', ask=True)


def load(call: Invocation) -> int:
    if not call.args:
        raise call.fail("MK_USAGE", "Please provide an image in your local daemon to load into minikube via "
                        "<minikube image load IMAGE_NAME>")  # fmt: skip
    _check_profile(call)
    call.check_running()
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
        Command("pull", "Pull images", refused=_NO_CHANGE),
        Command("push", "Push images", refused=_NO_CHANGE),
        Command("rm", "Remove one or more images", aliases=("remove", "unload"), refused=_NO_CHANGE),
        Command("save", "Save a image from minikube", refused=_NO_CHANGE),
        Command("tag", "Tag images", refused=_NO_CHANGE),
    ),
)
