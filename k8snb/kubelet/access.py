"""The way into containers: logs, exec, attach, port-forward, and requests of the network. What a kubelet's server answers.

The API server's subresources (`pods/log`, `pods/exec`, …) and the data path call this; refusals are `StatusError`s with the
kubelet's words. Something that goes on (a followed log, a running exec) is a stream: `poll()` gives what is new, `done` says
whether more can come, and in between whoever polls lets the virtual clock go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from k8snb.api import errors
from k8snb.api.core.pod import Pod
from k8snb.api.duration import format_time
from k8snb.kubelet.kubelet import Kubelet
from k8snb.kubelet.probing import exec_failure
from k8snb.kubelet.state import ContainerRecord, PodRecord
from k8snb.network.endpoint import Answered, Listener, Outcome, Refused, Reset, TimedOut
from k8snb.runtime.container import Container
from k8snb.runtime.log import Log, Record
from k8snb.runtime.machine import Machine, NoSuchProgram
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.process import Process, Shell


def _pod(kubelet: Kubelet, namespace: str, name: str) -> Any:
    return kubelet.client.get("pods", name, namespace)


def container_name(pod: Any, wanted: str) -> str:
    """The container that is meant: by name, or the only one there is. StatusError BadRequest."""
    spec = pod.spec
    if wanted:
        listed = (*spec.initContainers, *spec.containers, *spec.ephemeralContainers)
        if any(container.name == wanted for container in listed):
            return wanted
        raise errors.bad_request(f"container {wanted} is not valid for pod {pod.metadata.name}")
    if len(spec.containers) == 1:
        return str(spec.containers[0].name)
    names = " ".join(container.name for container in spec.containers)
    message = f"a container name must be specified for pod {pod.metadata.name}, choose one of: [{names}]"
    if spec.initContainers:
        message += f" or one of the init containers: [{' '.join(container.name for container in spec.initContainers)}]"
    raise errors.bad_request(message)


def _record(kubelet: Kubelet, pod: Pod) -> PodRecord | None:
    record = kubelet.pods.get(f"{pod.metadata.namespace}/{pod.metadata.name}")
    return record if record is not None and record.uid == pod.metadata.uid else None


def _closed(kubelet: Kubelet, pod: Any) -> str:
    """What the API server hears when it calls a kubelet that is away; nothing if it answers."""
    node = kubelet.nodes.get(pod.spec.nodeName)
    if node is not None and node.stopped is None:
        return ""
    why = "connection refused" if node is not None and node.powered else "no route to host"
    return f"dial tcp {node.ip if node else pod.spec.nodeName}:10250: connect: {why}"


def _unreached(message: str) -> dict[str, Any]:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "code": 500}


# -- logs --------------------------------------------------------------------------------------------------------------------


def logs(
    kubelet: Kubelet,
    namespace: str,
    name: str,
    container: str = "",
    *,
    previous: bool = False,
    tail: int | None = None,
    since: float | None = None,
    timestamps: bool = False,
    limit_bytes: int | None = None,
    follow: bool = False,
) -> str | LogStream:
    """A container's log as text, or with `follow` as a stream. `since` is a Unix time. StatusError as a kubelet's."""
    pod = _pod(kubelet, namespace, name)
    wanted = container_name(pod, container)
    if not pod.spec.nodeName:
        return ""
    closed = _closed(kubelet, pod)
    node = kubelet.nodes.get(pod.spec.nodeName)
    if closed and node is not None:
        query = "?follow=true" if follow else ""
        url = f"https://{node.ip}:10250/containerLogs/{namespace}/{name}/{wanted}{query}"
        raise errors.StatusError(_unreached(f'Get "{url}": {closed}'))
    found = _logged(kubelet, pod, wanted, previous)
    start = _cursor(found.log, tail, since)
    if follow:
        return LogStream(kubelet, pod, found.id, start, timestamps)
    text = "".join(_line(record, timestamps) for record in found.log.since(start))
    return text if limit_bytes is None else text.encode()[:limit_bytes].decode("utf-8", "ignore")


def _logged(kubelet: Kubelet, pod: Pod, wanted: str, previous: bool) -> Container:
    """The container instance whose log is meant. StatusError BadRequest if there is none."""
    record = _record(kubelet, pod)
    item = record.containers.get(wanted) if record is not None else None
    subject = f'container "{wanted}" in pod "{pod.metadata.name}"'
    if previous:
        before = item.previous if item is not None and item.running else item.container if item is not None else None
        if item is not None and item.exited and not item.reason:
            before = item.previous
        if before is None:
            raise errors.bad_request(f"previous terminated {subject} not found")
        return before
    if item is not None and item.container is not None:
        return item.container
    reason = item.reason if item is not None and item.reason else ""
    if not reason:
        reason = "PodInitializing" if pod.spec.initContainers else "ContainerCreating"
    cause = {
        "ErrImagePull": "image can't be pulled",
        "ImagePullBackOff": "trying and failing to pull image",
    }.get(reason, reason)
    raise errors.bad_request(f"{subject} is waiting to start: {cause}")


def _cursor(log: Log, tail: int | None, since: float | None) -> int:
    """Where reading begins."""
    start = log.dropped
    if since is not None:
        start += sum(1 for record in log.since(0) if record.time < since)
    if tail is not None and tail >= 0:
        start = max(start, log.end - tail)
    return start


def _line(record: Record, timestamps: bool) -> str:
    return f"{_nanoseconds(record.time)} {record.text}" if timestamps else record.text


def _nanoseconds(seconds: float) -> str:
    """RFC 3339 with nine decimals, as the runtime stamps log lines."""
    whole = int(seconds)
    return f"{format_time(whole)[:-1]}.{int((seconds - whole) * 1_000_000) * 1000:09d}Z"


class LogStream:
    """A log that is being followed: `poll` gives the new text; `done` once the container has ended and all is read."""

    def __init__(self, kubelet: Kubelet, pod: Pod, container: str, cursor: int, timestamps: bool) -> None:
        self._kubelet, self._key = kubelet, f"{pod.metadata.namespace}/{pod.metadata.name}"
        self._container, self._cursor, self._timestamps = container, cursor, timestamps
        self.done = False

    def _find(self) -> Container | None:
        record = self._kubelet.pods.get(self._key)
        for item in record.containers.values() if record is not None else ():
            for known in (item.container, item.previous):
                if known is not None and known.id == self._container:
                    return known
        return None

    def poll(self) -> list[str]:
        """Lines since the last poll."""
        container = self._find()
        if container is None:
            self.done = True
            return []
        lines = [_line(record, self._timestamps) for record in container.log.since(self._cursor)]
        self._cursor = container.log.end
        self.done = not container.running
        return lines

    def close(self) -> None:
        self.done = True


# -- exec and attach -----------------------------------------------------------------------------------------------------------


def execute(
    kubelet: Kubelet,
    namespace: str,
    name: str,
    container: str,
    argv: list[str],
    *,
    stdin: bytes | None = None,
    more: bool = False,
    tty: bool = False,
) -> ExecStream:
    """Start a command in a running container. `more` keeps its standard input open. StatusError as a kubelet's."""
    pod, item = _running(kubelet, namespace, name, container)
    key = f"{namespace}/{name}"
    stream = ExecStream(kubelet, key, pod.metadata.uid, item.name, item.container.id if item.container else "")

    def begin(machine: Machine) -> int:
        return machine.execute(tuple(argv), stdin, tty, more)

    try:
        stream.session = _act(kubelet, key, item.name, begin)
    except NoSuchProgram as missing:
        stream.fail(exec_failure(missing) + "\n", 126)
    return stream


