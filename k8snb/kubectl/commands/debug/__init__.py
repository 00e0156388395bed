"""`kubectl debug`: a container with tools beside a Pod's own, in a copy of a Pod, or on a node.

Source: kubectl `pkg/cmd/debug/debug.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api import errors
from k8snb.api.errors import StatusError
from k8snb.kubectl import pods
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.attach import attach
from k8snb.kubectl.commands.debug import targets
from k8snb.kubectl.commands.debug.options import Options, read
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection

Json = dict[str, Any]
_COPY_ONLY = "(This flag only works when used with '--copy-to')"


def run(invocation: Invocation) -> None:
    """Debug each of the targets."""
    options = read(invocation)
    found: Iterable[Info]
    if invocation.flag("filename"):
        found = Selection(invocation, Query(list(options.targets), typed=True)).infos()
    else:
        found = (pods.named(invocation, word) for word in options.targets)
    for info in found:
        pod, container = _debug(options, info)
        if options.attach and container:
            _attach(options, pod, container)


def _debug(options: Options, info: Info) -> tuple[Json, str]:
    if (info.kind.group, info.kind.kind) == ("", "Node"):
        return targets.create_on_node(options, info.object)
    if (info.kind.group, info.kind.kind) != ("", "Pod"):
        raise CommandError(f"{quoted(info.kind.kind_text)} not supported by debug")
    if options.flag("copy-to"):
        return targets.copy_pod(options, info.object)
    return targets.add_container(options, info.object)


def _attach(options: Options, pod: Json, container: str) -> None:
    """Join the container once it runs; if it has already ended, print what it wrote."""
    invocation = options.invocation
    pod, state = _started(options, pod, container)
    if "terminated" not in state:
        try:
            attach(invocation, pod, container)
            return
        except (CommandError, StatusError) as error:
            text = getattr(error, "message", str(error))
            where = f"pod/{pod['metadata']['name']}"
            invocation.error_line(f"warning: couldn't attach to {where}, falling back to streaming logs: {text}")
    meta = pod["metadata"]
    path = invocation.kind("pods").path(meta["namespace"], meta["name"], "log")
    body = invocation.api.call("GET", path, {"container": container}).body
    invocation.out(body if isinstance(body, str) else "")


def _started(options: Options, pod: Json, container: str) -> tuple[Json, Json]:
    """The Pod once the container has started, and the container's state. What it waits for is told."""
    invocation, meta = options.invocation, pod["metadata"]
    kind, told = invocation.kind("pods"), ""
    state: Json = {}

    def started() -> bool:
        nonlocal pod, told, state
        pod = invocation.api.get(kind, meta["namespace"], meta["name"])
        state = _state(pod, container)
        message = (state.get("waiting") or {}).get("message", "")
        if message and message != told and not options.flag("quiet"):
            invocation.error_line(f"Warning: container {container}: {message}")
        told = message
        return "running" in state or "terminated" in state

    try:
        if not started() and not invocation.client.wait(started):
            raise CommandError("timed out waiting for the condition")
    except StatusError as error:
        if error.reason != "NotFound":
            raise
        raise errors.not_found(kind.about, "") from None
    return pod, state


def _state(pod: Json, container: str) -> Json:
    status = pod.get("status") or {}
    for field in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(field) or []:
            if one["name"] == container:
                return dict(one.get("state") or {})
    return {}


def _keep(name: str, usage: str, *, default: bool = False) -> Flag:
    return Flag(f"keep-{name}", "bool", default, usage=f"{usage}{_COPY_ONLY}")


COMMAND = Command(
    "debug",
    "Create debugging sessions for troubleshooting workloads and nodes",
    use="debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
    long="""Debug cluster resources using interactive debugging containers.

 What is done depends on what is named; a name alone is a pod's:

  *  Pod: a container is added to it while it runs, with tools its image lacks.
  *  Pod with --copy-to: a copy is created in which images, commands or containers differ.
  *  Node: a pod is created on it that works in the node's own namespaces and sees the node's files below /host.

 If the whole pod has a user other than root, some of what a profile grants does not work.""",
    examples="""# Work in a container with busybox inside the pod web
kubectl debug web -it --image=busybox

# Give the container a name, and see the processes of the container ruby
kubectl debug web -it --image=busybox -c tools --target=ruby

# Work in a copy of the pod web with one container more
kubectl debug web -it --image=busybox --copy-to=web-debug

# Work in a copy of the pod web whose container ruby runs a shell instead of its command
kubectl debug web -it --copy-to=web-debug --container=ruby -- sh

# Copy the pod web with another image in all containers
kubectl debug web --copy-to=web-debug --set-image=*=busybox

# Work on a node
kubectl debug node/minikube -it --image=busybox""",
    flags=(
        Flag(
            "arguments-only",
            "bool",
            usage="If specified, everything after -- will be passed to the new container as Args instead of Command.",
        ),
        Flag(
            "attach",
            "bool",
            usage="If true, wait for the container to start running, and then attach as if 'kubectl attach ...' were "
            "called.  Default false, unless '-i/--stdin' is set, in which case the default is true.",
        ),
        Flag("container", shorthand="c", usage="Container name to use for debug container."),
        Flag("copy-to", usage="Create a copy of the target Pod with this name."),
        Flag(
            "custom",
            usage="Path to a JSON or YAML file containing a partial container spec to customize built-in debug profiles.",
        ),
        Flag("env", "stringArray", usage="Environment variables to set in the container."),
        Flag("filename", "stringSlice", shorthand="f", usage="identifying the resource to debug"),
        Flag("image", usage="Container image to use for debug container."),
        Flag(
            "image-pull-policy",
            usage="The image pull policy for the container. If left empty, this value will not be specified by the client "
            "and defaulted by the server.",
        ),
        _keep("annotations", "If true, keep the original pod annotations."),
        _keep("init-containers", "Run the init containers for the pod. Defaults to true.", default=True),
        _keep("labels", "If true, keep the original pod labels."),
        _keep("liveness", "If true, keep the original pod liveness probes."),
        _keep("readiness", "If true, keep the original pod readiness probes."),
        _keep("startup", "If true, keep the original startup probes."),
        Flag(
            "profile",
            default="general",
            usage='Options are "legacy", "general", "baseline", "netadmin", "restricted" or "sysadmin".',
        ),
        Flag("quiet", "bool", shorthand="q", usage="If true, suppress informational messages."),
        Flag("replace", "bool", usage="When used with '--copy-to', delete the original Pod."),
        Flag(
            "same-node",
            "bool",
            usage="When used with '--copy-to', schedule the copy of target Pod on the same node.",
        ),
        Flag(
            "set-image",
            "stringArray",
            usage="When used with '--copy-to', a list of name=image pairs for changing container images, similar to how "
            "'kubectl set image' works.",
        ),
        Flag(
            "share-processes",
            "bool",
            True,
            usage="When used with '--copy-to', enable process namespace sharing in the copy.",
        ),
        Flag(
            "stdin",
            "bool",
            shorthand="i",
            usage="Keep stdin open on the container(s) in the pod, even if nothing is attached.",
        ),
        Flag("target", usage="When using an ephemeral container, target processes in this container name."),
        Flag("tty", "bool", shorthand="t", usage="Allocate a TTY for the debugging container."),
    ),
    run=run,
)
