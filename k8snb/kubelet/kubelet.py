"""The kubelet loop: one component for all nodes, keyed by `namespace/name` of Pods and by name of nodes.

Watches Pods that are bound, Nodes, and the ConfigMaps, Secrets and claims that Pods wait for. A reconcile takes a working
copy of the Pod's record, lets a `Worker` do what is due, writes the status if it has changed, and arms one timer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod
from k8snb.api.duration import format_micro_time
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch
from k8snb.kubelet.admission import refuse
from k8snb.kubelet.environment import Environment, referenced
from k8snb.kubelet.node import LEASE_NAMESPACE, STARTING, ready_conditions
from k8snb.kubelet.runner import Network, Runner
from k8snb.kubelet.state import KubeletState, NodeRecord, PodRecord
from k8snb.kubelet.status import build_status, rejected_status
from k8snb.kubelet.timing import HOLLOW, REAL
from k8snb.kubelet.worker import Worker
from k8snb.network import cni
from k8snb.runtime.images import preloaded
from k8snb.runtime.registry import ImageStore, Registry
from k8snb.sim.rng import Rng

_OVER = ("Succeeded", "Failed")


class Kubelet:
    """The kubelets of all nodes. `recorder(host)` gives the event recorder of one node."""

    name = "kubelet"

    def __init__(
        self, client: Client, recorder: Callable[[str], EventRecorder], rng: Rng, profile: str = "minikube"
    ) -> None:
        self.client, self.rng = client, rng
        hollow = profile == "hollow"
        self.registry = Registry(hollow)
        self.timing = HOLLOW if hollow else REAL
        self.environment = Environment(client)
        self.pods: dict[str, PodRecord] = {}
        self.nodes: dict[str, NodeRecord] = {}
        self.runner = Runner(client, self.registry, self.nodes)
        self._make_recorder, self._recorders = recorder, dict[str, EventRecorder]()
        self._working: dict[str, PodRecord] = {}
        self._referrers: dict[tuple[str, str], dict[str, None]] = {}
        self.watches: tuple[Watch, ...] = (
            Watch("pods", self._pod_keys),
            Watch("nodes"),
            Watch("configmaps", self._referrer_keys),
            Watch("secrets", self._referrer_keys),
            Watch("persistentvolumeclaims", self._referrer_keys),
        )

    def connect(self, network: Network) -> None:
        """Give containers their network."""
        self.runner.network = network

    def recorder(self, node: str) -> EventRecorder:
        known = self._recorders.get(node)
        if known is None:
            known = self._recorders[node] = self._make_recorder(node)
        return known

    # -- what wakes it ---------------------------------------------------------------------------------------------------

    def _pod_keys(self, change: Change) -> Iterable[str]:
        pod: Any = change.object
        if not pod.spec.nodeName:
            return ()
        record = self.pods.get(change.key)
        # What the kubelet itself has just written does not wake it.
        return () if record is not None and record.pod is pod and change.type != "DELETED" else (change.key,)

    def _referrer_keys(self, change: Change) -> Iterable[str]:
        return tuple(self._referrers.get((change.resource, change.key), ()))

    def _refer(self, record: PodRecord) -> None:
        namespace = record.pod.metadata.namespace

        def add(resource: str, name: str) -> None:
            self._referrers.setdefault((resource, f"{namespace}/{name}"), {})[record.key] = None

        referenced(record.pod, add)

    # -- reconciling -------------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        """One Pod (`namespace/name`) or one node (`name`)."""
        namespace, _, name = key.rpartition("/")
        if not namespace:
            self._node(name)
            return None
        pod = self.client.find("pods", name, namespace)
        record = self.pods.get(key)
        if record is not None and (pod is None or pod.metadata.uid != record.uid):
            self._tear_down(record)
            record = None
        if pod is None or not pod.spec.nodeName or pod.spec.nodeName not in self.nodes:
            return None
        if record is None:
            if pod.status.phase in _OVER and not pod.metadata.deletionTimestamp:
                return None
            record = self._take_on(key, pod)
            if self.timing.notice and not record.rejected:
                return After(self.timing.notice)
        return self._work(key, pod)

    def _take_on(self, key: str, pod: Pod) -> PodRecord:
        """A Pod that is new to its node."""
        now = self.client.clock.unix
        record = PodRecord(key, pod.metadata.uid, pod.spec.nodeName, pod, now)
        self.pods[key] = record
        self._refer(record)
        node = self.client.find("nodes", pod.spec.nodeName)
        if node is None or pod.metadata.deletionTimestamp:
            return record
        refusal = refuse(pod, node, lambda: self.client.indexed("pods", "node", pod.spec.nodeName))
        if refusal is not None:
            record.rejected, record.over = True, ("Failed", refusal.reason, refusal.message)
            self.recorder(record.node).event(
                pod, "Warning", refusal.reason, refusal.message.removeprefix("Pod was rejected: ")
            )
            self.client.update_status(pod.replace(status=rejected_status(pod, refusal.reason, refusal.message, now)))
        return record

    def _work(self, key: str, pod: Any) -> After | None:
        record, mine = self._take(key)
        try:
            return self._sync(record, pod)
        finally:
            if mine:
                self._put_back(key, record)

    def _sync(self, record: PodRecord, pod: Any) -> After | None:
        record.pod = pod
        worker = Worker(self, record)
        node = self.nodes[record.node]
        if not node.powered:
            return None
        if node.stopped is not None:
            worker.wake()
            return self._timer(worker.wakes_at())
        worker.sync()
        if record.terminating and worker.all_stopped():
            self._finish(worker)
            return None
        if not record.rejected:
            self._write(worker)
        return self._timer(worker.next_due())

    def _timer(self, due: float | None) -> After | None:
        return None if due is None else After(max(due - self.client.clock.unix, 0.0))

    def _write(self, worker: Worker) -> None:
        """Write the status if it is not what it should be."""
        record, pod = worker.record, worker.pod
        status = build_status(pod, record, self.nodes[record.node], worker.now)
        if status != pod.status:
            record.pod = self.client.update_status(pod.replace(status=status), "pods")

    def _finish(self, worker: Worker) -> None:
        """A deleted Pod's containers have stopped: its last status, and it may go."""
        record, pod = worker.record, worker.pod
        if record.over is None and record.containers:
            codes = [item.container.exit_code for item in record.containers.values() if item.container is not None]
            record.over = ("Failed" if any(codes) or not codes else "Succeeded", "", "")
            for item in record.containers.values():
                item.ready = item.started = False
            self._write(worker)
        self.release_address(record)
        self.client.delete("pods", pod.metadata.name, pod.metadata.namespace, grace=0, uid=record.uid)

    @contextmanager
    def working(self, key: str) -> Any:
        """A working copy of a Pod's record, kept when the block ends; what happens to the Pod meanwhile shares it."""
        record, mine = self._take(key)
        try:
            yield record
        finally:
            if mine:
                self._put_back(key, record)

    def _take(self, key: str) -> tuple[PodRecord, bool]:
        """(the working copy, whether it was made for this caller, who then has to put it back)."""
        known = self._working.get(key)
        if known is not None:
            return known, False
        record = self._working[key] = self.pods[key].clone()
        return record, True

    def _put_back(self, key: str, record: PodRecord) -> None:
        del self._working[key]
        if key in self.pods and self.pods[key].uid == record.uid:
            self.pods[key] = record

    def _tear_down(self, record: PodRecord) -> None:
        """The Pod is gone from the API: so are its containers, its address and everything it held."""
        self.release_address(record)
        del self.pods[record.key]
        self.client.clock.cancel(self.name, record.key)
        namespace = record.pod.metadata.namespace

        def drop(resource: str, name: str) -> None:
            held = self._referrers.get((resource, f"{namespace}/{name}"))
            if held is not None:
                held.pop(record.key, None)
                if not held:
                    del self._referrers[resource, f"{namespace}/{name}"]

        referenced(record.pod, drop)

    # -- nodes --------------------------------------------------------------------------------------------------------------

    def _node(self, name: str) -> None:
        """A Node has appeared, changed or gone."""
        node = self.client.find("nodes", name)
        known = self.nodes.get(name)
        if node is None:
            if known is not None:
                for record in [record for record in self.pods.values() if record.node == name]:
                    self._tear_down(record)
                del self.nodes[name]
            return
        if known is None:
            now = self.client.clock.unix
            images = ImageStore({} if self.registry.hollow else {reference: reference for reference in preloaded()})
            self.nodes[name] = NodeRecord(name, cni.internal_ip(node), images, machine_files(node), booted=now)
            for pod in self.client.indexed("pods", "node", name):
                self.wake(f"{pod.metadata.namespace}/{pod.metadata.name}")
            self._announce(node)
            return
        self._report(node, known)

    def _announce(self, node: Any) -> None:
        """A kubelet has come up. Hollow ones do not talk: there may be thousands."""
        for reason, message in () if self.registry.hollow else STARTING:
            self.recorder(node.metadata.name).event(node, "Normal", reason, message.format(name=node.metadata.name))

    def _report(self, node: Node, known: NodeRecord) -> None:
        """Say again that the node is well, should somebody have said otherwise while its kubelet was away."""
        if known.stopped is not None or not known.powered:
            return
        conditions = ready_conditions(self.client.clock.unix, node.status.conditions)
        if conditions != node.status.conditions:
            self.client.update_status(node.replace(status=node.status.replace(conditions=conditions)), "nodes")
            name = node.metadata.name
            self.recorder(name).event(node, "Normal", "NodeReady", f"Node {name} status is now: NodeReady")

    def change_node(self, name: str, **changes: Any) -> None:
        self.nodes[name] = replace(self.nodes[name], **changes)

    def node_values(self, name: str) -> dict[str, str]:
        """What the downward API tells of a node."""
        node = self.client.find("nodes", name)
        allocatable = node.status.allocatable if node is not None else {}
        return {"ip": self.nodes[name].ip, **allocatable}

    def allocate_address(self, record: PodRecord) -> str:
        """An address of the node's range. AddressesExhausted if it is full."""
        known = self.nodes[record.node]
        node = self.client.find("nodes", record.node)
        cidr = node.spec.podCIDR if node is not None and node.spec.podCIDR else "10.244.0.0/24"
        # Nearly always the next one is free: that is seen without looking at all that are taken.
        head, _, tail = known.last_address.rpartition(".")
        address = f"{head}.{int(tail) + 1}" if head and int(tail) < 254 else ""
        if not address or address in known.addresses or not cni.contains(cidr, address):
            address = cni.allocate(cidr, known.addresses, known.last_address)
        self.change_node(record.node, addresses=known.addresses | {address}, last_address=address)
        return address

    def release_address(self, record: PodRecord) -> None:
        known = self.nodes.get(record.node)
        if known is not None and record.ip in known.addresses and not record.pod.spec.hostNetwork:
            self.change_node(record.node, addresses=known.addresses - {record.ip})

    def wake(self, key: str) -> None:
        """Look at a Pod or node again at this instant."""
        self.client.clock.after(0.0, self.name, key)

    def heartbeat(self, name: str) -> float | None:
        """Unix time of a node's last sign of life: now while its kubelet runs. None for an unknown node."""
        node = self.nodes.get(name)
        if node is None:
            return None
        return self.client.clock.unix if node.stopped is None else node.stopped

    def stop_node(self, name: str, power: bool = True) -> None:
        """Stop the kubelet of a node; with `power=False` the whole machine. Its last heartbeat is written into its Lease."""
        if self.nodes[name].stopped is None:
            self.change_node(name, stopped=self.client.clock.unix)
            self._renew(name, format_micro_time(self.client.clock.unix))
        self.change_node(name, powered=power)

    def start_node(self, name: str) -> None:
        """Start it again; after a power cut all containers of the node are new."""
        node = self.nodes[name]
        if not node.powered:
            self._reboot(name)
        self.change_node(name, stopped=None, powered=True)
        self._renew(name, None)
        found = self.client.find("nodes", name)
        if found is not None:
            self._announce(found)
        self.wake(name)
        for record in self.pods.values():
            if record.node == name:
                self.wake(record.key)

    def _renew(self, name: str, stamp: str | None) -> None:
        """Write the last heartbeat; None while the kubelet goes on renewing its Lease."""
        lease = self.client.find("leases.coordination.k8s.io", name, LEASE_NAMESPACE)
        if lease is not None:
            self.client.update(lease.replace(spec=lease.spec.replace(renewTime=stamp)), "leases.coordination.k8s.io")

    def _reboot(self, name: str) -> None:
        """What ran on the machine was cut off: exit code 255, reason Unknown. Sandboxes and waiting times are gone with it."""
        now = self.client.clock.unix
        for key in [record.key for record in self.pods.values() if record.node == name]:
            with self.working(key) as record:
                self._lose_sandbox(record)
                for item in record.containers.values():
                    item.crash_backoff, item.restart_at, item.backing_off = 0.0, None, False
                    item.ready = item.started = False
                    if item.container is not None and item.running:
                        item.container = replace(
                            item.container,
                            phase="exited",
                            exit_code=255,
                            reason="Unknown",
                            finished=now,
                            processes={},
                            sessions={},
                        )

    def _lose_sandbox(self, record: PodRecord) -> None:
        """A Pod that goes on needs a new sandbox, with a new address. One that never restarts is over without."""
        if not record.sandbox or record.over is not None or record.pod.spec.restartPolicy == "Never":
            return
        self.release_address(record)
        record.ip, record.sandbox, record.sandbox_at = "", False, None
        message = "Pod sandbox changed, it will be killed and re-created."
        self.recorder(record.node).event(record.pod, "Normal", "SandboxChanged", message)

    def load_image(self, name: str, image: str, origin: str = "") -> None:
        """Put an image on a node by hand (`minikube image load`); `origin` is the identity of one that was built here.
        InvalidReference for what is no image name."""
        images = self.nodes[name].images.copy()
        images.add(image, origin)
        self.change_node(name, images=images)
        for record in self.pods.values():
            if record.node == name:
                self.wake(record.key)

    def remove_image(self, name: str, image: str) -> None:
        """Take an image name away from a node (`docker rmi` there). What runs from it goes on."""
        images = self.nodes[name].images.copy()
        images.remove(image)
        self.change_node(name, images=images)

    # -- state ----------------------------------------------------------------------------------------------------------------

    def dump(self) -> KubeletState:
        return KubeletState(dict(self.pods), dict(self.nodes))

    def load(self, state: KubeletState) -> None:
        self.pods = dict(state.pods)
        self.nodes.clear()
        self.nodes.update(state.nodes)
        self._referrers = {}
        for record in self.pods.values():
            self._refer(record)


def machine_files(node: Node) -> Any:
    """The file tree of a fresh machine, as far as lessons look into it."""
    from k8snb.runtime.filesystem import Directory, merge, tree

    files = {
        "/etc/hostname": f"{node.metadata.name}\n",
        "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n',
        "/etc/kubernetes/addons/": "",
        "/etc/kubernetes/manifests/": "",
        "/home/docker/": "",
        "/var/lib/kubelet/": "",
        "/var/log/pods/": "",
        "/var/log/containers/": "",
        "/tmp/hostpath-provisioner/": "",
        "/run/": "",
        "/data/": "",
        "/mnt/": "",
    }
    return merge(tree(dict(files)), Directory({"tmp": Directory(mode=0o1777)}))
