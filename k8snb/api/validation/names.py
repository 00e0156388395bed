"""The names Kubernetes allows: DNS names, label keys and values, ports, environment variables, IP addresses.

Every check takes a string (or a number) and returns what is wrong with it, nothing if it is fine, in the words of
`k8s.io/apimachinery/pkg/util/validation` and `.../api/validate/content` v0.36. A validator pairs each with a path.
Checks are cached: the same few names pass by again and again.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

NameCheck = Callable[[str], Sequence[str]]

_CACHE: Final = 4096
_OK: Final[tuple[str, ...]] = ()

LABEL_MAX: Final = 63
SUBDOMAIN_MAX: Final = 253
USER_ID_MAX: Final = 0xFFFFFFFF

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_UNDERSCORE_LABEL: Final = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_UNDERSCORE_SUBDOMAIN: Final = rf"{_UNDERSCORE_LABEL}(\.{_UNDERSCORE_LABEL})*"
_LABEL_1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD: Final = rf"\*\.{_SUBDOMAIN}"
_KEY: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE: Final = f"({_KEY})?"
_C_IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"
_CONFIG_KEY: Final = "[-._a-zA-Z0-9]+"
_PERCENT: Final = "[0-9]+%"
_HEADER: Final = "[-A-Za-z0-9]+"
_ENV_NAME: Final = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_HTTP_PATH: Final = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_underscore_subdomain = re.compile(_UNDERSCORE_SUBDOMAIN).fullmatch
_is_label_1035 = re.compile(_LABEL_1035).fullmatch
_is_wildcard = re.compile(_WILDCARD).fullmatch
_is_key = re.compile(_KEY).fullmatch
_is_value = re.compile(_VALUE).fullmatch
_is_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_is_config_key = re.compile(_CONFIG_KEY).fullmatch
_is_percent = re.compile(_PERCENT).fullmatch
_is_header = re.compile(_HEADER).fullmatch
_is_env_name = re.compile(_ENV_NAME).fullmatch
_is_http_path = re.compile(_HTTP_PATH).fullmatch
_is_port_charset = re.compile("[-a-z0-9]+").fullmatch
_has_letter = re.compile("[a-z]").search

_LABEL_TEXT: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_TEXT: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, {}'-' or '.', "
    "and must start and end with an alphanumeric character"
)
_LABEL_1035_TEXT: Final = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
_WILDCARD_TEXT: Final = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
)
_KEY_TEXT: Final = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_VALUE_TEXT: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)


def too_many_characters(most: int) -> str:
    """The text for a name that is too long."""
    return f"must be no more than {most} characters"


def out_of_range(low: int, high: int) -> str:
    """The text for a number outside its bounds."""
    return f"must be between {low} and {high}, inclusive"


def pattern(text: str, regex: str, *examples: str) -> str:
    """The text for a pattern that did not match: the rule, examples, the expression."""
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{text} ({'e.g. ' if shown else ''}{shown}regex used for validation is '{regex}')"


@lru_cache(_CACHE)
def dns_label(value: str) -> tuple[str, ...]:
    """A DNS label (RFC 1123): `my-name`, 63 characters at most."""
    if _is_label(value):
        return (too_many_characters(LABEL_MAX),) if len(value) > LABEL_MAX else _OK
    wrong = "must not contain dots" if _is_subdomain(value) else pattern(_LABEL_TEXT, _LABEL, "my-name", "123-abc")
    return (*_length(value, LABEL_MAX), wrong)


def dns_subdomain(value: str) -> tuple[str, ...]:
    """A DNS name (RFC 1123): labels joined by dots, 253 characters at most. Most objects' names."""
    if len(value) <= SUBDOMAIN_MAX and _is_subdomain(value):
        return _OK  # names come once: not worth a place in a cache
    wrong = _length(value, SUBDOMAIN_MAX)
    if not _is_subdomain(value):
        wrong += (pattern(_SUBDOMAIN_TEXT.format(""), _SUBDOMAIN, "example.com"),)
    return wrong


@lru_cache(_CACHE)
def dns_subdomain_with_underscore(value: str) -> tuple[str, ...]:
    """As `dns_subdomain`, with underscores (DNS search paths)."""
    wrong = _length(value, SUBDOMAIN_MAX)
    if not _is_underscore_subdomain(value):
        wrong += (pattern(_SUBDOMAIN_TEXT.format("'_', "), _UNDERSCORE_SUBDOMAIN, "example.com"),)
    return wrong


