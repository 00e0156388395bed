"""MySQL's errors: number, SQLSTATE and text. Source: the server error reference of MySQL 8."""

from __future__ import annotations

from typing import NamedTuple


class SqlError(NamedTuple):
    code: int
    state: str
    text: str

    def __str__(self) -> str:
        return f"ERROR {self.code} ({self.state}): {self.text}"


class SqlFailure(Exception):
    """A statement that fails."""

    def __init__(self, code: int, state: str, text: str) -> None:
        super().__init__(text)
        self.error = SqlError(code, state, text)


def no_database() -> SqlFailure:
    return SqlFailure(1046, "3D000", "No database selected")


def unknown_database(name: str) -> SqlFailure:
    return SqlFailure(1049, "42000", f"Unknown database '{name}'")


def no_table(database: str, table: str) -> SqlFailure:
    return SqlFailure(1146, "42S02", f"Table '{database}.{table}' doesn't exist")


def syntax(near: str, line: int) -> SqlFailure:
    return SqlFailure(
        1064,
        "42000",
        "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the "
        f"right syntax to use near '{near[:80]}' at line {line}",
    )


def unsupported(what: str) -> SqlFailure:
    return SqlFailure(1235, "42000", f"This version of MySQL doesn't yet support '{what}'")


def access_denied(user: str, host: str, password: bool) -> SqlFailure:
    used = "YES" if password else "NO"
    return SqlFailure(1045, "28000", f"Access denied for user '{user}'@'{host}' (using password: {used})")
