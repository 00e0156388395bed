"""Quantities: texts, families, rounding, arithmetic."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api import quantity

FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0", "0"),
        ("0Ki", "0"),
        ("1", "1"),
        ("100m", "100m"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1000", "1k"),
        ("1024", "1024"),
        ("1024Ki", "1Mi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("512Ki", "512Ki"),
        ("1Ki", "1Ki"),
        ("0.5Ki", "512"),
        ("0.1Mi", "104857600m"),
        ("1e3", "1e3"),
        ("1E3", "1E3"),
        ("10e2", "1e3"),
        ("1e1", "10"),
        ("1e-3", "1e-3"),
        ("1E", "1E"),
        ("0.1n", "1n"),
        ("1.0000000001", "1000000001n"),
        ("-0.1n", "-1n"),
        ("-1", "-1"),
        ("12.50", "12500m"),
        ("1.500", "1.500"),
        ("100Ei", "9223372036854775807"),
        ("1000E", "1000E"),
        (".5", "500m"),
        ("5.", "5."),
        (2, "2"),
        (0.5, "500m"),
        (1000.0, "1k"),
        (-1, "-1"),
        (1e-7, "100e-9"),
    ],
)
def test_canonical(written: str | float, canonical: str) -> None:
    assert quantity.canonical(written) == canonical


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", FORMAT_WRONG),
        ("lots", FORMAT_WRONG),
        ("128MB", FORMAT_WRONG),
        ("1 Gi", FORMAT_WRONG),
        ("1.2.3", FORMAT_WRONG),
        ("1mm", "unable to parse quantity's suffix"),
        ("1K", "unable to parse quantity's suffix"),
        ("1e", "unable to parse quantity's suffix"),
        ("1ki", "unable to parse quantity's suffix"),
        ("1e99999", "unable to parse numeric part of quantity"),
    ],
)
def test_refused(written: str, message: str) -> None:
    with pytest.raises(quantity.QuantityError) as raised:
        quantity.canonical(written)
    assert str(raised.value) == message


def test_values_round_away_from_zero() -> None:
    assert quantity.value("1500m") == 2
    assert quantity.value("-1500m") == -2
    assert quantity.milli_value("1") == 1000
    assert quantity.milli_value("1u") == 1
    assert quantity.value("1Gi") == 1 << 30
    assert quantity.is_integer("2")
    assert not quantity.is_integer("2500m")


def test_arithmetic_keeps_the_family() -> None:
    assert quantity.add("1Gi", "512Mi") == "1536Mi"
    assert quantity.add("0", "512Mi") == "512Mi"
    assert quantity.add("1Gi", "1G") == "2073741824"
    assert quantity.sub("1Gi", "1Gi") == "0"
    assert quantity.sub("1", "250m") == "750m"
    assert quantity.multiply("250m", 4) == "1"
    assert quantity.of(1 << 30, quantity.BINARY_SI) == "1Gi"
    assert quantity.of_milli(1500) == "1500m"
    assert quantity.compare("1Gi", "1G") == 1
    assert quantity.compare("1", "1000m") == 0
    assert quantity.sign("-1") == -1
    assert quantity.is_zero("0m")


SUFFIXES = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "": Fraction(1), "k": Fraction(10**3),
    "M": Fraction(10**6), "Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30), "e3": Fraction(10**3),
}  # fmt: skip

quantities = st.builds(
    lambda sign, whole, fraction, suffix: (
        f"{sign}{whole}{'.' + fraction if fraction else ''}{suffix}",
        (-1 if sign == "-" else 1) * Fraction(f"{whole}.{fraction or 0}") * SUFFIXES[suffix],
    ),
    st.sampled_from(["", "-"]),
    st.integers(0, 10**9),
    st.text("0123456789", max_size=6),
    st.sampled_from(sorted(SUFFIXES)),
)


@given(quantities)
def test_parsing_is_exact_to_a_billionth(written: tuple[str, Fraction]) -> None:
    text, exact = written
    nanos = quantity.parse(text).nanos
    assert abs(nanos - exact * 10**9) < 1
    assert abs(nanos) >= abs(exact * 10**9)


@given(quantities)
def test_canonical_text_means_the_same_and_is_stable(written: tuple[str, Fraction]) -> None:
    text = quantity.canonical(written[0])
    assert quantity.compare(text, written[0]) == 0
    assert quantity.canonical(text) == text


@given(quantities, quantities)
def test_sub_undoes_add(a: tuple[str, Fraction], b: tuple[str, Fraction]) -> None:
    assert quantity.compare(quantity.sub(quantity.add(a[0], b[0]), b[0]), a[0]) == 0


@given(quantities, quantities)
def test_compare_orders_as_numbers_do(a: tuple[str, Fraction], b: tuple[str, Fraction]) -> None:
    left, right = quantity.parse(a[0]).nanos, quantity.parse(b[0]).nanos
    assert quantity.compare(a[0], b[0]) == (left > right) - (left < right)
    assert quantity.compare(a[0], b[0]) == -quantity.compare(b[0], a[0])
