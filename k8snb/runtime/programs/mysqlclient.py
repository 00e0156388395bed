"""mysql, mysqladmin and mysqldump: clients of a MySQL server, over its socket or over the network.

`mysql -e`, a script on standard input, or a prompt at a terminal. A transaction at the prompt is sent again from its beginning
with each line, because each line is a connection of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.mysql.errors import SqlError
from k8snb.runtime.mysql.lexer import statements
from k8snb.runtime.mysql.result import Result
from k8snb.runtime.mysql.tables import boxed, plain, tail, vertical
from k8snb.runtime.mysql.wire import Answer, Question
from k8snb.runtime.net import NetError
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause
from k8snb.runtime.programs.rediscli import terminal
from k8snb.runtime.programs.talk import MYSQL, exchange, over_socket

_SOCKET = "/var/run/mysqld/mysqld.sock"
_VERSION_FILE = "/usr/share/mysql/version"
_SHORT = {"u": "user", "p": "password", "h": "host", "P": "port", "D": "database", "e": "execute", "S": "socket"}
_FLAGS = {
    "N": "skip-column-names", "B": "batch", "s": "silent", "t": "table", "E": "vertical", "r": "raw", "f": "force",
    "A": "no-auto-rehash", "v": "verbose", "B_": "databases", "C": "compress", "b": "no-beep", "d": "no-data",
}  # fmt: skip
_LONG_FLAGS = frozenset(_FLAGS.values()) | {
    "all-databases", "single-transaction", "quick", "no-create-info", "skip-lock-tables", "routines", "triggers", "events",
    "no-tablespaces", "skip-comments", "skip-ssl", "opt", "add-drop-table", "lock-tables", "skip-add-locks", "version", "help",
    "column-names", "comments", "no-create-db", "compact", "databases", "add-drop-database", "hex-blob",
    "get-server-public-key",
}  # fmt: skip
_LONG_VALUES = frozenset(_SHORT.values()) | {
    "protocol", "connect-timeout", "default-character-set", "ssl-mode", "defaults-file", "result-file",
    "set-gtid-purged", "wait",
}  # fmt: skip


class Options(NamedTuple):
    """A command line: values by name, flags, and the other words."""

    values: dict[str, str]
    flags: frozenset[str]
    words: tuple[str, ...]

    @property
    def user(self) -> str:
        return self.values.get("user", "root")

    @property
    def host(self) -> str:
        return self.values.get("host", "localhost")


def parse(call: Call, dump: bool = False) -> Options:
    """The command line. Failure with the client's words."""
    values, flags, words = dict[str, str](), set[str](), list[str]()
    rest = call.args
    while rest:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word[2:].partition("=")
            if name in ("password", "wait"):
                values[name] = value if equals else ""
            elif name in _LONG_VALUES:
                values[name] = value if equals else (rest.pop(0) if rest else "")
            elif name in _LONG_FLAGS:
                flags.add(name)
            else:
                raise _Unknown(f"[ERROR] unknown option '{word}'.")
        elif word.startswith("-") and len(word) > 1:
            _short(word[1:], rest, values, flags, dump)
        else:
            words.append(word)
    return Options(values, frozenset(flags), tuple(words))


def _short(letters: str, rest: list[str], values: dict[str, str], flags: set[str], dump: bool) -> None:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter == "p":
            values["password"] = letters
            return
        if letter in _SHORT:
            values[_SHORT[letter]] = letters or (rest.pop(0) if rest else "")
            return
        if letter in ("V", "?"):
            flags.add("version" if letter == "V" else "help")
        elif dump and letter in ("A", "B"):
            flags.add("all-databases" if letter == "A" else "databases")
        elif letter in _FLAGS:
            flags.add(_FLAGS[letter])
        else:
            raise _Unknown(f"[ERROR] unknown option '-{letter}'.")


class _Unknown(Failure):
    pass


def _password(call: Call, given: Options) -> str:
    """The password: from the command line with a warning, else from the environment."""
    if "password" not in given.values:
        return call.env.get("MYSQL_PWD", "")
    if given.values["password"]:
        call.err(f"{call.name}: [Warning] Using a password on the command line interface can be insecure.\n")
        return given.values["password"]
    return ""


