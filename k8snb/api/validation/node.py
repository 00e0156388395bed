"""Nodes: taints, address blocks, capacities, and what of a node's identity stays. Follows `pkg/apis/core/validation` v1.36."""

from collections.abc import Sequence
from typing import Any

from k8snb.api.validation import names
from k8snb.api.validation.affinity import TAINT_EFFECTS
from k8snb.api.validation.field import FieldError, GoStruct, duplicate, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.resources import validate_quantity


def validate_node(obj: Any) -> list[FieldError]:
    """A new Node, its common metadata apart."""
    errors = _validate_taints(obj.spec.taints, "metadata.taints") + _validate_resources(obj.status)
    blocks = obj.spec.podCIDRs
    for i, block in enumerate(blocks):
        errors += validate_names(names.cidr, block, f"spec.podCIDRs[{i}]")
    families = [":" in block for block in blocks]
    if len(blocks) > 2 or len(set(families)) != len(families):
        errors.append(invalid("spec.podCIDRs", blocks, "may specify no more than one CIDR for each IP family"))
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        if block in seen:
            errors.append(duplicate(f"spec.podCIDRs[{i}]", block))
        seen.add(block)
    return errors


def validate_node_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Node or of its status."""
    errors = _validate_resources(new.status)
    addresses = [(address.type, address.address) for address in new.status.addresses]
    for i, (kind, address) in enumerate(addresses):
        if (kind, address) in addresses[:i]:
            errors.append(duplicate(f"status.addresses[{i}]", GoStruct(Type=kind, Address=address)))
    before, after = old.spec, new.spec
    if before.podCIDRs:
        detail = 'node updates may not change podCIDR except from "" to valid'
        if len(before.podCIDRs) != len(after.podCIDRs):
            errors.append(forbidden("spec.podCIDRs", detail))
        else:
            pairs = zip(before.podCIDRs, after.podCIDRs, strict=True)
            errors += [forbidden("spec.podCIDRs", detail) for one, other in pairs if one != other]
    if before.providerID and before.providerID != after.providerID:
        detail = 'node updates may not change providerID except from "" to valid'
        errors.append(forbidden("spec.providerID", detail))
    errors += _validate_taints(after.taints, "metadata.taints")
    if before.externalID != after.externalID:
        errors.append(forbidden("spec.externalID", "may not be updated"))
    return errors


def _validate_taints(taints: Sequence[Any], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for i, taint in enumerate(taints):
        at = f"{path}[{i}]"
        errors += validate_names(names.label_key, taint.key, f"{at}.key")
        wrong = names.label_value(taint.value)
        if wrong:
            errors.append(invalid(f"{at}.value", taint.value, ";".join(wrong)))
        if not taint.effect:
            errors.append(required(f"{at}.effect"))
        elif taint.effect not in TAINT_EFFECTS:
            errors.append(not_supported(f"{at}.effect", taint.effect, TAINT_EFFECTS))
        if (taint.key, taint.effect) in seen:
            shown = GoStruct(Key=taint.key, Value=taint.value, Effect=taint.effect, TimeAdded=taint.timeAdded)
            twice = duplicate(at, shown)
            twice.detail = "taints must be unique by key and effect pair"
            errors.append(twice)
        seen.add((taint.key, taint.effect))
    return errors


def _validate_resources(status: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("capacity", "allocatable"):
        for name, amount in sorted(getattr(status, field).items()):
            errors += validate_quantity(name, amount, f"status.{field}.{name}")
    return errors
