"""mysql: the entry point's contract (MYSQL_* variables, a first initialisation) and a server whose data lives in its directory.

The first start initialises `/var/lib/mysql` and fixes the passwords; later ones only read it. Init scripts (`*.sql`, `*.sh` in
/docker-entrypoint-initdb.d) run once. Left out: replication, configuration files beyond their port, TLS.
Source: docker-library/mysql, docker-entrypoint.sh.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, FileError, join, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.mysql.engine import Session
from k8snb.runtime.mysql.errors import SqlFailure
from k8snb.runtime.mysql.functions import Facts
from k8snb.runtime.mysql.lexer import statements
from k8snb.runtime.mysql.storage import Storage
from k8snb.runtime.mysql.users import Account, Accounts
from k8snb.runtime.mysql.wire import Answer, Question
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Become, Call, Outcome, Pause, Run, Serve
from k8snb.runtime.programs.talk import MYSQL

_VERSIONS = {
    "5.7": "5.7.44", "5": "5.7.44", "5.7.44": "5.7.44", "5.6": "5.6.51", "8.0": "8.0.43", "8": "8.4.6", "8.4": "8.4.6",
    "lts": "8.4.6", "9": "9.4.0", "latest": "9.4.0",
}  # fmt: skip
_PROGRAM = "image:mysql:Mysql"
_INIT = "/docker-entrypoint-initdb.d"
#: seconds of the first initialisation, of the temporary server's work, of a plain start
_INITIALISING, _TEMPORARY, _STARTING = 6.0, 3.0, 1.5
_LATENCY = 0.0008
_USER, _GROUP = "mysql:x:999:999::/var/lib/mysql:/bin/bash\n", "mysql:x:999:\n"
_NEEDED = ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD")


class Started(NamedTuple):
    """How far the server is: stage (init, scripts, start, up), its directory, its port, init scripts to run."""

    stage: str
    directory: str
    port: int = 3306
    scripts: tuple[str, ...] = ()


class Mysql(Image):
    repository = "docker.io/library/mysql"
    tags = {tag: content_digest(f"mysql {version}") for tag, version in _VERSIONS.items()}
    size = 230 * MIB
    memory = 380 * MIB
    cpu_millis = 8
    entrypoint = ("docker-entrypoint.sh",)
    cmd = ("mysqld",)
    exposed = ("3306/tcp", "33060/tcp")
    userland = "debian"
    speaks = frozenset({MYSQL})

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        version = _VERSIONS.get(tag, _VERSIONS["latest"])
        old = version.startswith("5.")
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        env = {"PATH": path, "MYSQL_MAJOR": version.rpartition(".")[0], "MYSQL_VERSION": version}
        vars(self).update(
            version=version, env=env, memory=(190 if old else 380) * MIB, size=(137 if old else 230) * MIB
        )

    def files(self) -> Directory:
        server = userland.executable(_PROGRAM, 60 * MIB)
        files: dict[str, str | bytes | Entry] = {
            "/usr/local/bin/docker-entrypoint.sh": userland.executable(_PROGRAM, 13_000),
            "/entrypoint.sh": userland.executable(_PROGRAM, 13_000),
            "/usr/sbin/mysqld": server,
            **{f"/usr/bin/{name}": userland.executable(name, 7 * MIB) for name in ("mysql", "mysqladmin", "mysqldump")},
            "/usr/share/mysql/version": vars(self)["version"],
            f"{_INIT}/": "",
            "/etc/mysql/conf.d/": "",
            "/etc/my.cnf": "[mysqld]\ndatadir=/var/lib/mysql\nsocket=/var/run/mysqld/mysqld.sock\n",
            "/var/lib/mysql": Directory(uid=999, gid=999, mode=0o1777),
            "/var/run/mysqld": Directory(uid=999, gid=999),
        }
        return merge(userland.debian("10 (buster)", _USER, _GROUP), tree(files))

    # -- starting ----------------------------------------------------------------------------------------------------

    def start(self, call: Call) -> Outcome:
        state: Started | None = call.state
        if state is not None:
            return self._go_on(call, state)
        args = call.args
        if call.name in ("docker-entrypoint.sh", "entrypoint.sh"):
            words = ["mysqld", *args] if not args or args[0].startswith("-") else args
            if words[0] != "mysqld":
                return Become(tuple(words), call.env)
            call.process.argv = tuple(words)
            args = words[1:]
        elif "--version" in args or "-V" in args:
            call.out(f"mysqld  Ver {_version(call)} for Linux on x86_64 (MySQL Community Server - GPL)\n")
            return 0
        return self._begin(call, args)

    def _begin(self, call: Call, args: list[str]) -> Outcome:
        options = dict(_option(word) for word in args if word.startswith("--"))
        unknown = next((name for name in options if name not in _OPTIONS and not name.startswith("skip-")), None)
        old = _version(call).startswith("5.")
        if not old and "ignore-db-dir" in options:
            unknown = "ignore-db-dir"
        if unknown is not None:
            call.err(_server_line(call, "ERROR", f"unknown variable '{unknown}={options[unknown]}'.", "MY-000067"))
            call.err(_server_line(call, "ERROR", "Aborting", "MY-010119"))
            return 1 if not old else 7
        directory = options.get("datadir", "/var/lib/mysql")
        port = int(options["port"]) if options.get("port", "").isdigit() else 3306
        _note(call, f"Entrypoint script for MySQL Server {_version(call)}-1{'debian10' if old else '.el9'} started.")
        if call.process.uid == 0:
            _note(call, "Switching to dedicated user 'mysql'")
            _note(
                call, f"Entrypoint script for MySQL Server {_version(call)}-1{'debian10' if old else '.el9'} started."
            )
            _become_mysql(call, directory)
        fs = call.machine.fs
        if fs.is_dir(f"{directory}/mysql"):
            return Pause(_STARTING, Started("start", directory, port))
        problem = _environment_problem(call)
        if problem:
            call.err(problem)
            return 1
        there = (
            [name for name in fs.listdir(directory) if name != options.get("ignore-db-dir")]
            if fs.is_dir(directory)
            else []
        )
        _note(call, "Initializing database files")
        if there:
            if old:
                call.err(
                    _server_line(
                        call, "ERROR", "--initialize specified but the data directory has files in it. Aborting."
                    )
                )
            else:
                text = "--initialize specified but the data directory has files in it. Aborting."
                call.err(_server_line(call, "ERROR", text, "MY-010457"))
            call.err(_server_line(call, "ERROR", "Aborting", "MY-010119"))
            return 1
        return Pause(_INITIALISING, Started("init", directory, port))

    def _go_on(self, call: Call, state: Started) -> Outcome:
        """The next stage of coming up."""
        if state.stage == "init":
            try:
                scripts = self._initialise(call, state.directory)
            except FileError as error:
                call.err(
                    _server_line(
                        call, "ERROR", f"The designated data directory {state.directory}/ is unusable. ({error.words})"
                    )
                )
                return 1
            return Pause(_TEMPORARY, state._replace(stage="scripts", scripts=scripts))
        if state.stage == "scripts":
            return self._script(call, state)
        call.listen(state.port)
        version = _version(call)
        call.err(
            _server_line(
                call,
                "System" if not version.startswith("5.") else "Note",
                "mysqld: ready for connections.",
                "MY-010931",
            )
            if version.startswith("5.")
            else _server_line(
                call,
                "System",
                f"/usr/sbin/mysqld: ready for connections. Version: '{version}'  socket: '/var/run/mysqld/mysqld.sock'  "
                f"port: {state.port}  MySQL Community Server - GPL.",
                "MY-010931",
            )
        )
        if version.startswith("5."):
            said = f"Version: '{version}'  socket: '/var/run/mysqld/mysqld.sock'  port: {state.port}  "
            said += "MySQL Community Server (GPL)"
            call.err(said + "\n")
        return Serve(state._replace(stage="up", scripts=()))

    def _initialise(self, call: Call, directory: str) -> tuple[str, ...]:
        """Make the data directory; the init scripts that are to be run."""
        storage, fs, env = Storage(call.machine.fs, directory), call.machine.fs, call.env
        fs.write(f"{directory}/ibdata1", b"", mode=0o640)
        fs.write(f"{directory}/auto.cnf", f"[auto]\nserver-uuid={_uuid(call)}\n".encode(), mode=0o640)
        storage.make("mysql")
        accounts = Accounts(storage, _version(call).startswith("5."))
        password = _secret(call, "MYSQL_ROOT_PASSWORD")
        if not password and env.get("MYSQL_RANDOM_ROOT_PASSWORD"):
            password = _uuid(call).replace("-", "")[:28]
            _note(call, f"GENERATED ROOT PASSWORD: {password}")
        accounts.create("root", "localhost", password, power=True)
        accounts.create("root", env.get("MYSQL_ROOT_HOST", "%"), password, power=True)
        _note(call, "Database files initialized")
        _note(call, "Starting temporary server")
        _note(call, "Temporary server started.")
        database = _secret(call, "MYSQL_DATABASE")
        if database:
            _note(call, f"Creating database {database}")
            storage.make(database)
        user, own = _secret(call, "MYSQL_USER"), _secret(call, "MYSQL_PASSWORD")
        if user and own:
            _note(call, f"Creating user {user}")
            accounts.create(user, "%", own)
            if database:
                _note(call, f"Giving user {user} access to schema {database}")
                accounts.grant(user, "%", database)
        names = fs.listdir(_INIT) if fs.is_dir(_INIT) else []
        return tuple(f"{_INIT}/{name}" for name in names if not name.startswith("."))

    def _script(self, call: Call, state: Started) -> Outcome:
        """Run the next init script."""
        if state.scripts and call.process.child_status is not None:
            status, call.process.child_status = call.process.child_status, None
            if status:
                return status
            state = state._replace(scripts=state.scripts[1:])
        while state.scripts:
            path = state.scripts[0]
            if path.endswith(".sh"):
                _note(call, f"{_ENTRY}: running {path}")
                return Run(("/bin/bash", path), state)
            if path.endswith(".sql"):
                _note(call, f"{_ENTRY}: running {path}")
                if not self._source(call, state, path):
                    return 1
            else:
                _note(call, f"{_ENTRY}: ignoring {path}", "Warn")
            state = state._replace(scripts=state.scripts[1:])
        _note(call, "Stopping temporary server")
        _note(call, "Temporary server stopped")
        call.err("\n")
        _note(call, "MySQL init process done. Ready for start up.")
        call.err("\n")
        return Pause(_STARTING, state._replace(stage="start"))

    def _source(self, call: Call, state: Started, path: str) -> bool:
        session = self._session(call, state.directory, Account("root", "localhost", "localhost", None))
        try:
            text = call.machine.fs.read(path).decode("utf-8", "replace")
            database = _secret(call, "MYSQL_DATABASE")
            if database:
                session.use(database)
            for statement in statements(text + "\n;")[0]:
                session.execute(statement)
        except SqlFailure as failure:
            line = text.count("\n", 0, statement.tokens[0].at) + 1
            error = failure.error
            call.err(f"ERROR {error.code} ({error.state}) at line {line}: {error.text}\n")
            return False
        return True

    # -- serving -----------------------------------------------------------------------------------------------------

    def _session(self, call: Call, directory: str, account: Account) -> Session:
        version = _version(call)
        storage = Storage(call.machine.fs, directory)
        facts = Facts(call.now, version, "", f"{account.user}@{account.origin}")
        return Session(storage, Accounts(storage, version.startswith("5.")), account, facts)

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if request.method != MYSQL:
            return None
        state: Started = call.state
        version = _version(call)
        storage = Storage(call.machine.fs, state.directory)
        seconds = 0.0
        try:
            question = Question.decode(request.body)
            account = Accounts(storage, version.startswith("5.")).login(
                question.user, question.password, request.client
            )
            session = self._session(call, state.directory, account)
            if question.database:
                session.use(question.database)
            found = session.run(question.sql)
            seconds = session.seconds
        except SqlFailure as failure:
            return HttpResponse(200, Answer((), failure.error, version).encode(), {}, _LATENCY)
        except FileError as error:
            call.err(_server_line(call, "ERROR", f"Got error '{error.words}' on {error.path}"))
            call.machine.exit(call.process, 1)
            return None
        except ValueError:
            return None
        results = tuple(item for item in found if hasattr(item, "rows"))
        problem = next((item for item in found if not hasattr(item, "rows")), None)
        return HttpResponse(200, Answer(results, problem, version).encode(), {}, _LATENCY + seconds, _LATENCY)  # type: ignore[arg-type]

    def signal(self, call: Call, signal: int) -> int | None:
        if signal not in (2, 3, 15):
            return None
        text = f"Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: {_version(call)})."
        if isinstance(call.state, Started) and call.state.stage != "up":
            return 128 + signal
        call.err(_server_line(call, "System" if not _version(call).startswith("5.") else "Note", text, "MY-013172"))
        call.err(_server_line(call, "Note", "mysqld: Shutdown complete", "MY-010910"))
        return 0


_ENTRY = "/usr/local/bin/docker-entrypoint.sh"
_OPTIONS = frozenset(
    [
        "datadir",
        "port",
        "ignore-db-dir",
        "character-set-server",
        "collation-server",
        "default-authentication-plugin",
        "max-connections",
        "max_connections",
        "innodb-buffer-pool-size",
        "innodb_buffer_pool_size",
        "bind-address",
        "server-id",
        "log-bin",
        "sql-mode",
        "default-storage-engine",
        "lower-case-table-names",
        "lower_case_table_names",
        "max-allowed-packet",
        "max_allowed_packet",
        "user",
        "socket",
        "general-log",
        "slow-query-log",
        "mysql-native-password",
        "explicit-defaults-for-timestamp",
        "wait-timeout",
        "log-error",
        "performance-schema",
        "performance_schema",
        "innodb-use-native-aio",
    ]
)


def _option(word: str) -> tuple[str, str]:
    name, _, value = word[2:].partition("=")
    return name, value


def _version(call: Call) -> str:
    from k8snb.runtime.programs.mysqlclient import version_of

    return version_of(call)


def _note(call: Call, text: str, level: str = "Note") -> None:
    call.out(f"{format_date('%Y-%m-%d %H:%M:%S', call.now)}+00:00 [{level}] [Entrypoint]: {text}\n")


def _server_line(call: Call, level: str, text: str, code: str = "") -> str:
    stamp = format_date("%Y-%m-%dT%H:%M:%S", call.now) + f".{int(call.now % 1 * 1e6):06d}Z"
    old = _version(call).startswith("5.")
    return f"{stamp} 0 [{level}] {text}\n" if old or not code else f"{stamp} 0 [{level}] [{code}] [Server] {text}\n"


def _secret(call: Call, name: str) -> str:
    """A variable, or what the file says that `NAME_FILE` names."""
    if name in call.env:
        return call.env[name]
    path = call.env.get(f"{name}_FILE", "")
    try:
        return call.machine.fs.read(join("/", path)).decode("utf-8", "replace").rstrip("\n") if path else ""
    except FileError:
        return ""


def _environment_problem(call: Call) -> str:
    if any(_secret(call, name) for name in _NEEDED):
        if _secret(call, "MYSQL_USER") == "root":
            stamp = format_date("%Y-%m-%d %H:%M:%S", call.now)
            return (
                f'{stamp}+00:00 [ERROR] [Entrypoint]: MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for '
                "configuring a regular "
                "user and cannot be used for the root user\n"
                '    Remove MYSQL_USER="root" and use one of the following to control the root user password:\n'
                + "".join(
                    f"    - {name}\n"
                    for name in ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD")
                )
            )
        return ""
    stamp = format_date("%Y-%m-%d %H:%M:%S", call.now)
    return (
        f"{stamp}+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n"
        "    You need to specify one of the following as an environment variable:\n"
        + "".join(f"    - {name}\n" for name in _NEEDED)
    )


def _become_mysql(call: Call, directory: str) -> None:
    """The entry point gives the directory to its own user, and goes on as that."""
    fs = call.machine.fs
    try:
        if not fs.is_dir(directory):
            fs.mkdir(directory, parents=True)
        for name in ["", *fs.listdir(directory)]:
            fs.chown(f"{directory}/{name}".rstrip("/"), 999, 999)
    except FileError:
        pass
    call.process.uid, call.process.gid = 999, 999
    fs.uid, fs.gid = 999, 999


def _uuid(call: Call) -> str:
    text = content_digest(f"{call.machine.seed} {call.now}")[7:39]
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))
