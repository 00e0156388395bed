"""`kubectl attach`: join the process that a container runs.

Source: kubectl `pkg/cmd/attach/attach.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl import pods, streams
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.exec import CONTAINER, QUIET, STDIN, TTY, terminal
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.selection import Query, Selection

RECORDED = (
    "All commands and output from this session will be recorded in container logs, including credentials and sensitive "
    "information passed through the command prompt."
)
PROMPT = "If you don't see a command prompt, try pressing enter."
Json = dict[str, Any]


def run(invocation: Invocation) -> None:
    """Print what the container writes from now on."""
    args = invocation.args
    if not args:
        raise CommandError("at least 1 argument is required for attach")
    if len(args) > 2:
        shown = " ".join(args)
        raise CommandError(f"expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {len(args)}: [{shown}]")
    if invocation.flag("pod-running-timeout") <= 0:
        raise UsageError("--pod-running-timeout must be higher than zero")
    if len(args) == 2:
        info = Selection(invocation, Query(args, single_type=True, typed=True)).infos()[0]
    else:
        info = pods.named(invocation, args[0])
    attach(invocation, pods.attachable(invocation, info, invocation.flag("pod-running-timeout")))


def attach(invocation: Invocation, pod: Json, container: str = "") -> None:
    """Attach to a container of a Pod; `run` and `debug` end with this, too."""
    phase = (pod.get("status") or {}).get("phase")
    if phase in ("Succeeded", "Failed"):
        raise CommandError(f"cannot attach a container in a completed pod; current phase is {phase}")
    found = target(invocation, pod, container)
    quiet = invocation.flag("quiet")
    wanted = invocation.flag("tty")
    stdin, tty = terminal(invocation)
    if tty and not found.get("tty"):
        tty = False
        if not quiet:
            invocation.error_line(f"error: Unable to use a TTY - container {found['name']} did not allocate one")
    elif not wanted and found.get("tty"):
        tty = True
    if not quiet:
        invocation.error_line(RECORDED)
        invocation.error_line(PROMPT)
    query = {"container": found["name"], "stdout": "true"}
    query |= {name: "true" for name, on in (("stdin", stdin), ("tty", tty), ("stderr", not tty)) if on}
    stream = streams.connect(invocation, pod, "attach", query)
    status = streams.converse(invocation, stream, pod, found["name"], stdin=stdin, tty=tty)
    if status is None:
        invocation.lab("attach would go on for ever: it was interrupted, as Ctrl-C does in a terminal")
    message = _resume(invocation, pod, found["name"], raw=stdin and tty)
    if message and not quiet:
        invocation.line(message)


def target(invocation: Invocation, pod: Json, container: str = "") -> Json:
    """The container to attach to. CommandError if there is none of that name."""
    wanted = container or invocation.flag("container")
    try:
        return pods.default_container(invocation, pod, wanted, quiet=invocation.flag("quiet"))
    except CommandError as error:
        raise CommandError(f"cannot attach to the container: {error.message}") from None


def _resume(invocation: Invocation, pod: Json, container: str, *, raw: bool) -> str:
    """What is said about coming back, where a terminal was used and the container lives on."""
    if not raw or pod["spec"].get("restartPolicy") != "Always":
        return ""
    how = f"kubectl attach {pod['metadata']['name']} -c {container} -i -t"
    if any(one["name"] == container for one in pod["spec"].get("ephemeralContainers") or []):
        return (
            "Session ended, the ephemeral container will not be restarted but may be reattached using "
            f"'{how}' if it is still running"
        )
    return f"Session ended, resume using '{how}' command when the pod is running"


COMMAND = Command(
    "attach",
    "Attach to a running container",
    use="attach (POD | TYPE/NAME) -c CONTAINER",
    long="Attach to a process that is already running inside an existing container.",
    examples="""# See what the pod web writes, in the container that is annotated as its default, else in the first one
kubectl attach web

# See what the container ruby of the pod web writes
kubectl attach web -c ruby

# Work with the shell that the container ruby of the pod web runs
kubectl attach web -c ruby -i -t

# See what the first pod of the deployment web writes
kubectl attach deployment/web""",
    flags=(CONTAINER, pods.running_timeout(60.0), QUIET, STDIN, TTY),
    run=run,
)
