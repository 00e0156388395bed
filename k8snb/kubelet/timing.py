"""How long the steps of a Pod's life take on a node, and the kubelet's own constants.

`REAL` is what a laptop's minikube needs. `HOLLOW` is a hollow node, where nothing takes time but the kubelet's own look at its
Pods, once a second (upstream `genericPlegRelistPeriod`): what is new waits for it.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Timing(NamedTuple):
    """Virtual seconds of each step."""

    notice: float
    sandbox: float
    start: float
    restart: float
    pull_spread: float


REAL: Final = Timing(notice=0.0, sandbox=0.45, start=0.12, restart=1.0, pull_spread=0.4)
HOLLOW: Final = Timing(notice=1.0, sandbox=0.0, start=0.0, restart=0.5, pull_spread=0.0)

#: kubelet's MaxContainerBackOff and its image puller's, with their first steps
BACKOFF_FIRST: Final = 10.0
BACKOFF_MAX: Final = 300.0
#: `syncFrequency` and the config maps' cache: how late a change of a mounted object is seen at most
REFRESH_SECONDS: Final = 60.0
MOUNT_RETRY_FIRST: Final = 0.5
MOUNT_RETRY_MAX: Final = 122.0
DEFAULT_GRACE: Final = 30
#: when a kubelet looks again at a Pod that it could not bring up (`backOffPeriod`, with half of its jitter)
SYNC_SECONDS: Final = 12.5
