"""kube-proxy: keeps every node's Service rules as the Services and EndpointSlices ask for.

Watches Services, EndpointSlices and Nodes; a change is collected, and a sync writes the rules of all collected
Services at once, a moment later and at most once a second (`minSyncPeriod`, as kubeadm sets it): for that long a node
still sends requests to endpoints that are gone. Services that use all endpoints have the same rules everywhere, so
they are computed once and shared; only those with traffic policy Local or with hints differ from node to node. Stopped
(`off`), or where the DaemonSet kube-system/kube-proxy has no running Pod any more, the rules stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.api.model import EMPTY_MAP
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.engine import After, Watch, own_key
from k8snb.network.endpoint import port_changed
from k8snb.network.iptables import NO_RULES, NodeTable, RuleSet, ServiceRules, rule_name, service_rules
from k8snb.network.services import ServicePort, Target, differs, service_ports, targets, usable

SLICES = "endpointslices.discovery.k8s.io"
#: from a change of the API to the rules of the kernel: the watch, and iptables-restore
SYNC_SECONDS = 0.05
MIN_SYNC_PERIOD = 1.0
#: a key that is no object's: compare everything, as a kube-proxy does that has just started
EVERYTHING = "*"
SYNC = ""


class KubeProxyState(NamedTuple):
    """Everything the kube-proxies of a cluster are at an instant."""

    pending: frozenset[str] = frozenset()
    stale_nodes: frozenset[str] = frozenset()
    last_sync: float = -MIN_SYNC_PERIOD
    shared: RuleSet = NO_RULES
    #: rule names of each Service (`namespace/name`), to find those that are gone
    known: Mapping[str, tuple[str, ...]] = EMPTY_MAP
    #: Services whose rules differ from node to node
    local: frozenset[str] = frozenset()
    tables: Mapping[str, NodeTable] = EMPTY_MAP
    #: nodes whose kube-proxy is switched off: their rules stay as they are
    off: frozenset[str] = frozenset()
    #: nodes on which a Pod of kube-proxy runs; None in a cluster that has never seen one: there it is part of the node
    pods: frozenset[str] | None = None


def _keys(own: Callable[[Change], Iterable[str]]) -> Callable[[Change], Iterable[str]]:
    """The keys a change wakes; a listing (revision 0) wakes the comparison of everything."""
    return lambda change: (EVERYTHING,) if change.revision == 0 else own(change)


def _service_of(change: Change) -> Iterable[str]:
    labels = (change.object.metadata.labels, change.old.metadata.labels if change.old else {})
    names = {found for item in labels if (found := item.get("kubernetes.io/service-name"))}
    return [f"{change.object.metadata.namespace}/{name}" for name in sorted(names)]


def _node_of(change: Change) -> Iterable[str]:
    moved = change.type != "MODIFIED" or _zone(change.object) != _zone(change.old)
    return (change.key,) if moved else ()


def _host_of(change: Change) -> Iterable[str]:
    pod: Any = change.object
    return (pod.spec.nodeName,) if _is_proxy(pod) and pod.spec.nodeName else ()


def _is_proxy(pod: Pod) -> bool:
    return pod.metadata.labels.get("k8s-app") == "kube-proxy" and pod.metadata.namespace == "kube-system"


def _zone(node: Any) -> str:
    return str(node.metadata.labels.get("topology.kubernetes.io/zone", "")) if node is not None else ""


class KubeProxy:
    """The kube-proxies of all nodes. Keys: a Service, a node, `*`, or "" for the sync itself."""

    name = "kube-proxy"
    watches = (
        Watch("services", _keys(own_key)),
        Watch(SLICES, _keys(_service_of)),
        Watch("nodes", _keys(_node_of)),
        Watch("pods", _host_of),
    )

    def __init__(self, client: Client) -> None:
        self._client = client
        self.state = KubeProxyState()

    def table(self, node: str) -> NodeTable:
        """A node's rules; none if its kube-proxy has never run."""
        return self.state.tables.get(node) or NodeTable()

    def reconcile(self, key: str) -> After | None:
        if key == SYNC:
            self._sync()
            return None
        state = self.state
        if key == EVERYTHING:
            services = {f"{s.metadata.namespace}/{s.metadata.name}" for s in self._client.list("services").items}
            nodes = {node.metadata.name for node in self._client.list("nodes").items}
            state = state._replace(pending=state.pending | services | set(state.known), stale_nodes=frozenset(nodes))
            state = state._replace(pods=self._hosts(state, nodes))
        elif "/" in key:
            state = state._replace(pending=state.pending | {key})
        else:
            state = state._replace(stale_nodes=state.stale_nodes | {key})
            state = state._replace(pods=self._hosts(state, {key}))
        self.state = state
        clock = self._client.clock
        if clock.due(self.name, SYNC) is None:
            clock.after(max(SYNC_SECONDS, state.last_sync + MIN_SYNC_PERIOD - clock.now), self.name, SYNC)
        return None

    def _hosts(self, state: KubeProxyState, nodes: set[str]) -> frozenset[str] | None:
        """Where Pods of kube-proxy run, after a new look at these nodes."""
        found: set[str] = set()
        for node in nodes:
            here: list[Pod] = [pod for pod in self._client.indexed("pods", "node", node) if _is_proxy(pod)]
            if here and state.pods is None:
                state = state._replace(pods=frozenset())
            if any(status.state.running is not None for pod in here for status in pod.status.containerStatuses):
                found.add(node)
        return state.pods if state.pods is None else (state.pods - nodes) | found

    def stop_node(self, node: str) -> None:
        """Switch one node's kube-proxy off: its rules freeze."""
        self.state = self.state._replace(off=self.state.off | {node})

    def start_node(self, node: str) -> None:
        """Switch it on again: it writes its rules anew."""
        self.state = self.state._replace(off=self.state.off - {node})
        self.reconcile(node)

    def _sync(self) -> None:
        state, cidr = self.state, self._client.server.settings.pod_cidr
        gone: list[str] = []
        shared: list[ServiceRules] = []
        known, local = dict(state.known), set(state.local)
        for key in sorted(state.pending):
            ports = self._ports(key)
            gone += known.pop(key, ())
            local.discard(key)
            if ports:
                known[key] = tuple(rule_name(port) for port in ports)
            for port in ports:
                endpoints = self._targets(key, port)
                if differs(port, endpoints):
                    local.add(key)
                else:
                    shared.append(service_rules(port, usable(port, endpoints), cidr))
        rules = state.shared.with_services(gone, shared) if gone or shared else state.shared
        moved = state.pending & (local | state.local)
        self.state = state._replace(
            pending=frozenset(), stale_nodes=frozenset(), last_sync=self._client.clock.now, shared=rules, known=known,
            local=frozenset(local),
        )  # fmt: skip
        port_changed(self._client.clock)
        self._write_tables(moved, gone if moved else [], state.stale_nodes)

    def _ports(self, key: str) -> list[ServicePort]:
        namespace, _, name = key.partition("/")
        service = self._client.find("services", name, namespace)
        return service_ports(service) if service is not None else []

    def _targets(self, key: str, port: ServicePort) -> tuple[Target, ...]:
        return targets(port, self._client.indexed(SLICES, "service", key))

    def runs_on(self, node: str) -> bool:
        """Does anybody keep this node's rules true?"""
        return node not in self.state.off and (self.state.pods is None or node in self.state.pods)

    def _write_tables(self, moved: frozenset[str], gone: list[str], stale: frozenset[str]) -> None:
        """Every node's rules: the shared ones, and for the Services `moved` those of its own."""
        state = self.state
        tables: dict[str, NodeTable] = {}
        for node in self._client.list("nodes").items:
            name = node.metadata.name
            old = state.tables.get(name)
            if not self.runs_on(name):
                if old is not None:
                    tables[name] = old
            elif old is None or name in stale:
                tables[name] = NodeTable(state.shared, self._local_rules(NO_RULES, (), state.local, node))
            else:
                own = self._local_rules(old.local, gone, moved & state.local, node) if moved else old.local
                tables[name] = NodeTable(state.shared, own)
        self.state = state._replace(tables=tables)

    def _local_rules(self, own: RuleSet, gone: Iterable[str], keys: frozenset[str], node: Any) -> RuleSet:
        """A node's own rules after those of these Services were written anew."""
        cidr, rules = self._client.server.settings.pod_cidr, []
        for key in sorted(keys):
            for port in self._ports(key):
                endpoints = self._targets(key, port)
                if differs(port, endpoints):
                    use = usable(port, endpoints, node.metadata.name, _zone(node))
                    rules.append(service_rules(port, use, cidr))
        return own.with_services(gone, rules) if gone or rules else own

    def dump(self) -> KubeProxyState:
        return self.state

    def load(self, state: KubeProxyState) -> None:
        self.state = state
