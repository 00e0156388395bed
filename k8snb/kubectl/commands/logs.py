"""`kubectl logs`: what containers wrote, of one Pod, of the Pods behind something, or of those with a label.

Source: kubectl `pkg/cmd/logs/logs.go`, `pkg/polymorphichelpers/logsforobject.go`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api.duration import TimeError, parse_time
from k8snb.api.errors import StatusError
from k8snb.kubectl import pods, streams
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted, text_of
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR

USE = "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]"
#: lines of each Pod when Pods are selected by label
SELECTED_TAIL = 10
Json = dict[str, Any]


class _Source(NamedTuple):
    """One log: of which container of which Pod."""

    pod: Json
    container: str


_EPOCH = "1970-01-01T00:00:00Z"


def run(invocation: Invocation) -> None:
    """Print the logs."""
    flags, args = invocation.parsed, invocation.args
    if (not args and not flags["selector"]) or len(args) > 2:
        raise UsageError(f"expected '{USE}'.\nPOD or TYPE/NAME is a required argument for the logs command")
    if len(args) == 1 and flags["selector"]:
        raise UsageError("only a selector (-l) or a POD name is allowed")
    try:
        parse_time(flags["since-time"] or _EPOCH)
    except TimeError as error:
        raise CommandError(str(error)) from None
    container = args[1] if len(args) == 2 else flags["container"]
    found = _objects(invocation)
    _validate(invocation, container)
    sources = [source for info in found for source in _sources(invocation, info, container)]
    query = _query(invocation)
    prefix = flags["prefix"] or flags["all-pods"]
    if flags["follow"] and len(sources) > 1:
        most = flags["max-log-requests"]
        if len(sources) > most:
            raise CommandError(
                f"you are attempting to follow {len(sources)} log streams, but maximum allowed concurrency is {most}, "
                "use --max-log-requests to increase the limit"
            )
    readers = [_Reader(invocation, source, query, prefix=prefix) for source in sources]
    if flags["follow"]:
        _follow(invocation, readers)
        return
    for reader in readers:
        reader.read()


def _objects(invocation: Invocation) -> list[Info]:
    flags, args = invocation.parsed, invocation.args
    try:
        if flags["selector"]:
            found = Selection(invocation, Query(["pods"], selector=flags["selector"])).infos()
            if not found:
                invocation.error_line(f"No resources found in {invocation.namespace} namespace.")
            return found
        return [pods.named(invocation, args[0])]
    except StatusError as error:
        if error.reason != "NotFound":
            raise
        where = f"in namespace {quoted(invocation.namespace)}"
        raise CommandError(f"error from server (NotFound): {error.message} {where}") from None


def _validate(invocation: Invocation, container: str) -> None:
    flags = invocation.parsed
    if flags["since-time"] and flags["since"]:
        raise CommandError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if flags["all-containers"] and container:
        raise CommandError(f"--all-containers=true should not be specified with container name {container}")
    if invocation.changed("container") and len(invocation.args) == 2:
        raise CommandError("only one of -c or an inline [CONTAINER] arg is allowed")
    if flags["limit-bytes"] < 0:
        raise CommandError("--limit-bytes must be greater than 0")
    if flags["since"] < 0:
        raise CommandError("--since must be greater than 0")
    if flags["tail"] < -1:
        raise CommandError("--tail must be greater than or equal to -1")


def _query(invocation: Invocation) -> dict[str, str]:
    """The options of the request."""
    flags = invocation.parsed
    query = {name: "true" for name in ("follow", "previous", "timestamps") if flags[name]}
    if flags["since-time"]:
        query["sinceTime"] = flags["since-time"]
    if flags["limit-bytes"]:
        query["limitBytes"] = str(flags["limit-bytes"])
    if flags["since"]:
        query["sinceSeconds"] = str(int(flags["since"] + 0.5))
    tail = flags["tail"]
    if flags["selector"] and tail == -1 and not invocation.changed("tail"):
        tail = SELECTED_TAIL
    if tail != -1:
        query["tailLines"] = str(tail)
    return query


# -- whose logs -------------------------------------------------------------------------------------------------------------


def _sources(invocation: Invocation, info: Info, container: str) -> list[_Source]:
    if (info.kind.group, info.kind.kind) == ("", "Pod"):
        return _of_pod(invocation, info.object, container)
    try:
        found = pods.behind(invocation, info, invocation.flag("pod-running-timeout"), pods.talkative)
    except CommandError as error:
        if "not implemented" not in error.message and "without a selector" not in error.message:
            raise
        raise CommandError(f"cannot get the logs from *v1.{info.kind.kind}: {error.message}") from None
    if invocation.flag("all-pods"):
        return [source for pod in found for source in _of_pod(invocation, pod, container)]
    if len(found) > 1:
        invocation.error_line(f"Found {len(found)} pods, using pod/{found[0]['metadata']['name']}")
    return _of_pod(invocation, found[0], container)


def _of_pod(invocation: Invocation, pod: Json, container: str) -> list[_Source]:
    if invocation.flag("all-containers"):
        return [_Source(pod, one["name"]) for _, one in pods.containers(pod)]
    if not container:
        container = (pod["metadata"].get("annotations") or {}).get(pods.DEFAULT_CONTAINER, "")
    if not container:
        return [_Source(pod, pods.default_container(invocation, pod)["name"])]
    if pods.find_container(pod, container) is None:
        name = pod["metadata"]["name"]
        raise CommandError(f"container {container} is not valid for pod {name} out of: {pods.names(pod)}")
    return [_Source(pod, container)]


# -- reading ----------------------------------------------------------------------------------------------------------------


class _Reader:
    """One log being read, and its lines being printed."""

    def __init__(self, invocation: Invocation, source: _Source, query: dict[str, str], *, prefix: bool) -> None:
        self.invocation, self.query = invocation, {**query, "container": source.container}
        meta = source.pod["metadata"]
        self._path = invocation.kind("pods").path(meta["namespace"], meta["name"], "log")
        self._prefix = f"[pod/{meta['name']}/{source.container}] " if prefix else ""
        self.stream: Any = None

    def open(self) -> Any:
        """What the server answers: the text, or a stream. None if that failed and does not matter."""
        about = self.invocation.kind("pods").about
        try:
            return self.invocation.api.call("GET", self._path, self.query, about=about).body
        except StatusError as error:
            if not self.invocation.flag("ignore-errors"):
                raise
            self.invocation.line(f"error: {text_of(error)}")
            return None

    def read(self) -> None:
        """Print all of it."""
        text = self.open()
        if text:
            self.print(str(text).splitlines(keepends=True))

    def print(self, lines: list[str]) -> None:
        for line in lines:
            self.invocation.out(self._prefix + line)


def _follow(invocation: Invocation, readers: list[_Reader]) -> None:
    """Print lines as they come, until every container has ended, or nothing more can happen."""
    for reader in readers:
        reader.stream = reader.open()
    running = [reader for reader in readers if reader.stream is not None]

    def step() -> bool:
        """Print what is new; whether something was, or a log has ended."""
        moved = False
        for reader in list(running):
            lines = reader.stream.poll()
            if reader.stream.done:
                lines += reader.stream.poll()
                running.remove(reader)
                moved = True
            reader.print(lines)
            moved = moved or bool(lines)
        return moved

    end = streams.patience(invocation)
    try:
        while running:
            if not step() and not invocation.client.wait(step):
                break
            if invocation.client.now() > end:
                invocation.lab("the log would go on for ever: it was interrupted, as Ctrl-C does in a terminal")
                break
    finally:
        for reader in running:
            reader.stream.close()


COMMAND = Command(
    "logs",
    "Print the logs for a container in a pod",
    use=USE,
    long="Print the logs for a container in a pod or specified resource. If the pod has only one container, the "
    "container name is optional.",
    examples="""# Print the log of the only container of the pod web
