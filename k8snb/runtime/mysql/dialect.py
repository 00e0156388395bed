"""MySQL's SQL in SQLite's words: strings, functions, column definitions, upserts.

Statements are rewritten token by token; what SQLite would not understand either way is left as it is and fails as a
syntax error does. Types keep their MySQL names (SQLite takes any), so DESCRIBE can show them.
"""

from __future__ import annotations

from collections.abc import Sequence

from k8snb.runtime.mysql.errors import SqlFailure, unsupported
from k8snb.runtime.mysql.lexer import Statement, Token

#: words whose function has another name here (those of SQLite would look at the host's clock, or are keywords)
_FUNCTIONS = {
    "NOW": "mysql_now", "SYSDATE": "mysql_now", "LOCALTIME": "mysql_now", "LOCALTIMESTAMP": "mysql_now",
    "CURRENT_TIMESTAMP": "mysql_now", "UTC_TIMESTAMP": "mysql_now", "CURDATE": "mysql_date", "CURRENT_DATE": "mysql_date",
    "CURTIME": "mysql_time", "CURRENT_TIME": "mysql_time", "DATE": "mysql_date", "TIME": "mysql_time",
    "LEFT": "mysql_left", "RIGHT": "mysql_right", "IF": "mysql_if", "CHAR_LENGTH": "length",
    "CHARACTER_LENGTH": "length", "LCASE": "lower", "UCASE": "upper", "GREATEST": "max", "LEAST": "min",
    "CEILING": "ceil", "POW": "power", "MID": "substr", "SUBSTRING": "substr", "SCHEMA": "database",
    "SESSION_USER": "user", "SYSTEM_USER": "user", "CURRENT_USER": "user", "STD": "avg",
}  # fmt: skip
_BARE = frozenset({"CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER"})
#: what a column definition may say that SQLite does not know, and how many words follow it that belong to it
_DROPPED = {"UNSIGNED": 0, "ZEROFILL": 0, "COMMENT": 1, "CHARSET": 1, "COLLATE": 1, "COLUMN_FORMAT": 1, "VISIBLE": 0}
_TEXT = ("CHAR", "VARCHAR", "TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET")


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def expression(tokens: Sequence[Token], current: str) -> str:
    """Tokens of any expression or query in SQLite's words; `current` is the database in use."""
    out: list[str] = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        calls = after is not None and after.text == "("
        if token.kind == "string":
            out.append(quoted(token.value))
        elif token.kind == "name":
            out.append(_scoped(token.name, after, current))
        elif token.kind == "word":
            out.append(_word(token, calls, after, current))
        elif token.text == "&&":
            out.append("AND")
        elif token.text == "<=>":
            out.append("IS")
        else:
            out.append(token.text)
    return " ".join(out)


def _scoped(name: str, after: Token | None, current: str) -> str:
    """An identifier; the database in use is SQLite's `main`."""
    if after is not None and after.text == "." and name == current:
        return "main"
    return identifier(name)


def _word(token: Token, calls: bool, after: Token | None, current: str) -> str:
    word = token.word
    if word.startswith("@"):
        return f"mysql_variable({quoted(token.text.lstrip('@').lower())})"
    if word in _BARE and not calls:
        return f"{_FUNCTIONS[word]}()"
    if calls and word in _FUNCTIONS:
        return _FUNCTIONS[word]
    if word == "RLIKE":
        return "REGEXP"
    if word == "XOR":
        raise unsupported("XOR")
    if word == "DUAL":
        return "(SELECT 1)"
    if after is not None and after.text == "." and token.text == current:
        return "main"
    return token.text


# -- definitions -------------------------------------------------------------------------------------------------


def split_items(tokens: Sequence[Token]) -> list[list[Token]]:
    """What stands between the commas of a list, at its own level."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [item for item in found if item]


def parenthesised(tokens: Sequence[Token], start: int) -> int:
    """Where the parenthesis that opens at `start` is closed."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if depth == 0:
            return at
    return len(tokens)


def create_table(statement: Statement, current: str) -> str:
    """A CREATE TABLE with a list of columns."""
    tokens = statement.tokens
    start = next((at for at, token in enumerate(tokens) if token.text == "("), None)
    if start is None:
        return expression(tokens, current)
    end = parenthesised(tokens, start)
    items = split_items(tokens[start + 1 : end])
    counted = _auto_increment(items)
    columns = [text for item in items if (text := _definition(item, counted, current))]
    rest = tokens[end + 1 :]
    query = next((at for at, token in enumerate(rest) if token.word == "SELECT"), None)
    if query is not None:
        raise unsupported("CREATE TABLE with columns and a query")
    return f"{expression(tokens[:start], current)} ({', '.join(columns)})"


def _auto_increment(items: list[list[Token]]) -> str:
    """The column that counts by itself; "" if none does."""
    for item in items:
        if any(token.word == "AUTO_INCREMENT" for token in item):
            return item[0].name
    return ""


