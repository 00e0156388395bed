"""A node's iptables rules for Services as data, in the chains and the words that kube-proxy writes.

KUBE-SERVICES (virtual addresses) and KUBE-NODEPORTS lead to KUBE-SVC-… (one per Service port: an endpoint by chance),
KUBE-SVL-… (endpoints of this node only) or KUBE-EXT-… (from outside), those to KUBE-SEP-… (one per endpoint: DNAT).
KUBE-SERVICES would be read from top to bottom; as its rules differ in address, protocol and port, `RuleSet` finds the
matching ones by those three. Source: `k8s.io/kubernetes/pkg/proxy/iptables/proxier.go`.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from k8snb.api.model import EMPTY_MAP, FrozenMap
from k8snb.network.services import ServicePort, Target, Usable

#: what a KUBE-SERVICES rule matches: destination, protocol, port
Key = tuple[str, str, int]
_FULL = 0x80000000
_NO_KEYS: FrozenMap[Key, tuple[Rule, ...]] = FrozenMap()


class Rule(NamedTuple):
    """One rule: everything before `target` must match. An address that starts with `!` must not."""

    chain: str
    target: str
    comment: str = ""
    source: str = ""
    destination: str = ""
    protocol: str = ""
    dport: int = 0
    #: of 2³¹: how often `-m statistic --mode random` lets a packet in; 0 for always
    chance: int = 0
    #: seconds of `-m recent --rcheck`; -1 for `--set`
    recent: int = 0
    recent_name: str = ""
    addrtype: str = ""
    #: arguments of the target: `--to-destination 10.244.0.3:53`
    extra: str = ""
    table: str = "nat"


class ServiceRules(NamedTuple):
    """All that one Service port puts into a node's tables."""

    port: ServicePort
    #: rules of the shared chains: KUBE-SERVICES and KUBE-NODEPORTS of nat, and those of filter
    entries: tuple[Rule, ...]
    #: its own chains
    chains: Mapping[str, tuple[Rule, ...]]


class RuleSet(NamedTuple):
    """The rules of many Service ports, findable. Never changed: `with_services` makes a new one around shared parts."""

    services: Mapping[str, ServiceRules] = EMPTY_MAP
    nat: Mapping[Key, tuple[Rule, ...]] = _NO_KEYS
    filter: Mapping[Key, tuple[Rule, ...]] = _NO_KEYS
    chains: Mapping[str, tuple[Rule, ...]] = EMPTY_MAP

    def with_services(self, gone: Iterable[str], new: Iterable[ServiceRules]) -> RuleSet:
        """These rules without the Service ports `gone` and with `new` (which replace those of the same name)."""
        services, nat, filter_, chains = dict(self.services), dict(self.nat), dict(self.filter), dict(self.chains)
        new = list(new)
        for name in [*gone, *(rule_name(rules.port) for rules in new)]:
            old = services.pop(name, None)
            if old is None:
                continue
            for rule in old.entries:
                table = nat if rule.table == "nat" else filter_
                left = tuple(other for other in table[_key(rule)] if other is not rule)
                if left:
                    table[_key(rule)] = left
                else:
                    del table[_key(rule)]
            for chain in old.chains:
                chains.pop(chain, None)
        for rules in new:
            services[rule_name(rules.port)] = rules
            chains.update(rules.chains)
            for rule in rules.entries:
                table = nat if rule.table == "nat" else filter_
                table[_key(rule)] = (*table.get(_key(rule), ()), rule)
        return RuleSet(services, nat, filter_, chains)


NO_RULES = RuleSet()


