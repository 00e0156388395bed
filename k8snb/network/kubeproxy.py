"""kube-proxy: keeps every node's Service rules as the Services and EndpointSlices ask for.

Watches Services, EndpointSlices and Nodes; a change is collected, and a sync writes the rules of all collected
Services at once, a moment later and at most once a second (`minSyncPeriod`, as kubeadm sets it): for that long a node
still sends requests to endpoints that are gone. Services that use all endpoints have the same rules everywhere, so
they are computed once and shared; only those with traffic policy Local differ from node to node. Stopped, the rules
stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from k8snb.api.model import EMPTY_MAP
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.engine import After, Watch, own_key
from k8snb.network.endpoint import port_changed
from k8snb.network.iptables import NO_RULES, NodeTable, RuleSet, ServiceRules, rule_name, service_rules
from k8snb.network.services import ServicePort, service_ports, targets, usable

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


def _keys(own: Callable[[Change], Iterable[str]]) -> Callable[[Change], Iterable[str]]:
    """The keys a change wakes; a listing (revision 0) wakes the comparison of everything."""
    return lambda change: (EVERYTHING,) if change.revision == 0 else own(change)


def _service_of(change: Change) -> Iterable[str]:
    labels = (change.object.metadata.labels, change.old.metadata.labels if change.old else {})
    names = {found for item in labels if (found := item.get("kubernetes.io/service-name"))}
    return [f"{change.object.metadata.namespace}/{name}" for name in sorted(names)]


def _node_of(change: Change) -> Iterable[str]:
    return (change.key,) if change.type != "MODIFIED" else ()


class KubeProxy:
    """The kube-proxies of all nodes. Keys: a Service, a node, `*`, or "" for the sync itself."""

    name = "kube-proxy"
    watches = (Watch("services", _keys(own_key)), Watch(SLICES, _keys(_service_of)), Watch("nodes", _keys(_node_of)))

    def __init__(self, client: Client, runs_on: Callable[[str], bool] = lambda node: True) -> None:
        self._client, self._runs_on = client, runs_on
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
        elif "/" in key:
            state = state._replace(pending=state.pending | {key})
        else:
            state = state._replace(stale_nodes=state.stale_nodes | {key})
        self.state = state
        clock = self._client.clock
        if clock.due(self.name, SYNC) is None:
            clock.after(max(SYNC_SECONDS, state.last_sync + MIN_SYNC_PERIOD - clock.now), self.name, SYNC)
        return None

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
            names = tuple(rule_name(port) for port in ports)
            gone += [name for name in known.pop(key, ()) if name not in names]
            local.discard(key)
            if names:
                known[key] = names
            for port in ports:
                if port.uses_local or port.prefer_close:
                    local.add(key)
                    gone.append(rule_name(port))
                else:
                    endpoints = targets(port, self._client.indexed(SLICES, "service", key))
                    shared.append(service_rules(port, usable(port, endpoints), cidr))
        rules = state.shared.with_services(gone, shared) if gone or shared else state.shared
        self.state = KubeProxyState(
            frozenset(), frozenset(), self._client.clock.now, rules, known, frozenset(local), state.tables, state.off
        )
        port_changed(self._client.clock)
        self._write_tables(bool(state.pending & (local | state.local)), state.stale_nodes)

    def _ports(self, key: str) -> list[ServicePort]:
        namespace, _, name = key.partition("/")
        service = self._client.find("services", name, namespace)
        return service_ports(service) if service is not None else []

    def _write_tables(self, local_changed: bool, stale: frozenset[str]) -> None:
        state = self.state
        tables: dict[str, NodeTable] = {}
        for node in self._client.list("nodes").items:
            name = node.metadata.name
            old = state.tables.get(name)
            if name in state.off or not self._runs_on(name):
                if old is not None:
                    tables[name] = old
            elif old is None or local_changed or name in stale:
                zone = node.metadata.labels.get("topology.kubernetes.io/zone", "")
                tables[name] = NodeTable(state.shared, self._local_rules(name, zone))
            else:
                tables[name] = NodeTable(state.shared, old.local)
        self.state = state._replace(tables=tables)

    def _local_rules(self, node: str, zone: str) -> RuleSet:
        cidr = self._client.server.settings.pod_cidr
        rules = []
        for key in sorted(self.state.local):
            for port in self._ports(key):
                if port.uses_local or port.prefer_close:
                    endpoints = targets(port, self._client.indexed(SLICES, "service", key))
                    rules.append(service_rules(port, usable(port, endpoints, node, zone), cidr))
        return NO_RULES.with_services((), rules) if rules else NO_RULES

    def dump(self) -> KubeProxyState:
        return self.state

    def load(self, state: KubeProxyState) -> None:
        self.state = state
