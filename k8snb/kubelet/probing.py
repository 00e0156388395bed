"""Probes: startup, liveness and readiness checks of running containers, by exec, HTTP, TCP and gRPC.

A probe whose outcome has settled is not run again until its container has changed, because nothing else could change the
outcome; it is then due at the tick at which it would have been run anyway. Probes that look at the clock or the network go on
ticking. Verdicts, thresholds and event texts are upstream's (`pkg/kubelet/prober`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from k8snb.api.core.container import Container, Probe
from k8snb.api.model import FrozenMap
from k8snb.kubelet.state import ContainerRecord, PodRecord, ProbeState
from k8snb.runtime.machine import NoSuchProgram
from k8snb.runtime.net import HttpRequest, HttpResponse, NetError
from k8snb.runtime.programs.talk import GRPC

if TYPE_CHECKING:
    from k8snb.kubelet.worker import Worker

_AGENT = "kube-probe/1.36"
#: the shortest time between two checks
_TICK = 0.01
#: bytes of a failed probe's output that an event shows
_OUTPUT_BYTES = 10 * 1024
_LABEL = {"startup": "Startup", "liveness": "Liveness", "readiness": "Readiness"}


def run_probes(worker: Worker, item: ContainerRecord, spec: Container) -> None:
    """Run the probes of a running container that are due; sets `started` and `ready`, and stops it if it is sick."""
    if spec.startupProbe is not None and not item.started:
        passed = _step(worker, item, "startup", spec.startupProbe)
        if passed is False:
            worker.stop(
                item,
                spec,
                f"Container {item.name} failed startup probe, will be restarted",
                _grace(worker, spec.startupProbe),
            )
            return
        if passed is None:
            return
        item.started = True
    elif not item.started:
        item.started = True
    liveness = spec.livenessProbe if item.running and item.stopping is None else None
    if liveness is not None and _step(worker, item, "liveness", liveness) is False:
        message = f"Container {item.name} failed liveness probe, will be restarted"
        worker.stop(item, spec, message, _grace(worker, liveness))
    if spec.readinessProbe is None:
        item.ready = True
    elif item.running:
        item.ready = _step(worker, item, "readiness", spec.readinessProbe) is True


def _grace(worker: Worker, probe: Probe) -> int:
    if probe.terminationGracePeriodSeconds is not None:
        return probe.terminationGracePeriodSeconds
    return worker.default_grace


def due_of(item: ContainerRecord, spec: Container, now: float) -> float | None:
    """When the next probe of a container is due, or None."""
    earliest: float | None = None
    for kind, probe in _active(item, spec):
        state = item.probes.get(kind)
        due = _first(item, probe) if state is None else _armed(state, item, probe, now)
        if state is not None and state.pending:
            due = state.deadline
        if due is not None:
            earliest = due if earliest is None else min(earliest, due)
    return earliest


def _active(item: ContainerRecord, spec: Container) -> list[tuple[str, Probe]]:
    if spec.startupProbe is not None and not item.started:
        return [("startup", spec.startupProbe)]
    found = [("liveness", spec.livenessProbe), ("readiness", spec.readinessProbe)]
    return [(kind, probe) for kind, probe in found if probe is not None]


def _first(item: ContainerRecord, probe: Probe) -> float:
    started = item.container.started if item.container is not None else 0.0
    return started + probe.initialDelaySeconds


def _armed(state: ProbeState, item: ContainerRecord, probe: Probe, now: float) -> float | None:
    """When a probe is due: a settled one only after its container has changed, at its next regular tick."""
    if state.due is not None:
        return state.due
    if state.seen is item.container:
        return None
    period = max(probe.periodSeconds, 1)
    return state.last + max(math.ceil((now - state.last) / period - 1e-9), 1) * period


def _step(worker: Worker, item: ContainerRecord, kind: str, probe: Probe) -> bool | None:
    """Run one probe if it is due; its present verdict (None before the first)."""
    now, before = worker.now, item.container
    state = item.probes.get(kind) or ProbeState(due=_first(item, probe))
    if state.pending:
        outcome = (
            _unanswered(worker, item, probe, state) if state.pending == _NO_ANSWER else _pending(worker, item, state)
        )
        if outcome is None:
            return state.passed
        state = state._replace(pending=0)
        ok, text, outside = outcome
    else:
        due = _armed(state, item, probe, now)
        if due is None or due > now + 1e-9:
            item.probes = {**item.probes, kind: state._replace(due=due)}
            return state.passed
        if state.seen is not None and not state.outcome:  # that it failed has been told again and again
            worker.quiet(item)
        result = _check(worker, item, probe)
        if isinstance(result, int):  # an exec probe that takes its time, or nobody answers
            waiting = state._replace(pending=result, deadline=now + max(probe.timeoutSeconds, 1), last=now)
            item.probes = {**item.probes, kind: waiting}
            return state.passed
        ok, text, outside = result
        state = state._replace(last=now)
    if not item.running:
        return state.passed
    # What the probe itself left behind (a line in an access log) is no change that others have to look at.
    settled = {
        name: known._replace(seen=item.container)
        for name, known in item.probes.items()
        if before is not None and known.seen is before
    }
    item.probes = {**item.probes, **settled}
    return _judge(worker, item, kind, probe, state, ok, text, outside)


def _judge(
    worker: Worker,
    item: ContainerRecord,
    kind: str,
    probe: Probe,
    state: ProbeState,
    ok: bool,
    text: str,
    outside: bool,
) -> bool | None:
    """Count an outcome, tell of a failure, and arm the probe again."""
    streak = state.streak + 1 if state.outcome is ok else 1
    threshold = max(probe.successThreshold if ok else probe.failureThreshold, 1)
    settled = state.passed is ok and state.outcome is ok and not outside
    passed = ok if streak >= threshold else state.passed
    stable = (settled or (streak >= threshold and not outside)) and not (kind != "readiness" and not ok)
    period = max(probe.periodSeconds, 1)
    if not ok:
        failed = f"{_LABEL[kind]} probe failed: {text}"
        worker.event(item, "Warning", "Unhealthy", failed, every=period if stable else 0.0)
    # A check that took longer than a period is followed by the next one at once.
    due = None if stable else max(state.last + period, worker.now + _TICK)
    seen = item.container if stable else None
    item.probes = {**item.probes, kind: ProbeState(passed, ok, streak, state.last, due, seen)}
    return passed


Result = tuple[bool, str, bool]

#: in place of an exec's session: a request that nobody has answered yet
_NO_ANSWER = -1


def _check(worker: Worker, item: ContainerRecord, probe: Probe) -> Result | int:
    """(passed, output, looked outside) of one check, or what it waits for: the session of an exec, or an answer."""
    if probe.exec is not None:
        return _exec(worker, item, tuple(probe.exec.command))
    if probe.httpGet is not None:
        return _http(worker, item, probe.httpGet, probe.timeoutSeconds or 1)
    if probe.grpc is not None:
        return _grpc(worker, probe.grpc, probe.timeoutSeconds or 1)
    assert probe.tcpSocket is not None
    port = port_number(item, worker.spec_of(item), probe.tcpSocket.port)
    return _socket(worker, port, f"dial tcp {worker.record.ip}:{port}: connect: connection refused")


def port_number(item: ContainerRecord, spec: Any, port: int | str | None) -> int:
    """A port by number or by the container's name for it; 0 if there is no such name."""
    if isinstance(port, int):
        return port
    named = next((declared.containerPort for declared in spec.ports if declared.name == port), 0)
    return named or (int(port) if isinstance(port, str) and port.isdigit() else 0)


def _socket(worker: Worker, port: int, failure: str) -> Result:
    return (True, "", False) if worker.runner.listens(worker.record, port) else (False, failure, False)


def _grpc(worker: Worker, action: Any, timeout: int) -> Result:
    """The health protocol of gRPC; a port behind which nobody speaks it is one that cannot be connected to."""
    place = f"{worker.record.ip}:{action.port}"
    request = HttpRequest(GRPC, f"/{action.service or ''}", FrozenMap({}), b"", worker.gateway)
    answer, _ = worker.runner.request(worker.record, action.port, request)
    if not isinstance(answer, HttpResponse):
        return (
            False,
            f'timeout: failed to connect service "{place}" within {timeout}s: context deadline exceeded',
            False,
        )
    state = answer.text
    if state == "SERVICE_UNKNOWN":
        return False, "error: health rpc failed: rpc error: code = NotFound desc = unknown service", False
    return (True, "", False) if state == "SERVING" else (False, f'service unhealthy (responded with "{state}")', False)


def _url(worker: Worker, item: ContainerRecord, action: Any) -> str:
    port = port_number(item, worker.spec_of(item), action.port)
    path = action.path or "/"
    place = f"{action.host or worker.record.ip}:{port}"
    return f"{(action.scheme or 'HTTP').lower()}://{place}{path if path.startswith('/') else '/' + path}"


def _too_late(url: str) -> str:
    return f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'


def _http(worker: Worker, item: ContainerRecord, action: Any, timeout: int) -> Result | int:
    port = port_number(item, worker.spec_of(item), action.port)
    record: PodRecord = worker.record
    scheme, path = (action.scheme or "HTTP").lower(), action.path or "/"
    host = action.host or record.ip
    url = _url(worker, item, action)
    headers = {"Host": f"{host}:{port}", "User-Agent": _AGENT, "Accept": "*/*", "Connection": "close"}
    headers.update({header.name: header.value for header in action.httpHeaders})
    request = HttpRequest(
        "GET", path if path.startswith("/") else "/" + path, FrozenMap(headers), b"", worker.gateway, scheme
    )
    answer, _ = worker.runner.request(record, port, request)
    if isinstance(answer, NetError):
        if answer.kind == "timeout":
            return _NO_ANSWER
        cause = "connect: connection refused" if answer.kind == "refused" else "read: connection reset by peer"
        where = f"dial tcp {host}:{port}" if answer.kind == "refused" else f"read tcp {worker.gateway}->{host}:{port}"
        return False, f'Get "{url}": {where}: {cause}', False
    assert isinstance(answer, HttpResponse)
    if answer.seconds > timeout:
        return False, _too_late(url), True
    outside = "Date" in answer.headers
    if 200 <= answer.status < 400:
        return True, "", outside
    return False, f"HTTP probe failed with statuscode: {answer.status}", outside


def _exec(worker: Worker, item: ContainerRecord, command: tuple[str, ...]) -> Result | int:
    outside = False

    def begin(machine: Any) -> int:
        nonlocal outside
        session: int = machine.execute(command)
        outside = machine.world.outside
        return session

    try:
        session = worker.runner.run(worker.record, item, begin)
    except NoSuchProgram as missing:
        return False, exec_failure(missing), False
    done = _finished(worker, item, session)
    return session if done is None else (done[0], done[1], outside)


def exec_failure(missing: NoSuchProgram) -> str:
    """What the runtime says of a command that it cannot exec."""
    cause = missing.cause
    if "/" in missing.command:
        cause = f"stat {missing.command}: {cause}" if missing.status == 127 else cause
    return (
        "OCI runtime exec failed: exec failed: unable to start container process: "
        f'exec: "{missing.command}": {cause}: unknown'
    )


def _finished(worker: Worker, item: ContainerRecord, session: int) -> tuple[bool, str] | None:
    """(passed, output) of an exec probe's session once it has ended; the session is then forgotten."""
    if item.container is None or not item.running:
        return False, ""
    known = item.container.sessions.get(session)
    if known is not None and known.status is None:
        return None
    text = b"".join(data for _, data in known.output) if known is not None else b""
    status = known.status if known is not None else 137
    worker.runner.run(worker.record, item, lambda machine: machine.close(session))
    return status == 0, text[:_OUTPUT_BYTES].decode("utf-8", "replace")


def _unanswered(worker: Worker, item: ContainerRecord, probe: Probe, state: ProbeState) -> Result | None:
    """A request that nobody has answered: over when somebody does, and at the latest at its deadline."""
    result = _check(worker, item, probe)
    if not isinstance(result, int):
        return result
    late = worker.now + 1e-9 >= state.deadline
    return (False, _too_late(_url(worker, item, probe.httpGet)), False) if late else None


def _pending(worker: Worker, item: ContainerRecord, state: ProbeState) -> Result | None:
    done = _finished(worker, item, state.pending)
    if done is not None:
        return done[0], done[1], True
    if worker.now + 1e-9 < state.deadline:
        return None
    worker.runner.run(worker.record, item, lambda machine: machine.close(state.pending))
    return False, f"command timed out after {int(state.deadline - state.last)}s", True
