"""The composition root: one embedded cluster, wired together in boot order, and its plain Python face.

    from k8snb import Cluster
    c = Cluster(nodes=3, seed=0)
    print(c.kubectl("get nodes").stdout)

Everything the cluster is at an instant is in `parts`, each of which can be dumped to plain data and loaded again: that is
all there is to `snapshot`, `restore` and `fork`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from k8snb.apiserver.auth.authorizer import RequestAuthorizer
from k8snb.apiserver.auth.rbac import Rbac
from k8snb.apiserver.context import Settings
from k8snb.apiserver.indexes import add_indexes
from k8snb.apiserver.request import ADMIN, User, component_user
from k8snb.apiserver.rest import Rest
from k8snb.apiserver.server import APIServer
from k8snb.apiserver.store import Change, Store
from k8snb.apiserver.subresources import SUBRESOURCES
from k8snb.client.client import Client
from k8snb.client.events import EventCorrelator, EventRecorder
from k8snb.client.inprocess import InProcessClient
from k8snb.engine import Engine
from k8snb.sim import collector
from k8snb.sim.clock import Clock
from k8snb.sim.journal import Journal
from k8snb.sim.limits import SETTLE_SECONDS
from k8snb.sim.rng import Rng

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

    from k8snb.apiserver.http.server import Server
    from k8snb.docker.engine import Docker
    from k8snb.kubectl.cli import Result
    from k8snb.kubectl.command import Session
    from k8snb.kubelet.kubelet import Kubelet
    from k8snb.network.network import Network
    from k8snb.network.trace import Trace

#: 2026-01-01T00:00:00Z: where virtual time begins unless the caller says otherwise
EPOCH = 1_767_225_600.0


class Part(Protocol):
    """A piece of the cluster that has state."""

    def dump(self) -> Any: ...
    def load(self, state: Any) -> None: ...


class Snapshot(NamedTuple):
    """A whole cluster at an instant, as plain data."""

    config: Config
    parts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Config:
    """What a cluster is made from. The same config and the same inputs give the same cluster, byte for byte."""

    nodes: int = 1
    seed: int = 0
    profile: str = "minikube"
    epoch: float = EPOCH
    version: str = "v1.36.2"
    node_ports: tuple[int, int] = (30000, 32767)
    name: str = "minikube"

    def settings(self) -> Settings:
        """The flags that the control plane runs with."""
        hollow = self.profile == "hollow"
        return Settings(
            service_cidr="10.96.0.0/16" if hollow else "10.96.0.0/12",
            node_ports=self.node_ports,
            version=self.version,
            profile=self.profile,
            secure_port=6443 if hollow else 8443,
        )


_VERSION = re.compile(r"v?1\.(\d+)(\.\d+)?").fullmatch
#: the minor version that is simulated; older clusters serve old versions of the API beside it
_NEWEST = 36


def _version(wanted: str) -> str:
    """`1.8` as `v1.8.0`. ValueError for what is no version of Kubernetes up to today's."""
    found = _VERSION(wanted)
    if found is None or int(found[1]) > _NEWEST:
        raise ValueError(f"no Kubernetes version up to v1.{_NEWEST}: {wanted!r} (write it as v1.8.0)")
    return f"v1.{found[1]}{found[2] or '.0'}"


