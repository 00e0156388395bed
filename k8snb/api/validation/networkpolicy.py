"""NetworkPolicies: peers and ports that make sense. Follows `pkg/apis/networking/validation` v1.36."""

import ipaddress
from collections.abc import Collection, Iterator
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_label_selector, validate_names

_TYPES: Final = ("Ingress", "Egress")
_PROTOCOLS: Final = ("TCP", "UDP", "SCTP")


def validate_network_policy(obj: Any) -> list[FieldError]:
    """A new NetworkPolicy, its common metadata apart."""
    return _validate_spec(obj.spec, ())


def validate_network_policy_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a NetworkPolicy; ranges of addresses that it already had pass as they are."""
    return _validate_spec(new.spec, frozenset(_ranges(old.spec)))


def _ranges(spec: Any) -> Iterator[str]:
    for rule, side in [(rule, "from_") for rule in spec.ingress] + [(rule, "to") for rule in spec.egress]:
        for peer in getattr(rule, side):
            if peer.ipBlock is not None:
                yield peer.ipBlock.cidr
                yield from peer.ipBlock.except_


def _validate_spec(spec: Any, known: Collection[str]) -> list[FieldError]:
    errors = validate_label_selector(spec.podSelector, "spec.podSelector")
    for name, side in (("ingress", "from_"), ("egress", "to")):
        for i, rule in enumerate(getattr(spec, name)):
            path = f"spec.{name}[{i}]"
            for j, port in enumerate(rule.ports):
                errors += _validate_port(port, f"{path}.ports[{j}]")
            for j, peer in enumerate(getattr(rule, side)):
                errors += _validate_peer(peer, known, f"{path}.{side.rstrip('_')}[{j}]")
    types = spec.policyTypes
    if len(types) > len(_TYPES):
        return [*errors, invalid("spec.policyTypes", types, "may not specify more than two policyTypes")]
    for i, kind in enumerate(types):
        if kind not in _TYPES:
            errors.append(not_supported(f"spec.policyTypes[{i}]", kind, _TYPES))
    return errors


def _validate_port(port: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if port.protocol is not None and port.protocol not in _PROTOCOLS:
        errors.append(not_supported(f"{path}.protocol", port.protocol, _PROTOCOLS))
    first, last = port.port, port.endPort
    if isinstance(first, int):
        errors += [invalid(f"{path}.port", first, text) for text in names.port_number(first)]
        if last is not None:
            if last < first:
                errors.append(invalid(f"{path}.endPort", last, "must be greater than or equal to `port`"))
            errors += [invalid(f"{path}.endPort", last, text) for text in names.port_number(last)]
        return errors
    if last is not None:
        what = "not specified" if first is None else "non-numeric"
        errors.append(invalid(f"{path}.endPort", last, f"may not be specified when `port` is {what}"))
    return errors if first is None else errors + validate_names(names.port_name, first, f"{path}.port")


def _validate_peer(peer: Any, known: Collection[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for name in ("podSelector", "namespaceSelector"):
        errors += validate_label_selector(getattr(peer, name), f"{path}.{name}")
    selects = peer.podSelector is not None or peer.namespaceSelector is not None
    if peer.ipBlock is not None:
        errors += _validate_block(peer.ipBlock, known, f"{path}.ipBlock")
        if selects:
            errors.append(forbidden(path, "may not specify both ipBlock and another peer"))
    elif not selects:
        errors.append(required(path, "must specify a peer"))
    return errors


def _validate_block(block: Any, known: Collection[str], path: str) -> list[FieldError]:
    if not block.cidr:
        return [required(f"{path}.cidr")]
    errors = _validate_range(block.cidr, known, f"{path}.cidr")
    whole = _network(block.cidr)
    if whole is None:
        return errors
    for i, text in enumerate(block.except_):
        at = f"{path}.except[{i}]"
        errors += _validate_range(text, known, at)
        part = _network(text)
        if part is None:
            continue
        same = part.version == whole.version and part.network_address in whole
        if not same or part.prefixlen <= whole.prefixlen:
            errors.append(invalid(at, text, "must be a strict subset of `cidr`"))
    return errors


def _validate_range(text: str, known: Collection[str], path: str) -> list[FieldError]:
    return [] if text in known else validate_names(names.cidr, text, path)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
