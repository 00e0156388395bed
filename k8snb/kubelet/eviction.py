"""Eviction of Pods that take more local storage than they may: an emptyDir over its `sizeLimit`, a container over its limit of
`ephemeral-storage`.

What is counted is the writable layer, the log and the emptyDirs on disk. A node never runs short of anything here, so no Pod is
evicted for another's sake. Looked at whenever something in the Pod has happened (upstream: every ten seconds). Source:
pkg/kubelet/eviction/eviction_manager.go (localStorageEviction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.api import quantity
from k8snb.runtime.filesystem import weigh
from k8snb.runtime.log import Log

if TYPE_CHECKING:
    from k8snb.kubelet.worker import Worker


def evicted(worker: Worker) -> bool:
    """Has the Pod been evicted, or is it now? Then its containers are on their way out."""
    record = worker.record
    if not record.evicted:
        if not _limited(worker) or worker.all_stopped():
            return False
        message = _empty_dirs(worker) or _containers(worker)
        if not message:
            return False
        worker.event(None, "Warning", "Evicted", message)
        record.evicted = message
    worker.evict(record.evicted)
    return True


def _limited(worker: Worker) -> bool:
    spec = worker.pod.spec
    return any(volume.emptyDir is not None and volume.emptyDir.sizeLimit for volume in spec.volumes) or any(
        "ephemeral-storage" in container.resources.limits for container in spec.containers
    )


def _empty_dirs(worker: Worker) -> str:
    for volume in worker.pod.spec.volumes:
        source = volume.emptyDir
        if source is None or not source.sizeLimit or source.medium == "Memory":
            continue
        entry = worker.record.volumes.get(f"vol:{volume.name}")
        if entry is not None and weigh(entry) > quantity.value(source.sizeLimit) > 0:
            return f'Usage of EmptyDir volume "{volume.name}" exceeds the limit "{source.sizeLimit}". '
    return ""


def _containers(worker: Worker) -> str:
    for spec in worker.pod.spec.containers:
        limit = spec.resources.limits.get("ephemeral-storage")
        item = worker.record.containers.get(spec.name)
        if limit is None or item is None or item.container is None:
            continue
        image = worker.runner.image(worker.record.node, item.container.spec.image)
        own = weigh(item.container.root) - (weigh(image.root) if image is not None else 0)
        if own + _log_bytes(item.container.log) > quantity.value(limit):
            return f'Container {spec.name} exceeded its local ephemeral storage limit "{limit}". '
    return ""


def _log_bytes(log: Log) -> int:
    return sum(len(record.text) for record in log.since(log.dropped))
