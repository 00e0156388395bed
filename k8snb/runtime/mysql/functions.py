"""Functions of MySQL that SQLite does not have, and which of SQLite's own a statement may call.

Whatever looks at the host (its clock, its chance, its files) is not among them: the time is the virtual one.
"""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

#: SQLite's own functions that only compute
PURE = frozenset(
    [
        "abs",
        "avg",
        "char",
        "coalesce",
        "count",
        "glob",
        "group_concat",
        "hex",
        "ifnull",
        "instr",
        "length",
        "like",
        "lower",
        "ltrim",
        "max",
        "min",
        "nullif",
        "printf",
        "quote",
        "replace",
        "round",
        "rtrim",
        "sign",
        "substr",
        "substring",
        "sum",
        "total",
        "trim",
        "typeof",
        "unicode",
        "upper",
        "json_extract",
        "json_valid",
        "json_array",
        "json_object",
        "json_group_array",
        "json_group_object",
        "json_type",
        "json_array_length",
        "->",
        "->>",
        "row_number",
        "rank",
        "dense_rank",
        "lag",
        "lead",
        "first_value",
        "last_value",
        "ntile",
        "ceil",
        "floor",
        "power",
        "sqrt",
        "exp",
        "ln",
        "log",
        "mod",
        "pi",
        "radians",
        "degrees",
        "sin",
        "cos",
        "tan",
    ]
)


class Facts(NamedTuple):
    """What functions may know: the virtual time, who asks, where."""

    now: float
    version: str
    database: str
    user: str
    seed: int = 0


def _stamp(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime(form)


def _date_format(text: Any, form: Any) -> str | None:
    when = _parsed(text)
    if when is None or form is None:
        return None
    known = {"i": "%M", "s": "%S", "S": "%S", "M": "%B", "W": "%A", "a": "%a", "b": "%b", "c": str(when.month),
             "e": str(when.day), "h": "%I", "T": "%H:%M:%S", "r": "%I:%M:%S %p", "f": "000000"}  # fmt: skip
    return when.strftime(re.sub(r"%(.)", lambda match: known.get(match[1], match[0]), str(form)))


def _parsed(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _digest(name: str) -> Callable[[Any], str | None]:
    return lambda text: None if text is None else hashlib.new(name, str(text).encode()).hexdigest()


def _concat(*parts: Any) -> str | None:
    return None if any(part is None for part in parts) else "".join(map(str, parts))


def _concat_ws(separator: Any, *parts: Any) -> str | None:
    return None if separator is None else str(separator).join(str(part) for part in parts if part is not None)


def _part(name: str) -> Callable[[Any], int | None]:
    return lambda text: None if (when := _parsed(text)) is None else int(getattr(when, name))


def _regexp(pattern: Any, text: Any) -> int | None:
    if pattern is None or text is None:
        return None
    if len(str(pattern)) > 100 or len(str(text)) > 1000 or re.search(r"[*+}]\)?[*+{]", str(pattern)):
        raise ValueError("regular expression is too complex")
    return int(re.search(str(pattern), str(text), re.IGNORECASE) is not None)


def _bounded(text: Any, count: Any) -> str | None:
    if text is None or count is None:
        return None
    if len(str(text)) * int(count) > 1 << 20:
        raise ValueError("result is too large")
    return str(text) * max(int(count), 0)


def install(connection: sqlite3.Connection, facts: Facts, sleep: Callable[[float], int]) -> frozenset[str]:
    """Give a connection its functions; the names of all that may be called."""
    now = facts.now
    table: dict[str, tuple[int, Callable[..., Any]]] = {
        "mysql_now": (-1, lambda *_: _stamp(now, "%Y-%m-%d %H:%M:%S")),
        "mysql_date": (-1, lambda *given: str(given[0])[:10] if given and given[0] else _stamp(now, "%Y-%m-%d")),
        "mysql_time": (-1, lambda *given: str(given[0])[11:19] if given and given[0] else _stamp(now, "%H:%M:%S")),
        "mysql_left": (2, lambda text, count: None if text is None else str(text)[: max(int(count), 0)]),
        "mysql_right": (2, lambda text, count: None if text is None else str(text)[-int(count) :] if int(count) > 0 else ""),
        "mysql_if": (3, lambda test, yes, no: yes if test else no),
        "version": (0, lambda: facts.version),
        "database": (0, lambda: facts.database or None),
        "user": (-1, lambda *_: facts.user),
        "connection_id": (0, lambda: 8),
        "unix_timestamp": (-1, lambda *given: int(when.timestamp()) if given and (when := _parsed(given[0])) else int(now)),
        "from_unixtime": (1, lambda seconds: None if seconds is None else _stamp(float(seconds), "%Y-%m-%d %H:%M:%S")),
        "date_format": (2, _date_format),
        "concat": (-1, _concat),
        "concat_ws": (-1, _concat_ws),
        "md5": (1, _digest("md5")),
        "sha1": (1, _digest("sha1")),
        "sha": (1, _digest("sha1")),
        "sha2": (2, lambda text, bits: _digest({0: "sha256", 224: "sha224", 384: "sha384", 512: "sha512"}.get(bits,
        "sha256"))(text)),
        "sleep": (1, sleep),
        "repeat": (2, _bounded),
        "reverse": (1, lambda text: None if text is None else str(text)[::-1]),
        "truncate": (2, lambda number, digits: math.trunc(number * 10**digits) / 10**digits),
        "regexp": (2, _regexp),
        "space": (1, lambda count: _bounded(" ", count)),
        "isnull": (1, lambda value: int(value is None)),
        "strcmp": (2, lambda a, b: (str(a) > str(b)) - (str(a) < str(b))),
        **{name: (1, _part(name)) for name in ("year", "month", "day", "hour", "minute", "second")},
    }  # fmt: skip
    for name, (arity, function) in table.items():
        connection.create_function(name, arity, function)
    return PURE | frozenset(table) | {"last_insert_id", "row_count", "mysql_variable"}
