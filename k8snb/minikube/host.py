"""The learner's machine as minikube's commands see it: the cluster of the profile, and how to make and unmake one.

Whether a machine is on is the kubelets' knowledge, which add-ons are enabled is told by the objects they consist of; a `Host`
adds what only the learner's own machine can do: make a cluster, throw it away, show a URL, keep settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from k8snb.kubectl.command import Session

PROFILE = "minikube"
#: machines of the docker driver
CPUS, MEMORY_MB = 2, 3072
BASE_IMAGE = "v0.0.50"
VERSION = "v1.38.1"
COMMIT = "c93a4cb9311efc66b90d33ea03f75f2c4120e9b0"
KUBERNETES = "v1.36.2"


class Machines(Protocol):
    """The switches of the machines."""

    def is_on(self, node: str) -> bool:
        """Is this machine on?"""

    def runs_kubelet(self, node: str) -> bool:
        """Does the kubelet of this machine run?"""

    def switch(self, node: str, on: bool) -> None:
        """Switch a machine on or off; nothing happens if it already is."""


class KubeletMachines:
    """The machines as the kubelets know them: switched off, everything on them is cut off; on again, it starts anew."""

    def __init__(self, kubelet: Any) -> None:
        self._kubelet = kubelet

    def is_on(self, node: str) -> bool:
        known = self._kubelet.nodes.get(node)
        return known is not None and bool(known.powered)

    def runs_kubelet(self, node: str) -> bool:
        known = self._kubelet.nodes.get(node)
        return known is not None and known.powered and known.stopped is None

    def switch(self, node: str, on: bool) -> None:
        if self.is_on(node) != on:
            if on:
                self._kubelet.start_node(node)
            else:
                self._kubelet.stop_node(node, power=False)


class Options(NamedTuple):
    """What `minikube start` asks of a new cluster."""

    nodes: int = 1
    version: str = KUBERNETES
    node_ports: tuple[int, int] = (30000, 32767)


class ShellResult(NamedTuple):
    """What a command on a node printed."""

    stdout: str
    stderr: str = ""
    exit_code: int = 0


@dataclass
class Host:
    """What minikube's commands work on. Everything that is None is refused in a sentence when a command needs it."""

    cluster: Any | None = None
    #: make a cluster in place of the present one
    create: Callable[[Options], Any] | None = None
    #: throw the cluster away
    destroy: Callable[[], None] | None = None
    #: add a machine of this name to the cluster, or take one away
    add_node: Callable[[str], None] | None = None
    remove_node: Callable[[str], None] | None = None
    #: bring an image of the learner's own docker into the machines; False if there is no such image
    load_image: Callable[[str], bool] | None = None
    #: show a URL, or the view for the dashboard's
    open_url: Callable[[str], None] | None = None
    #: kubectl for `minikube kubectl --`
    kubectl: Callable[[list[str], str], Any] | None = None
    #: the terminal whose kubeconfig `start` and `update-context` keep in order
    terminal: Callable[[], Session] | None = None
    #: `minikube config`: settings of the learner's machine
    config: dict[str, str] = field(default_factory=dict)
    #: add-ons that were switched on (True) or off while the cluster was stopped: done at the next start
    addons: dict[str, bool] = field(default_factory=dict)
    switches: Machines | None = None

    @property
    def machines(self) -> Machines:
        """The switches of the cluster's machines."""
        if self.switches is not None:
            return self.switches
        assert self.cluster is not None
        return KubeletMachines(self.cluster.kubelet)

    def nodes(self) -> list[Any]:
        """The Node objects, the control plane first, then by name."""
        if self.cluster is None:
            return []
        return sorted(
            self.cluster.client.list("nodes").items, key=lambda node: (not is_control_plane(node), node.metadata.name)
        )

    def is_stopped(self) -> bool:
        """Is the control-plane machine off?"""
        return any(not self.machines.is_on(n.metadata.name) for n in self.nodes() if is_control_plane(n))


def is_control_plane(node: Any) -> bool:
    return "node-role.kubernetes.io/control-plane" in node.metadata.labels
