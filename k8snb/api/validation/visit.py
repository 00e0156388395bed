"""Walking over the containers of a Pod, whatever their sort."""

from collections.abc import Iterator
from typing import Any


def containers_of(spec: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Every container of a Pod with its path: init, regular, ephemeral."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for i, container in enumerate(getattr(spec, field)):
            yield container, f"{path}.{field}[{i}]"
