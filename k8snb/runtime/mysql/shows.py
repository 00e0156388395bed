"""SHOW and DESCRIBE, and the tables of information_schema: what a server tells about what it has."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from k8snb.runtime.mysql.dialect import identifier
from k8snb.runtime.mysql.errors import SqlFailure, no_database, no_table, unknown_database, unsupported
from k8snb.runtime.mysql.lexer import Statement, Token
from k8snb.runtime.mysql.result import Result
from k8snb.runtime.mysql.storage import VIRTUAL, connect, fill

if TYPE_CHECKING:
    from k8snb.runtime.mysql.engine import Session

_VARIABLES = {
    "character_set_server": "utf8mb4", "datadir": "/var/lib/mysql/", "hostname": "", "innodb_buffer_pool_size": "134217728",
    "max_allowed_packet": "1048576", "max_connections": "151", "port": "3306", "read_only": "OFF", "skip_networking": "OFF",
    "socket": "/var/run/mysqld/mysqld.sock", "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "time_zone": "SYSTEM",
    "version_comment": "MySQL Community Server - GPL", "wait_timeout": "28800", "autocommit": "1",
    "lower_case_table_names": "0",
}  # fmt: skip


def variable(name: str) -> str | None:
    """The value of `@@name`."""
    return _VARIABLES.get(name.rpartition(".")[2].lower())


def show(session: Session, statement: Statement) -> Result:
    """One SHOW, DESCRIBE or EXPLAIN TABLE."""
    tokens = [token for token in statement.tokens if token.word not in ("FULL", "GLOBAL", "SESSION", "EXTENDED")]
    words = [token.word for token in tokens]
    if words[0] != "SHOW":
        return _columns(session, *_table(session, tokens, 1))
    topic = words[1] if len(words) > 1 else ""
    if topic == "CREATE" and len(tokens) > 3:
        return _create(session, tokens)
    handler = _TOPICS.get(topic)
    if handler is None:
        raise unsupported(f"SHOW {tokens[1].text if len(tokens) > 1 else ''}")
    return handler(session, tokens, _like(tokens))


def _like(tokens: list[Token]) -> Callable[[str], bool]:
    """The filter of `LIKE 'x%'`."""
    for at, token in enumerate(tokens):
        if token.word == "WHERE":
            raise unsupported("SHOW … WHERE")
        if token.word == "LIKE" and at + 1 < len(tokens) and tokens[at + 1].kind == "string":
            text = tokens[at + 1].value.replace("\\_", "\0").replace("%", "*").replace("_", "?").replace("\0", "_")
            pattern = re.compile(translate(text), re.IGNORECASE)
            return lambda name: pattern.match(name) is not None
    return lambda name: True


def _from(session: Session, tokens: list[Token]) -> str:
    """The database of `FROM x` or `IN x`, or the one in use."""
    for at, token in enumerate(tokens[:-1]):
        if token.word in ("FROM", "IN"):
            return tokens[at + 1].name
    return session.database


def visible(session: Session) -> list[str]:
    """The databases that an account sees."""
    kept = [name for name in session.storage.names() if session.account.may(name)]
    made_up = VIRTUAL if session.account.databases is None else ("information_schema", "performance_schema")
    return sorted([*kept, *made_up])


def _databases(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    return Result(("Database",), tuple((name,) for name in visible(session) if like(name)))


def _opened(session: Session, database: str) -> sqlite3.Connection:
    if not session.account.may(database):
        who = f"'{session.account.user}'@'{session.account.host}'"
        raise SqlFailure(1044, "42000", f"Access denied for user {who} to database '{database}'")
    connection = connect()
    fill(connection, "main", session.storage.read(database))
    return connection


def _table_names(connection: sqlite3.Connection) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
    return [name for (name,) in connection.execute(sql)]


def _tables(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    database = _from(session, tokens)
    if not database:
        raise no_database()
    names: list[str] = []
    if database == "information_schema":
        names = ["COLUMNS", "SCHEMATA", "TABLES"]
    elif database not in VIRTUAL:
        if not session.storage.has(database):
            raise unknown_database(database)
        names = _table_names(_opened(session, database))
    return Result((f"Tables_in_{database}",), tuple((name,) for name in names if like(name)))


def _table(session: Session, tokens: list[Token], at: int) -> tuple[str, str]:
    """(database, table) named at a place. SqlFailure."""
    if at >= len(tokens):
        raise SqlFailure(1064, "42000", "You have an error in your SQL syntax near '' at line 1")
    if len(tokens) > at + 2 and tokens[at + 1].text == ".":
        return tokens[at].name, tokens[at + 2].name
    database = session.database
    for place, token in enumerate(tokens[at + 1 : -1], at + 1):
        if token.word in ("FROM", "IN"):
            database = tokens[place + 1].name
    if not database:
        raise no_database()
    return database, tokens[at].name


def _fields(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    at = next((at for at, token in enumerate(tokens) if token.word in ("FROM", "IN")), len(tokens))
    return _columns(session, *_table(session, tokens, at + 1))


def described(session: Session, connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """(name, type, may be NULL, key, default, extra) of each column."""
    unique = set()
    for _, index, is_unique, *_ in connection.execute(f"PRAGMA index_list({identifier(table)})").fetchall():
        columns = connection.execute(f"PRAGMA index_info({identifier(index)})").fetchall()
        if is_unique and len(columns) == 1:
            unique.add(columns[0][2])
    sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    counting = "AUTOINCREMENT" in (sql[0] or "") if sql else False
    rows = []
    for _, name, kind, required, default, primary in connection.execute(f"PRAGMA table_info({identifier(table)})"):
        key = "PRI" if primary else "UNI" if name in unique else ""
        auto = counting and primary and kind.upper() == "INTEGER"
        nullable = "NO" if required or primary else "YES"
        rows.append(
            (
                name,
                shown_type(kind, session.facts.version),
                nullable,
                key,
                _default(default),
                "auto_increment" if auto else "",
            )
        )
    return rows


def _default(text: str | None) -> str | None:
    if text is None or text.upper() == "NULL":
        return None
    if text.startswith("mysql_now"):
        return "CURRENT_TIMESTAMP"
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


_WIDTHS = {"int": 11, "integer": 11, "bigint": 20, "smallint": 6, "tinyint": 4, "mediumint": 9}


def shown_type(kind: str, version: str) -> str:
    """A type as this version of the server names it."""
    lowered = kind if kind.lower().startswith(("enum", "set(")) else kind.lower()
    base = re.split(r"[( ]", lowered)[0]
    name = {"integer": "int", "boolean": "tinyint", "bool": "tinyint", "dec": "decimal", "numeric": "decimal"}.get(
        base, base
    )
    rest = lowered[len(base) :]
    if base in ("boolean", "bool"):
        rest = "(1)"
    if name in _WIDTHS:
        width = re.match(r"\((\d+)\)", rest)
        if version.startswith("5."):
            rest = rest if width else f"({10 if 'unsigned' in rest and name == 'int' else _WIDTHS[name]}){rest}"
        elif width and not (name == "tinyint" and width[1] == "1"):
            rest = rest[width.end() :]
    if name == "decimal" and not rest.startswith("("):
        rest = "(10,0)" + rest
    return name + ("(1)" if name == "char" and not rest else rest)


def _columns(session: Session, database: str, table: str) -> Result:
    if database in VIRTUAL:
        raise unsupported(f"DESCRIBE of {database}")
    connection = _opened(session, database)
    if table not in _table_names(connection):
        raise no_table(database, table)
    heads = ("Field", "Type", "Null", "Key", "Default", "Extra")
    return Result(heads, tuple(described(session, connection, table)))


def _create(session: Session, tokens: list[Token]) -> Result:
    if tokens[2].word in ("DATABASE", "SCHEMA"):
        name = tokens[3].name
        if not session.storage.has(name):
            raise unknown_database(name)
        text = f"CREATE DATABASE `{name}` /*!40100 DEFAULT CHARACTER SET {_charset(session)} */"
        return Result(("Database", "Create Database"), ((name, text),))
    if tokens[2].word != "TABLE":
        raise unsupported(f"SHOW CREATE {tokens[2].text}")
    database, table = _table(session, tokens, 3)
    connection = _opened(session, database)
    if table not in _table_names(connection):
        raise no_table(database, table)
    return Result(("Table", "Create Table"), ((table, definition(session, connection, table)),))


def _charset(session: Session) -> str:
    return "latin1" if session.facts.version.startswith("5.") else "utf8mb4 COLLATE utf8mb4_0900_ai_ci"


def definition(session: Session, connection: sqlite3.Connection, table: str) -> str:
    """The CREATE TABLE that makes such a table."""
    rows = described(session, connection, table)
    lines = []
    for name, kind, nullable, _, default, extra in rows:
        tail = " NOT NULL" if nullable == "NO" else ""
        if extra:
            tail += " AUTO_INCREMENT"
        elif default is not None:
            tail += f" DEFAULT {default}" if default == "CURRENT_TIMESTAMP" else f" DEFAULT '{default}'"
        elif nullable == "YES" and not kind.endswith("text") and not kind.endswith("blob"):
            tail += " DEFAULT NULL"
        lines.append(f"  `{name}` {kind}{tail}")
    primary = [name for name, _, _, key, _, _ in rows if key == "PRI"]
    if primary:
        lines.append(f"  PRIMARY KEY ({','.join(f'`{name}`' for name in primary)})")
    lines += [f"  UNIQUE KEY `{name}` (`{name}`)" for name, _, _, key, _, _ in rows if key == "UNI"]
    counter = ""
    if any(row[5] for row in rows):
        known = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        counter = f" AUTO_INCREMENT={known[0] + 1}" if known else ""
    charset = "latin1" if session.facts.version.startswith("5.") else "utf8mb4 COLLATE=utf8mb4_0900_ai_ci"
    return f"CREATE TABLE `{table}` (\n" + ",\n".join(lines) + f"\n) ENGINE=InnoDB{counter} DEFAULT CHARSET={charset}"


def _variables(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    known = {**_VARIABLES, "version": session.facts.version}
    return Result(("Variable_name", "Value"), tuple((name, known[name]) for name in sorted(known) if like(name)))


def _status(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    known = {"Threads_connected": "1", "Threads_running": "1", "Slow_queries": "0"}
    return Result(("Variable_name", "Value"), tuple((name, value) for name, value in known.items() if like(name)))


def _processes(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    heads = ("Id", "User", "Host", "db", "Command", "Time", "State", "Info")
    row = (
        8,
        session.account.user,
        session.account.origin,
        session.database or None,
        "Query",
        0,
        "init",
        "show processlist",
    )
    return Result(heads, (row,))


def _grants(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    if any(token.word == "FOR" for token in tokens):
        raise unsupported("SHOW GRANTS FOR another account")
    account, old = session.account, session.facts.version.startswith("5.")
    who = f"'{account.user}'@'{account.host}'" if old else f"`{account.user}`@`{account.host}`"
    rows = [
        f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"
        if account.databases is None
        else f"GRANT USAGE ON *.* TO {who}"
    ]
    rows += [f"GRANT ALL PRIVILEGES ON `{name}`.* TO {who}" for name in sorted(account.databases or ())]
    return Result((f"Grants for {account.user}@{account.host}",), tuple((row,) for row in rows))


def _nothing(session: Session, tokens: list[Token], like: Callable[[str], bool]) -> Result:
    return Result()


_TOPICS: dict[str, Callable[[Any, list[Token], Callable[[str], bool]], Result]] = {
    "DATABASES": _databases, "SCHEMAS": _databases, "TABLES": _tables, "COLUMNS": _fields, "FIELDS": _fields,
    "VARIABLES": _variables, "STATUS": _status, "PROCESSLIST": _processes, "GRANTS": _grants, "WARNINGS": _nothing,
}  # fmt: skip


def information(session: Session, connection: sqlite3.Connection, schema: str) -> None:
    """Make information_schema: SCHEMATA, TABLES and COLUMNS, as they are now."""
    if schema != "main":
        connection.execute(f"ATTACH ':memory:' AS {identifier(schema)}")
    prefix = identifier(schema)
    connection.execute(f"CREATE TABLE {prefix}.SCHEMATA (SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME)")
    connection.execute(
        f"CREATE TABLE {prefix}.TABLES (TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH)"
    )
    connection.execute(
        f"CREATE TABLE {prefix}.COLUMNS (TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, "
        "IS_NULLABLE, DATA_TYPE, COLUMN_TYPE, COLUMN_KEY, EXTRA)"
    )
    for database in visible(session):
        connection.execute(f"INSERT INTO {prefix}.SCHEMATA VALUES (?, 'utf8mb4')", (database,))
        if database in VIRTUAL:
            continue
        content = session.storage.read(database)
        opened = connect()
        fill(opened, "main", content)
        for table in _table_names(opened):
            count = opened.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()[0]
            row = (database, table, "BASE TABLE", "InnoDB", count, 16384, 0)
            connection.execute(f"INSERT INTO {prefix}.TABLES VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            for place, (name, kind, nullable, key, default, extra) in enumerate(described(session, opened, table), 1):
                values = (database, table, name, place, default, nullable, kind.partition("(")[0], kind, key, extra)
                connection.execute(f"INSERT INTO {prefix}.COLUMNS VALUES ({', '.join('?' * 10)})", values)
        opened.close()
