"""The three ways to debug: a container added to a running Pod, a changed copy of a Pod, a Pod on a node.

Source: kubectl `pkg/cmd/debug/debug.go` (generateDebugContainer, generatePodCopyWithDebugContainer, generateNodeDebugPod).
"""

from __future__ import annotations

import copy
from typing import Any

from k8snb.api.core.container import Container
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.kubectl.commands.debug.options import Options
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pods import find_container

Json = dict[str, Any]
_NOT_ROOT = (
    "Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not "
    'work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".'
)


def add_container(options: Options, pod: Json) -> tuple[Json, str]:
    """Add an ephemeral container to a Pod; returns the Pod and the container's name."""
    name = _name(options, pod)
    container = _container(options, name)
    if options.flag("target"):
        container["targetContainerName"] = options.flag("target")
    changed = copy.deepcopy(pod)
    changed["spec"].setdefault("ephemeralContainers", []).append(container)
    options.shape(changed, name, "ephemeral")
    _customize(options, changed, "ephemeralContainers", name)
    added = changed["spec"]["ephemeralContainers"][-1]
    _warn(options, added, changed)
    meta, api = pod["metadata"], options.invocation.api
    order = [{"name": one["name"]} for one in changed["spec"]["ephemeralContainers"]]
    patch = {"spec": {"$setElementOrder/ephemeralContainers": order, "ephemeralContainers": [added]}}
    content_type = "application/strategic-merge-patch+json"
    kind = options.invocation.kind("pods")
    made = api.patch(kind, meta["namespace"], meta["name"], patch, content_type, sub="ephemeralcontainers")
    return made, name


def copy_pod(options: Options, pod: Json) -> tuple[Json, str]:
    """Create a changed copy of a Pod; returns it and the name of the container to attach to, if there is one."""
    copied, name = _copy(options, pod)
    container = find_container(copied, name) if name else None
    if container is not None:
        _warn(options, container, copied)
    kind, meta = options.invocation.kind("pods"), pod["metadata"]
    created = options.invocation.api.create(kind, meta["namespace"], copied)
    if options.flag("replace"):
        options.invocation.api.delete(kind, meta["namespace"], meta["name"], {"gracePeriodSeconds": 0})
    return created, name


def create_on_node(options: Options, node: Json) -> tuple[Json, str]:
    """Create a Pod on a node; returns it and its container's name."""
    where = node["metadata"]["name"]
    container = _container(options, options.flag("container") or "debugger")
    name = f"node-debugger-{where}-{options.suffix(where)}"
    options.say(f"Creating debugging pod {name} with container {container['name']} on node {where}.")
    pod: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "containers": [container],
            "restartPolicy": "Never",
            "nodeName": where,
            "tolerations": [{"operator": "Exists"}],
        },
    }
    options.shape(pod, container["name"], "node")
    _customize(options, pod, "containers", container["name"])
    kind = options.invocation.kind("pods")
    return options.invocation.api.create(kind, options.invocation.namespace, pod), container["name"]


def _name(options: Options, pod: Json) -> str:
    """The name of a new container: the one given, or one that is not taken."""
    if options.flag("container"):
        return str(options.flag("container"))
    salt = 0
    while find_container(pod, name := f"debugger-{options.suffix(pod['metadata']['name'], str(salt))}") is not None:
        salt += 1
    options.say(f"Defaulting debug container name to {name}.")
    return name


def _container(options: Options, name: str) -> Json:
    """A new container, made from the flags."""
    found: Json = {"name": name, "image": options.flag("image"), "terminationMessagePolicy": "File"}
    if options.words:
        found["args" if options.flag("arguments-only") else "command"] = list(options.words)
    if options.environment:
        found["env"] = list(options.environment)
    if options.flag("image-pull-policy"):
        found["imagePullPolicy"] = options.flag("image-pull-policy")
    return found | {name: True for name in ("stdin", "tty") if options.flag(name)}


def _copy(options: Options, pod: Json) -> tuple[Json, str]:
    meta, spec = pod["metadata"], copy.deepcopy(pod["spec"])
    kept = {field: dict(meta[field]) for field in ("annotations", "labels") if meta.get(field)}
    copied = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": options.flag("copy-to"), "namespace": meta["namespace"], **kept},
        "spec": spec,
    }
    spec.pop("ephemeralContainers", None)
    if options.invocation.changed("share-processes"):
        spec["shareProcessNamespace"] = options.flag("share-processes")
    if not options.flag("same-node"):
        spec.pop("nodeName", None)
    for container in spec["containers"]:
        container["image"] = options.images.get(container["name"]) or options.images.get("*") or container["image"]
    name = options.flag("container")
    found = find_container(copied, name)
    if found is None:
        if not options.flag("image"):
            if options.images:
                return copied, ""
            raise CommandError("you must specify image when creating new container")
        name = _name(options, copied)
        found = {"name": name, "terminationMessagePolicy": "File"}
        spec["containers"].append(found)
    _change(options, found)
    options.shape(copied, name, "copy")
    _customize(options, copied, "containers", name)
    return copied, name


def _change(options: Options, container: Json) -> None:
    """Lay the flags over a container of the copy."""
    made = _container(options, container["name"])
    if "command" in made:
        container.pop("args", None)
    for field in ("stdin", "tty"):
        container.pop(field, None)
    container |= {field: value for field, value in made.items() if value and field != "terminationMessagePolicy"}


def _customize(options: Options, pod: Json, field: str, name: str) -> None:
    """Lay the --custom file over a container."""
    if options.custom is None:
        return
    listed = pod["spec"][field]
    at = next((at for at, one in enumerate(listed) if one["name"] == name), None)
    if at is None:
        raise CommandError(f"unable to find the {name} container in the pod {pod['metadata']['name']}")
    listed[at] = strategic_merge(listed[at], {**options.custom, "name": name}, Container)


def _warn(options: Options, container: Json, pod: Json) -> None:
    """Say when a profile grants what the Pod's user cannot use."""
    own = container.get("securityContext") or {}
    user = (pod["spec"].get("securityContext") or {}).get("runAsUser")
    granted = own.get("privileged") or (own.get("capabilities") or {}).get("add")
    if user and own.get("runAsUser") != 0 and granted:
        options.invocation.error_line(_NOT_ROOT)
