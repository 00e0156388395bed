"""redis: a server that keeps keys in memory and saves them to `/data/dump.rdb`, by its save rules and when it is asked to stop.

Reads its arguments (`--requirepass x`) and its configuration file; an option that it does not know ends it, as it ends the real
one. Left out: the append-only file, replication, clusters, scripts, subscriptions.
"""

from __future__ import annotations

import re
import shlex

from k8snb.runtime import userland
from k8snb.runtime.filesystem import Directory, Entry, FileError, join, merge, tree
from k8snb.runtime.image import MIB, Image, content_digest
from k8snb.runtime.net import HttpRequest, HttpResponse
from k8snb.runtime.process import Wait
from k8snb.runtime.programs.basic import format_date
from k8snb.runtime.programs.program import Become, Call, Outcome, Serve
from k8snb.runtime.programs.talk import RAW, REDIS
from k8snb.runtime.redis import rdb
from k8snb.runtime.redis.commands import execute
from k8snb.runtime.redis.keyspace import Connection, Memory
from k8snb.runtime.redis.resp import Error, ProtocolError, commands, encode

_VERSIONS = {
    "latest": "8.2.2", "8": "8.2.2", "8.2": "8.2.2", "8.0": "8.0.4", "7": "7.4.6", "7.4": "7.4.6", "7.2": "7.2.11",
    "7.0": "7.0.15", "6": "6.2.20", "6.2": "6.2.20", "6.0": "6.0.20", "5": "5.0.14", "5.0.4": "5.0.4", "4": "4.0.14",
    "3.2": "3.2.12", "alpine": "8.2.2", "8-alpine": "8.2.2", "7-alpine": "7.4.6", "7.4-alpine": "7.4.6",
    "7.2-alpine": "7.2.11", "6-alpine": "6.2.20",
}  # fmt: skip
#: what the options are that a configuration may set, and what they are by default
_SETTINGS = {
    "port": "6379", "bind": "* -::*", "dir": "/data", "dbfilename": "dump.rdb", "save": "3600 1 300 100 60 10000",
    "requirepass": "", "maxmemory": "0", "maxmemory-policy": "noeviction", "appendonly": "no", "databases": "16",
    "protected-mode": "no", "loglevel": "notice", "logfile": "", "timeout": "0", "daemonize": "no", "tcp-keepalive": "300",
    "maxclients": "10000", "stop-writes-on-bgsave-error": "yes", "rdbcompression": "yes", "rdbchecksum": "yes",
    "tcp-backlog": "511", "supervised": "no", "always-show-logo": "no", "hz": "10", "appendfsync": "everysec",
    "slave-read-only": "yes", "replica-read-only": "yes", "client-output-buffer-limit": "", "notify-keyspace-events": "",
}  # fmt: skip
_PROGRAM = "image:redis:Redis"
#: seconds of one connection
_LATENCY = 0.0002
_USER, _GROUP = "redis:x:999:1000::/data:/usr/sbin/nologin\n", "redis:x:1000:\n"


