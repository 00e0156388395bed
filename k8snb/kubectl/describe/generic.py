"""Objects of kinds that have no describer (custom resources): all their fields, with names made readable.

Source: kubectl `pkg/describe/describe.go` (genericDescriber, smartLabelFor), github.com/fatih/camelcase.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api import govalue
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.writer import PrefixWriter

_SKIPPED = frozenset(
    {".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"}
)
_ACRONYMS = frozenset({"API", "URL", "UID", "GUID"})


def describe(w: PrefixWriter, obj: Mapping[str, Any]) -> None:
    """Everything about an object, as it is."""
    meta = obj.get("metadata") or {}
    w.field(0, "Name", meta.get("name", ""))
    w.field(0, "Namespace", meta.get("namespace", ""))
    metadata.labels(w, "Labels", meta.get("labels") or {})
    metadata.annotations(w, "Annotations", meta.get("annotations") or {})
    _content(w, 0, obj, "")


def _content(w: PrefixWriter, level: int, content: Mapping[str, Any], path: str) -> None:
    for field in sorted(content):
        value, here = content[field], f"{path}.{field}"
        if here in _SKIPPED:
            continue
        if isinstance(value, Mapping):
            w.line(level, f"{label(field)}:")
            _content(w, level + 1, value, here)
        elif isinstance(value, list | tuple):
            w.line(level, f"{label(field)}:")
            for child in value:
                if isinstance(child, Mapping):
                    _content(w, level + 1, child, here)
                else:
                    w.line(level + 1, govalue.plain(child))
        else:
            w.field(level, label(field), govalue.plain(value))


def label(field: str) -> str:
    """`lastTransitionTime` as `Last Transition Time`, `apiVersion` as `API Version`."""
    if not all(char.isalpha() or char == "-" for char in field):
        return field
    words = []
    for part in _merged(split(field)):
        if part.upper() in _ACRONYMS:
            words.append(part.upper())
        else:
            words.append(part[:1].upper() + part[1:] if part == part.lower() else part)
    return " ".join(words)


def _merged(parts: list[str]) -> list[str]:
    """Words in capitals joined with a capitalised word behind them (`IPs`, which splits as `I` and `Ps`, is not)."""
    merged: list[str] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        following = parts[at + 1] if at + 1 < len(parts) else ""
        capital = all(char.isupper() for char in part if char.isalpha())
        if len(part) >= 2 and capital and following[:1].isupper():
            merged.append(part + following)
            at += 2
        else:
            merged.append(part)
            at += 1
    return merged


def split(text: str) -> list[str]:
    """A camel-case word in its parts: lower, upper, digits, others; `PDFLoader` is `PDF`, `Loader`."""
    runs: list[str] = []
    last = ""
    for char in text:
        kind = "lower" if char.islower() else "upper" if char.isupper() else "digit" if char.isdigit() else "other"
        if kind == last:
            runs[-1] += char
        else:
            runs.append(char)
        last = kind
    for at in range(len(runs) - 1):
        if runs[at][:1].isupper() and runs[at + 1][:1].islower():
            runs[at + 1] = runs[at][-1] + runs[at + 1]
            runs[at] = runs[at][:-1]
    return [run for run in runs if run]
