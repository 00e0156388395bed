"""LimitRanges, alone and as part of a namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from k8snb.api.core.limitrange import LimitRange, LimitRangeSpec
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.writer import PrefixWriter

_COLUMNS = ("Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio")


def describe(w: PrefixWriter, obj: LimitRange, reader: Reader) -> None:
    """A LimitRange."""
    w.field(0, "Name", obj.metadata.name)
    w.field(0, "Namespace", obj.metadata.namespace)
    _header(w, "")
    _rows(w, obj.spec, "")


def section(w: PrefixWriter, found: Sequence[LimitRange]) -> None:
    """The limits of a namespace."""
    if not found:
        w.line(0, "No LimitRange resource.")
        return
    w.line(0, "Resource Limits")
    _header(w, " ")
    for one in found:
        _rows(w, one.spec, " ")


def _header(w: PrefixWriter, indent: str) -> None:
    w.row(0, *_indented(_COLUMNS, indent))
    w.row(0, *_indented(["-" * len(title) for title in _COLUMNS], indent))


def _rows(w: PrefixWriter, spec: LimitRangeSpec, indent: str) -> None:
    """One row a resource. Upstream's order is that of a Go map, which is none: here by name."""
    for item in spec.limits:
        columns: tuple[Mapping[str, str], ...] = (
            item.min,
            item.max,
            item.defaultRequest,
            item.default,
            item.maxLimitRequestRatio,
        )
        for name in sorted({name for column in columns for name in column}):
            w.row(0, *_indented([item.type, name, *(column.get(name, "-") for column in columns)], indent))


def _indented(cells: Sequence[str], indent: str) -> list[str]:
    return [indent + cells[0], *cells[1:]]
