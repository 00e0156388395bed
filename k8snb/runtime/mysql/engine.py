"""One connection to MySQL: runs statements over the data directory and gives what they answer.

SQLite does the work, in memory, under an authorizer: a statement can read and write tables of the databases that its account
may touch and call functions that only compute. It cannot attach files, load extensions, or set anything of SQLite's own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from k8snb.runtime.mysql import shows
from k8snb.runtime.mysql.administration import ADMINISTRATION, administer
from k8snb.runtime.mysql.dialect import column, create_table, expression, identifier, insert
from k8snb.runtime.mysql.errors import (
    SqlError,
    SqlFailure,
    no_database,
    no_table,
    syntax,
    unknown_database,
    unsupported,
)
from k8snb.runtime.mysql.functions import Facts, install
from k8snb.runtime.mysql.lexer import Statement, Token, statements
from k8snb.runtime.mysql.result import Result
from k8snb.runtime.mysql.storage import VIRTUAL, Storage, attach, connect, fill
from k8snb.runtime.mysql.users import Account, Accounts

#: steps of SQLite's machine (in thousands), rows, bytes of one answer
_STEPS, _ROWS, _BYTES = 4_000, 50_000, 8 * 1024 * 1024
_ALLOWED = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_DROP_VIEW, sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_REINDEX,
}  # fmt: skip
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
#: tables that some builds of SQLite have of themselves
_BUILT_IN = frozenset(("dbstat", "bytecode", "tables_used", "sqlite_stmt", "completion", "json_tree"))
_NOTHING = frozenset(("SET", "LOCK", "UNLOCK", "FLUSH", "ANALYZE", "OPTIMIZE"))


class Session:
    """A connection of an account."""

    def __init__(self, storage: Storage, accounts: Accounts, account: Account, facts: Facts) -> None:
        self.storage, self.accounts, self.account, self.facts = storage, accounts, account, facts
        self.database = ""
        self.seconds = 0.0
        self._open: _Open | None = None

    def use(self, name: str) -> None:
        """Change the database in use. SqlFailure."""
        if name not in VIRTUAL:
            if not self.account.may(name):
                who = f"'{self.account.user}'@'{self.account.host}'"
                raise SqlFailure(1044, "42000", f"Access denied for user {who} to database '{name}'")
            if not self.storage.has(name):
                raise unknown_database(name)
        self._close()
        self.database = name

    def run(self, text: str) -> list[Result | SqlError]:
        """The answers to all statements of a text, up to the first that fails."""
        found: list[Result | SqlError] = []
        every, rest = statements(text)
        if rest.strip():
            every += statements(rest + ";")[0]
        try:
            for statement in every:
                found.append(self.execute(statement)._replace(vertical=statement.vertical))
        except SqlFailure as failure:
            found.append(failure.error)
        except RecursionError:
            found.append(SqlError(1436, "HY000", "Thread stack overrun"))
        self._close()
        return found

    def execute(self, statement: Statement) -> Result:
        """One statement. SqlFailure."""
        first = statement.words(3)
        verb = first[0]
        if verb == "USE" and len(statement.tokens) > 1:
            self.use(statement.tokens[1].name)
            return Result(changed=statement.tokens[1].name)
        if verb in ("SHOW", "DESCRIBE", "DESC"):
            return shows.show(self, statement)
        if verb == "EXPLAIN":
            if len(statement.tokens) == 2:
                return shows.show(self, statement)
            raise unsupported("EXPLAIN of a query")
        if first[:2] in ADMINISTRATION or verb in ("GRANT", "REVOKE"):
            self._close()
            return administer(self, statement)
        if verb in _NOTHING:
            return Result()
        translated = self._translated(statement, first)
        return Result() if not translated else self.query(translated, statement)

    def _translated(self, statement: Statement, first: tuple[str, ...]) -> str:
        """A statement in SQLite's words; "" if there is nothing to be done."""
        verb, tokens, current = first[0], statement.tokens, self.database
        if first[:2] == ("START", "TRANSACTION"):
            return "BEGIN"
        if verb in ("INSERT", "REPLACE"):
            return insert(statement, current)
        if first[:2] == ("CREATE", "TABLE"):
            return create_table(statement, current)
        if verb == "TRUNCATE":
            return f"DELETE FROM {expression(tokens[2 if first[1] == 'TABLE' else 1 :], current)}"
        if verb == "ALTER":
            return _alter(tokens, current)
        if first[:2] == ("RENAME", "TABLE"):
            return f"ALTER TABLE {expression(tokens[2:3], current)} RENAME TO {expression(tokens[4:], current)}"
        if first[:2] == ("DROP", "INDEX"):
            return f"DROP INDEX {expression(tokens[2:3], current)}"
        if verb in (
            "ATTACH",
            "DETACH",
            "PRAGMA",
            "VACUUM",
            "REINDEX",
            "LOAD",
            "CALL",
            "HANDLER",
            "DELIMITER",
            "PREPARE",
        ):
            raise unsupported(verb)
        return expression(tokens, current)

    # -- running -------------------------------------------------------------------------------------------------

    def connection(self, tokens: Sequence[Token] = ()) -> _Open:
        """The tables of the database in use, and of those that a statement names."""
        named = {token.name for token, after in pairwise(tokens) if after.text == "."}
        others = {name for name in named if name != self.database and (self.storage.has(name) or name in VIRTUAL)}
        if self._open is not None and others <= self._open.others:
            return self._open
        self._close()
        made = connect()
        fill(made, "main", self.storage.read(self.database) if self.database and self.database not in VIRTUAL else b"")
        for name in sorted(others | ({self.database} & {"information_schema"})):
            if name in VIRTUAL:
                shows.information(self, made, "main" if name == self.database else name)
            else:
                attach(made, self.storage, [name])
        allowed = install(made, self.facts._replace(database=self.database), self._sleep)
        self._open = _Open(made, self.database, frozenset(others), allowed)
        self._open.prepare()
        return self._open

    def _sleep(self, seconds: float) -> int:
        self.seconds += max(float(seconds), 0.0)
        return 0

    def _close(self) -> None:
        if self._open is not None:
            self._open.connection.close()
            self._open = None

    def query(self, sql: str, statement: Statement) -> Result:
        """Run what was translated, and keep what it changed."""
        tokens = statement.tokens
        for token in tokens:
            name = token.name.lower()
            if token.kind in ("word", "name") and (name.startswith(("sqlite_", "pragma_")) or name in _BUILT_IN):
                raise no_table(self.database, token.name)
        opened = self.connection(tokens)
        steps = 0

        def tick() -> bool:
            nonlocal steps
            steps += 1
            return steps > _STEPS

        connection = opened.connection
        connection.set_authorizer(lambda *what: self._authorize(opened, *what))
        connection.set_progress_handler(tick, 1000)
        problem: Exception | None = None
        try:
            cursor = connection.execute(sql)
            rows = _fetched(cursor)
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            problem = error
        finally:
            connection.set_authorizer(None)
            connection.set_progress_handler(None, 0)
        if problem is not None:
            raise self._failure(problem, opened, statement)
        names = tuple(item[0] for item in cursor.description) if cursor.description else ()
        names = _headings(names, statement)
        affected = max(cursor.rowcount, 0)
        opened.last_id = cursor.lastrowid or opened.last_id
        if not connection.in_transaction:
            self._keep(opened)
        return Result(names, rows, affected)

    def _keep(self, opened: _Open) -> None:
        for schema in sorted(opened.dirty):
            name = opened.main if schema == "main" else schema
            if name in VIRTUAL or not name:
                continue
            self.storage.write(name, opened.connection.serialize(name=schema))
        opened.dirty.clear()

    def _authorize(self, opened: _Open, action: int, first: str, second: str, schema: str, _: str) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if (second or "").lower() in opened.allowed else sqlite3.SQLITE_DENY
        if action not in _ALLOWED:
            return sqlite3.SQLITE_DENY
        name = opened.main if schema == "main" else schema
        if name and schema != "temp" and not self.account.may(name) and name not in VIRTUAL:
            opened.denied = name
            return sqlite3.SQLITE_DENY
        if action not in _READING and schema:
            if name in VIRTUAL:
                return sqlite3.SQLITE_DENY
            if schema == "main" and not opened.main:
                opened.denied = ""
                return sqlite3.SQLITE_DENY
            opened.dirty.add(schema)
        return sqlite3.SQLITE_OK

    def _failure(self, error: Exception, opened: _Open, statement: Statement) -> SqlFailure:
        """SQLite's complaint in MySQL's words."""
        if isinstance(error, OverflowError):
            return SqlFailure(1690, "22003", "BIGINT value is out of range")
        text, denied = str(error), opened.denied
        opened.denied = None
        if denied is not None:
            if not denied:
                return no_database()
            who = f"'{self.account.user}'@'{self.account.origin}'"
            return SqlFailure(
                1142, "42000", f"{statement.words(1)[0]} command denied to user {who} for database '{denied}'"
            )
        if text == "interrupted":
            return SqlFailure(1317, "70100", "Query execution was interrupted")
        if "not authorized" in text:
            return unsupported(statement.text[:60])
        if text.startswith(("no such table: ", "no such view: ")):
            name = text.partition(": ")[2].removeprefix("main.")
            database, dot, table = name.partition(".")
            if not self.database and not dot:
                return no_database()
            return no_table(database, table) if dot else no_table(self.database, name)
        if (match := re.match(r"NOT NULL constraint failed: .*\.(.*)", text)) and not any(
            token.name == match[1] for token in statement.tokens
        ):
            return SqlFailure(1364, "HY000", f"Field '{match[1]}' doesn't have a default value")
        for pattern, code, state, words in _TEXTS:
            if match := re.match(pattern, text):
                return SqlFailure(code, state, words.format(*match.groups(), db=self.database))
        if match := re.match(r'near "(.*)": syntax error|unrecognized token: "(.*)', text, re.DOTALL):
            return _syntax_error(statement, match[1] or match[2] or "")
        if "incomplete input" in text:
            return syntax("", statement.text.count("\n") + 1)
        if match := re.match(r"UNIQUE constraint failed: (.*)", text):
            return _duplicate(match[1], statement, opened)
        return SqlFailure(1105, "HY000", f"Unknown error: {text}")


