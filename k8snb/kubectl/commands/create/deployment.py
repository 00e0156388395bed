"""`kubectl create deployment`: a Deployment that runs one or more images.

Source: `k8s.io/kubectl/pkg/cmd/create/create_deployment.go`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def build(invocation: Invocation, name: str) -> dict[str, Any]:
    """The Deployment of the flags."""
    images, command = list(invocation.flag("image")), invocation.args[1:]
    if len(images) > 1 and command:
        raise CommandError("cannot specify multiple --image options and command")
    containers: list[dict[str, Any]] = []
    for image in images:
        container: dict[str, Any] = {"name": container_name(invocation, image), "image": image}
        if command:
            container["command"] = command
        containers.append(container)
    if invocation.flag("port") >= 0 and containers:
        containers[0]["ports"] = [{"containerPort": invocation.flag("port")}]
    for container in containers:
        container["resources"] = {}
    labels = {"app": name}
    return {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": metadata(invocation, name, labels=labels),
        "spec": {
            "replicas": invocation.flag("replicas"),
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
            "strategy": {},
        },
        "status": {},
    }


def container_name(invocation: Invocation, image: str) -> str:
    """The last part of an image's name; where it has dots or underscores a few letters make it unique."""
    name = image.split("/")[-1].split(":")[0].split("@")[0]
    if "_" not in name and "." not in name:
        return name
    # Upstream draws the letters; here they follow from the image and the time, so that a run can be repeated.
    digest = hashlib.sha256(f"{image} {invocation.client.now()}".encode()).digest()
    suffix = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:5])
    return f"{name.replace('_', '-').replace('.', '-')}-{suffix}"


COMMAND = generator(
    "deployment",
    "Create a deployment with the specified name",
    Generator("deployments.apps", build, "failed to create deployment: "),
    use="NAME --image=image -- [COMMAND] [args...]",
    aliases=("deploy",),
    required=("image",),
    flags=(
        Flag(
            "image",
            "stringSlice",
            usage="Image names to run. A deployment can have multiple images set for multi-container pod.",
        ),
        Flag("port", "int32", -1, usage="The containerPort that this deployment exposes."),
        Flag("replicas", "int32", 1, shorthand="r", usage="Number of replicas to create. Default is 1."),
    ),
    examples="""
# A deployment of three nginx pods
kubectl create deployment web --image=nginx:1.27 --replicas=3

# A deployment whose containers run another command than the image's
kubectl create deployment ticker --image=busybox -- sh -c 'while true; do date; sleep 5; done'

# Two containers in each pod
kubectl create deployment pair --image=nginx:1.27 --image=redis:7

# Write the manifest, create nothing
kubectl create deployment web --image=nginx:1.27 --port=80 --dry-run=client -o yaml
""",
)
