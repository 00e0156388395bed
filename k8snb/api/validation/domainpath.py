"""Names with a domain in front and a path behind it, such as `acme.io/foo`: controllers, signers, managers of a kind.

Follows `IsDomainPrefixedPath` of `apimachinery/pkg/util/validation` v0.36.
"""

from typing import Final

from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import validate_names

_PATH: Final = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"


def validate_domain_prefixed_path(value: str, path: str) -> list[FieldError]:
    """A DNS name, a slash, and something that may stand in a URL."""
    if not value:
        return [required(path)]
    domain, _, rest = value.partition("/")
    if not domain or not rest:
        return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    errors = validate_names(names.dns_subdomain, domain, path)
    if not names.is_http_path(rest):
        errors.append(invalid(path, rest, names.pattern("Invalid path", _PATH, "/path")))
    return errors
