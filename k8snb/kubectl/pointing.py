"""Where in a manifest an error is: the line and column, the line itself, and a suggestion for a misspelt field.

The server names fields by path (`spec.containers[0].image`, `unknown field "spec.contaners"`), the YAML reader by line. This
module finds that place in the text a learner wrote. It adds to kubectl's message, it never replaces it.
"""

from __future__ import annotations

import difflib
import re

from k8snb.api import yaml
from k8snb.api.model import Struct
from k8snb.apiserver.catalogue import Catalogue
from k8snb.apiserver.patch.schema import schema_of
from k8snb.kubectl.yamlfault import Fault, fault_in

_UNKNOWN = re.compile(r'unknown field "([^"]+)"')
_INVALID = re.compile(r"(?:^\* | is invalid: )([\w.\[\]/-]+): ", re.MULTILINE)
_GO_FIELD = re.compile(r"Go struct field \w+\.([\w.]+) of type (\S+)")
_NO_KIND = re.compile(r'no matches for kind "([^"]+)" in version "([^"]+)"')

Path = tuple[str | int, ...]


def point_at(text: str, error: str, catalogue: Catalogue) -> str:
    """Lines that show where in `text` the `error` is, each with a suggestion if there is one; "" if it cannot be told."""
    fault = fault_in(text)
    if fault is not None:
        return shown(text, fault)
    documents = yaml.load_all(text)
    found: list[str] = []
    for document in documents:
        if not isinstance(document.value, dict):
            continue
        marks = document.marks
        for path, hint in _paths(error, document.value, catalogue):
            mark = _nearest(marks, path)
            if mark is not None:
                found.append(shown(text, Fault(mark.key_line, mark.key_column, hint)))
    return "".join(dict.fromkeys(found))


def _paths(error: str, value: dict[str, object], catalogue: Catalogue) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for text in _UNKNOWN.findall(error):
        path = _split(text)
        if _holds(value, path):
            found.append((path, _suggestion(path, value, catalogue)))
    for match in _GO_FIELD.finditer(error):
        for path in _without_indexes(value, match[1].split(".")):
            found.append((path, f"a value of type {match[2]} belongs here"))
    for text in _INVALID.findall(error):
        found.append((_split(text), ""))
    for kind, version in _NO_KIND.findall(error):
        if value.get("kind") == kind and value.get("apiVersion") == version:
            found.append((("kind",), _kind_hint(kind, catalogue)))
    return found


def _split(text: str) -> Path:
    path: list[str | int] = []
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", text):
        path.append(int(part[1:-1]) if part.startswith("[") else part)
    return tuple(path)


def _holds(value: object, path: Path) -> bool:
    for part in path:
        if isinstance(part, int):
            if not (isinstance(value, list) and part < len(value)):
                return False
            value = value[part]
        else:
            if not (isinstance(value, dict) and part in value):
                return False
            value = value[part]
    return True


def _without_indexes(value: object, names: list[str], path: Path = ()) -> list[Path]:
    """Go's paths leave out list positions: every place they may mean."""
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _without_indexes(item, names, (*path, index))]
    if not names:
        return [path]
    if isinstance(value, dict) and names[0] in value:
        return _without_indexes(value[names[0]], names[1:], (*path, names[0]))
    return []


def _suggestion(path: Path, value: dict[str, object], catalogue: Catalogue) -> str:
    group, _, version = str(value.get("apiVersion", "")).rpartition("/")
    resource = catalogue.of_kind(group, version, str(value.get("kind", "")))
    cls: type[Struct] | None = resource.model if resource is not None else None
    for part in path[:-1]:
        if cls is not None and isinstance(part, str):
            schema = schema_of(cls).get(part)
            cls = schema.cls if schema is not None else None
    if cls is None:
        return ""
    known = [*schema_of(cls), *(("apiVersion", "kind") if len(path) == 1 else ())]
    close = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(known)[:12])}…"


def _kind_hint(kind: str, catalogue: Catalogue) -> str:
    served = [r.api_version for r in catalogue if r.kind == kind]
    if served:
        return f"{kind} is served as apiVersion: {served[0]}"
    close = difflib.get_close_matches(kind, [r.kind for r in catalogue], n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def _nearest(marks: dict[Path, yaml.Mark], path: Path) -> yaml.Mark | None:
    """The mark of a path, or of the closest parent that is written down (for fields that are missing)."""
    while path:
        if path in marks:
            return marks[path]
        path = path[:-1]
    return None


def shown(text: str, fault: Fault) -> str:
    """A place in a text with the line it is in, and the hint; behind the last line stands nothing to be shown."""
    lines = text.splitlines()
    number, column, hint = fault
    if number > len(lines):
        number, column = len(lines), len(lines[-1]) + 1 if lines else 1
    if number < 1:
        return ""
    head = f"  line {number}, column {column}:"
    pointer = " " * (column - 1)
    marked = f"{head}\n    {lines[number - 1].replace(chr(9), ' ')}\n    {pointer}^"
    return f"{marked} {hint}\n" if hint else f"{marked}\n"