class Cluster:
    """An embedded Kubernetes cluster.

    With `kubernetes_version` below v1.36 it behaves as v1.36, says it is that version, and also serves the versions of the
    API that were served then (`apps/v1beta2` on v1.8.0).
    """

    #: the machines and the wires between them, set by `wiring`
    kubelet: Kubelet
    network: Network
    docker: Docker

    def __init__(
        self,
        nodes: int = 1,
        seed: int = 0,
        *,
        profile: str = "minikube",
        pace: str = "jump",
        rate: float = 1.0,
        epoch: float = EPOCH,
        version: str = "v1.36.2",
        kubernetes_version: str = "",
        node_ports: tuple[int, int] = (30000, 32767),
        boot: bool = True,
    ) -> None:
        collector.look_back()
        count = 3 if profile == "hollow" and nodes == 1 else nodes
        name = "minikube" if profile == "minikube" else profile
        self.config = Config(count, seed, profile, epoch, _version(kubernetes_version or version), node_ports, name)
        self.lock = threading.RLock()
        self._wire()
        self.pacer: Any = None
        self._server: Server | None = None
        self._sessions: dict[str, Session] = {}
        if boot:
            from k8snb.boot import boot as boot_objects

            boot_objects(self)
        if pace == "live":
            self.set_pace("live", rate)

    # -- wiring, in boot order ------------------------------------------------------------------------------------------

    def _wire(self) -> None:
        from k8snb import wiring

        config = self.config
        self.clock = Clock(config.epoch)  # time first: everything is stamped with it
        self.rng = Rng(config.seed)  # chance: names, UIDs, addresses
        self.journal = Journal(self.clock)  # who did what, when
        self.store = Store()  # etcd
        add_indexes(self.store)
        self.server = APIServer(self.store, self.clock, self.rng, config.settings())  # kube-apiserver: the verbs
        self.rest = Rest(
            self.server, SUBRESOURCES, RequestAuthorizer(Rbac(self.store)), self
        )  # kube-apiserver: the paths
        self.engine = Engine(self.store, self.clock, self.journal)  # runs what follows
        self.correlator = EventCorrelator()
        self.client = Client(self.server, ADMIN, "k8snb")
        self.parts: dict[str, Part] = {
            "clock": self.clock,
            "rng": self.rng,
            "journal": self.journal,
            "store": self.store,
            "managers": self.server.managers,
            "engine": self.engine,
            "events": self.correlator,
        }
        wiring.add_components(self)

    def client_for(self, component: str) -> Client:
        """The client of a control-plane part, under its own name."""
        return Client(self.server, component_user(component), component)

    def recorder(self, client: Client, component: str, host: str = "") -> EventRecorder:
        """A recorder for the events of one component."""
        return EventRecorder(client, self.correlator, component, host)

    # -- using it -------------------------------------------------------------------------------------------------------

    def kubectl(
        self, command: str | Sequence[str], *, stdin: str = "", cwd: str | None = None, user: User = ADMIN
    ) -> Result:
        """Run one kubectl command line (or list of words): stdout, stderr, exit code as kubectl's."""
        from k8snb.kubectl.cli import run_kubectl

        with self.lock:
            return run_kubectl(self, command, stdin=stdin, cwd=cwd, user=user)

    def session(self, user: User = ADMIN) -> Session:
        """The terminal of a user: what stays between kubectl commands (kubeconfig, notebook files)."""
        from k8snb.kubectl.command import Session
        from k8snb.kubectl.kubeconfig import lab_config

        found = self._sessions.get(user.name)
        if found is None:
            client = InProcessClient(self, user, agent="kubectl")
            found = Session(client, lab_config(self.config.name, client.server), cluster=self)
            self._sessions[user.name] = found
        return found

    def rest_client(self, user: User = ADMIN) -> InProcessClient:
        """A client that speaks paths and JSON."""
        return InProcessClient(self, user)

    def api_client(self, user: User = ADMIN) -> ApiClient:
        """A `kubernetes.client.ApiClient` on this very cluster, with no socket; see `k8snb/apiclient` for how time passes.

        ModuleNotFoundError without the `kubernetes` package.
        """
        from k8snb.apiclient import open_client

        return open_client(self, user)

    def apply(self, manifest: str, namespace: str = "") -> Result:
        """`kubectl apply -f -` of a manifest."""
        words = ["apply", "-f", "-", *(["-n", namespace] if namespace else [])]
        return self.kubectl(words, stdin=manifest)

    def http(
        self, url: str, source: str = "host", method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> Trace:
        """Send one request through the cluster's network, from `host`, `internet` or `pod/NAME`: its trace, hop by hop."""
        with self.lock:
            self.engine.run_instant()
            trace = self.network.request(source, url, method, headers or {})
            self.engine.run_instant()
            return trace

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The last requests that went through the network, oldest first."""
        return self.network.traces

    @property
    def now(self) -> float:
        """Virtual seconds since the cluster's start."""
        return self.clock.now

    def unix_time(self) -> float:
        """The same as Unix seconds."""
        return self.clock.unix

    @property
    def nodes(self) -> list[Any]:
        """The Node objects."""
        return self.client.list("nodes").items

    def history(self, resource: str = "") -> list[Change]:
        """The changes of a resource that the store still knows, oldest first."""
        return self.store.history(resource)

    # -- time -----------------------------------------------------------------------------------------------------------

    def settle(self, quiet: float = 30.0, timeout: float = SETTLE_SECONDS) -> float:
        """Let virtual time go on until nothing has changed for `quiet` seconds; returns the seconds that passed."""
        with self.lock:
            start, end = self.clock.now, self.clock.now + timeout
            self.engine.run_instant()
            changed, revision = self.clock.now, self.store.revision
            while self.engine.step(min(end, changed + quiet)):
                if self.store.revision != revision:
                    changed, revision = self.clock.now, self.store.revision
            self._resync()
            return self.clock.now - start

    def _resync(self) -> None:
        """Time was moved by hand: live pace goes on from there."""
        if self.pacer is not None:
            self.pacer.resync()

    def advance(self, seconds: float) -> None:
        """Let exactly this much virtual time pass."""
        with self.lock:
            self.engine.run_until(self.clock.now + seconds)
            self._resync()

    def step(self) -> bool:
        """Jump to the next thing that is to happen and let it; False if nothing is to come."""
        with self.lock:
            moved = self.engine.step(self.clock.now + SETTLE_SECONDS)
            self._resync()
            return moved

    def run_ready(self) -> None:
        """Do what is to be done at this very instant."""
        with self.lock:
            self.engine.run_instant()

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Let time go on until `until()` holds. False after `timeout` virtual seconds, or when nothing is to come."""
        with self.lock:
            self.engine.run_instant()
            if self.pacer is not None:
                return bool(self.pacer.wait(until, timeout))
            end = self.clock.now + (SETTLE_SECONDS if timeout is None else timeout)
            while not until():
                if not self.engine.step(end):
                    if timeout is not None:
                        self.clock.advance_to(end)
                    return until()
            return True

    def set_pace(self, pace: str, rate: float = 1.0) -> None:
        """`live`: virtual time follows the wall clock, `rate` times as fast. `jump`: it stands still between commands."""
        if self.pacer is not None:
            self.pacer.stop()
            self.pacer = None
        if pace == "live":
            from k8snb.pacer import Pacer

            self.pacer = Pacer(self, rate)
            self.pacer.start()

    # -- snapshots --------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The whole cluster as plain data."""
        with self.lock:
            return Snapshot(self.config, {name: part.dump() for name, part in self.parts.items()})

    def restore(self, snapshot: Snapshot) -> None:
        """Go back (or over) to a snapshot of a cluster with the same wiring."""
        with self.lock:
            self._configure(snapshot.config)
            for name, part in self.parts.items():
                part.load(snapshot.parts[name])
            self.engine.rewire()

    def _configure(self, config: Config) -> None:
        self.config = config
        self.server.configure(config.settings())

    def fork(self) -> Cluster:
        """An independent cluster that continues from here. It never runs live."""
        with self.lock:
            config = self.config
            other = Cluster(
                config.nodes,
                config.seed,
                profile=config.profile,
                epoch=config.epoch,
                version=config.version,
                node_ports=config.node_ports,
                boot=False,
            )
            other.restore(self.snapshot())
            return other

    # -- breaking things on purpose -----------------------------------------------------------------------------------------

    def stop_component(self, name: str) -> None:
        """Switch off `scheduler`, `controller-manager`, `kube-proxy`, `kubelet` or one controller by name.

        `kubelet/NODE` and `kube-proxy/NODE` switch off one node's. KeyError if there is no such component.
        """
        from k8snb import wiring

        with self.lock:
            wiring.stop(self, name)

    def start_component(self, name: str) -> None:
        """Switch a component on again."""
        from k8snb import wiring

        with self.lock:
            wiring.start(self, name)

    def add_node(self, name: str = "") -> Any:
        """Join one more machine to the cluster; returns its Node."""
        from k8snb.kubelet.node import hollow, minikube, register_node

        with self.lock:
            shape = hollow if self.config.profile == "hollow" else minikube
            index = 0
            while self.client.find("nodes", shape(index).name) is not None:
                index += 1
            setup = replace(shape(index), version=self.config.version)
            node = register_node(self.kubelet.client, replace(setup, name=name) if name else setup)
            self.engine.run_instant()
            return node

    def remove_node(self, name: str) -> None:
        """Take a machine away: its Node is deleted, its Pods are lost."""
        with self.lock:
            self.client.delete("nodes", name)
            self.engine.run_instant()

    def load_image(self, image: str) -> bool:
        """Bring an image from the learner's own store to every node; False if there is no such image."""
        with self.lock:
            built = self.docker.store.find(image)
            if built is None and self.kubelet.registry.local(image) is None:
                return False
            for node in self.nodes:
                self.kubelet.load_image(node.metadata.name, image, built.origin if built is not None else "")
            return True

    def reconfigure(self, *, node_ports: tuple[int, int]) -> None:
        """Run the control plane with other flags from now on (`minikube start --extra-config`)."""
        with self.lock:
            self._configure(replace(self.config, node_ports=node_ports))

    def is_reachable(self) -> bool:
        """Does the API server answer? It does not while the control plane's machine is off (`minikube stop`)."""
        if all(machine.powered for machine in self.kubelet.nodes.values()):
            return True
        place = self.network.fabric.atlas.control_plane
        return place is None or not place.control_plane or self.network.fabric.machine_up(place.name)

    def serve(self, port: int = 0) -> Server:
        """Serve the API on https://127.0.0.1 to real tools, in a thread; cells keep working on the same cluster."""
        from k8snb.apiserver.http.server import Server

        if self._server is None:
            self._server = Server(self, port)
            self._server.start()
        return self._server

    def unserve(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def close(self) -> None:
        """Stop the pacer and everything that listens."""
        self.unserve()
        self.set_pace("jump")
