"""What containers and nodes use: the numbers behind a kubelet's `/metrics/resource`.

CPU is the image's idle share, for as long as the container ran, and what it was charged for requests; memory is the working set
of the image's main program. A node adds what its own system takes. Traffic under way is charged by
`Network.traffic.catch_up()`: whoever reads calls it first. Simplifications: shell commands and helpers cost nothing, files in
memory do not count, and the system of a node always takes the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from k8snb.kubelet.kubelet import Kubelet
from k8snb.kubelet.state import ContainerRecord, PodRecord
from k8snb.runtime.container import RUNNING, Container
from k8snb.runtime.image import MIB

#: kubelet, container runtime and the rest of a node: thousandths of a CPU, bytes
SYSTEM_MILLIS: Final = 45
SYSTEM_MEMORY: Final = 380 * MIB


class Reading(NamedTuple):
    """One container, read at a moment: its name, when it started (Unix seconds), its memory in bytes."""

    name: str
    started: float
    memory: int
    container: Container
    idle: float

    def cpu(self, since: float, until: float) -> float:
        """CPUs used on the average between two moments of its life."""
        return self.idle + self.container.cpu.between(since, until) / (until - since)


def readings(kubelet: Kubelet, record: PodRecord, at: float) -> Iterator[Reading]:
    """The containers of a Pod that ran at a moment that has just passed."""
    for item in record.containers.values():
        container = _ran(item, at)
        if container is None:
            continue
        image = kubelet.runner.image(record.node, container.spec.image)
        processes = container.processes.values()
        busy = (image.cpu_millis if image is not None else 0) + sum(process.cpu for process in processes)
        idle = min(busy, container.spec.cpu_limit or busy) / 1000  # the rest is throttled
        memory = image.memory_bytes(container.spec.argv) if image is not None else 0
        memory += sum(process.memory for process in processes)
        yield Reading(item.name, container.started, memory, container, idle)


def _ran(item: ContainerRecord, at: float) -> Container | None:
    for container in (item.container, item.previous):
        if container is None or not container.started or container.started > at:
            continue
        return container if container.phase == RUNNING or container.finished > at else None
    return None
