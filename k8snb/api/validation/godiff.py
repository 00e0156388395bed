"""The difference between two structs as Go prints it: what ends "pod updates may not change fields other than …" and like
messages about claims and volumes.

Shaped like `github.com/google/go-cmp`: the fields that differ with their old and new values, the others only counted.
Simplifications: fields stand in alphabetical order, and neighbours of a change are not shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import quote

_WORDS: Final = {"dns": "DNS", "host": "Host", "ip": "IP", "os": "OS", "tty": "TTY", "tcp": "TCP", "http": "HTTP"}


def diff(old: Any, new: Any) -> str:
    """The difference between two objects of the same class, several lines."""
    return "\n".join(_struct(old, new, f"{_type(old)}{{", "", "}")) + "\n"


def diff_members(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """As `diff`, for a part of a struct that is a type of its own in Go."""
    return "\n".join(_members(old, new, f"{kind}{{", "", "}")) + "\n"


def _struct(old: Any, new: Any, opening: str, indent: str, closing: str) -> Iterator[str]:
    names = list(type(old).__pydantic_fields__)
    before, after = ({name: getattr(value, name) for name in names} for value in (old, new))
    return _members(before, after, opening, indent, closing)


def _members(old: Mapping[str, Any], new: Mapping[str, Any], opening: str, indent: str, closing: str) -> Iterator[str]:
    yield f"  {indent}{opening}"
    same = 0
    for name, before in old.items():
        after = new[name]
        if equal(before, after):
            same += 1
            continue
        yield from _skipped(same, f"{indent}\t")
        same = 0
        yield from _change(before, after, f"{_go_name(name)}: ", f"{indent}\t")
    yield from _skipped(same, f"{indent}\t")
    yield f"  {indent}{closing}"


def _change(old: Any, new: Any, label: str, indent: str) -> Iterator[str]:
    if hasattr(old, "fields") and type(old) is type(new):
        yield from _struct(old, new, f"{label}{_type(old)}{{", indent, "},")
    elif isinstance(old, tuple) and isinstance(new, tuple) and old and len(old) == len(new):
        yield f"  {indent}{label}[]{_type(old[0])}{{"
        for before, after in zip(old, new, strict=True):
            if equal(before, after):
                yield f"  {indent}\t{_value(before)},"
            elif hasattr(before, "fields"):
                yield from _struct(before, after, "{", f"{indent}\t", "},")
            else:
                yield from _change(before, after, "", f"{indent}\t")
        yield f"  {indent}}},"
    else:
        yield f"- {indent}{label}{_value(old)},"
        yield f"+ {indent}{label}{_value(new)},"


def _skipped(count: int, indent: str) -> Iterator[str]:
    if count:
        yield f"  {indent}... // {count} identical field{'' if count == 1 else 's'}"


def _value(value: Any) -> str:
    if value is None or value == ():
        return "nil"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[]{_type(value[0])}{{{', '.join(map(_value, value))}}}"
    if isinstance(value, Mapping):
        return f"map[string]string{{{', '.join(f'{quote(key)}: {_value(value[key])}' for key in sorted(value))}}}"
    if hasattr(value, "fields"):
        members = ", ".join(f"{_go_name(name)}: {_value(item)}" for name, item in value.__dict__.items())
        return f"{_type(value)}{{{members}}}"
    return str(value)


def _type(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, int):
        return "int64"
    return f"core.{type(value).__name__}"


def _go_name(name: str) -> str:
    for word, spelled in _WORDS.items():
        if name == word or (name.startswith(word) and name[len(word)].isupper()):
            return spelled + name[len(word) :]
    return name[0].upper() + name[1:]
