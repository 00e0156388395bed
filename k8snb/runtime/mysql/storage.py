"""The data directory: one directory for each database, its tables in one file there, as bytes that SQLite reads.

Nothing else keeps data: what the directory loses is lost, and what is mounted there outlives the server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from k8snb.runtime.filesystem import FileError, Filesystem
from k8snb.runtime.mysql.errors import SqlFailure, unknown_database

_FILE = "tables.ibd"
#: bytes of one value, pages of one database
_VALUE, _PAGES, _PAGE = 1 << 20, 4096, 1024
#: databases that are made up rather than kept
VIRTUAL = ("information_schema", "performance_schema", "sys")


class Storage:
    """The databases below one directory."""

    def __init__(self, fs: Filesystem, directory: str) -> None:
        self.fs, self.directory = fs, directory

    def names(self) -> list[str]:
        """Names of the databases that are kept, sorted."""
        found = [name for name in self.fs.listdir(self.directory) if self.has(name)]
        return sorted(found)

    def has(self, name: str) -> bool:
        return bool(name) and "/" not in name and self.fs.is_dir(f"{self.directory}/{name}") and name != "lost+found"

    def make(self, name: str) -> None:
        if "/" in name or not name or len(name) > 64:
            raise SqlFailure(1102, "42000", f"Incorrect database name '{name}'")
        self.fs.mkdir(f"{self.directory}/{name}", 0o750)
        self.fs.write(f"{self.directory}/{name}/db.opt", b"default-character-set=utf8mb4\n", mode=0o640)

    def drop(self, name: str) -> None:
        self.fs.remove(f"{self.directory}/{name}", recursive=True)

    def read(self, name: str) -> bytes:
        """The tables of a database; SqlFailure if it is not there."""
        if not self.has(name):
            raise unknown_database(name)
        try:
            return self.fs.read(f"{self.directory}/{name}/{_FILE}")
        except FileError as error:
            if error.name != "ENOENT":
                raise
            return b""

    def write(self, name: str, content: bytes) -> None:
        # The version of the library that wrote it is no part of the data.
        plain = content[:92] + b"\0" * 8 + content[100:] if len(content) > 100 else content
        try:
            self.fs.write(f"{self.directory}/{name}/{_FILE}", plain, mode=0o640)
        except FileError as error:
            if error.name == "ENOSPC":
                raise SqlFailure(1114, "HY000", "The table is full") from None
            raise SqlFailure(1030, "HY000", f"Got error 168 - '{error.words}' from storage engine") from None


def connect() -> sqlite3.Connection:
    """An empty database in memory, with bounds."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")  # nothing is ever written to the host's disk
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50)
    connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
    return connection


def fill(connection: sqlite3.Connection, schema: str, content: bytes) -> None:
    """Give a schema of a connection the tables of a file."""
    if content:
        try:
            connection.deserialize(content, name=schema)
            connection.execute(f"SELECT count(*) FROM {schema}.sqlite_master").fetchone()
        except sqlite3.DatabaseError:
            raise SqlFailure(
                1030, "HY000", "Got error 194 - 'Tablespace is missing for a table' from storage engine"
            ) from None
    else:
        connection.execute(f"PRAGMA {schema}.page_size = {_PAGE}")
    connection.execute(f"PRAGMA {schema}.max_page_count = {_PAGES}")


def attach(connection: sqlite3.Connection, storage: Storage, names: Iterable[str]) -> None:
    """Databases beside the one in use, each under its own name."""
    for name in names:
        shown = '"' + name.replace('"', '""') + '"'
        connection.execute(f"ATTACH ':memory:' AS {shown}")
        content = storage.read(name)
        if content:
            connection.deserialize(content, name=name)