class _Open:
    """An open connection to SQLite: the database in use, the others that are attached, and what has been changed."""

    def __init__(
        self, connection: sqlite3.Connection, main: str, others: frozenset[str], allowed: frozenset[str]
    ) -> None:
        self.connection, self.main, self.others, self.allowed = connection, main, others, allowed
        self.dirty: set[str] = set()
        self.denied: str | None = None
        self.last_id = 0

    def prepare(self) -> None:
        """Functions that depend on the connection itself."""
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.create_function("last_insert_id", 0, lambda: self.last_id)
        self.connection.create_function("row_count", 0, lambda: self.connection.total_changes)
        self.connection.create_function("mysql_variable", 1, shows.variable)


class _Row(NamedTuple):
    pattern: str
    code: int
    state: str
    words: str


_TEXTS = (
    _Row(r"no such column: (?:.*\.)?(.*)", 1054, "42S22", "Unknown column '{0}' in 'field list'"),
    _Row(r"table \S+ has no column named (.*)", 1054, "42S22", "Unknown column '{0}' in 'field list'"),
    _Row(r'table ["`]?(\w+)["`]? already exists', 1050, "42S01", "Table '{0}' already exists"),
    _Row(r"NOT NULL constraint failed: .*\.(.*)", 1048, "23000", "Column '{0}' cannot be null"),
    _Row(r"no such function: (.*)", 1305, "42000", "FUNCTION {db}.{0} does not exist"),
    _Row(r"duplicate column name: (.*)", 1060, "42S21", "Duplicate column name '{0}'"),
    _Row(r"ambiguous column name: (.*)", 1052, "23000", "Column '{0}' in field list is ambiguous"),
    _Row(r"FOREIGN KEY constraint failed", 1452, "23000", "Cannot add or update a child row: a foreign key constraint fails"),
    _Row(r"CHECK constraint failed: (.*)", 3819, "HY000", "Check constraint '{0}' is violated."),
    _Row(r"(?:table \S+ has \d+ columns but|\d+ values for)", 1136, "21S01", "Column count doesn't match value count at row 1"),
    _Row(r"database or disk is full", 1114, "HY000", "The table is full"),
    _Row(r"no such index: (.*)", 1091, "42000", "Can't DROP '{0}'; check that column/key exists"),
    _Row(r"wrong number of arguments to function (\w+)", 1582, "42000",
         "Incorrect parameter count in the call to native function '{0}'"),
    _Row(r"string or blob too big", 1301, "HY000", "Result was larger than max_allowed_packet (1048576) - truncated"),
)  # fmt: skip


