"""Statements about databases and accounts: CREATE and DROP DATABASE, users, GRANT and REVOKE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.mysql.errors import SqlFailure, syntax, unsupported
from k8snb.runtime.mysql.lexer import Statement, Token
from k8snb.runtime.mysql.result import Result
from k8snb.runtime.mysql.storage import VIRTUAL

if TYPE_CHECKING:
    from k8snb.runtime.mysql.engine import Session

ADMINISTRATION = frozenset(
    {
        *((verb, what) for verb in ("CREATE", "DROP", "ALTER") for what in ("DATABASE", "SCHEMA", "USER")),
        ("SET", "PASSWORD"),
    }
)


def administer(session: Session, statement: Statement) -> Result:
    """Do it, if the account may. SqlFailure."""
    verb, what, *_ = (*statement.words(2), "")
    if verb in ("GRANT", "REVOKE"):
        return _grant(session, statement, verb == "REVOKE")
    if what in ("DATABASE", "SCHEMA"):
        return _database(session, statement, verb)
    if verb == "SET":
        raise unsupported("SET PASSWORD")
    return _user(session, statement, verb)


def _root(session: Session, what: str) -> None:
    if session.account.databases is not None:
        raise SqlFailure(
            1227, "42000", f"Access denied; you need (at least one of) the {what} privilege(s) for this operation"
        )


def _database(session: Session, statement: Statement, verb: str) -> Result:
    tokens = list(statement.tokens[2:])
    lenient = bool(tokens) and tokens[0].word == "IF"
    tokens = [token for token in tokens if token.word not in ("IF", "NOT", "EXISTS")]
    if not tokens:
        raise syntax("", 1)
    name = tokens[0].name if tokens[0].kind != "string" else ""
    if not name:
        raise syntax(tokens[0].text, 1)
    if not session.account.may(name) or name in (*VIRTUAL, "mysql"):
        who = f"'{session.account.user}'@'{session.account.host}'"
        raise SqlFailure(1044, "42000", f"Access denied for user {who} to database '{name}'")
    there = session.storage.has(name)
    if verb == "CREATE":
        if there and not lenient:
            raise SqlFailure(1007, "HY000", f"Can't create database '{name}'; database exists")
        if not there:
            session.storage.make(name)
        return Result(affected=1)
    if verb == "DROP":
        if not there and not lenient:
            raise SqlFailure(1008, "HY000", f"Can't drop database '{name}'; database doesn't exist")
        if there:
            session.storage.drop(name)
            session.database = "" if session.database == name else session.database
    return Result()


def _account(tokens: list[Token], at: int) -> tuple[str, str, int]:
    """(user, host, where it ends) of `'me'@'%'`."""
    if at >= len(tokens):
        raise syntax("", 1)
    user = tokens[at].value if tokens[at].kind == "string" else tokens[at].name
    after = tokens[at + 1 : at + 3]
    if after and after[0].kind == "word" and after[0].text.startswith("@"):
        return user, after[0].text[1:], at + 2
    if len(after) == 2 and after[0].text == "@":
        return user, after[1].value if after[1].kind == "string" else after[1].name, at + 3
    return user, "%", at + 1


def _password(tokens: list[Token]) -> str | None:
    for at, token in enumerate(tokens):
        if token.word == "BY" and at + 1 < len(tokens) and tokens[at + 1].kind == "string":
            return tokens[at + 1].value
    return None


def _user(session: Session, statement: Statement, verb: str) -> Result:
    _root(session, "CREATE USER")
    tokens = [token for token in statement.tokens[2:] if token.word not in ("IF", "NOT", "EXISTS")]
    lenient = any(token.word == "EXISTS" for token in statement.tokens[2:5])
    user, host, end = _account(tokens, 0)
    accounts, who = session.accounts, f"'{user}'@'{host}'"
    if verb == "DROP":
        done = accounts.drop(user, host)
    else:
        done = accounts.create(user, host, _password(tokens[end:]) or "", replace=verb == "ALTER")
    if not done and not lenient:
        raise SqlFailure(1396, "HY000", f"Operation {verb} USER failed for {who}")
    return Result()


def _grant(session: Session, statement: Statement, revoke: bool) -> Result:
    _root(session, "GRANT OPTION")
    tokens = list(statement.tokens)
    on = next((at for at, token in enumerate(tokens) if token.word == "ON"), None)
    to = next((at for at, token in enumerate(tokens) if token.word == ("FROM" if revoke else "TO")), None)
    if on is None or to is None:
        raise unsupported("roles")
    database = tokens[on + 1].name
    user, host, end = _account(tokens, to + 1)
    password = _password(tokens[end:])
    if password is not None and not session.accounts.create(user, host, password):
        session.accounts.create(user, host, password, replace=True)
    if not session.accounts.grant(user, host, database, revoke):
        raise SqlFailure(1410, "42000", "You are not allowed to create a user with GRANT")
    return Result()
