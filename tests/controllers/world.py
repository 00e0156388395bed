"""A control plane for scenario tests: the real store, server, engine and components; only the kubelets are pretended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.coordination.lease import Lease
from k8snb.api.core.container import Container, ResourceRequirements
from k8snb.api.core.namespace import Namespace
from k8snb.api.core.node import Node, NodeCondition, NodeSpec, NodeStatus, Taint
from k8snb.api.core.pod import Pod, PodCondition, PodIP, PodSpec
from k8snb.api.core.serviceaccount import ServiceAccount
from k8snb.api.decode import read
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.apiserver.context import Settings
from k8snb.apiserver.indexes import add_indexes
from k8snb.apiserver.request import ADMIN, component_user
from k8snb.apiserver.server import APIServer
from k8snb.apiserver.store import Change, Store
from k8snb.client.client import Client
from k8snb.client.events import EventCorrelator, EventRecorder
from k8snb.controllers import CONTROLLERS, build
from k8snb.engine import After, Component, Engine, Watch, split_key
from k8snb.sim.clock import Clock
from k8snb.sim.journal import Journal
from k8snb.sim.rng import Rng

EPOCH = 1_767_225_600.0


class FakeKubelet:
    """Bound Pods run and are ready after `start` seconds; deleted ones are gone after `stop` seconds."""

    name = "fake-kubelet"

    def __init__(self, client: Client, start: float = 0.5, stop: float = 0.5) -> None:
        self.client, self.start, self.stop = client, start, stop
        #: images that never become ready
        self.broken: set[str] = set()
        self.ends: dict[str, str] = {}
        self.watches = (Watch("pods", self._bound),)
        self._addresses = 0
        self._starting: dict[str, float] = {}
        self._stopping: dict[str, float] = {}

    @staticmethod
    def _bound(change: Change) -> Iterable[str]:
        return (change.key,) if change.object.spec.nodeName and change.type != "DELETED" else ()

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        pod = self.client.find("pods", name, namespace)
        if pod is None:
            return None
        now, meta = self.client.clock.now, pod.metadata
        if meta.deletionTimestamp is not None:
            due = self._stopping.setdefault(key, now + self.stop)
            if now < due:
                return After(due - now)
            del self._stopping[key]
            self.client.delete("pods", name, namespace, grace=0)
            return None
        if pod.status.phase == "Pending" and not pod.status.podIP:
            due = self._starting.setdefault(key, now + self.start)
            if now < due:
                return After(due - now)
            del self._starting[key]
            self._run(pod)
        return None

    def _run(self, pod: Any) -> None:
        self._addresses += 1
        ip = f"10.244.{self._addresses // 250}.{self._addresses % 250 + 1}"
        image = pod.spec.containers[0].image
        phase = self.ends.get(image, "Running")
        ready = "False" if image in self.broken or phase != "Running" else "True"
        now = self.client.clock.timestamp()
        conditions = (
            *pod.status.conditions,
            PodCondition(type="Ready", status=ready, lastTransitionTime=now),
        )
        status = pod.status.replace(phase=phase, podIP=ip, podIPs=(PodIP(ip=ip),), conditions=conditions, startTime=now)
        self.client.update_status(pod.replace(status=status), "pods")


class World:
    """Store, server, clock and engine with the components asked for."""

    def __init__(self, *controllers: str, nodes: int = 3, scheduler: bool = False, start: float = 0.5) -> None:
        self.clock, self.rng, self.store = Clock(EPOCH), Rng(1), Store()
        add_indexes(self.store)
        self.server = APIServer(self.store, self.clock, self.rng, Settings(profile="hollow"))
        self.journal = Journal(self.clock)
        self.engine = Engine(self.store, self.clock, self.journal)
        self.correlator = EventCorrelator()
        self.client = Client(self.server, ADMIN, "test")
        self.kubelet = FakeKubelet(self.client_for("kubelet"), start)
        self.components: dict[str, Component] = {}
        for component in self._components(controllers, scheduler):
            self.engine.add(component)
            self.components[component.name] = component
        self._objects(nodes)

    def _components(self, controllers: tuple[str, ...], scheduler: bool) -> Iterable[Component]:
        wanted = {row.module for row in CONTROLLERS} if controllers == ("*",) else set(controllers)
        rows = [row for row in CONTROLLERS if row.module in wanted]
        assert {row.module for row in rows} == wanted, wanted
        yield from build(self.client_for, self.events_for, tuple(rows))
        if scheduler:
            from k8snb.scheduler import Scheduler

            client = self.client_for(Scheduler.name)
            yield Scheduler(client, self.events_for(client, Scheduler.name))
        yield self.kubelet

    def _objects(self, nodes: int) -> None:
        for name in ("default", "kube-system", "kube-node-lease"):
            self.client.create(Namespace(metadata=ObjectMeta(name=name)))
            self.client.create(ServiceAccount(metadata=ObjectMeta(name="default", namespace=name)))
        for index in range(nodes):
            self.node(f"node-{index}")

    def client_for(self, name: str) -> Client:
        return Client(self.server, component_user(name), name)

    def events_for(self, client: Client, name: str) -> EventRecorder:
        return EventRecorder(client, self.correlator, name)

    # -- making things ----------------------------------------------------------------------------------------------

    def node(self, name: str, cpu: str = "4", memory: str = "16Gi", pods: str = "110", **labels: str) -> Node:
        every = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
        every.update({key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()})
        room = FrozenMap({"cpu": cpu, "memory": memory, "pods": pods})
        now = self.clock.timestamp()
        ready = NodeCondition(
            type="Ready", status="True", reason="KubeletReady", lastHeartbeatTime=now, lastTransitionTime=now
        )
        node = Node(metadata=ObjectMeta(name=name, labels=FrozenMap(every)), spec=NodeSpec())
        made: Node = self.client.create(node)
        status = NodeStatus(capacity=room, allocatable=room, conditions=(ready,))
        made = self.client.update_status(made.replace(status=status))
        assert made.status is not None
        return made

    def taint(self, name: str, key: str, effect: str, value: str = "") -> None:
        node = self.client.get("nodes", name)
        taint = Taint.of({"key": key, "effect": effect, **({"value": value} if value else {})})
        self.client.update(node.replace(spec=node.spec.replace(taints=(*node.spec.taints, taint))))

    def lease(self, node: str, renewed: float) -> None:
        from k8snb.api.duration import format_micro_time

        found = self.client.find("leases.coordination.k8s.io", node, "kube-node-lease")
        lease = found or Lease(metadata=ObjectMeta(name=node, namespace="kube-node-lease"))
        spec = lease.spec.replace(
            holderIdentity=node, leaseDurationSeconds=40, renewTime=format_micro_time(EPOCH + renewed)
        )
        (self.client.update if found else self.client.create)(lease.replace(spec=spec))

    def pod(self, name: str, namespace: str = "default", cpu: str = "", node: str = "", **spec: Any) -> Pod:
        labels = spec.pop("labels", None)
        requests = {"resources": ResourceRequirements(requests=FrozenMap({"cpu": cpu}))} if cpu else {}
        container = Container.of({"name": "c", "image": "nginx", **requests})
        fields = {"containers": (container,), **spec}
        if node:
            fields["nodeName"] = node
        meta: dict[str, Any] = {"name": name, "namespace": namespace}
        if labels:
            meta["labels"] = FrozenMap(labels)
        made: Pod = self.client.create(Pod.of({"metadata": ObjectMeta.of(meta), "spec": PodSpec.of(fields)}))
        return made

    def priority_class(self, name: str, value: int) -> None:
        from k8snb.api.scheduling.priorityclass import PriorityClass

        self.client.create(PriorityClass(metadata=ObjectMeta(name=name), value=value))

    def create(self, manifest: dict[str, Any]) -> Any:
        """Create an object from plain JSON data, as the wire would."""
        group, _, version = manifest["apiVersion"].rpartition("/")
        row = self.server.catalogue.of_kind(group, version, manifest["kind"])
        assert row is not None
        body = {k: v for k, v in manifest.items() if k not in ("apiVersion", "kind")}
        obj = read(row.model, body)
        namespace = (obj.metadata.namespace or "default") if row.namespaced else ""
        return self.client.create(obj, row.group_resource, namespace)

    # -- looking ----------------------------------------------------------------------------------------------------

    def run(self, seconds: float = 0.0) -> None:
        """Let that much virtual time pass."""
        self.engine.run_until(self.clock.now + seconds)

    def pods(self, selector: str = "", namespace: str = "default") -> list[Any]:
        return self.client.list("pods", namespace, selector).items

    def events(self, kind: str = "", name: str = "") -> list[str]:
        """`Type Reason Message` of events in order of time."""
        found = [e for e in self.client.list("events").items if kind in ("", e.involvedObject.kind)]
        found = [e for e in found if name in ("", e.involvedObject.name)]
        found.sort(key=lambda e: int(e.metadata.resourceVersion))
        return [f"{e.type} {e.reason} {e.message}" for e in found]