@lru_cache(_CACHE)
def dns_1035_label(value: str) -> tuple[str, ...]:
    """A DNS label that starts with a letter (RFC 1035)."""
    wrong = _length(value, LABEL_MAX)
    if not _is_label_1035(value):
        wrong += (pattern(_LABEL_1035_TEXT, _LABEL_1035, "my-name", "abc-123"),)
    return wrong


@lru_cache(_CACHE)
def wildcard_subdomain(value: str) -> tuple[str, ...]:
    """`*.` and a DNS name (Ingress hosts)."""
    wrong = _length(value, SUBDOMAIN_MAX)
    if not _is_wildcard(value):
        wrong += (pattern(_WILDCARD_TEXT, _WILDCARD, "*.example.com"),)
    return wrong


@lru_cache(_CACHE)
def fully_qualified_domain_name(value: str) -> tuple[str, ...]:
    """A DNS name of two labels or more, with or without the final dot."""
    name = value.removesuffix(".")
    wrong = dns_subdomain(name)
    if wrong:
        return (",".join(wrong),)
    if "." not in name:
        return ("should be a domain with at least two segments separated by dots",)
    for label in name.split("."):
        wrong = dns_label(label)
        if wrong:
            return (",".join(wrong),)
    return _OK


@lru_cache(_CACHE)
def label_key(value: str) -> tuple[str, ...]:
    """A label key, also called a qualified name: `app` or `example.com/app`."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        rule = pattern(_KEY_TEXT, _KEY, "MyName", "my.name", "123-abc")
        return (f"a valid label key {rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",)
    wrong = _OK
    if slash:
        wrong = (
            tuple(f"prefix part {text}" for text in dns_subdomain(prefix))
            if prefix
            else ("prefix part must be non-empty",)
        )
    if not name:
        wrong += ("name part must be non-empty",)
    elif len(name) > LABEL_MAX:
        wrong += (f"name part {too_many_characters(LABEL_MAX)}",)
    if not _is_key(name):
        wrong += (f"name part {pattern(_KEY_TEXT, _KEY, 'MyName', 'my.name', '123-abc')}",)
    return wrong


@lru_cache(_CACHE)
def label_value(value: str) -> tuple[str, ...]:
    """A label's value: empty, or 63 characters at most."""
    wrong = _length(value, LABEL_MAX)
    if not _is_value(value):
        wrong += (pattern(_VALUE_TEXT, _VALUE, "MyValue", "my_value", "12345"),)
    return wrong


@lru_cache(_CACHE)
def c_identifier(value: str) -> tuple[str, ...]:
    """A C identifier."""
    if _is_c_identifier(value):
        return _OK
    text = (
        "a valid C identifier must start with alphabetic character or '_', "
        "followed by a string of alphanumeric characters or '_'"
    )
    return (pattern(text, _C_IDENTIFIER, "my_name", "MY_NAME", "MyName"),)


@lru_cache(_CACHE)
def port_name(value: str) -> tuple[str, ...]:
    """The name of a port (RFC 6335): 15 characters at most, a letter among them."""
    wrong = _length(value, 15)
    if not _is_port_charset(value):
        wrong += ("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",)
    if not _has_letter(value):
        wrong += ("must contain at least one letter (a-z)",)
    if "--" in value:
        wrong += ("must not contain consecutive hyphens",)
    if value[:1] == "-" or value[-1:] == "-":
        wrong += ("must not begin or end with a hyphen",)
    return wrong


def port_number(value: int) -> tuple[str, ...]:
    """A port: 1 to 65535."""
    return in_range(value, 1, 65535)


def in_range(value: int, low: int, high: int) -> tuple[str, ...]:
    """A number within bounds, both included."""
    return _OK if low <= value <= high else (out_of_range(low, high),)


def user_id(value: int) -> tuple[str, ...]:
    """A Unix user or group ID."""
    return in_range(value, 0, USER_ID_MAX)


@lru_cache(_CACHE)
def percent(value: str) -> tuple[str, ...]:
    """`25%`."""
    if _is_percent(value):
        return _OK
    text = "a valid percent string must be a numeric string followed by an ending '%'"
    return (pattern(text, _PERCENT, "1%", "93%"),)


@lru_cache(_CACHE)
def http_header(value: str) -> tuple[str, ...]:
    """The name of an HTTP header."""
    if _is_header(value):
        return _OK
    text = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return (pattern(text, _HEADER, "X-Header-Name"),)


def is_http_path(value: str) -> bool:
    """Whether the text holds only characters of an HTTP path (RFC 3986)."""
    return _is_http_path(value) is not None


