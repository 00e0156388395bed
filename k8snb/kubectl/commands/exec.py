"""`kubectl exec`: a command in a container.

Source: kubectl `pkg/cmd/exec/exec.go`.
"""

from __future__ import annotations

from k8snb.kubectl import pods, streams
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection

CONTAINER = Flag(
    "container",
    shorthand="c",
    usage="Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation for selecting the "
    "container to be attached or the first container in the pod will be chosen",
)
QUIET = Flag("quiet", "bool", shorthand="q", usage="Only print output from the remote session")
STDIN = Flag("stdin", "bool", shorthand="i", usage="Pass stdin to the container")
TTY = Flag("tty", "bool", shorthand="t", usage="Stdin is a TTY")


def run(invocation: Invocation) -> None:
    """Run the command and print what it writes; its exit code becomes kubectl's."""
    flags, args = invocation.parsed, invocation.args
    files = flags["filename"]
    command = invocation.dashed or []
    if invocation.dashed is None and (len(args) > 1 or files):
        raise UsageError("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead")
    target = args[0] if args and args[: len(args) - len(command)] else ""
    if not target and not files:
        raise CommandError("pod, type/name or --filename must be specified")
    if not command:
        raise CommandError("you must specify at least one command for the container")
    info = _target(invocation, target)
    pod = pods.attachable(invocation, info, flags["pod-running-timeout"])
    phase = (pod.get("status") or {}).get("phase")
    if phase in ("Succeeded", "Failed"):
        raise CommandError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    container = flags["container"]
    if not container:
        container = pods.default_container(invocation, pod, quiet=flags["quiet"])["name"]
    stdin, tty = terminal(invocation)
    query = {"container": container, "stdout": "true"}
    query |= {name: "true" for name, wanted in (("stdin", stdin), ("tty", tty), ("stderr", not tty)) if wanted}
    stream = streams.connect(invocation, pod, "exec", query, command)
    status = streams.converse(invocation, stream, pod, container, stdin=stdin, tty=tty)
    streams.finish(invocation, status, "the command")


def terminal(invocation: Invocation) -> tuple[bool, bool]:
    """(whether input is passed on, whether it is a terminal): a text that is piped in is none."""
    stdin, tty = invocation.flag("stdin"), invocation.flag("tty")
    if tty and not stdin:
        return False, False
    if tty and invocation.stdin:
        invocation.error_line("Unable to use a TTY - input is not a terminal or the right kind of file")
        return True, False
    return stdin, tty


def _target(invocation: Invocation, word: str) -> Info:
    if word:
        return pods.named(invocation, word)
    found = Selection(invocation, Query(latest=True, typed=True)).infos()
    if len(found) != 1:
        raise CommandError("cannot attach to multiple objects at the same time")
    return found[0]


COMMAND = Command(
    "exec",
    "Execute a command in a container",
    use="exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    long="Execute a command in a container.",
    examples="""# Run the command 'date' in the pod web, in its first container
kubectl exec web -- date

# Run the command 'date' in the container ruby of the pod web
kubectl exec web -c ruby -- date

# Work with bash in the container ruby of the pod web: standard input goes to bash, what it writes comes back
kubectl exec web -c ruby -i -t -- bash -il

# Flags of the command stand behind the double dash, which keeps them apart from kubectl's
kubectl exec web -i -t -- ls -t /usr

# Run the command 'date' in one of the pods of the deployment web
kubectl exec deploy/web -- date

# Run the command 'date' in one of the pods behind the service web
kubectl exec svc/web -- date""",
    flags=(
        CONTAINER,
        Flag("filename", "stringSlice", shorthand="f", usage="to use to exec into the resource"),
        pods.running_timeout(60.0),
        QUIET,
        STDIN,
        TTY,
    ),
    run=run,
)
