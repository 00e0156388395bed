"""Health checks of containers (`HEALTHCHECK`): a command run every so often, whose exit codes make it healthy or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.docker.state import Box, Health
from k8snb.runtime.machine import Machine, NoSuchProgram

if TYPE_CHECKING:
    from k8snb.docker.engine import Docker


def due(box: Box) -> float | None:
    """When the health of a running container has to be looked at again."""
    if box.health is None or not box.health.due:
        return None
    return box.health.deadline if box.health.session else box.health.due


def check(docker: Docker, identity: str) -> None:
    """Begin a check that is due, or see whether the one under way is over."""
    box = docker.state.boxes.get(identity)
    if box is None or box.health is None or box.config.healthcheck is None or not box.container.running:
        return
    if box.health.session:
        _collect(docker, box, box.health)
    elif box.health.due and box.health.due <= docker.now + 1e-9:
        _begin(docker, box, box.health)


def _begin(docker: Docker, box: Box, known: Health) -> None:
    how = box.config.healthcheck
    assert how is not None
    argv = (*box.config.shell, how.test[1]) if how.test[0] == "CMD-SHELL" else how.test[1:]
    try:
        session = docker.act(box.id, lambda machine: machine.execute(tuple(argv)))
    except NoSuchProgram as missing:
        _result(
            docker, box.id, known, missing.status, f"OCI runtime exec failed: exec: {missing.command}: {missing.cause}"
        )
        return
    docker.change(box.id, health=known._replace(session=session, deadline=docker.now + how.timeout))
    found = docker.state.boxes[box.id]
    if found.health is not None:
        _collect(docker, found, found.health)


def _collect(docker: Docker, box: Box, known: Health) -> None:
    def collect(machine: Machine) -> tuple[str, int | None]:
        output, status = machine.collect(known.session)
        return b"".join(data for _, data in output).decode("utf-8", "replace"), status

    text, status = docker.act(box.id, collect)
    late = status is None and known.deadline <= docker.now + 1e-9
    if status is None and not late:
        return
    docker.act(box.id, lambda machine: machine.close(known.session))
    if late:
        how = box.config.healthcheck
        status, text = -1, f"Health check exceeded timeout ({how.timeout if how else 0:g}s)"
    _result(docker, box.id, known, status if status is not None else -1, text)


def _result(docker: Docker, identity: str, known: Health, status: int, text: str) -> None:
    box = docker.state.boxes.get(identity)
    if box is None or box.config.healthcheck is None:
        return
    how, began = box.config.healthcheck, box.container.started
    failures = 0 if status == 0 else known.failures + 1
    if status != 0 and known.status == "starting" and docker.now < began + how.start_period:
        failures = 0
    verdict = "healthy" if status == 0 else "unhealthy" if failures >= how.retries else known.status
    found = Health(verdict, failures, docker.now + how.interval, 0, 0.0, (status, text))
    docker.change(identity, health=found)
    docker.clock.after(how.interval, docker.name, identity)
