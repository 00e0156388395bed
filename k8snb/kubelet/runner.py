"""Runs a Pod's containers: puts a container, its image and its surroundings into a machine, and keeps what comes out.

The surroundings are the Pod's volumes and addresses, the node's files and the network as this Pod sees it. A program may ask
the network for something that leads back to the very container that asks; then its machine is already running and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from k8snb.api.core.pod import Pod
from k8snb.client.client import Client
from k8snb.kubelet.state import ContainerRecord, NodeRecord, PodRecord
from k8snb.kubelet.volumes import PodVolumes
from k8snb.network.endpoint import port_changed
from k8snb.runtime.filesystem import Directory
from k8snb.runtime.image import Image
from k8snb.runtime.machine import Machine, World
from k8snb.runtime.net import DnsAnswer, HttpRequest, HttpResponse, Net, NetError, NoNet, ask_name_server
from k8snb.runtime.registry import Registry, resolve

T = TypeVar("T")


class Network(Protocol):
    """What the kubelet needs of the data path."""

    def net_of(self, pod: Pod) -> Net: ...


class PodNet:
    """The network of one Pod, made when it is first used; notes that the outside world was looked at."""

    def __init__(self, network: Network | None, record: PodRecord, world: World) -> None:
        self._network, self._record, self._world = network, record, world

    def _net(self) -> Net:
        self._world.outside = True
        if self._network is None or not self._record.ip:
            return NoNet()
        pod = self._record.pod
        if pod.status.podIP != self._record.ip:
            pod = pod.replace(status=pod.status.replace(podIP=self._record.ip))
        return self._network.net_of(pod)

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse | NetError:
        return self._net().http(method, url, headers, body)

    def lookup(self, name: str) -> tuple[str, ...] | NetError:
        return self._net().lookup(name)

    def query(self, name: str, type: str, server: str) -> DnsAnswer | NetError:
        return ask_name_server(self._net(), name, type, server)

    def connect(self, host: str, port: int) -> NetError | None:
        return self._net().connect(host, port)

    def ping(self, host: str) -> float | NetError:
        return self._net().ping(host)


class Runner:
    """Machines for the containers of all nodes."""

    def __init__(self, client: Client, registry: Registry, nodes: dict[str, NodeRecord]) -> None:
        self._client, self._registry, self._nodes = client, registry, nodes
        self.network: Network | None = None
        self._active: dict[str, tuple[Machine, PodVolumes]] = {}

    def image(self, node: str, name: str) -> Image | None:
        """The image behind a name on a node, or None if the node does not have it."""
        return resolve(self._nodes[node].images, self._registry, name)

    def run(self, record: PodRecord, item: ContainerRecord, act: Callable[[Machine], T]) -> T:
        """Let `act` do something with the container's machine and keep the outcome. `record` must be a working copy."""
        assert item.container is not None
        running = self._active.get(item.container.id)
        if running is not None:
            return act(running[0])
        image = self.image(record.node, item.container.spec.image)
        assert image is not None, item.container.spec.image
        node = self._nodes[record.node]
        now = self._client.clock.unix
        world = World(now, NoNet(), PodVolumes(self._client, record, node, now), node.booted, ip=record.ip)
        world.net = PodNet(self.network, record, world)
        world.ports = self._other_ports(record, item)
        machine = Machine(item.container, image, world)
        ports, silent = item.container.ports, item.container.silent_ports
        assert isinstance(world.volumes, PodVolumes)
        self._active[item.container.id] = (machine, world.volumes)
        try:
            return act(machine)
        finally:
            del self._active[item.container.id]
            item.container = machine.result()
            if machine.fs_changed:
                self._keep(record, world.volumes, machine.fs_changed)
            if (item.container.ports, item.container.silent_ports) != (ports, silent):
                port_changed(self._client.clock)

    def _other_ports(self, record: PodRecord, item: ContainerRecord) -> frozenset[int]:
        if len(record.containers) == 1:
            return frozenset()
        others = [
            other.container.ports for other in record.containers.values() if other is not item and other.container
        ]
        return frozenset(port for ports in others for port in ports)

    def _keep(self, record: PodRecord, volumes: PodVolumes, changed: set[str]) -> None:
        own = {key: volumes[key] for key in changed if key != "host"}
        if own:
            record.volumes = {**record.volumes, **own}
        if "host" in changed:
            root = volumes["host"]
            assert isinstance(root, Directory)
            self._nodes[record.node] = replace(self._nodes[record.node], files=root)

    def request(self, record: PodRecord, port: int, request: HttpRequest) -> tuple[HttpResponse | NetError, str]:
        """(the answer of whatever listens on a port of the Pod, the container's name)."""
        for item in record.containers.values():
            if item.container is None or not item.running:
                continue
            active = self._active.get(item.container.id)
            if active is not None:
                if active[0].listener(port) is not None:
                    return active[0].request(port, request, nested=True), item.name
            elif port in item.container.ports:
                return self.run(record, item, lambda machine: machine.request(port, request)), item.name
        return NetError("refused"), ""

    def listens(self, record: PodRecord, port: int) -> bool:
        """Does any container of the Pod listen on the port?"""
        return any(
            item.running and item.container and port in item.container.ports for item in record.containers.values()
        )