@lru_cache(_CACHE)
def env_name(value: str) -> tuple[str, ...]:
    """The name of an environment variable: printable ASCII but `=` (relaxed since v1.30, the only rule since v1.34)."""
    wrong = _OK if value else ("environment variable name must be non-empty",)
    if not (value.isascii() and value.isprintable()) or "=" in value:
        wrong += ("a valid environment variable name must consist only of printable ASCII characters other than '='",)
    return wrong


@lru_cache(_CACHE)
def strict_env_name(value: str) -> tuple[str, ...]:
    """The old rule for environment variables, still in force where kubectl checks them."""
    wrong = _OK
    if not _is_env_name(value):
        text = (
            "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
            "and must not start with a digit"
        )
        wrong = (pattern(text, _ENV_NAME, "my.env-name", "MY_ENV.NAME", "MyEnvName1"),)
    return wrong + _parent_directory(value)


@lru_cache(_CACHE)
def config_key(value: str) -> tuple[str, ...]:
    """A key of a ConfigMap or Secret: it becomes a file name."""
    wrong = _length(value, SUBDOMAIN_MAX)
    if not _is_config_key(value):
        text = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        wrong += (pattern(text, _CONFIG_KEY, "key.name", "KEY_NAME", "key-name"),)
    return wrong + _parent_directory(value)


@lru_cache(_CACHE)
def path_segment(value: str) -> tuple[str, ...]:
    """A name that only has to fit into a URL (RBAC objects)."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{char}'" for char in "/%" if char in value)


@lru_cache(_CACHE)
def path_segment_prefix(value: str) -> tuple[str, ...]:
    """As `path_segment` for a text to which more is appended."""
    return tuple(f"may not contain '{char}'" for char in "/%" if char in value)


def address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address a text stands for, None if it is not one. A zone is no part of an address."""
    if "%" in value:
        return None
    try:
        parsed = ipaddress.ip_address(value)
    except ValueError:
        return None
    return parsed


@lru_cache(_CACHE)
def ip(value: str) -> tuple[str, ...]:
    """An IP address as the older fields take it: no leading zeros, no IPv4 mapped into IPv6."""
    parsed = address(value)
    if parsed is None:
        return ("must not have leading 0s",) if _has_leading_zeros(value) else (_NOT_AN_IP,)
    return ("must not be an IPv4-mapped IPv6 address",) if _is_mapped(parsed) else _OK


@lru_cache(_CACHE)
def canonical_ip(value: str) -> tuple[str, ...]:
    """An IP address as the newer fields take it: `ip`, spelled in the one canonical way."""
    wrong = ip(value)
    canonical = str(address(value))
    return wrong if wrong or canonical == value else (f'must be in canonical form ("{canonical}")',)


@lru_cache(_CACHE)
def cidr(value: str) -> tuple[str, ...]:
    """A block of addresses as the older fields take it: no leading zeros, no bits beyond the prefix."""
    host, slash, length = value.partition("/")
    parsed = address(host)
    most = parsed.max_prefixlen if parsed else 32 if _has_leading_zeros(host) else -1
    if not slash or not length.isascii() or not length.isdecimal() or int(length) > most:
        return (_NOT_A_CIDR,)
    if parsed is None or str(int(length)) != length:
        return ("must not have leading 0s in IP or prefix length",)
    if _is_mapped(parsed):
        return ("must not have an IPv4-mapped IPv6 address",)
    if ipaddress.ip_network(value, strict=False).network_address != parsed:
        return ("must not have bits set beyond the prefix length",)
    return _OK


@lru_cache(_CACHE)
def canonical_cidr(value: str) -> tuple[str, ...]:
    """A block of addresses as the newer fields take it: `cidr`, spelled in the one canonical way."""
    wrong = cidr(value)
    if wrong:
        return wrong
    canonical = str(ipaddress.ip_network(value))
    return _OK if canonical == value else (f'must be in canonical form ("{canonical}")',)


_NOT_AN_IP: Final = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_NOT_A_CIDR: Final = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def _is_mapped(parsed: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None


def _has_leading_zeros(value: str) -> bool:
    """IPv4 that only a lenient reader takes, which reads the numbers as decimal."""
    parts = value.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdecimal() and int(part) < 256 for part in parts)


def _length(value: str, most: int) -> tuple[str, ...]:
    size = len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))
    return (too_many_characters(most),) if size > most else _OK


def _parent_directory(value: str) -> tuple[str, ...]:
    if value in (".", ".."):
        return (f"must not be '{value}'",)
    return ("must not start with '..'",) if value.startswith("..") else _OK
