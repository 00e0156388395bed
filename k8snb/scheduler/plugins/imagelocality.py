"""ImageLocality: nodes that have the images already are a little better. Source: `plugins/imagelocality`."""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.scheduler.cache import Cache
from k8snb.scheduler.framework import MAX_SCORE, Plugin
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template

_MEGABYTE = 1024 * 1024
_LEAST = 23 * _MEGABYTE
_MOST = 1000 * _MEGABYTE


class ImageLocality(Plugin):
    """Scores by the bytes that need not be pulled, less for images that few nodes have."""

    name = "ImageLocality"
    weight = 1

    def score_all(self, template: Template, nodes: Sequence[NodeInfo], cache: Cache) -> list[int] | None:
        if not cache.images:
            return None
        images = [normal_name(image) for image in template.images]
        present = {image: cache.images[image] for image in images}
        if not any(present.values()):
            return None
        most = _MOST * len(images)
        scores = []
        for node in nodes:
            size = sum(int(node.images.get(image, 0) * present[image] / len(cache.nodes)) for image in images)
            size = min(max(size, _LEAST), most)
            scores.append(MAX_SCORE * (size - _LEAST) // (most - _LEAST))
        return scores


def normal_name(image: str) -> str:
    """The image with its tag: `nginx` is `nginx:latest`."""
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"