def _fetched(cursor: sqlite3.Cursor) -> tuple[tuple[Any, ...], ...]:
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        size += sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        rows.append(row)
        if len(rows) > _ROWS or size > _BYTES:
            raise SqlFailure(1038, "HY001", "Out of memory: the answer is larger than this server keeps")
    return tuple(rows)


def _headings(names: tuple[str, ...], statement: Statement) -> tuple[str, ...]:
    """Columns without a name are headed by their expression as it was written."""
    tokens = statement.tokens
    if not names or tokens[0].word != "SELECT" or any(token.text == "*" for token in tokens[:2]):
        return names
    depth, begin, texts = 0, 1, list[tuple[Token, ...]]()
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if at and depth == 0 and (token.text == "," or token.word in ("FROM", "LIMIT", "ORDER", "WHERE", "UNION")):
            texts.append(tokens[begin:at])
            begin = at + 1
            if token.text != ",":
                break
    else:
        texts.append(tokens[begin:])
    if len(texts) != len(names):
        return names
    return tuple(_heading(run, statement) for run in texts)


def _heading(run: tuple[Token, ...], statement: Statement) -> str:
    """The alias of an expression, the name of a column, or the expression as it was written."""
    last = run[-1]
    named = last.kind in ("name", "word", "string")
    if named and len(run) > 1 and (run[-2].word == "AS" or run[-2].kind != "sign" or run[-2].text == ")"):
        return last.value if last.kind == "string" and run[-2].kind != "string" else last.name
    if named and (len(run) == 1 or (len(run) == 3 and run[1].text == ".")):
        return last.value if last.kind == "string" else last.name
    return statement.written(run)