def version_of(call: Call) -> str:
    """The version of the server and its clients that this image has."""
    try:
        return call.machine.fs.read(_VERSION_FILE).decode()
    except FileError:
        return "8.4.6"


def ask(call: Call, given: Options, password: str, sql: str, database: str = "") -> Answer | SqlError:
    """One connection to the server: its answer, or why there is none."""
    question = Question(given.user, password, database, sql).encode()
    port = int(given.values["port"]) if given.values.get("port", "").isdigit() else 3306
    socket = given.host == "localhost" and given.values.get("protocol", "socket").lower() != "tcp"
    if socket:
        reply = over_socket(call, MYSQL, port, question)
        if isinstance(reply, NetError):
            return SqlError(2002, "HY000", f"Can't connect to local MySQL server through socket '{_SOCKET}' (2)")
        return Answer.decode(reply.body)
    reply = exchange(call, MYSQL, given.host, port, question)
    if not isinstance(reply, NetError):
        return Answer.decode(reply.body)
    if reply.kind == "dns":
        return SqlError(2005, "HY000", f"Unknown MySQL server host '{given.host}' (-2)")
    if reply.kind == "reset":
        return SqlError(
            2013, "HY000", "Lost connection to MySQL server at 'reading initial communication packet', system error: 0"
        )
    code = {"refused": 111, "timeout": 110}.get(reply.kind, 113)
    old = version_of(call).startswith("5.")
    place = given.host if old else f"{given.host}:{port}"
    return SqlError(2003, "HY000", f"Can't connect to MySQL server on '{place}' ({code})")


# -- mysql -------------------------------------------------------------------------------------------------------


class State(NamedTuple):
    """What an interactive client remembers."""

    password: str
    database: str = ""
    #: what has been typed of a statement that is not complete
    begun: str = ""
    transaction: str = ""
    prompted: bool = False
    greeted: bool = False


def mysql(call: Call) -> Outcome:
    """The client itself."""
    given = parse(call)
    if "version" in given.flags:
        version = version_of(call)
        call.out(f"{call.argv[0]}  Ver {version} for Linux on x86_64 (MySQL Community Server - GPL)\n")
        return 0
    database = given.values.get("database") or (given.words[0] if given.words else "")
    state: State | None = call.state
    if state is None:
        state = State(_password(call, given), database)
        if "execute" in given.values:
            return _run(call, given, state, given.values["execute"])
        if not _input_is_terminal(call):
            call.process.state = state
    if "execute" not in given.values and not _input_is_terminal(call):
        return _run(call, given, state, call.stdin().decode("utf-8", "replace"))
    return _interactive(call, given, state)


def _input_is_terminal(call: Call) -> bool:
    fd = call.process.fds.get(0)
    session = call.machine.sessions.get(fd.id) if fd is not None and fd.kind == "in" else None
    return session is not None and session.tty


def _run(call: Call, given: Options, state: State, sql: str) -> int:
    """Run statements and print what they answer, without talk."""
    answer = ask(call, given, state.password, sql, state.database)
    if isinstance(answer, SqlError):
        call.err(f"{answer}\n")
        return 1
    table = "table" in given.flags or (terminal(call) and "batch" not in given.flags and "execute" in given.values)
    for result in answer.results:
        call.out(_printed(result, given, table))
    if answer.error is not None:
        line = f" at line {_line_of(sql, len(answer.results))}" if answer.error.code not in _AT_LOGIN else ""
        call.err(f"ERROR {answer.error.code} ({answer.error.state}){line}: {answer.error.text}\n")
        return 1
    return 0


_AT_LOGIN = frozenset((1045, 1049))


def _line_of(sql: str, index: int) -> int:
    every = statements(sql + ";")[0]
    return sql.count("\n", 0, every[index].tokens[0].at) + 1 if index < len(every) else 1