class NodeTable(NamedTuple):
    """One node's rules: those it shares with all nodes, and those of Services whose traffic stays on a node."""

    shared: RuleSet = NO_RULES
    local: RuleSet = NO_RULES

    def nat(self, key: Key) -> tuple[Rule, ...]:
        """The rules of KUBE-SERVICES (or, with destination "", of KUBE-NODEPORTS) for a packet."""
        return self.shared.nat.get(key, ()) + self.local.nat.get(key, ())

    def filter(self, key: Key) -> tuple[Rule, ...]:
        """The rules of table filter for a packet."""
        return self.shared.filter.get(key, ()) + self.local.filter.get(key, ())

    def chain(self, name: str) -> tuple[Rule, ...]:
        """The rules of one Service's or endpoint's chain."""
        found = self.shared.chains.get(name)
        return found if found is not None else self.local.chains.get(name, ())

    def services(self) -> Iterator[ServiceRules]:
        """All Service ports, by name."""
        both = {**self.shared.services, **self.local.services}
        return (both[name] for name in sorted(both))


def rule_name(port: ServicePort) -> str:
    return f"{port.name}/{port.protocol}"


def _key(rule: Rule) -> Key:
    return (rule.destination.removesuffix("/32"), rule.protocol, rule.dport)


# -- names -----------------------------------------------------------------------------------------------------------


def _digest(text: str) -> str:
    return b32encode(sha256(text.encode()).digest()).decode()[:16]


def service_chain(port: ServicePort, prefix: str = "KUBE-SVC-") -> str:
    """The chain of a Service port: KUBE-SVC-, KUBE-SVL-, KUBE-EXT- or KUBE-FW- and a digest of its name."""
    return prefix + _digest(port.name + port.protocol)


def endpoint_chain(port: ServicePort, target: Target) -> str:
    """The chain of one endpoint of a Service port."""
    return "KUBE-SEP-" + _digest(port.name + port.protocol + target.address)


# -- one Service port ------------------------------------------------------------------------------------------------


def service_rules(port: ServicePort, use: Usable, cluster_cidr: str) -> ServiceRules:
    """The rules of one Service port, given the endpoints that this node uses for it."""
    internal = use.local if port.internal_local else use.cluster
    external = use.local if port.external_local else use.cluster
    entries = (*_nat_entries(port, use, bool(internal)), *_filter_entries(port, use, bool(internal), bool(external)))
    chains: dict[str, tuple[Rule, ...]] = {}
    for prefix, targets in (("KUBE-SVC-", use.cluster), ("KUBE-SVL-", use.local)):
        if targets:
            name = service_chain(port, prefix)
            serves_internal = (prefix == "KUBE-SVL-") == port.internal_local
            head = (_masquerade_outsiders(port, name, cluster_cidr),) if serves_internal else ()
            chains[name] = (*head, *_to_endpoints(port, name, targets))
    if use.any and port.external:
        chains.update(_external_chains(port, use, bool(external), cluster_cidr))
    for target in use.reachable:
        name = endpoint_chain(port, target)
        chains[name] = _endpoint_rules(port, target, name)
    return ServiceRules(port, entries, chains)


def _nat_entries(port: ServicePort, use: Usable, internal: bool) -> Iterator[Rule]:
    if internal:
        chain = service_chain(port, "KUBE-SVL-" if port.internal_local else "KUBE-SVC-")
        yield _to(port, chain, "cluster IP", port.cluster_ip)
    if not use.any or not port.external:
        return
    outside = service_chain(port, "KUBE-EXT-")
    for ip in port.external_ips:
        yield _to(port, outside, "external IP", ip)
    balanced = service_chain(port, "KUBE-FW-") if port.source_ranges else outside
    for ip in port.load_balancer_ips:
        yield _to(port, balanced, "loadbalancer IP", ip)
    if port.node_port:
        yield Rule("KUBE-NODEPORTS", outside, port.name, protocol=port.protocol, dport=port.node_port)


def _to(port: ServicePort, chain: str, what: str, ip: str) -> Rule:
    comment = f"{port.name} {what}"
    return Rule("KUBE-SERVICES", chain, comment, "", f"{ip}/32", port.protocol, port.port)