kubectl logs web

# Print the logs of all containers of the pod web
kubectl logs web --all-containers=true

# Print the logs of all pods of the deployment web, each line with the pod's name
kubectl logs deployment/web --all-pods=true

# Print the logs of all containers of the pods with the label app=web
kubectl logs -l app=web --all-containers=true

# Print the log of the instance of the container ruby that ended before the present one
kubectl logs -p -c ruby web

# Print the log of the container ruby, and go on printing what it writes
kubectl logs -f -c ruby web

# Print the last 20 lines
kubectl logs --tail=20 web

# Print what was written in the last hour
kubectl logs --since=1h web

# Print the log of the first container of the job hello
kubectl logs job/hello

# Print the log of the container nginx of the deployment web
kubectl logs deployment/web -c nginx""",
    flags=(
        Flag("all-containers", "bool", usage="Get all containers' logs in the pod(s)."),
        Flag("all-pods", "bool", usage="Get logs from all pod(s). Sets prefix to true."),
        Flag("container", shorthand="c", usage="Print the logs of this container"),
        Flag("follow", "bool", shorthand="f", usage="Specify if the logs should be streamed."),
        Flag(
            "ignore-errors",
            "bool",
            usage="If watching / following pod logs, allow for any errors that occur to be non-fatal",
        ),
        Flag(
            "insecure-skip-tls-verify-backend",
            "bool",
            usage="Skip verifying the identity of the kubelet that logs are requested from.  In theory, an attacker "
            "could provide invalid log content back. You might want to use this if your kubelet serving certificates "
            "have expired.",
        ),
        Flag("limit-bytes", "int64", usage="Maximum bytes of logs to return. Defaults to no limit."),
        Flag(
            "max-log-requests",
            "int",
            5,
            usage="Specify maximum number of concurrent logs to follow when using by a selector. Defaults to 5.",
        ),
        pods.running_timeout(20.0),
        Flag(
            "prefix",
            "bool",
            usage="Prefix each log line with the log source (pod name and container name)",
        ),
        Flag(
            "previous",
            "bool",
            shorthand="p",
            usage="If true, print the logs for the previous instance of the container in a pod if it exists.",
        ),
        SELECTOR,
        Flag(
            "since",
            "duration",
            usage="Only return logs newer than a relative duration like 5s, 2m, or 3h. Defaults to all logs. Only one "
            "of since-time / since may be used.",
        ),
        Flag(
            "since-time",
            usage="Only return logs after a specific date (RFC3339). Defaults to all logs. Only one of since-time / "
            "since may be used.",
        ),
        Flag(
            "tail",
            "int64",
            -1,
            usage="Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines "
            "otherwise 10, if a selector is provided.",
        ),
        Flag("timestamps", "bool", usage="Include timestamps on each line in the log output"),
    ),
    run=run,
)
