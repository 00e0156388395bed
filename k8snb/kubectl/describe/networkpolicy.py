"""NetworkPolicies, in words: what they allow in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from k8snb.api.networking.networkpolicy import (
    NetworkPolicy,
    NetworkPolicyPeer,
    NetworkPolicyPort,
    NetworkPolicySpec,
)
from k8snb.api.selector import format_label_selector
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import plain_date
from k8snb.kubectl.describe.writer import PrefixWriter

_INDENT = "    "


class _Direction(NamedTuple):
    """The words for ingress or egress."""

    type: str
    peer: str
    anyone: str


_INGRESS = _Direction("ingress", "From", "From: <any> (traffic not restricted by source)")
_EGRESS = _Direction("egress", "To", "To: <any> (traffic not restricted by destination)")
_Rule = tuple[Sequence[NetworkPolicyPort], Sequence[NetworkPolicyPeer]]


def describe(w: PrefixWriter, obj: NetworkPolicy, reader: Reader) -> None:
    """A NetworkPolicy."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    w.field(0, "Created on", plain_date(obj.metadata.creationTimestamp))
    metadata.both(w, obj)
    _spec(w, obj.spec)


def _spec(w: PrefixWriter, spec: NetworkPolicySpec) -> None:
    w.line(0, "Spec:")
    selector = spec.podSelector
    everyone = not selector.matchLabels and not selector.matchExpressions
    pods = "<none> (Allowing the specific traffic to all pods in this namespace)"
    w.line(1, f"PodSelector: {_INDENT}{pods if everyone else format_label_selector(selector)}")
    ingress = [(rule.ports, rule.from_) for rule in spec.ingress]
    egress = [(rule.ports, rule.to) for rule in spec.egress]
    for direction, rules in ((_INGRESS, ingress), (_EGRESS, egress)):
        if direction.type.capitalize() in spec.policyTypes:
            w.line(1, f"Allowing {direction.type} traffic:")
            _rules(w, direction, rules)
        else:
            w.line(1, f"Not affecting {direction.type} traffic")
    w.line(1, f"Policy Types: {', '.join(spec.policyTypes) or '<none>'}")


def _rules(w: PrefixWriter, direction: _Direction, rules: Sequence[_Rule]) -> None:
    if not rules:
        w.line(0, f"{_INDENT}<none> (Selected pods are isolated for {direction.type} connectivity)")
    for position, (ports, peers) in enumerate(rules):
        if position:
            w.line(0, f"{_INDENT}----------")
        if not ports:
            w.line(0, f"{_INDENT}To Port: <any> (traffic allowed to all ports)")
        for port in ports:
            w.line(0, f"{_INDENT}{_port(port)}")
        if not peers:
            w.line(0, f"{_INDENT}{direction.anyone}")
        for peer in peers:
            w.line(0, f"{_INDENT}{direction.peer}:")
            _peer(w, peer)


def _port(port: NetworkPolicyPort) -> str:
    protocol = "TCP" if port.protocol is None else port.protocol
    number = "<nil>" if port.port is None else port.port
    if port.endPort is None:
        return f"To Port: {number}/{protocol}"
    return f"To Port Range: {number}-{port.endPort}/{protocol}"


def _peer(w: PrefixWriter, peer: NetworkPolicyPeer) -> None:
    if peer.namespaceSelector is not None:
        w.line(1, f"{_INDENT}NamespaceSelector: {format_label_selector(peer.namespaceSelector)}")
    if peer.podSelector is not None:
        w.line(1, f"{_INDENT}PodSelector: {format_label_selector(peer.podSelector)}")
    elif peer.namespaceSelector is None and peer.ipBlock is not None:
        w.line(1, f"{_INDENT}IPBlock:")
        w.line(2, f"{_INDENT}CIDR: {peer.ipBlock.cidr}")
        w.line(2, f"{_INDENT}Except: {', '.join(peer.ipBlock.except_)}")