class Redis(Image):
    repository = "docker.io/library/redis"
    tags = {
        tag: content_digest(f"redis {version}{' alpine' if 'alpine' in tag else ''}")
        for tag, version in _VERSIONS.items()
    }
    size = 52 * MIB
    memory = 9 * MIB
    cpu_millis = 2
    entrypoint = ("docker-entrypoint.sh",)
    cmd = ("redis-server",)
    workdir = "/data"
    exposed = ("6379/tcp",)
    speaks = frozenset({REDIS, RAW})

    def __init__(self, tag: str = "latest") -> None:
        super().__init__(tag)
        alpine = "alpine" in tag
        vars(self).update(
            version=_VERSIONS.get(tag, _VERSIONS["latest"]),
            userland="busybox" if alpine else "debian",
            size=(17 if alpine else 52) * MIB,
        )
        vars(self)["env"] = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "REDIS_VERSION": vars(self)["version"],
        }

    def files(self) -> Directory:
        server = userland.executable(_PROGRAM, 16 * MIB)
        files: dict[str, str | bytes | Entry] = {
            "/usr/local/bin/docker-entrypoint.sh": userland.executable(_PROGRAM, 700),
            "/usr/local/bin/redis-server": server,
            "/usr/local/bin/redis-cli": userland.executable("redis-cli", 7 * MIB),
            "/usr/local/etc/redis-version": vars(self)["version"],
            "/data": Directory(uid=999, gid=1000),
        }
        base = userland.alpine() if "alpine" in self.tag else userland.debian(users=_USER, groups=_GROUP)
        if "alpine" in self.tag:
            base = userland.with_users(base, _USER, _GROUP)
        return merge(base, tree(files))

    def start(self, call: Call) -> Outcome:
        args = call.args
        if call.name == "docker-entrypoint.sh":
            words = ["redis-server", *args] if args and (args[0][:1] == "-" or args[0].endswith(".conf")) else args
            return Become(tuple(words or ["redis-server"]), call.env)
        version = _version(call)
        if args[:1] in (["-v"], ["--version"]):
            call.out(f"Redis server v={version} sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 build=0\n")
            return 0
        _become_redis(call)
        settings, problem = _configured(call, args)
        _say(call, "C", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
        if problem:
            call.err(f"\n*** FATAL CONFIG FILE ERROR (Redis {version}) ***\n{problem}\n")
            return 1
        said = f"Redis version={version}, bits=64, commit=00000000, modified=0, pid={call.process.pid}, just started"
        _say(call, "C", said)
        _say(call, "C", "Configuration loaded" if args else _NO_CONFIG, "*" if args else "#")
        port = int(settings["port"])
        try:
            data = rdb.load(call.machine.fs.read(_file(settings)))
        except FileError:
            data = {}
        except rdb.BadFile as bad:
            _say(call, "M", f"Fatal error loading the DB, check server logs. Exiting. ({bad})", "#")
            return 1
        call.listen(port)
        _say(call, "M", f"Running mode=standalone, port={port}.")
        _say(call, "M", "Server initialized")
        if data:
            _say(call, "M", f"DB loaded from disk: 0.000 seconds ({sum(map(len, data.values()))} keys)")
        _say(call, "M", "Ready to accept connections tcp")
        return Serve(Memory(data, settings, 0, call.now, call.now))

    def request(self, call: Call, request: HttpRequest, port: int) -> HttpResponse | None:
        if request.method not in self.speaks:
            _say(call, "M", "Possible SECURITY ATTACK detected. Connection aborted.", "#")
            return None
        memory: Memory = call.state
        server = Connection(memory._replace(connections=memory.connections + 1), call.now)
        try:
            sent = commands(request.body)
        except ProtocolError as error:
            return HttpResponse(200, encode(Error(f"ERR Protocol error: {error}")), {}, _LATENCY)
        answers = []
        for words in sent:
            answers.append(encode(execute(server, words, _version(call))))
            if server.wish.startswith("shutdown") or words[0].lower() == b"quit":
                break
        call.process.state = server.result()
        if server.wish.startswith("shutdown"):
            _stop(call, server.wish == "shutdown")
            call.machine.exit(call.process, 0)
            return None
        if server.wish == "save":
            _save(call)
        _plan(call)
        return HttpResponse(200, b"".join(answers), {}, _LATENCY + server.seconds, _LATENCY)

    def tick(self, call: Call) -> Outcome:
        _say(call, "M", f"{call.state.changes} changes in {int(call.now - call.state.last_save)} seconds. Saving...")
        _save(call)
        return Serve(call.state)

    def signal(self, call: Call, signal: int) -> int | None:
        if signal not in (2, 15):
            return None
        name = "SIGTERM" if signal == 15 else "SIGINT"
        call.out(f"{call.process.pid}:signal-handler ({int(call.now)}) Received {name} scheduling shutdown...\n")
        _stop(call, bool(call.state.settings["save"]))
        return 0


_NO_CONFIG = (
    "Warning: no config file specified, using the default config. In order to specify a config file use redis-server "
    "/path/to/redis.conf"
)


def _version(call: Call) -> str:
    try:
        return call.machine.fs.read("/usr/local/etc/redis-version").decode()
    except FileError:
        return _VERSIONS["latest"]


def _say(call: Call, role: str, text: str, mark: str = "*") -> None:
    stamp = format_date("%d %b %Y %H:%M:%S", call.now) + f".{int(call.now % 1 * 1000):03d}"
    call.out(f"{call.process.pid}:{role} {stamp} {mark} {text}\n")


def _become_redis(call: Call) -> None:
    """The entry point gives the data directory to its own user, and goes on as that."""
    if call.process.uid == 0:
        directory = call.process.cwd
        try:
            call.machine.fs.chown(directory, 999, 1000)
        except FileError:
            return
        call.process.uid, call.process.gid = 999, 1000


def _configured(call: Call, args: list[str]) -> tuple[dict[str, str], str]:
    """(the settings, what is wrong with them)."""
    settings = {**_SETTINGS, "dir": call.process.cwd}
    lines: list[list[str]] = []
    if args and not args[0].startswith("-"):
        try:
            text = call.machine.fs.read(join(call.process.cwd, args[0])).decode("utf-8", "replace")
        except FileError:
            return settings, f"Fatal error, can't open config file '{args[0]}': No such file or directory"
        try:
            lines = [shlex.split(line) for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
        except ValueError:
            return settings, "Unbalanced quotes in configuration line"
        args = args[1:]
    for word in args:
        if word.startswith("--"):
            lines.append([word[2:]])
        elif lines:
            lines[-1].append(word)
    saves: list[str] | None = None
    for words in lines:
        name, value = words[0].lower(), " ".join(words[1:])
        if name not in _SETTINGS:
            return (
                settings,
                f"Reading the configuration file\n>>> '{' '.join(words)}'\nBad directive or wrong number of arguments",
            )
        if name == "save":
            saves = [*(saves or []), value] if value else []
            value = " ".join(saves)
        settings[name] = _bytes(value) if name == "maxmemory" else value
    if not settings["port"].isdigit():
        return (
            settings,
            f"Reading the configuration file\n>>> 'port {settings['port']}'\nargument couldn't be parsed into an integer",
        )
    return settings, ""


def _bytes(text: str) -> str:
    """`2mb` in bytes, as Redis counts: k, m, g are thousands, kb, mb, gb powers of 1024."""
    match = re.fullmatch(r"(\d+)(k|m|g|kb|mb|gb)?", text.lower())
    if match is None:
        return text
    unit = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}[match[2] or ""]
    return str(int(match[1]) * unit)


def _file(settings: dict[str, str]) -> str:
    return join(settings["dir"], settings["dbfilename"])


def _save(call: Call) -> bool:
    memory: Memory = call.state
    try:
        call.machine.fs.write(_file(dict(memory.settings)), rdb.dump(memory.data, _version(call)))
    except FileError as error:
        _say(
            call,
            "M",
            f"Failed opening the temp RDB file temp-1.rdb (in server root dir {memory.settings['dir']}) "
            f"for saving: {error.words}",
            "#",
        )
        return False
    call.process.state = memory._replace(changes=0, last_save=call.now)
    _say(call, "M", "DB saved on disk")
    return True


def _stop(call: Call, save: bool) -> None:
    _say(call, "M", "User requested shutdown...")
    if save:
        _say(call, "M", "Saving the final RDB snapshot before exiting.")
        _save(call)
    _say(call, "M", "Redis is now ready to exit, bye bye...", "#")


def _plan(call: Call) -> None:
    """Wake up when a save rule (so many changes in so many seconds) is due."""
    memory: Memory = call.state
    words = [int(word) for word in memory.settings["save"].split() if word.isdigit()]
    rules = list(zip(words[::2], words[1::2], strict=False))
    due = [memory.last_save + seconds for seconds, changes in rules if memory.changes >= changes]
    call.process.wait = Wait("serve", max(min(due), call.now + 0.001) if due else None)
