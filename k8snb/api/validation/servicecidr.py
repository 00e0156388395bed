"""ServiceCIDRs: one range, or one of each family, for good. Follows `pkg/apis/networking/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import validate_immutable, validate_names

_MOST: Final = 2
_FAMILIES: Final = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"


def validate_service_cidr(obj: Any) -> list[FieldError]:
    """A new ServiceCIDR, its common metadata apart."""
    cidrs, path = obj.spec.cidrs, "spec.cidrs"
    if not cidrs:
        return [required(path, "at least one CIDR required")]
    if len(cidrs) > _MOST:
        return [invalid(path, obj.spec, f"may only hold up to {_MOST} values")]
    if len(cidrs) == _MOST and {_version(cidr) for cidr in cidrs} != {4, 6}:
        return [invalid(path, obj.spec, _FAMILIES)]
    return [
        error for i, cidr in enumerate(cidrs) for error in validate_names(names.canonical_cidr, cidr, f"{path}[{i}]")
    ]


def validate_service_cidr_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ServiceCIDR: the ranges stay."""
    return validate_immutable(new.spec.cidrs, old.spec.cidrs, "spec.cidrs")


def _version(cidr: str) -> int:
    """4 or 6; 0 for what is no range of addresses."""
    host, slash, length = cidr.partition("/")
    parsed = names.address(host)
    if parsed is None or not slash or not length.isdecimal() or int(length) > parsed.max_prefixlen:
        return 0
    return parsed.version
