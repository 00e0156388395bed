"""Addresses that endpoints and Services may have: real ones, none that mean the node itself."""

from typing import Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid

_LOOPBACK: Final = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
_LINK_LOCAL: Final = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
_LINK_LOCAL_MULTICAST: Final = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"


def validate_not_special(value: str, path: str) -> list[FieldError]:
    """An address that is not unspecified, loopback or link-local."""
    address = names.address(value)
    if address is None:
        return [invalid(path, value, "must be a valid IP address")]
    if address.is_unspecified:
        return [invalid(path, value, f"may not be unspecified ({value})")]
    if address.is_loopback:
        return [invalid(path, value, _LOOPBACK)]
    if address.is_multicast:
        local = str(address).startswith("224.0.0.") or address.packed[:2] == b"\xff\x02"
        return [invalid(path, value, _LINK_LOCAL_MULTICAST)] if local else []
    return [invalid(path, value, _LINK_LOCAL)] if address.is_link_local else []