def _syntax_error(statement: Statement, near: str) -> SqlFailure:
    at = next((token for token in statement.tokens if token.text.strip("`'\"") == near.strip("'\"")), None)
    base = statement.tokens[0].at
    offset = at.at - base if at is not None else max(statement.text.find(near), 0)
    return syntax(statement.text[offset:], statement.text.count("\n", 0, offset) + 1)


def _duplicate(where: str, statement: Statement, opened: _Open) -> SqlFailure:
    """Which value it was that is there already: looked up in the statement, for one row of literals."""
    table, names = (
        where.split(",")[0].rpartition(".")[0],
        [part.rpartition(".")[2].strip() for part in where.split(",")],
    )
    known = [row[1] for row in opened.connection.execute(f"PRAGMA table_info({identifier(table)})")]
    keys = [row[1] for row in opened.connection.execute(f"PRAGMA table_info({identifier(table)})") if row[5]]
    tokens = statement.tokens
    start = next((at for at, token in enumerate(tokens) if token.word in ("VALUES", "VALUE")), None)
    values: list[str] = []
    if start is not None:
        listed = [token.name for token in tokens[:start] if token.kind in ("name", "word")]
        columns = [name for name in listed if name in known] or known
        given = [
            token.value if token.kind == "string" else token.text
            for token in tokens[start + 1 :]
            if token.kind in ("string", "number", "word")
        ]
        values = [given[columns.index(name)] for name in names if name in columns and columns.index(name) < len(given)]
    key = "PRIMARY" if names == keys else names[0]
    shown = key if opened.main and _is_old(opened) else f"{table}.{key}"
    return SqlFailure(1062, "23000", f"Duplicate entry '{'-'.join(values)}' for key '{shown}'")


def _is_old(opened: _Open) -> bool:
    row = opened.connection.execute("SELECT version()").fetchone()
    return str(row[0]).startswith("5.")


def _alter(tokens: Sequence[Token], current: str) -> str:
    """ALTER TABLE, as far as SQLite can; keys that are no constraints need nothing."""
    words = [token.word for token in tokens]
    at = 4 if len(tokens) > 4 and tokens[3].text == "." else 2
    if words[1] != "TABLE" or len(tokens) <= at + 1:
        raise unsupported("ALTER " + (tokens[1].text if len(tokens) > 1 else ""))
    table, rest = expression(tokens[2 : at + 1], current), list(tokens[at + 1 :])
    verb = rest[0].word
    if verb == "ADD":
        rest = rest[2:] if rest[1].word == "COLUMN" else rest[1:]
        if rest[0].word in ("INDEX", "KEY", "FULLTEXT", "CONSTRAINT", "FOREIGN"):
            return ""
        if rest[0].word in ("UNIQUE", "PRIMARY"):
            raise unsupported("ALTER TABLE ADD a constraint")
        if rest[-1].word == "FIRST":
            rest = rest[:-1]
        if len(rest) > 2 and rest[-2].word == "AFTER":
            rest = rest[:-2]
        return f"ALTER TABLE {table} ADD COLUMN {column(rest, False, current)}"
    if verb in ("RENAME", "DROP"):
        return f"ALTER TABLE {table} {expression(rest, current)}"
    if verb in ("ENGINE", "AUTO_INCREMENT", "CONVERT", "DEFAULT", "CHARACTER", "COMMENT"):
        return ""
    raise unsupported(f"ALTER TABLE {rest[0].text}")