def _printed(result: Result, given: Options, table: bool) -> str:
    if not result.columns or not result.rows:
        return ""
    if result.vertical or "vertical" in given.flags:
        return vertical(result)
    if table:
        return boxed(result)
    return plain(result, "skip-column-names" not in given.flags, "raw" in given.flags)


_GREETING = """Welcome to the MySQL monitor.  Commands end with ; or \\g.
Your MySQL connection id is 8
Server version: {version} MySQL Community Server {license}

Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.

"""


def _interactive(call: Call, given: Options, state: State) -> Outcome:
    """A line at the prompt."""
    if not state.greeted:
        answer = ask(call, given, state.password, "", state.database)
        problem = answer if isinstance(answer, SqlError) else answer.error
        if problem is not None:
            call.err(f"{problem}\n")
            return 1
        assert isinstance(answer, Answer)
        call.out(
            _GREETING.format(version=answer.version, license="(GPL)" if answer.version.startswith("5.") else "- GPL")
        )
        return Pause(0.0, state._replace(greeted=True))
    if not state.prompted:
        call.out("    -> " if state.begun else "mysql> ")
        return Pause(0.0, state._replace(prompted=True))
    line = call.machine.read_line(call.process, 0)
    if not line:
        call.out("Bye\n")
        return 0
    text = line.decode("utf-8", "replace")
    state = state._replace(prompted=False)
    if text.strip().lower().rstrip(";") in ("exit", "quit", "\\q") and not state.begun:
        call.out("Bye\n")
        return 0
    if text.strip() == "\\c":
        return Pause(0.0, state._replace(begun=""))
    typed = state.begun + text
    every, rest = statements(typed.replace("\\g", ";"))
    state = state._replace(begun=rest if rest.strip() else "")
    for statement in every:
        ending = "\\G" if statement.vertical else ";"
        state = _statement(call, given, state, statement.text + ending, statement.words(2))
    return Pause(0.0, state)


def _statement(call: Call, given: Options, state: State, sql: str, words: tuple[str, ...]) -> State:
    """Run one statement of the prompt, and show its result as a person reads it."""
    answer = ask(call, given, state.password, state.transaction + sql, state.database)
    if isinstance(answer, SqlError) or answer.error is not None:
        call.out(f"{answer if isinstance(answer, SqlError) else answer.error}\n")
        return state
    result = answer.results[-1] if answer.results else Result()
    if result.columns and result.rows:
        call.out(vertical(result) if result.vertical else boxed(result))
    call.out(tail(result, 0.0))
    if result.changed:
        state = state._replace(database=result.changed)
    if words[0] == "BEGIN" or words == ("START", "TRANSACTION"):
        return state._replace(transaction=sql)
    if words[0] in ("COMMIT", "ROLLBACK"):
        return state._replace(transaction="")
    return state._replace(transaction=state.transaction + sql) if state.transaction else state


# -- mysqladmin and mysqldump ------------------------------------------------------------------------------------


def mysqladmin(call: Call) -> Outcome:
    """`ping`, `status`, `version`, `create`, `drop`, `processlist`, `shutdown`."""
    given = parse(call)
    verb = given.words[0] if given.words else ""
    password = _password(call, given)
    sql = {"create": "CREATE DATABASE `{0}`", "drop": "DROP DATABASE `{0}`", "processlist": "SHOW PROCESSLIST"}.get(
        verb, ""
    )
    if verb not in ("ping", "status", "version", "create", "drop", "processlist", "shutdown"):
        call.err(f"mysqladmin: Unknown command: '{verb}'\n")
        return 1
    if verb == "shutdown":
        raise Failure("[ERROR] `shutdown` is not simulated: stop the container, or send the server a signal")
    name = given.words[1] if len(given.words) > 1 else ""
    answer = ask(call, given, password, sql.format(name))
    problem = answer if isinstance(answer, SqlError) else answer.error
    if problem is not None and not (verb == "ping" and problem.code == 1045):
        failed = "CREATE DATABASE" if verb == "create" else "DROP DATABASE"
        if problem.code in (1007, 1008):
            call.err(f"mysqladmin: {failed} failed; error: '{problem.text}'\n")
            return 1
        call.err(f"mysqladmin: connect to server at '{given.host}' failed\nerror: '{problem.text}'\n")
        if problem.code == 2002:
            call.err("Check that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!\n")
        return 1
    if verb == "ping":
        call.out("mysqld is alive\n")
    elif verb == "processlist" and isinstance(answer, Answer):
        call.out(boxed(answer.results[0]))
    elif verb == "version" and isinstance(answer, Answer):
        call.out(
            f"mysqladmin  Ver {answer.version} for Linux on x86_64 (MySQL Community Server - GPL)\n"
            f"Server version\t\t{answer.version}\n"
        )
    elif verb == "drop":
        call.out(f'Database "{name}" dropped\n')
    elif verb == "status":
        call.out(
            "Uptime: 60  Threads: 1  Questions: 2  Slow queries: 0  Opens: 100  Flush tables: 3  Open tables: 20\n"
        )
    return 0


