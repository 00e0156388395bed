"""Plugin reload: a CoreDNS looks at its Corefile every half a minute, and takes over what has changed.

Nothing ticks while nothing changes: when ConfigMap kube-system/coredns does, the Pods that run another Corefile are told to
look (`RELOAD`) every `RELOAD_SECONDS` until each has tried it. The kubelet brings the file into the Pod up to a minute after
the change. Without plugin reload a CoreDNS keeps what it read at its start. Source: https://coredns.io/plugins/reload/.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.apiserver.store import Change
from k8snb.engine import After, Watch
from k8snb.network.fabric import Fabric
from k8snb.runtime.corefile import RELOAD_SECONDS, parse
from k8snb.runtime.net import HttpRequest

KEY = "kube-system/coredns"
PORT = 53
#: a Pod whose kubelet is away never sees the change: it is told no longer than this
_PATIENCE = 600.0


def _wake(change: Change) -> Iterable[str]:
    return (KEY,) if change.key == KEY else ()


class Reloader:
    """Component `coredns-reload`: brings a changed Corefile to the CoreDNS Pods."""

    name = "coredns-reload"
    watches = (Watch("configmaps", _wake),)

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric
        #: when the ConfigMap was changed, and which one it was: (virtual seconds, resourceVersion)
        self.state: tuple[float, str] = (0.0, "")

    def reconcile(self, key: str) -> After | None:
        client = self._fabric.client
        config = client.find("configmaps", "coredns", "kube-system")
        if config is None:
            return None
        now, version = client.clock.now, config.metadata.resourceVersion
        if self.state[1] != version:
            self.state = (now, version)
            return After(RELOAD_SECONDS) if self._behind(config) else None
        for pod in self._behind(config):
            self._fabric.endpoints.http(pod, PORT, HttpRequest("RELOAD"))
        waits = self._behind(config) and now - self.state[0] < _PATIENCE
        return After(RELOAD_SECONDS) if waits else None

    def _behind(self, config: Any) -> list[Pod]:
        """The Pods that reload, and have not tried this Corefile yet."""
        wanted, found = config.data.get("Corefile", ""), []
        pods: list[Pod] = self._fabric.client.list("pods", "kube-system").items
        for pod in pods:
            listener = self._fabric.endpoints.listener(pod, PORT) if pod.metadata.labels.get("k8s-app") else None
            running = getattr(listener.memory, "corefile", None) if listener is not None else None
            if listener is None or running is None or listener.memory.tried == wanted:
                continue
            if any(block.reload for block in parse(running).blocks):
                found.append(pod)
        return found

    def dump(self) -> tuple[float, str]:
        return self.state

    def load(self, state: tuple[float, str]) -> None:
        self.state = state