def attach(
    kubelet: Kubelet, namespace: str, name: str, container: str, *, stdin: bool = False, tty: bool = False
) -> ExecStream:
    """Join the streams of a container's process 1: its output from now on, and its input if it has any."""
    pod, item = _running(kubelet, namespace, name, container)
    assert item.container is not None
    stream = ExecStream(kubelet, f"{namespace}/{name}", pod.metadata.uid, item.name, item.container.id)
    stream.cursor = item.container.log.end
    return stream


def _running(kubelet: Kubelet, namespace: str, name: str, container: str) -> tuple[Any, ContainerRecord]:
    """The Pod and the record of a container that runs. StatusError: no host assigned, container not found."""
    pod = _pod(kubelet, namespace, name)
    wanted = container_name(pod, container)
    if not pod.spec.nodeName:
        raise errors.bad_request(f"pod {name} does not have a host assigned")
    record = _record(kubelet, pod)
    closed = _closed(kubelet, pod)
    if closed:
        raise errors.internal_error(f"error dialing backend: {closed}")
    item = record.containers.get(wanted) if record is not None else None
    if item is None or not item.running:
        raise errors.StatusError(_not_found(wanted))
    return pod, item


def _not_found(container: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f'container not found ("{container}")',
        "reason": "NotFound",
        "code": 404,
    }


def _act(kubelet: Kubelet, key: str, container: str, act: Any) -> Any:
    """Do something with the machine of a container, and look at the Pod again afterwards."""
    with kubelet.working(key) as record:
        result = kubelet.runner.run(record, record.containers[container], act)
    kubelet.wake(key)
    return result


class ExecStream:
    """A command in a container, or its process 1: `poll` gives (stream, bytes), `status` is the exit code once known."""

    def __init__(self, kubelet: Kubelet, key: str, uid: str, container: str, identity: str) -> None:
        self._kubelet, self._key, self._uid = kubelet, key, uid
        self._container, self._identity = container, identity
        self._last: list[tuple[str, bytes]] = []
        #: 0 is process 1 itself, whose output is the log from `cursor` on
        self.session = 0
        self.cursor = 0
        self.status: int | None = None

    @classmethod
    def like(cls, other: ExecStream, kubelet: Kubelet) -> ExecStream:
        """The same session in another cluster that was forked from this one."""
        twin = cls(kubelet, other._key, other._uid, other._container, other._identity)
        twin.session, twin.cursor, twin.status = other.session, other.cursor, other.status
        return twin

    @property
    def done(self) -> bool:
        return self.status is not None

    def fail(self, text: str, status: int) -> None:
        """The command never started."""
        self._last, self.status = [("stderr", text.encode())], status

    def _item(self) -> ContainerRecord | None:
        record = self._kubelet.pods.get(self._key)
        item = record.containers.get(self._container) if record is not None and record.uid == self._uid else None
        same = item is not None and item.container is not None and item.container.id == self._identity
        return item if same else None

    def poll(self) -> list[tuple[str, bytes]]:
        """Output since the last poll."""
        if self._last or self.status is not None:
            last, self._last = self._last, []
            return last
        item = self._item()
        if item is None or item.container is None:
            self.status = 137
            return []
        if self.session == 0:
            found = [(record.stream, record.text.encode()) for record in item.container.log.since(self.cursor)]
            self.cursor = item.container.log.end
            self.status = item.container.exit_code if item.exited else None
            return found
        known = item.container.sessions.get(self.session)
        if known is not None and not known.output and known.status is None and item.running:
            return []
        return self._collect(item)

    def _collect(self, item: ContainerRecord) -> list[tuple[str, bytes]]:
        output: list[tuple[str, bytes]]
        if not item.running:
            known = item.container.sessions.get(self.session) if item.container is not None else None
            self.status = known.status if known is not None and known.status is not None else 137
            return list(known.output) if known is not None else []
        with self._kubelet.working(self._key) as record:
            runner, own = self._kubelet.runner, record.containers[self._container]
            output, self.status = runner.run(record, own, lambda machine: machine.collect(self.session))
            if self.status is not None:
                runner.run(record, own, lambda machine: machine.close(self.session))
        return output

    def write(self, data: bytes, more: bool = True) -> None:
        """Give the command input; without `more` that was the last of it."""
        if self._item() is not None and self.status is None:
            _act(self._kubelet, self._key, self._container, lambda machine: machine.feed(self.session, data, more))

    @property
    def waits_for_input(self) -> bool:
        """Has it taken all input that it was given, and is it asking for more?"""
        item = self._item()
        if item is None or item.container is None or not item.running:
            return False
        session = item.container.sessions.get(self.session)
        if session is None or session.given:
            return False
        if self.at_prompt:
            return True
        waiting = [process.wait for process in item.container.processes.values() if process.session == self.session]
        busy = any(wait is None or wait.kind not in ("input", "eof", "child") for wait in waiting)
        return not busy and any(wait is not None and wait.kind == "input" for wait in waiting)

    @property
    def at_prompt(self) -> bool:
        """Is the shell at the head of the session done with all it was told? Jobs may run in its background."""
        leader = self._leader()
        if leader is None or leader.shell is None or leader.shell.frames:
            return False
        return leader.wait is not None and leader.wait.kind == "input"

    def _leader(self) -> Process | None:
        item = self._item()
        if item is None or item.container is None:
            return None
        session = item.container.sessions.get(self.session)
        return item.container.processes.get(session.pid if session is not None else 1)

    def shell(self) -> Shell | None:
        """The shell at the head of the session, if it is one."""
        leader = self._leader()
        return leader.shell if leader is not None else None

    @property
    def prompt(self) -> str:
        """What the shell at the head of the session shows when it waits for a command."""
        item, leader = self._item(), self._leader()
        if item is None or item.container is None or leader is None or leader.shell is None:
            return ""
        shell, mark = leader.shell, "$" if leader.uid else "#"
        if shell.pending_text:
            return "> "
        if shell.dialect == "dash":
            return f"{mark} "
        home = shell.variables.get("HOME", "")
        at_home = home not in ("", "/") and f"{leader.cwd}/".startswith(f"{home}/")
        place = f"~{leader.cwd[len(home) :]}" if at_home else leader.cwd
        if shell.dialect == "ash":
            return f"{place} {mark} "
        user = "I have no name!" if leader.uid else "root"
        return f"{user}@{item.container.hostname}:{place}{mark} "

    def interrupt(self) -> None:
        """Ctrl-C: end what runs in the foreground, not the shell itself."""
        self.act(Machine.interrupt)

    def end_input(self) -> None:
        """Ctrl-D: no more input for what reads it."""
        self.act(Machine.end_input)

    def act(self, do: Callable[[Machine, int], None]) -> None:
        """Do something with the machine on behalf of this session."""
        item = self._item()
        if item is not None and item.running and self.status is None:
            _act(self._kubelet, self._key, self._container, lambda machine: do(machine, self.session))

    def close(self) -> None:
        """Hang up: a command that still runs is killed, process 1 is left alone."""
        item = self._item()
        if self.session and item is not None and item.running and self.status is None:
            _act(self._kubelet, self._key, self._container, lambda machine: machine.close(self.session))
        self.status = 137 if self.status is None else self.status