def _filter_entries(port: ServicePort, use: Usable, internal: bool, external: bool) -> Iterator[Rule]:
    """What becomes of packets that nat could not send anywhere: refused without endpoints, dropped without local
    ones.
    """
    target, comment, extra = "REJECT", f"{port.name} has no endpoints", "--reject-with icmp-port-unreachable"
    if use.any:
        target, comment, extra = "DROP", f"{port.name} has no local endpoints", ""
    base = Rule("KUBE-SERVICES", target, comment, protocol=port.protocol, extra=extra, table="filter")
    if not internal:
        yield base._replace(destination=f"{port.cluster_ip}/32", dport=port.port)
    if use.any and port.source_ranges:
        refused = f"{port.name} traffic not accepted by {service_chain(port, 'KUBE-FW-')}"
        for ip in port.load_balancer_ips:
            yield base._replace(
                chain="KUBE-PROXY-FIREWALL",
                target="DROP",
                comment=refused,
                destination=f"{ip}/32",
                dport=port.port,
                extra="",
            )
    if external:
        return
    base = base._replace(chain="KUBE-EXTERNAL-SERVICES")
    for ip in (*port.external_ips, *port.load_balancer_ips):
        yield base._replace(destination=f"{ip}/32", dport=port.port)
    if port.node_port:
        yield base._replace(dport=port.node_port, addrtype="--dst-type LOCAL")


def _masquerade_outsiders(port: ServicePort, chain: str, cluster_cidr: str) -> Rule:
    return Rule(
        chain, "KUBE-MARK-MASQ", f"{port.name} cluster IP", source=f"! {cluster_cidr}",
        destination=f"{port.cluster_ip}/32", protocol=port.protocol, dport=port.port,
    )  # fmt: skip


def _external_chains(port: ServicePort, use: Usable, external: bool, cluster_cidr: str) -> dict[str, tuple[Rule, ...]]:
    chain, cluster_chain = service_chain(port, "KUBE-EXT-"), service_chain(port)
    rules: list[Rule] = []
    if not port.external_local:
        comment = f"masquerade traffic for {port.name} external destinations"
        rules.append(Rule(chain, "KUBE-MARK-MASQ", comment))
    elif use.cluster:
        rules += [
            Rule(chain, cluster_chain, f"pod traffic for {port.name} external destinations", source=cluster_cidr),
            Rule(chain, "KUBE-MARK-MASQ", f"masquerade LOCAL traffic for {port.name} external destinations",
                 addrtype="--src-type LOCAL"),
            Rule(chain, cluster_chain, f"route LOCAL traffic for {port.name} external destinations",
                 addrtype="--src-type LOCAL"),
        ]  # fmt: skip
    if external:
        rules.append(Rule(chain, service_chain(port, "KUBE-SVL-") if port.external_local else cluster_chain))
    chains = {chain: tuple(rules)}
    if port.source_ranges and port.load_balancer_ips:
        firewall = service_chain(port, "KUBE-FW-")
        comment = f"{port.name} loadbalancer IP"
        chains[firewall] = tuple(Rule(firewall, chain, comment, source=cidr) for cidr in port.source_ranges)
    return chains


def _to_endpoints(port: ServicePort, chain: str, targets: tuple[Target, ...]) -> Iterator[Rule]:
    for target in targets if port.affinity_seconds else ():
        name = endpoint_chain(port, target)
        comment = f"{port.name} -> {target.address}"
        yield Rule(chain, name, comment, recent=port.affinity_seconds, recent_name=name)
    for left, target in zip(range(len(targets), 0, -1), targets, strict=True):
        comment = f"{port.name} -> {target.address}"
        yield Rule(chain, endpoint_chain(port, target), comment, chance=chance(left))


def chance(left: int) -> int:
    """1 in `left` of 2³¹, rounded as kube-proxy's ten digits and iptables round it; 0 for the last one."""
    return round(float(f"{1 / left:.10f}") * _FULL) if left > 1 else 0


def _endpoint_rules(port: ServicePort, target: Target, chain: str) -> tuple[Rule, ...]:
    translate = Rule(chain, "DNAT", port.name, protocol=port.protocol, extra=f"--to-destination {target.address}")
    if port.affinity_seconds:
        translate = translate._replace(recent=-1, recent_name=chain)
    return Rule(chain, "KUBE-MARK-MASQ", port.name, source=f"{target.ip}/32"), translate
