"""Pacing: a controller that has just rewritten something large leaves it alone for a moment.

Upstream a sync of a thousand endpoints takes a tenth of a second, in which other changes gather; here it takes no time, so a
thousand Pods that become ready one after the other would be a thousand rewrites of a thousand endpoints. The rest is a timer
of the clock under the key `rest KEY`.
"""

from __future__ import annotations

from k8snb.client.client import Client

#: from how many parts on a thing is large, and virtual seconds of rest for each part
_LARGE = 100
_SECONDS = 1e-4
_REST = "rest "


class Pacing:
    """The rests of one controller's keys."""

    def __init__(self, client: Client, owner: str) -> None:
        self._client, self._owner = client, owner

    def key(self, key: str) -> str | None:
        """The key to work on; None if it rests (its timer will bring it back)."""
        if key.startswith(_REST):
            return key.removeprefix(_REST)
        return key if self._client.clock.due(self._owner, f"{_REST}{key}") is None else None

    def worked(self, key: str, size: int, since: int) -> None:
        """Something of this size was looked at; if it was written to since that revision, it rests now."""
        if size >= _LARGE and self._client.revision != since:
            self._client.clock.after(size * _SECONDS, self._owner, f"{_REST}{key}")
