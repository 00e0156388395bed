"""Stopping containers: preStop hook, SIGTERM (or the image's own stop signal), the grace period, SIGKILL.

Used when a Pod is deleted or has had its time, when a probe fails, and when a container's definition changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.kubelet.state import ContainerRecord, Stopping
from k8snb.runtime.machine import Machine
from k8snb.runtime.process import SIGKILL, signal_number

if TYPE_CHECKING:
    from k8snb.kubelet.worker import Worker


def begin(worker: Worker, item: ContainerRecord, spec: Any, message: str, grace: int) -> None:
    """Set a running container on its way out. `message` is for the Killing event."""
    if item.stopping is not None or not item.running:
        return
    worker.event(item, "Normal", "Killing", message)
    now = worker.now
    handler = spec.lifecycle.preStop if spec.lifecycle is not None else None
    if handler is None or grace <= 0:
        item.stopping = Stopping(now, now + max(grace, 0))
    elif handler.sleep is not None:
        item.stopping = Stopping(now + min(handler.sleep.seconds, grace), now + grace)
    else:
        item.stopping = Stopping(now, now + grace)
        problem = worker.run_hook(item, spec, handler)
        if problem:
            worker.event(item, "Warning", "FailedPreStopHook", "PreStopHook failed")
        elif problem is None:
            item.stopping = Stopping(now + grace, now + grace, item.hook)
            item.hook = 0
    proceed(worker, item, spec)


def proceed(worker: Worker, item: ContainerRecord, spec: Any) -> None:
    """Take a container that is being stopped one step further."""
    state = item.stopping
    if state is None or not item.running:
        return
    now = worker.now
    if state.hook:
        handler = spec.lifecycle.preStop if spec.lifecycle is not None else None
        problem = worker.hook_result(item, handler, state.hook)
        if problem is not None:
            if problem:
                worker.event(item, "Warning", "FailedPreStopHook", "PreStopHook failed")
            # A hook that used up the grace period leaves two seconds for the signal.
            state = Stopping(now, max(state.kill_at, now + 2), 0, state.reason)
            item.stopping = state
    if state.term_at is not None and now + 1e-9 >= state.term_at:
        item.stopping = state = state._replace(term_at=None, kill_at=max(state.kill_at, now))
        if state.kill_at > now:
            signal = stop_signal(worker, item, spec)
            worker.runner.run(worker.record, item, lambda machine: _signal(machine, signal))
    _kill_if_due(worker, item, state)


def _kill_if_due(worker: Worker, item: ContainerRecord, state: Stopping) -> None:
    if item.running and state.term_at is None and worker.now + 1e-9 >= state.kill_at:
        worker.runner.run(worker.record, item, lambda machine: machine.kill(1, SIGKILL, outside=True))


def stop_signal(worker: Worker, item: ContainerRecord, spec: Any) -> int:
    """The signal that asks a container to stop."""
    if spec.lifecycle is not None and spec.lifecycle.stopSignal:
        return signal_number(spec.lifecycle.stopSignal) or 15
    assert item.container is not None
    image = worker.runner.image(worker.record.node, item.container.spec.image)
    return (signal_number(image.stop_signal) or 15) if image is not None else 15


def _signal(machine: Machine, signal: int) -> None:
    """Signal process 1, and let whatever reacts to it run."""
    machine.kill(1, signal, outside=True)
    machine.run()


def due_of(item: ContainerRecord) -> float | None:
    """When the next step of stopping is due."""
    state = item.stopping
    if state is None or not item.running:
        return None
    return state.kill_at if state.term_at is None else min(state.term_at, state.kill_at)
