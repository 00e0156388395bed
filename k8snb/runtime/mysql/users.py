"""Accounts: who may log in from where, and which databases they may touch. Kept as tables of the database `mysql`."""

from __future__ import annotations

import hashlib
import sqlite3
from fnmatch import fnmatchcase
from typing import NamedTuple

from k8snb.runtime.mysql.errors import access_denied
from k8snb.runtime.mysql.storage import Storage, connect, fill

_SCHEMA = """CREATE TABLE user (Host char(255), User char(32), plugin char(64), authentication_string text,
  Super_priv char(1), PRIMARY KEY (Host, User));
CREATE TABLE db (Host char(255), Db char(64), User char(32), PRIMARY KEY (Host, Db, User));"""


class Account(NamedTuple):
    """Whoever has logged in: `user@host` as the account is named, where it comes from, its databases (None: all)."""

    user: str
    host: str
    origin: str
    databases: frozenset[str] | None

    def may(self, database: str) -> bool:
        return self.databases is None or database in self.databases


def hashed(password: str, old: bool) -> str:
    """A password as the server keeps it: `old` is mysql_native_password, as in 5.7."""
    if not password:
        return ""
    if old:
        return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()
    return "$A$005$" + hashlib.sha256(password.encode()).hexdigest()


class Accounts:
    """The accounts of one data directory."""

    def __init__(self, storage: Storage, old: bool) -> None:
        self.storage, self.old = storage, old

    def _open(self) -> sqlite3.Connection:
        connection, content = connect(), self.storage.read("mysql")
        fill(connection, "main", content)
        if not content:
            connection.executescript(_SCHEMA)
        return connection

    def _close(self, connection: sqlite3.Connection) -> None:
        self.storage.write("mysql", connection.serialize())
        connection.close()

    def login(self, user: str, password: str, origin: str) -> Account:
        """Who this is; SqlFailure 1045 if nobody, or the password is wrong."""
        connection = self._open()
        rows = connection.execute(
            "SELECT Host, authentication_string, Super_priv FROM user WHERE User = ? ORDER BY Host = '%'", (user,)
        ).fetchall()
        for host, known, power in rows:
            if not _matches(host, origin):
                continue
            if hashed(password, self.old) != known:
                break
            grants = connection.execute("SELECT Db FROM db WHERE User = ? AND Host = ?", (user, host)).fetchall()
            connection.close()
            databases = None if power == "Y" else frozenset(name for (name,) in grants)
            return Account(user, host, origin, databases)
        connection.close()
        raise access_denied(user, origin, bool(password))

    def create(self, user: str, host: str, password: str, power: bool = False, replace: bool = False) -> bool:
        """Make an account, or give one another password; False if it is there already, or not there to be changed."""
        connection = self._open()
        there = connection.execute("SELECT 1 FROM user WHERE User = ? AND Host = ?", (user, host)).fetchone()
        if (there is not None) is not replace:
            connection.close()
            return False
        text = hashed(password, self.old)
        if replace:
            connection.execute(
                "UPDATE user SET authentication_string = ? WHERE User = ? AND Host = ?", (text, user, host)
            )
        else:
            plugin = "mysql_native_password" if self.old else "caching_sha2_password"
            values = (host, user, plugin, text, "Y" if power else "N")
            connection.execute("INSERT INTO user VALUES (?, ?, ?, ?, ?)", values)
        self._close(connection)
        return True

    def drop(self, user: str, host: str) -> bool:
        connection = self._open()
        gone = connection.execute("DELETE FROM user WHERE User = ? AND Host = ?", (user, host)).rowcount
        connection.execute("DELETE FROM db WHERE User = ? AND Host = ?", (user, host))
        self._close(connection)
        return bool(gone)

    def grant(self, user: str, host: str, database: str, revoke: bool = False) -> bool:
        """Give or take all rights on a database, on all with `*`; False if there is no such account."""
        connection = self._open()
        there = connection.execute("SELECT 1 FROM user WHERE User = ? AND Host = ?", (user, host)).fetchone()
        if there is not None:
            if database == "*":
                power = "N" if revoke else "Y"
                connection.execute("UPDATE user SET Super_priv = ? WHERE User = ? AND Host = ?", (power, user, host))
            elif revoke:
                connection.execute("DELETE FROM db WHERE User = ? AND Host = ? AND Db = ?", (user, host, database))
            else:
                connection.execute("INSERT OR IGNORE INTO db VALUES (?, ?, ?)", (host, database, user))
            self._close(connection)
        return there is not None


def _matches(pattern: str, origin: str) -> bool:
    if pattern == "%":
        return True
    names = {origin, "127.0.0.1"} if origin == "localhost" and pattern == "127.0.0.1" else {origin}
    return any(fnmatchcase(name, pattern.replace("%", "*")) for name in names)
