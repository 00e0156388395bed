"""What tables say of every kind with a Pod template: containers, images, selector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api import selector
from k8snb.api.core.pod import PodSpec


def containers_and_images(spec: PodSpec) -> tuple[str, str]:
    """The CONTAINERS and IMAGES cells."""
    return ",".join(c.name for c in spec.containers), ",".join(c.image for c in spec.containers)


def selector_cell(label_selector: Any) -> str:
    """The SELECTOR cell of a LabelSelector."""
    return selector.format_label_selector(label_selector)


def labels_cell(labels: Mapping[str, str]) -> str:
    """A label map as tables print it."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"