def _definition(item: list[Token], counted: str, current: str) -> str:
    """A column or a key of a table; "" for what SQLite does not need."""
    words = [token.word for token in item]
    if words[0] in ("KEY", "INDEX", "FULLTEXT", "SPATIAL"):
        return ""
    if words[0] == "PRIMARY":
        columns = _columns(item)
        return "" if columns == [counted] else f"PRIMARY KEY ({', '.join(map(identifier, columns))})"
    if words[0] == "UNIQUE":
        return f"UNIQUE ({', '.join(map(identifier, _columns(item)))})"
    if words[0] in ("CONSTRAINT", "FOREIGN", "CHECK"):
        return expression(item, current)
    return column(item, item[0].name == counted, current)


def _columns(item: list[Token]) -> list[str]:
    start = next((at for at, token in enumerate(item) if token.text == "("), len(item) - 1)
    inner = item[start + 1 : parenthesised(item, start)]
    return [part[0].name for part in split_items(inner)]


def column(item: Sequence[Token], counted: bool, current: str) -> str:
    """One column's definition."""
    if len(item) < 2:
        raise SqlFailure(1064, "42000", f"You have an error in your SQL syntax near '{item[0].text}'")
    name, rest = identifier(item[0].name), list(item[1:])
    if counted:
        return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT"
    kind = rest[0].word
    out, at = [_type(rest)], 1
    if len(rest) > 1 and rest[1].text == "(":
        at = parenthesised(rest, 1) + 1
    if any(token.word == "UNSIGNED" for token in rest):
        out = [out[0] + " unsigned"]
    out = [identifier(out[0])]
    while at < len(rest):
        word = rest[at].word
        if word == "CHARACTER":
            at += 3
        elif word in _DROPPED:
            skipped = _DROPPED[word] + (1 if at + 1 < len(rest) and rest[at + 1].text == "=" else 0)
            at += 1 + skipped
        elif word == "ON" and at + 1 < len(rest) and rest[at + 1].word == "UPDATE":
            at += 3
            at = parenthesised(rest, at) + 1 if at < len(rest) and rest[at].text == "(" else at
        elif word == "DEFAULT" and at + 1 < len(rest):
            value = rest[at + 1 : at + 3] if rest[at + 1].text in "+-" else rest[at + 1 : at + 2]
            at += 1 + len(value)
            if at < len(rest) and rest[at].text == "(":
                at = parenthesised(rest, at) + 1
            out.append(f"DEFAULT ({expression(value, current)})")
        else:
            out.append(expression(rest[at : at + 1], current))
            at += 1
    return " ".join([name, *out, *(["COLLATE NOCASE"] if kind in _TEXT else [])])


def _type(rest: list[Token]) -> str:
    """A type's name with its length, or with an enumeration's values."""
    kind = rest[0].text.lower()
    if len(rest) > 1 and rest[1].text == "(":
        inner = rest[2 : parenthesised(rest, 1)]
        if kind in ("enum", "set"):
            return f"{kind}({','.join(quoted(token.value) for token in inner if token.kind == 'string')})"
        return f"{kind}({','.join(token.text for token in inner if token.text != ',')})"
    return kind


# -- writing -----------------------------------------------------------------------------------------------------


def insert(statement: Statement, current: str) -> str:
    """INSERT with MySQL's own endings: IGNORE, SET, ON DUPLICATE KEY UPDATE."""
    tokens = list(statement.tokens)
    if len(tokens) > 1 and tokens[1].word in ("IGNORE", "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY"):
        ignoring = tokens.pop(1).word == "IGNORE"
        if ignoring:
            tokens[0] = tokens[0]._replace(text="INSERT OR IGNORE", kind="sign")
    if len(tokens) > 1 and tokens[1].word != "INTO":
        tokens.insert(1, Token("word", "INTO", 0))
    tokens = [token._replace(text="VALUES") if token.word == "VALUE" else token for token in tokens]
    tokens = _assignments(tokens)
    cut = next(
        (at for at in range(len(tokens)) if [t.word for t in tokens[at : at + 3]] == ["ON", "DUPLICATE", "KEY"]), None
    )
    if cut is None:
        return expression(tokens, current)
    update = tokens[cut + 4 :]
    out: list[Token] = []
    at = 0
    while at < len(update):
        if update[at].word == "VALUES" and at + 3 < len(update):
            out.append(Token("sign", f"excluded.{identifier(update[at + 2].name)}", 0))
            at += 4
        else:
            out.append(update[at])
            at += 1
    return f"{expression(tokens[:cut], current)} ON CONFLICT DO UPDATE SET {expression(out, current)}"


def _assignments(tokens: list[Token]) -> list[Token]:
    """`INSERT INTO t SET a = 1, b = 2` as a list of columns and one of values."""
    at = next((at for at, token in enumerate(tokens[:6]) if token.word == "SET"), None)
    if at is None or any(token.word in ("VALUES", "SELECT") for token in tokens[:at]):
        return tokens
    names: list[Token] = []
    values: list[Token] = []
    comma = Token("sign", ",", 0)
    for item in split_items(tokens[at + 1 :]):
        names += [item[0], comma]
        values += [*item[2:], comma]
    sign = [Token("sign", text, 0) for text in ("(", ") VALUES (", ")")]
    return [*tokens[:at], sign[0], *names[:-1], sign[1], *values[:-1], sign[2]]
