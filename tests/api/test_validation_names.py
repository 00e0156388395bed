"""Names, labels, ports, addresses: what is refused and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api.validation import names
from k8snb.api.validation.names import NameCheck

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)
KEY_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
NOT_AN_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


@pytest.mark.parametrize(
    ("check", "value", "wrong"),
    [
        (names.dns_label, "web-1", []),
        (names.dns_label, "Web", [LABEL]),
        (names.dns_label, "a.b", ["must not contain dots"]),
        (names.dns_label, "a" * 64, ["must be no more than 63 characters"]),
        (names.dns_label, "A" * 64, ["must be no more than 63 characters", LABEL]),
        (names.dns_subdomain, "a.b-c.d", []),
        (names.dns_subdomain, "a..b", [SUBDOMAIN]),
        (names.dns_subdomain, "a" * 254, ["must be no more than 253 characters"]),
        (names.dns_subdomain, "web\n", [SUBDOMAIN]),
        (names.dns_1035_label, "a1", []),
        (names.dns_1035_label, "1a", [LABEL_1035]),
        (names.wildcard_subdomain, "*.example.com", []),
        (names.fully_qualified_domain_name, "example.com.", []),
        (
            names.fully_qualified_domain_name,
            "example",
            ["should be a domain with at least two segments separated by dots"],
        ),
        (names.label_key, "app", []),
        (names.label_key, "example.com/app", []),
        (names.label_key, "", ["name part must be non-empty", f"name part {KEY_RULE}"]),
        (names.label_key, "/app", ["prefix part must be non-empty"]),
        (names.label_key, "Bad_/app", [f"prefix part {SUBDOMAIN}"]),
        (names.label_key, "-app", [f"name part {KEY_RULE}"]),
        (
            names.label_key,
            "a/b/c",
            [f"a valid label key {KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"],
        ),
        (names.label_key, "a" * 64, ["name part must be no more than 63 characters"]),
        (names.label_value, "", []),
        (names.label_value, "1.0_x-y", []),
        (names.label_value, "a" * 64, ["must be no more than 63 characters"]),
        (names.port_name, "http", []),
        (names.port_name, "a" * 16, ["must be no more than 15 characters"]),
        (names.port_name, "80", ["must contain at least one letter (a-z)"]),
        (names.port_name, "a--b", ["must not contain consecutive hyphens"]),
        (names.port_name, "-a", ["must not begin or end with a hyphen"]),
        (
            names.port_name,
            "A_",
            [
                "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "must contain at least one letter (a-z)",
            ],
        ),
        (names.env_name, "my.env-name 1", []),
        (
            names.env_name,
            "a=b",
            ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
        ),
        (names.env_name, "", ["environment variable name must be non-empty"]),
        (names.config_key, "key.name_1-x", []),
        (names.config_key, "..", ["must not be '..'"]),
        (names.config_key, "..x", ["must not start with '..'"]),
        (
            names.config_key,
            "a b",
            [
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
            ],
        ),
        (names.c_identifier, "_x1", []),
        (names.path_segment, "system:node", []),
        (names.path_segment, "a/b%", ["may not contain '/'", "may not contain '%'"]),
        (names.path_segment, "..", ["may not be '..'"]),
        (names.percent, "50%", []),
        (names.ip, "10.0.0.1", []),
        (names.ip, "010.0.0.1", ["must not have leading 0s"]),
        (names.ip, "::ffff:10.0.0.1", ["must not be an IPv4-mapped IPv6 address"]),
        (names.ip, "10.0.0.256", [NOT_AN_IP]),
        (names.ip, "fe80::1%eth0", [NOT_AN_IP]),
        (names.canonical_ip, "2001:DB8::1", ['must be in canonical form ("2001:db8::1")']),
        (names.cidr, "10.0.0.0/8", []),
        (names.cidr, "10.0.0.1/8", ["must not have bits set beyond the prefix length"]),
        (names.cidr, "10.0.0.0/33", [NOT_A_CIDR]),
        (names.cidr, "10.0.0.0", [NOT_A_CIDR]),
        (names.cidr, "10.0.0.0/08", ["must not have leading 0s in IP or prefix length"]),
        (names.canonical_cidr, "2001:db8:0::/48", ['must be in canonical form ("2001:db8::/48")']),
    ],
)
def test_checks(check: NameCheck, value: str, wrong: list[str]) -> None:
    assert list(check(value)) == wrong


def test_numbers() -> None:
    assert names.port_number(80) == ()
    assert names.port_number(0) == ("must be between 1 and 65535, inclusive",)
    assert names.user_id(-1) == ("must be between 0 and 4294967295, inclusive",)


@given(st.text("abz09-.", max_size=70))
def test_labels_are_subdomains_without_dots(value: str) -> None:
    assert (not names.dns_label(value)) == (not names.dns_subdomain(value) and "." not in value and len(value) <= 63)
    if not names.dns_1035_label(value):
        assert not names.dns_label(value)


@given(st.text(max_size=80))
def test_checks_never_raise(value: str) -> None:
    for check in (names.dns_label, names.label_key, names.label_value, names.port_name, names.ip, names.cidr):
        assert isinstance(list(check(value)), list)