# -- requests --------------------------------------------------------------------------------------------------


def port_forward(
    kubelet: Kubelet, namespace: str, name: str, port: int, request: HttpRequest
) -> HttpResponse | NetError:
    """One request through `kubectl port-forward`: it arrives at the Pod from its own loopback."""
    pod = _pod(kubelet, namespace, name)
    if _record(kubelet, pod) is None:
        return NetError("refused", message=f"pod {name} is not running")
    with kubelet.working(f"{namespace}/{name}") as record:
        answer, _ = kubelet.runner.request(record, port, request)
    kubelet.wake(f"{namespace}/{name}")
    return answer


class PodEndpoints:
    """`network.endpoint.Endpoints` over the kubelet's containers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet

    def http(self, pod: Pod, port: int, request: HttpRequest) -> Outcome:
        """Give one request to whatever listens on a port of the Pod."""
        kubelet, found = self._kubelet, _record(self._kubelet, pod)
        if found is None:
            return Refused("the Pod is gone")
        key = found.key
        with kubelet.working(key) as record:
            answer, container = kubelet.runner.request(record, port, request)
            changed = any(item.stopping is None and item.exited for item in record.containers.values())
            needs = _probed(record) or changed
        if needs:
            kubelet.wake(key)
        if isinstance(answer, NetError):
            if answer.kind == "refused":
                return Refused(f"no process of the Pod listens on port {port}")
            return TimedOut(answer.message) if answer.kind == "timeout" else Reset(answer.message)
        seconds = answer.seconds + _throttling(answer.work, record.containers[container].container)
        return Answered(answer, seconds, answer.work, container)

    def listener(self, pod: Pod, port: int, protocol: str = "TCP") -> Listener | None:
        """Who has this port bound, or had it last."""
        record = _record(self._kubelet, pod)
        if record is None or protocol != "TCP":
            return None
        epoch = self._kubelet.client.clock.epoch
        for item in record.containers.values():
            container = item.container
            if container is not None and container.running and port in container.ports:
                limit = container.spec.cpu_limit
                cores = 1.0 if limit is None else limit / 1000
                memory = next(process.state for process in container.processes.values() if port in process.ports)
                return Listener(item.name, container.started - epoch, cores=cores, memory=memory)
        return None

    def account(self, pod: Pod, port: int, requests: int, cpu_seconds: float, since: float, until: float) -> None:
        """Charge load to the container behind a port."""
        found = _record(self._kubelet, pod)
        if found is None:
            return
        epoch = self._kubelet.client.clock.epoch
        with self._kubelet.working(found.key) as record:
            for item in record.containers.values():
                if item.container is not None and item.running and port in item.container.ports:
                    item.container = replace(
                        item.container,
                        requests=item.container.requests + requests,
                        cpu=item.container.cpu.charged(epoch + since, epoch + until, cpu_seconds),
                    )

    def machine_up(self, node: str) -> bool:
        known = self._kubelet.nodes.get(node)
        return known is not None and known.powered


#: seconds after which a container has its share of CPU again (CFS: cpu.cfs_period_us)
_PERIOD = 0.1


def _throttling(cpu: float, container: Container | None) -> float:
    """Seconds that work waits because its container has had its share of a tenth of a second."""
    limit = container.spec.cpu_limit if container is not None else None
    quota = limit / 1000 * _PERIOD if limit else 0.0
    if not quota or limit is None or limit >= 1000 or cpu <= quota:
        return 0.0
    periods = math.ceil(cpu / quota - 1e-9) - 1
    return periods * (_PERIOD - quota)


def _probed(record: PodRecord) -> bool:
    """Does any container have probes, so that a changed state matters?"""
    return any(item.probes for item in record.containers.values())
