"""What the daemon answers when it refuses."""

from __future__ import annotations


class DockerError(Exception):
    """The daemon's own words, without `Error response from daemon: `."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class PullError(DockerError):
    """An image that cannot be pulled. `reason` is what containerd and BuildKit say of it."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason
