"""The images of a cluster's machine, lent to docker: what `eval $(minikube docker-env)` points the client at.

While a command runs, the names that the daemon works on are those of the node; what has changed goes back to it. Contents are
shared, for they never change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from k8snb.docker.errors import DockerError
from k8snb.docker.host import Host
from k8snb.runtime.registry import parse_reference


@contextmanager
def borrowed(host: Host) -> Iterator[None]:
    """Work on a node's images for a while. DockerError if the machine is off or gone."""
    docker, kubelet, node = host.docker, host.cluster.kubelet, host.node
    known = kubelet.nodes.get(node)
    if known is None or not known.powered:
        raise DockerError(
            "Cannot connect to the Docker daemon at http://docker.example.com. Is the docker daemon running?"
        )
    own = docker.state
    names: dict[str, str] = {}
    origins = dict(own.origins)
    for name, origin in known.images.names.items():
        image = docker.content(origin) if origin.startswith("sha256:") else kubelet.registry.local(origin)
        if image is None:
            continue
        names[name] = image.image_id
        if not origin.startswith("sha256:"):
            origins[image.image_id] = origin
    docker.state = own._replace(names=names, origins=origins, dangling=(), boxes={})
    try:
        yield
    finally:
        after = docker.state
        docker.state = after._replace(names=own.names, dangling=own.dangling, boxes=own.boxes)
        for name, identity in after.names.items():
            if names.get(name) != identity:
                kubelet.load_image(node, name, origin_of(host, identity))
        for name in names:
            if name not in after.names:
                kubelet.remove_image(node, name)


def origin_of(host: Host, identity: str) -> str:
    """How a node remembers an image: a built one by its identity, another by the reference that it came from."""
    state = host.docker.state
    return identity if identity in state.contents else state.origins[identity]


def load(host: Host, name: str) -> tuple[str, str] | None:
    """(normalised name, origin) of an image of the learner's own docker, for `minikube image load`; None if it is not there."""
    image = host.docker.store.find(name)
    if image is None:
        return None
    return str(parse_reference(name)), origin_of(host, image.image_id)
