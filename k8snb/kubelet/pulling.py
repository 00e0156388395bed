"""Getting a container's image onto its node: pull policies, latency, failures and their back-off.

Pulls of one node happen one after the other (`serializeImagePulls`); a second pull of what has just come only checks the
manifest. Reasons, messages and events are upstream's (`pkg/kubelet/images/image_manager.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.kubelet.state import ContainerRecord
from k8snb.kubelet.timing import BACKOFF_FIRST, BACKOFF_MAX, SYNC_SECONDS
from k8snb.runtime.image import Image
from k8snb.runtime.registry import ROUND_TRIPS, InvalidReference, PullFailure, parse_reference

if TYPE_CHECKING:
    from k8snb.kubelet.worker import Worker

#: how long ErrImagePull stands before the kubelet looks again and says ImagePullBackOff
_NOTICED = 1.5
#: seconds of a pull that only has to compare the manifest
MANIFEST_CHECK = 0.5


def ensure_image(worker: Worker, item: ContainerRecord, spec: Any) -> Image | None:
    """The image of a container if it is on the node; else one more step towards it and None."""
    try:
        reference = parse_reference(spec.image)
    except InvalidReference as error:
        _invalid(worker, item, spec.image, str(error))
        return None
    node = worker.node
    present = node.images.has(spec.image)
    policy = spec.imagePullPolicy or ("Always" if reference.tag == "latest" else "IfNotPresent")
    if item.pull is not None:
        return _pulling(worker, item, spec)
    if item.pulled and present:
        return worker.runner.image(worker.record.node, spec.image)
    if present and policy != "Always":
        worker.event(
            item,
            "Normal",
            "Pulled",
            f'Container image "{spec.image}" already present on machine and can be accessed by the pod',
        )
        item.pulled = True
        return worker.runner.image(worker.record.node, spec.image)
    if policy == "Never":
        _never(worker, item, spec.image)
        return None
    if item.pull_retry_at is not None and worker.now + 1e-9 < item.pull_retry_at:
        _back_off(worker, item, spec.image)
        return None
    return _begin(worker, item, spec)


def _begin(worker: Worker, item: ContainerRecord, spec: Any) -> Image | None:
    """Ask for the image: the registry's answer comes after the pulls that are under way on the node."""
    now = worker.now
    worker.event(item, "Normal", "Pulling", f'Pulling image "{spec.image}"')
    try:
        _, seconds = worker.registry.pull(spec.image, worker.accounts())
    except PullFailure:
        seconds = 0.0 if worker.registry.hollow else ROUND_TRIPS
    else:
        if worker.node.images.has(spec.image) or spec.image in worker.node.coming:
            seconds = min(seconds, MANIFEST_CHECK)
    if seconds:
        seconds += worker.chance() * worker.timing.pull_spread
    begins = max(now, worker.node.pull_free_at) if seconds else now
    if seconds:
        worker.change_node(pull_free_at=begins + seconds, coming=worker.node.coming | {spec.image})
    item.pull = (now, begins, begins + seconds)
    if item.reason not in ("ErrImagePull", "ImagePullBackOff"):  # kubelet's reason cache: kept until a try succeeds
        item.reason, item.message = "", ""
    return _pulling(worker, item, spec)


def _pulling(worker: Worker, item: ContainerRecord, spec: Any) -> Image | None:
    """A pull is under way: see whether it is over, and how it ended."""
    assert item.pull is not None
    asked, began, ends = item.pull
    if worker.now + 1e-9 < ends:
        return None
    item.pull = None
    if spec.image in worker.node.coming and worker.now + 1e-9 >= worker.node.pull_free_at:
        worker.change_node(coming=worker.node.coming - {spec.image})
    try:
        image, _ = worker.registry.pull(spec.image, worker.accounts())
    except PullFailure as failure:
        _failed(worker, item, spec.image, failure.message)
        return None
    if not worker.node.images.has(spec.image) or image.origin:
        images = worker.node.images.copy()
        images.add(spec.image, image.origin)
        worker.change_node(images=images, coming=worker.node.coming - {spec.image})
    item.pulled, item.pull_backoff, item.pull_retry_at = True, 0.0, None
    took, waited = _go_seconds(ends - began), _go_seconds(ends - asked)
    worker.event(
        item,
        "Normal",
        "Pulled",
        f'Successfully pulled image "{spec.image}" in {took} ({waited} including waiting). Image size: {image.size} bytes.',
    )
    return image


def _go_seconds(seconds: float) -> str:
    """A duration as Go prints it, cut to milliseconds."""
    millis = round(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms"
    minutes, rest = divmod(millis, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{minutes}m{text}" if minutes else text


def _failed(worker: Worker, item: ContainerRecord, name: str, message: str) -> None:
    worker.event(item, "Warning", "Failed", f'Failed to pull image "{name}": {message}')
    worker.event(item, "Warning", "Failed", "Error: ErrImagePull")
    item.reason, item.message = "ErrImagePull", message
    item.pull_backoff = min(item.pull_backoff * 2, BACKOFF_MAX) if item.pull_backoff else BACKOFF_FIRST
    item.pull_retry_at = worker.now + item.pull_backoff
    item.config_retry_at = worker.now + _NOTICED


def _back_off(worker: Worker, item: ContainerRecord, name: str) -> None:
    """Between two tries: ErrImagePull becomes ImagePullBackOff when the kubelet looks again."""
    if item.reason != "ErrImagePull" or item.config_retry_at is None or worker.now + 1e-9 < item.config_retry_at:
        return
    item.config_retry_at = None
    until = item.pull_retry_at or worker.now
    worker.event(item, "Normal", "BackOff", f'Back-off pulling image "{name}"', SYNC_SECONDS, until)
    worker.event(item, "Warning", "Failed", "Error: ImagePullBackOff", SYNC_SECONDS, until)
    item.reason, item.message = "ImagePullBackOff", f'Back-off pulling image "{name}": ErrImagePull: {item.message}'


def _invalid(worker: Worker, item: ContainerRecord, name: str, problem: str) -> None:
    if item.reason == "InvalidImageName":
        return
    message = f'Failed to apply default image tag "{name}": couldn\'t parse image name "{name}": {problem}'
    worker.event(item, "Warning", "InspectFailed", message, SYNC_SECONDS)
    worker.event(item, "Warning", "Failed", "Error: InvalidImageName", SYNC_SECONDS)
    item.reason, item.message = "InvalidImageName", message


def _never(worker: Worker, item: ContainerRecord, name: str) -> None:
    if item.reason == "ErrImageNeverPull":
        return
    message = f'Container image "{name}" is not present with pull policy of Never'
    worker.event(item, "Warning", "ErrImageNeverPull", message, SYNC_SECONDS)
    worker.event(item, "Warning", "Failed", "Error: ErrImageNeverPull", SYNC_SECONDS)
    item.reason, item.message = "ErrImageNeverPull", message
