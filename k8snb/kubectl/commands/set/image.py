"""`kubectl set image`. Source: kubectl `pkg/cmd/set/set_image.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.errors import CommandError, quoted, raise_all
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pairs import parse_pairs, resources_and_pairs
from k8snb.kubectl.sharedflags import RECORD, SELECTOR, filename


def run(invocation: Invocation) -> None:
    """Give containers another image."""
    sender = changes.Sender(invocation, "image updated", "failed to patch image update to pod template: ")
    resources, pairs = resources_and_pairs(invocation.args, "image")
    images, _ = parse_pairs(pairs, "image")
    infos = changes.select(invocation, resources, invocation.flag("selector"))
    _check(sender, resources, images)
    missing: list[Exception] = []

    def mutate(obj: dict[str, Any]) -> bool:
        spec = changes.pod_spec(obj)
        containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
        for name, image in images.items():
            meant = [item for item in containers if name in ("*", item["name"])]
            if not meant:
                missing.append(CommandError(f"error: unable to find container named {quoted(name)}"))
            for item in meant:
                item["image"] = image
        obj["metadata"] = recorded(invocation, obj)["metadata"]
        return True

    sender.send(infos, mutate, missing)


def _check(sender: changes.Sender, resources: list[str], images: dict[str, str]) -> None:
    invocation = sender.invocation
    errors: list[Exception] = []
    if invocation.flag("all") and invocation.flag("selector"):
        errors.append(CommandError(changes.ALL_AND_SELECTOR))
    if not resources and not invocation.flag("filename") and not invocation.flag("kustomize"):
        errors.append(CommandError("one or more resources must be specified as <resource> <name> or <resource>/<name>"))
    if not images:
        errors.append(CommandError("at least one image update is required"))
    elif len(images) > 1 and "*" in images:
        errors.append(
            CommandError(
                "all containers are already specified by *, but saw more than one container_name=container_image pairs"
            )
        )
    if sender.local and sender.dry_run == "server":
        errors.append(CommandError(changes.LOCAL_SERVER_DRY_RUN))
    raise_all(errors)


COMMAND = Command(
    "image",
    "Update the image of a pod template",
    use="image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
    long="Give containers of pods, or of templates for pods, another image. A container is named together with its new image; "
    "* stands for all of them. Init containers count as well."
    "\n\n The objects may be pods, or whatever has a template for pods: deployments, daemon sets, stateful sets, replica sets, "
    "replication controllers, jobs and cron jobs.",
    examples="""
# A new image for the container nginx of a deployment
kubectl set image deployment/web nginx=nginx:1.28

# Two containers at once
kubectl set image deployment/web nginx=nginx:1.28 logger=busybox:1.37

# Every container of a daemon set
kubectl set image daemonset agent '*=fluentd:v1.17'

# Show what a file would become, send nothing
kubectl set image -f web.yaml nginx=nginx:1.28 --local -o yaml
""",
    flags=(
        *PRINT_FLAGS,
        RECORD,
        *filename(changes.FILENAME_USAGE),
        changes.ALL,
        changes.local_flag("set image"),
        *changes.COMMON,
        SELECTOR,
    ),
    run=run,
)