def mysqldump(call: Call) -> Outcome:
    """Databases as the statements that make them again."""
    given = parse(call, dump=True)
    password = _password(call, given)
    if "all-databases" in given.flags:
        listed = ask(call, given, password, "SHOW DATABASES")
        if isinstance(listed, SqlError) or listed.error is not None:
            return _no_dump(call, listed if isinstance(listed, SqlError) else listed.error)
        made_up = ("information_schema", "performance_schema", "sys", "mysql")
        databases = [row[0] for row in listed.results[0].rows if row[0] not in made_up]
    else:
        databases = list(given.words if "databases" in given.flags else given.words[:1])
    if not databases:
        call.err(
            "Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\n"
        )
        return 1
    whole = bool(given.flags & {"all-databases", "databases"})
    text: list[str] = []
    for name in databases:
        wanted = () if whole else given.words[1:]
        problem = _dump(call, given, password, name, wanted, whole, text)
        if problem is not None:
            return _no_dump(call, problem)
    call.out("".join(text))
    if "compact" not in given.flags and "skip-comments" not in given.flags:
        call.out(f"-- Dump completed on {format_date('%Y-%m-%d %H:%M:%S', call.now)}\n")
    return 0


def _no_dump(call: Call, problem: SqlError | None) -> int:
    assert problem is not None
    tail_ = " when trying to connect" if problem.code in (1045, 2002, 2003, 2005) else " when selecting the database"
    call.err(f"mysqldump: Got error: {problem.code}: {problem.text}{tail_}\n")
    return 2


def _dump(
    call: Call, given: Options, password: str, database: str, wanted: tuple[str, ...], whole: bool, text: list[str]
) -> SqlError | None:
    listed = ask(call, given, password, "SHOW TABLES", database)
    if isinstance(listed, SqlError) or listed.error is not None:
        return listed if isinstance(listed, SqlError) else listed.error
    if "compact" not in given.flags:
        text.append(
            f"-- MySQL dump 10.13  Distrib {listed.version}, for Linux (x86_64)\n--\n"
            f"-- Host: {given.host}    Database: {database}\n"
            f"-- {'-' * 54}\n-- Server version\t{listed.version}\n\n"
        )
    if whole:
        text.append(f"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `{database}`;\n\nUSE `{database}`;\n\n")
    for (table,) in listed.results[0].rows:
        if wanted and table not in wanted:
            continue
        rows = ask(call, given, password, f"SHOW CREATE TABLE `{table}`; SELECT * FROM `{table}`", database)
        if isinstance(rows, SqlError) or rows.error is not None:
            return rows if isinstance(rows, SqlError) else rows.error
        if "no-create-info" not in given.flags:
            text.append(
                f"--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\n"
                f"{rows.results[0].rows[0][1]};\n\n"
            )
        if "no-data" not in given.flags:
            text.append(f"--\n-- Dumping data for table `{table}`\n--\n\nLOCK TABLES `{table}` WRITE;\n")
            values = ",".join(f"({','.join(map(_literal, row))})" for row in rows.results[1].rows)
            text.append((f"INSERT INTO `{table}` VALUES {values};\n" if values else "") + "UNLOCK TABLES;\n\n")
    return None


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{text}'"
